package dashboard

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/ui"
)

const (
	logsPath     = "logs"
	livePath     = logsPath + "/live"
	downloadPath = logsPath + "/download"
	// logsShown is how many logins a page of the list has.
	logsShown = 50
)

// logsView is the list of logins.
type logsView struct {
	ui.Frame
	Self     string // of this page, without its search
	Query    string
	Types    []typeCount
	Rows     []*entry
	Found    int
	Total    int
	Older    string // URL of the next page, "" on the last one
	Newer    bool   // this is not the first page
	Download string
	Live     string // URL of the event stream
	Curl     string
}

// typeCount is a type, in the words of the rows, with how many logins of it there are,
// as a link that asks for them.
type typeCount struct {
	Name, URL string
	Count     int
	Chosen    bool
}

// logs lists the logins that fit the search, the newest first.
func (d *Dashboard) logs(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Logs", logsPath, "logs.js")
	if err != nil {
		return err
	}
	all, err := d.journal.all(r.Context(), d.cfg.Store)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := logsView{Frame: frame, Self: d.root + logsPath, Query: strings.TrimSpace(q.Get("q")), Total: len(all), Live: d.root + livePath,
		Curl: d.mockCurl("logins?limit=" + strconv.Itoa(logsShown))}
	search := parseQuery(v.Query)
	v.Types = v.typeCounts(all, search)
	rows := slices.DeleteFunc(all, func(e *entry) bool { return !search.fits(e) })
	v.Found = len(rows)
	v.Download = d.root + downloadPath + "?" + url.Values{"q": {v.Query}}.Encode()
	if before := q.Get("before"); before != "" {
		v.Newer = true
		rows = olderThan(rows, before)
	}
	if len(rows) > logsShown {
		rows = rows[:logsShown]
		v.Older = v.with(v.Query) + "&before=" + rows[logsShown-1].position()
	}
	v.Rows = rows
	return d.show(w, r, http.StatusOK, logsPage(v))
}

// position is where a page ends: behind this entry, or, when it has moved, where it was.
func (e *entry) position() string { return fmt.Sprintf("%d-%s", e.At.UnixMilli(), e.Key) }

func olderThan(rows []*entry, position string) []*entry {
	at, key, _ := strings.Cut(position, "-")
	if i := slices.IndexFunc(rows, func(e *entry) bool { return e.Key == key }); i >= 0 {
		return rows[i+1:]
	}
	then, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return rows
	}
	return slices.DeleteFunc(rows, func(e *entry) bool { return e.At.UnixMilli() >= then })
}

// with is this page with another search.
func (v *logsView) with(search string) string {
	return v.Self + "?" + url.Values{"q": {search}}.Encode()
}

// typeCounts counts what the rest of the search finds by type. Each login is of one
// type, so the counts add up to that of all.
func (v *logsView) typeCounts(all []*entry, search query) []typeCount {
	rest := slices.DeleteFunc(slices.Clone(search), func(t term) bool { return t.field == "type" })
	words := slices.DeleteFunc(splitQuery(v.Query), func(w string) bool { return strings.HasPrefix(strings.ToLower(w), "type:") })
	chosen := slices.IndexFunc(search, func(t term) bool { return t.field == "type" })
	counts := []typeCount{{Name: "All", URL: v.with(strings.Join(words, " ")), Chosen: chosen < 0}}
	for _, e := range all {
		if !rest.fits(e) {
			continue
		}
		counts[0].Count++
		i := 1 + slices.IndexFunc(counts[1:], func(c typeCount) bool { return c.Name == e.label() })
		if i == 0 {
			i = len(counts)
			counts = append(counts, typeCount{Name: e.label(), URL: v.with(strings.Join(append(slices.Clip(words), `type:"`+e.label()+`"`), " "))})
		}
		counts[i].Count++
		counts[i].Chosen = counts[i].Chosen || chosen >= 0 && search[chosen].fits(e) // a code, such as f, may be that of several
	}
	return counts
}

// download sends the records that fit the search, one JSON object in each line: the
// logins that failed before an Action ran, then the others.
func (d *Dashboard) download(w http.ResponseWriter, r *http.Request) error {
	all, err := d.journal.all(r.Context(), d.cfg.Store)
	if err != nil {
		return err
	}
	search := parseQuery(r.URL.Query().Get("q"))
	wanted := map[string]bool{}
	for _, e := range all {
		wanted[e.ID] = search.fits(e)
	}
	runs, err := d.cfg.Store.Runs(r.Context(), keepEntries)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson")
	h.Set("Content-Disposition", `attachment; filename="logins.ndjson"`)
	out := json.NewEncoder(w)
	for _, e := range all {
		if e.Failure != nil && wanted[e.ID] {
			if err := out.Encode(e.failureJSON()); err != nil {
				return nil // the browser has gone: half a file is its affair
			}
		}
	}
	for _, run := range runs {
		if !wanted[run.ID] {
			continue
		}
		line := struct {
			ID       string          `json:"transaction_id"`
			Date     string          `json:"date"`
			Type     string          `json:"type"`
			Kind     string          `json:"kind"`
			UserID   string          `json:"user_id"`
			ClientID string          `json:"client_id"`
			Outcome  string          `json:"outcome"`
			Record   json.RawMessage `json:"record"`
		}{run.ID, machine(run.At), run.LogType(), run.Kind, run.UserID, run.ClientID, run.Outcome, run.Record}
		if err := out.Encode(line); err != nil {
			return nil
		}
	}
	return nil
}

// class is that of the entry's tag.
func (e *entry) class() string {
	switch e.Outcome {
	case "ok":
		return "tag ok"
	case "suspended":
		return "tag std"
	}
	return "tag bad"
}

// label is the entry's type in words.
func (e *entry) label() string {
	switch {
	case e.Outcome == "suspended":
		return "Not finished"
	case e.ByAction:
		return "Denied by Action"
	}
	return typeName(e.Type)
}

// result is what came of it, in a few words.
func (e *entry) result() string {
	if e.Outcome == "ok" {
		return count(len(e.Claims), "claim")
	}
	if r := []rune(e.Reason); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return e.Reason
}
