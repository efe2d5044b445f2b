package provider

import (
	"context"
	"net/http"

	"example.com/postlogin/mockidp/store"
)

// unknownClient explains that no application has this client id, and names the
// one that was probably meant.
func (p *Provider) unknownClient(ctx context.Context, id string) error {
	e := &PageError{Status: http.StatusBadRequest, Title: "Unknown application",
		Detail: `No application has the client id "` + truncate(id, 100) + `".`,
		Hint:   "Compare the client id in the application's settings with the one registered here."}
	if id == "" {
		e.Detail = "The request has no client_id."
	}
	clients, err := p.cfg.Store.Clients(ctx)
	if err != nil {
		return err
	}
	if c := nearestClient(clients, id); c != nil {
		e.Hint = "Did you mean " + c.ID + "?"
	}
	return e
}

// nearestClient returns the client whose id is at most a third away from id.
func nearestClient(clients []*store.Client, id string) *store.Client {
	var nearest *store.Client
	best := len(id)/3 + 1
	for _, c := range clients {
		if len(id) > 100 || len(c.ID) > 100 {
			continue // the comparison is quadratic
		}
		if d := editDistance(id, c.ID); id != "" && d < best {
			nearest, best = c, d
		}
	}
	return nearest
}

// editDistance counts the bytes to insert, delete or replace to get from a to b (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
