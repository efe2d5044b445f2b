package login_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

const (
	ada   = "ada@example.test"
	grace = "grace@example.test"
	bob   = "bob@example.test" // blocked

	password = "workshop"
	callback = "http://localhost:3000/callback"
)

// passwordHash is a hash of password at the lowest cost there is: with the real
// cost and the race detector these tests would take minutes. The real cost is
// that of HashPassword and of addresses without an account.
var passwordHash = sync.OnceValue(func() string {
	salt := []byte("salt of the tests")
	key := argon2.IDKey([]byte(password), salt, 1, 8, 1, 32)
	return fmt.Sprintf("$argon2id$v=19$m=8,t=1,p=1$%s$%s", base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
})

// places is the test's location database.
var places = []login.Location{
	{Group: "Africa", Label: "Accra, GH", Addr: netip.MustParseAddr("192.0.2.1")},
	{Group: "Americas", Label: "Georgetown, US", Addr: netip.MustParseAddr("192.0.2.17")},
	{Group: "Americas", Label: "São Paulo, BR", Addr: netip.MustParseAddr("192.0.2.33")},
	{Group: login.SpecialGroup, Label: "An address the database does not know", Addr: netip.MustParseAddr("203.0.113.240")},
}

func lookup(addr netip.Addr) store.Place {
	for _, p := range places {
		if p.Addr == addr && p.Group != login.SpecialGroup {
			city, country, _ := strings.Cut(p.Label, ", ")
			return store.Place{City: city, CountryCode: country}
		}
	}
	return store.Place{}
}

// tenant is a login page on a real memory store, behind a real server.
type tenant struct {
	t     testing.TB
	cfg   login.Config
	login *login.Login
	store *store.Store
	url   string // of the server, with the base path
	clock atomic.Int64
	n     atomic.Int64
}

// newTenant starts a tenant with ada, grace and bob, and one client. Each of
// change may change the Config first.
func newTenant(t testing.TB, change ...func(*login.Config)) *tenant {
	t.Helper()
	st, err := store.Open(t.Context(), "memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	tn := &tenant{t: t, store: st}
	tn.clock.Store(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC).UnixNano())
	tn.cfg = login.Config{
		Store: st, Lookup: lookup, SimulateIP: true, TestPassword: password, Now: tn.now,
		Locations:      func() []login.Location { return places },
		LocationSource: func() string { return "the test's database" },
		StartedIn: func(r *http.Request, req *store.Request) bool {
			c, err := r.Cookie("tx_" + req.ID)
			return err == nil && store.HashSecret(c.Value) == req.BrowserHash
		},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, f := range change {
		f(&tn.cfg)
	}
	l, err := login.New(tn.cfg)
	if err != nil {
		t.Fatal(err)
	}
	tn.login = l
	srv := httptest.NewServer(http.StripPrefix(tn.cfg.BasePath, l))
	t.Cleanup(srv.Close)
	tn.url = srv.URL + tn.cfg.BasePath

	tn.must(st.PutClient(t.Context(), &store.Client{ID: "demo-app", Name: "Demo app", RedirectURIs: []string{callback}, PostLogoutRedirectURIs: []string{"http://localhost:3000"}}))
	tn.user(store.User{Email: ada, Name: "Ada Lovelace", AppMetadata: json.RawMessage(`{"subscription":"premium"}`)})
	tn.user(store.User{Email: grace, Name: "Grace Hopper"})
	tn.user(store.User{Email: bob, Name: "Bob Blocked", Blocked: true})
	return tn
}

func (tn *tenant) now() time.Time          { return time.Unix(0, tn.clock.Load()) }
func (tn *tenant) advance(d time.Duration) { tn.clock.Add(int64(d)) }

func (tn *tenant) must(err error) {
	tn.t.Helper()
	if err != nil {
		tn.t.Fatal(err)
	}
}

func (tn *tenant) user(u store.User) *store.User {
	tn.t.Helper()
	u.PasswordHash = passwordHash()
	tn.must(tn.store.CreateUser(tn.t.Context(), &u))
	return &u
}

func (tn *tenant) byEmail(email string) *store.User {
	tn.t.Helper()
	u, err := tn.store.UserByEmail(tn.t.Context(), email)
	tn.must(err)
	return u
}

func (tn *tenant) count(email string) int64 { tn.t.Helper(); return tn.byEmail(email).LoginsCount }

// lastLogin is the newest row of the user's history.
func (tn *tenant) lastLogin(email string) *store.Login {
	tn.t.Helper()
	logins, err := tn.store.Logins(tn.t.Context(), tn.byEmail(email).ID, 1)
	tn.must(err)
	if len(logins) == 0 {
		tn.t.Fatalf("%s has no login", email)
	}
	return logins[0]
}

// browser is a cookie jar and a client that does not follow redirects.
type browser struct {
	*tenant
	http *http.Client
}

func (tn *tenant) browser() *browser {
	jar, err := cookiejar.New(nil)
	tn.must(err)
	return &browser{tn, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// start stores an authorization request of this browser and returns its id.
func (b *browser) start(change ...func(*store.Request)) string {
	b.t.Helper()
	secret := "browser secret"
	req := &store.Request{
		ID: "req" + time.Unix(b.n.Add(1), 0).UTC().Format("150405"), BrowserHash: store.HashSecret(secret), ClientID: "demo-app", RedirectURI: callback,
		ResponseType: "code", MaxAge: -1, CreatedAt: b.now(), ExpiresAt: b.now().Add(10 * time.Minute),
		Query: url.Values{"client_id": {"demo-app"}, "redirect_uri": {callback}, "state": {"s1"}, "x_mine": {"42"}},
	}
	for _, f := range change {
		f(req)
	}
	b.must(b.store.CreateRequest(b.t.Context(), req))
	u, _ := url.Parse(b.url)
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "tx_" + req.ID, Value: secret, Path: "/"}})
	return req.ID
}

// open gets the login page of a transaction.
func (b *browser) open(id string) *answer {
	b.t.Helper()
	return b.do(http.MethodGet, b.url+login.Path+"?state="+id, nil)
}

// again opens the address at which the browser stands with a, as Enter in its address
// bar does.
func (b *browser) again(a *answer) *answer {
	b.t.Helper()
	return b.do(http.MethodGet, a.Request.URL.String(), nil)
}

// post sends form as it is.
func (b *browser) post(form url.Values) *answer {
	b.t.Helper()
	return b.do(http.MethodPost, b.url+login.Path, form)
}

// submit opens the page and sends what a browser without JavaScript would send
// from it: every field as it stands, but for those in set, and the button.
func (b *browser) submit(id, action string, set url.Values) *answer {
	b.t.Helper()
	form := b.open(id).form()
	for name, values := range set {
		form[name] = values
	}
	form.Set("action", action)
	return b.post(form)
}

func (b *browser) do(method, target string, form url.Values) *answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, target, strings.NewReader(form.Encode()))
	b.must(err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("User-Agent", "test browser")
	res, err := b.http.Do(req)
	b.must(err)
	defer res.Body.Close()
	doc, err := html.Parse(res.Body)
	b.must(err)
	return &answer{t: b.t, Response: res, doc: doc}
}

