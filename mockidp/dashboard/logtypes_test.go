package dashboard_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// The chips and the rows have the same words, and the counts add up.
func TestTheTypesOfTheLogAddUp(t *testing.T) {
	b := newBoard(t)
	a := b.bound("gate", on(setCount))
	b.logIn("192.0.2.1")
	b.redeploy(a, on(`  api.access.deny("No.");`))
	b.logIn("192.0.2.1")
	b.redeploy(a, on(`  api.authentication.challengeWithAny([{ type: "otp" }, { type: "email" }]);`))
	for _, tt := range []struct{ user, password string }{{"ada@example.test", "workshop"}, {"ada@example.test", "wrong"}, {"nobody@example.test", "wrong"}} {
		typed(t, b.idp, "192.0.2.1", tt.user, tt.password)
	}
	chips := func(path string) (list []*html.Node) {
		b.open(path)
		for n := range b.element("ul", "Types").Descendants() {
			if n.Data == "a" {
				list = append(list, n)
			}
		}
		return list
	}
	all := chips("logs?q=type:nothing+user:example.test")
	var texts []string
	sum := 0
	for _, chip := range all {
		texts = append(texts, read(chip))
		to, err := url.Parse(attribute(chip, "href"))
		must(t, err)
		var chosen []string
		for _, again := range chips("logs?" + to.RawQuery) {
			if attribute(again, "aria-current") == "true" {
				chosen = append(chosen, read(again))
			}
		}
		if len(chosen) != 1 || chosen[0] != read(chip) {
			t.Errorf("after %q these are chosen: %q", read(chip), chosen)
		}
		name, n := read(chip)[:strings.LastIndex(read(chip), " ")], len(b.rows())
		if read(chip) != fmt.Sprintf("%s %d", name, n) {
			t.Errorf("%q leads to %d rows", read(chip), n)
		}
		if name == "All" {
			continue
		}
		sum += n
		for _, row := range b.rows() {
			if !strings.Contains(row, name) {
				t.Errorf("%q leads to the row %q", name, row)
			}
		}
	}
	if want := "All 5, Failed Login (no such user) 1, Failed Login (wrong password) 1, Not finished 1, Denied by Action 1, Success Login 1"; strings.Join(texts, ", ") != want || sum != 5 {
		t.Errorf("chips %q with %d rows, want %q", texts, sum, want)
	}
	// A code of Auth0's finds what its log has under it, and the words for all of that.
	var chosen []string
	for _, chip := range chips("logs?q=type:f") {
		if attribute(chip, "aria-current") == "true" {
			chosen = append(chosen, read(chip))
		}
	}
	if len(chosen) != 1 || chosen[0] != "Denied by Action 1" {
		t.Errorf("type:f chooses %q", chosen)
	}
}
