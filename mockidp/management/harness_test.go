package management_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/store"
)

const (
	issuer   = "http://localhost:9400/"
	database = "Username-Password-Authentication"
)

// now is when the tests take place.
var now = time.Date(2026, 11, 20, 21, 4, 5, 670e6, time.UTC)

// tenant is an API on a store of its own, behind HTTP, with a token that has
// all scopes. A token is the list of its scopes.
type tenant struct {
	t     *testing.T
	store *store.Store
	url   string
	token string
}

func newTenant(t *testing.T, change ...func(*management.Config)) *tenant {
	t.Helper()
	s, err := store.Open(t.Context(), "memory:")
	must(t, err)
	t.Cleanup(func() { s.Close() })
	cfg := management.Config{
		Authorize: func(r *http.Request) ([]string, bool) {
			scopes, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer scopes ")
			return strings.Fields(scopes), ok
		},
		Store: s, Issuer: issuer, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		HashPassword: func(_ context.Context, password string) (string, error) {
			if len(password) < 8 {
				return "", errors.New("the password has fewer than 8 characters")
			}
			return "hash of " + password, nil
		},
		Check: func(_ context.Context, source string) error {
			if before, _, bad := strings.Cut(source, "}}"); bad {
				return &management.CodeError{Line: 1 + strings.Count(before, "\n"), Column: 7, Message: "Unexpected token '}'"}
			}
			return nil
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	api, err := management.New(cfg)
	must(t, err)
	mux := http.NewServeMux()
	mux.Handle("/dbconnections/", api.DBConnections())
	mux.Handle("/", api)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return &tenant{t: t, store: s, url: srv.URL + "/api/v2", token: token(management.Scopes()...)}
}

func token(scopes ...string) string { return "scopes " + strings.Join(scopes, " ") }

// user creates an account and returns its id.
func (c *tenant) user(name string) string {
	c.t.Helper()
	u := &store.User{ID: "auth0|" + name, Email: name + "@example.test", Name: name, Nickname: name, CreatedAt: now}
	must(c.t, c.store.CreateUser(c.t.Context(), u))
	return u.ID
}

// send sends a request and returns the answer with its whole body.
func (c *tenant) send(method, path, body string, header ...string) (*http.Response, string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	must(c.t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Del(header[i])
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	res, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(c.t, err)
	return res, string(text)
}

// call sends a request, checks the status and that the answer has everything
// that want, JSON, has; it returns the answer.
func (c *tenant) call(method, path, body string, status int, want string) string {
	c.t.Helper()
	res, got := c.send(method, path, body)
	if res.StatusCode != status {
		c.t.Fatalf("%s %s: status %d, want %d: %s", method, path, res.StatusCode, status, got)
	}
	if status == http.StatusNoContent {
		if got != "" || want != "" {
			c.t.Fatalf("%s %s: body %q with 204", method, path, got)
		}
		return ""
	}
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		c.t.Fatalf("%s %s: %v in %s", method, path, err, got)
	}
	must(c.t, json.Unmarshal([]byte(want), &w))
	if !has(g, w) {
		c.t.Errorf("%s %s:\n got %s\nwant %s", method, path, got, want)
	}
	return got
}

// has reports whether got is want, but for members of objects that want lacks.
// A member that must not be there is wanted as the string "absent".
func has(got, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for name, value := range w {
			member, there := g[name]
			if value == "absent" && !there {
				continue
			}
			if !there || !has(member, value) {
				return false
			}
		}
		return ok
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !has(g[i], w[i]) {
				return false
			}
		}
		return true
	}
	return got == want
}

// field is one member of a JSON object.
func field(t *testing.T, object, name string) string {
	t.Helper()
	var m map[string]any
	must(t, json.Unmarshal([]byte(object), &m))
	s, ok := m[name].(string)
	if !ok {
		t.Fatalf("no text %s in %s", name, object)
	}
	return s
}

// esc is s as one segment of a path or one value of a query.
func esc(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
