package dashboard_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// A page with all it loads is light: compressed, as a browser gets it, and the
// page itself as a proxy would send it.
func TestWeight(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", good, 3)
	must(t, b.idp.Store.BindLast(t.Context(), a.ID))
	for range 10 {
		b.logIn("192.0.2.1")
	}
	for path, most := range map[string]int{
		"": 40 << 10, "actions/library": 40 << 10, "actions/library/templates": 40 << 10, "actions/flows/login": 40 << 10,
		"actions/library/details/" + a.ID: 220 << 10,
	} {
		b.open(path)
		weight := zipped(t, b.Body)
		for _, asset := range b.assets() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(b.idp.Issuer, "/")+asset, nil)
			must(t, err)
			r.Header.Set("Accept-Encoding", "gzip") // else the client unpacks it
			resp, err := http.DefaultClient.Do(r)
			must(t, err)
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			must(t, err)
			if resp.StatusCode != http.StatusOK {
				t.Errorf("%s: status %d", asset, resp.StatusCode)
			}
			weight += len(body)
		}
		t.Logf("/dashboard/%s: %d bytes", path, weight)
		if weight > most {
			t.Errorf("/dashboard/%s weighs %d bytes, want at most %d", path, weight, most)
		}
	}
}

func zipped(t *testing.T, text string) int {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, err := io.WriteString(w, text)
	must(t, err)
	must(t, w.Close())
	return buf.Len()
}

// assets are the addresses of what the page loads.
func (b *board) assets() []string {
	seen := map[string]bool{}
	var list []string
	for n := range b.Page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		address := ""
		switch n.Data {
		case "link":
			address = attribute(n, "href")
		case "script", "img":
			address = attribute(n, "src")
		}
		if address != "" && !seen[address] {
			seen[address] = true
			list = append(list, address)
		}
	}
	return list
}
