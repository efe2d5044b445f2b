package outbox

import (
	"net/url"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/store"
)

func TestAPatternFits(t *testing.T) {
	const address = "https://api.example.com/v1/users/7?a=1&b=2"
	for _, tt := range []struct {
		method, pattern, address string
		want                     bool
	}{
		{"*", "*", address, true},
		{"POST", "*", address, true},
		{"post", "*", address, true},
		{"GET", "*", address, false},

		{"*", "api.example.com", address, true},
		{"*", "API.example.com.", address, true},
		{"*", "example.com", address, false},
		{"*", "*.example.com", address, true},
		{"*", "*example.com", address, true},
		{"*", "api.*", address, true},
		{"*", "*.example.com", "https://example.com/", false},
		{"*", "api.example.com:443", address, true},
		{"*", "api.example.com:80", address, false},
		{"*", "api.example.com:8*", "http://api.example.com:8080/", true},
		{"*", "api.example.com", "http://api.example.com:8080/", true},
		{"*", "*:443", address, true},

		{"*", "https://api.example.com", address, true},
		{"*", "http://api.example.com", address, false},
		{"*", "*://api.example.com", address, true},

		{"*", "api.example.com/", address, false},
		{"*", "api.example.com/", "https://api.example.com", true},
		{"*", "api.example.com/*", address, true},
		{"*", "api.example.com/v1", address, false},
		{"*", "api.example.com/v1/users/7", address, true},
		{"*", "api.example.com/v1/*/7", address, true},
		{"*", "api.example.com/*7", address, true},
		{"*", "api.example.com/V1/*", address, false},
		{"*", "*/v1/*", address, true},
		{"*", "/v1/*", address, false},
		{"*", "h/auth0%7C*", "https://h/auth0%7C1", true},

		{"*", "api.example.com/v1/users/7?a=1&b=2", address, true},
		{"*", "api.example.com/*?*b=2*", address, true},
		{"*", "api.example.com?a=1*", address, true},
		{"*", "api.example.com?a=1", address, false},

		{"*", "[::1]:8080/x", "http://[::1]:8080/x", true},
		{"*", "[::1]", "http://[::1]:8080/x", true},
		{"*", "[::1]:80", "http://[::1]:8080/x", false},
	} {
		u, err := url.Parse(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := fits(&store.OutboxRule{Method: tt.method, URL: tt.pattern}, "POST", u); got != tt.want {
			t.Errorf("%s %s fits %s: %v, want %v", tt.method, tt.pattern, tt.address, got, tt.want)
		}
	}
}

// Patterns on which a matcher that goes back and forth would take for ever.
func TestAPatternOfManyStarsEnds(t *testing.T) {
	text := strings.Repeat("a", 20_000)
	if match(strings.Repeat("a*", 50)+"b", text) {
		t.Error("fits")
	}
	if !match(strings.Repeat("a*", 50)+"a", text) {
		t.Error("does not fit")
	}
}
