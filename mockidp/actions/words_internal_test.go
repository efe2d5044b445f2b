package actions

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Every method either is a command that Words can say, or only answers.
func TestEveryCommandHasWords(t *testing.T) {
	answers := []string{"cache.get", "redirect.canRedirect", "redirect.encodeToken", "redirect.validateToken"}
	words := commandWords()
	for _, g := range apiGroups() {
		for _, m := range g.methods {
			name := g.name + "." + m.name
			said := words[name] != ""
			delete(words, name)
			if only := slices.Contains([]string{"groups", "roles", "rules", "samlResponse"}, g.name) || slices.Contains(answers, name); said == only {
				t.Errorf("%s: has words %v, only answers %v", name, said, only)
			}
		}
	}
	for name := range words {
		t.Errorf("there is no api.%s", name)
	}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ name, args, want string }{
		{"idToken.setCustomClaim", `["a", {"b": [1]}]`, `Set ID token claim a = {"b":[1]}`},
		{"idToken.setCustomClaim", `["{1}", "{0}"]`, `Set ID token claim {1} = "{0}"`},
		{"idToken.setCustomClaim", `["a"]`, `Set ID token claim a = undefined`},
		{"access.deny", `["two\nlines"]`, `Deny access: two lines`},
		{"authentication.enrollWith", `[{"type":"otp"},[]]`, `Have the second factor otp enrolled`},
		{"session.setExpiresAt", `[0]`, `End the session at 1970-01-01T00:00:00Z`},
		{"access.deny", `["` + strings.Repeat("ü", 500) + `"]`, "Deny access: " + strings.Repeat("ü", maxWord) + "…"},
		{"some.day", `["x", 1]`, "some.day x 1"},
	} {
		c := Command{Name: tt.name}
		if err := json.Unmarshal([]byte(tt.args), &c.Args); err != nil {
			t.Fatal(err)
		}
		if got := c.Words(); got != tt.want {
			t.Errorf("%s%s: %q, want %q", tt.name, tt.args, got, tt.want)
		}
	}
}
