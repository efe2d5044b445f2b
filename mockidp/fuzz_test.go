package mockidp_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// FuzzAnswers: whatever somebody asks who may do everything, no handler breaks (500),
// and no answer leads anywhere but to this provider or the application. The server
// stays the same all along, so one request meets what others have changed.
func FuzzAnswers(f *testing.F) {
	v := newVisitor(f)
	text, err := os.ReadFile("testdata/requests.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			method, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			target, body, _ := strings.Cut(rest, " ")
			f.Add(method, target, body)
		}
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, method) || strings.Contains(target, "live") { // that answer has no end
			return
		}
		var cookies []*http.Cookie
		words := v.words
		if strings.Contains(target+body, "STATE") {
			var state string
			state, cookies = v.begin()
			words = append(words, "STATE", state)
		}
		if strings.Contains(body, "CODE") {
			words = append(words, "CODE", v.code())
		}
		put := strings.NewReplacer(words...)
		target, body = put.Replace(target), put.Replace(body)
		if u, err := url.ParseRequestURI(target); err != nil || u.Host != "" || !strings.HasPrefix(target, "/") {
			return
		}
		w := v.do(method, target, body, cookies)
		if w.Code == http.StatusInternalServerError {
			t.Fatalf("%s %s %q = 500 %s", method, target, body, w.Body)
		}
		to, err := url.Parse(w.Header().Get("Location"))
		if err != nil || to.Host != "" && to.Scheme+"://"+to.Host+"/" != v.idp.Issuer && to.Scheme+"://"+to.Host != "http://localhost:3000" {
			t.Fatalf("%s %s %q leads to %q, %v", method, target, body, w.Header().Get("Location"), err)
		}
	})
}

// visitor asks a provider without a network in between. It has every right.
type visitor struct {
	idp   *mockidptest.Server
	token string   // of the Management API
	words []string // pairs: a word of testdata/requests.txt and what is put there
}

const fuzzAdmin = "a token for the dashboard"

func newVisitor(f *testing.F) *visitor {
	v := &visitor{idp: mockidptest.New(f, mockidptest.RedirectURL("http://localhost:3000/callback"), mockidptest.Tune(func(o *mockidp.Options) {
		o.Log, o.AdminToken = slog.New(slog.DiscardHandler), fuzzAdmin
	}))}
	actions, err := v.idp.Store.Actions(f.Context())
	if err != nil || len(actions) == 0 {
		f.Fatalf("the seed's Actions: %d, %v", len(actions), err)
	}
	v.words = []string{"CLIENT", v.idp.ClientID, "SECRET", url.QueryEscape(v.idp.ClientSecret), "CALLBACK", url.QueryEscape("http://localhost:3000/callback"),
		"ISSUER", v.idp.Issuer, "ACTION", actions[0].ID, "USER", url.PathEscape(v.idp.User("ada@example.test").ID)}
	put := strings.NewReplacer(v.words...)
	w := v.do("POST", "/oauth/token", put.Replace("grant_type=client_credentials&client_id=CLIENT&client_secret=SECRET&audience=ISSUERapi/v2/"), nil)
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.AccessToken == "" {
		f.Fatalf("no token of the Management API: %s", w.Body)
	}
	v.token = answer.AccessToken
	if v.code() == "" {
		f.Fatal("nobody can log in")
	}
	runs, err := v.idp.Store.Runs(f.Context(), 1)
	if err != nil || len(runs) == 0 {
		f.Fatalf("the login's run: %d, %v", len(runs), err)
	}
	v.words = slices.Clip(append(v.words, "RUN", runs[0].ID))
	return v
}

func (v *visitor) do(method, target, body string, cookies []*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:9400/", strings.NewReader(body))
	r.URL, _ = url.ParseRequestURI(target)
	r.RequestURI = target
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		r.Header.Set("Content-Type", "application/json")
	}
	switch {
	case strings.HasPrefix(target, "/api/v2/"):
		r.Header.Set("Authorization", "Bearer "+v.token)
	case strings.HasPrefix(target, "/dashboard"), strings.HasPrefix(target, "/_mock"), strings.HasPrefix(target, "/api"):
		r.Header.Set("Authorization", "Bearer "+fuzzAdmin)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	v.idp.ServeHTTP(w, r)
	return w
}

// begin begins a login. The state is "" once a request has changed the application so
// that it can't.
func (v *visitor) begin() (state string, cookies []*http.Cookie) {
	w := v.do("GET", strings.NewReplacer(v.words...).Replace("/authorize?client_id=CLIENT&redirect_uri=CALLBACK&response_type=code&scope=openid&state=x"), "", nil)
	return query(w, "state"), w.Result().Cookies()
}

// code is that of a login that has come to its end; "" when it has not.
func (v *visitor) code() string {
	state, cookies := v.begin()
	w := v.do("POST", "/u/login", url.Values{"state": {state}, "action": {"login"}, "user": {"ada@example.test"}, "password": {mockidp.TestPassword}}.Encode(), cookies)
	to, err := w.Result().Location()
	if err != nil {
		return ""
	}
	return query(v.do("GET", to.RequestURI(), "", append(cookies, w.Result().Cookies()...)), "code")
}

// query is a parameter of the address that w leads to.
func query(w *httptest.ResponseRecorder, name string) string {
	to, err := w.Result().Location()
	if err != nil {
		return ""
	}
	return to.Query().Get(name)
}