// session is the store's row for the browser's session cookie, or nil.
func (b *browser) session() *store.Session {
	b.t.Helper()
	u, _ := url.Parse(b.url + "/")
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == login.SessionCookie {
			s, err := b.store.SessionByHash(b.t.Context(), store.HashSecret(c.Value), b.now())
			b.must(err)
			return s
		}
	}
	return nil
}

// answer is a response with its page.
type answer struct {
	*http.Response
	t   testing.TB
	doc *html.Node
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// all returns the elements with the tag whose attributes are as given, in pairs of name and value.
func (a *answer) all(tag string, pairs ...string) (found []*html.Node) {
	for n := range a.doc.Descendants() {
		match := n.Type == html.ElementNode && (tag == "" || n.Data == tag)
		for i := 0; match && i < len(pairs); i += 2 {
			match = has(n, pairs[i]) && attr(n, pairs[i]) == pairs[i+1]
		}
		if match {
			found = append(found, n)
		}
	}
	return found
}

// one returns the only such element.
func (a *answer) one(tag string, pairs ...string) *html.Node {
	a.t.Helper()
	found := a.all(tag, pairs...)
	if len(found) != 1 {
		a.t.Fatalf("status %d: found %d <%s> with %q, want 1; page says %q", a.StatusCode, len(found), tag, pairs, text(a.doc))
	}
	return found[0]
}

// text is what a person reads, with single blanks.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// byID returns the text of the element with id, "" when there is none.
func (a *answer) byID(id string) string {
	if found := a.all("", "id", id); len(found) == 1 {
		return text(found[0])
	}
	return ""
}

// form collects the fields of the login form as a browser would send them.
func (a *answer) form() url.Values {
	a.t.Helper()
	form := url.Values{}
	for _, n := range a.all("input") {
		switch name := attr(n, "name"); attr(n, "type") {
		case "radio":
			if has(n, "checked") {
				form.Set(name, attr(n, "value"))
			}
		default:
			form.Set(name, attr(n, "value"))
		}
	}
	for _, n := range a.all("select") {
		for o := range n.Descendants() {
			if o.Data == "option" && (has(o, "selected") || !form.Has(attr(n, "name"))) {
				form.Set(attr(n, "name"), attr(o, "value"))
			}
		}
	}
	return form
}

// wantStatus stops the test when the status is another one.
func (a *answer) wantStatus(want int) *answer {
	a.t.Helper()
	if a.StatusCode != want {
		a.t.Fatalf("status = %d, want %d; page says %q", a.StatusCode, want, text(a.doc))
	}
	return a
}

// wantText fails the test when the element with id says something else.
func (a *answer) wantText(id, want string) {
	a.t.Helper()
	if got := a.byID(id); got != want {
		a.t.Errorf("#%s says %q, want %q", id, got, want)
	}
}

// wantResume fails the test unless the answer leads back to the provider.
func (a *answer) wantResume(id string) {
	a.t.Helper()
	a.wantStatus(http.StatusSeeOther)
	if got, want := a.Header.Get("Location"), "/authorize/resume?state="+id; !strings.HasSuffix(got, want) {
		a.t.Errorf("Location = %q, want %q", got, want)
	}
}
