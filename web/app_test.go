package web_test

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/web"
)

// An app is the demo app behind a real listener.
type app struct {
	t      *testing.T
	cfg    web.Config
	addr   string
	ln     keptListener
	server *web.Server
	http   *http.Server
	served chan struct{} // closed when http has ended
}

// A keptListener is not closed when a server that uses it is: while the app is
// restarted, nobody else on this machine can take its port.
type keptListener struct{ *net.TCPListener }

// Close ends an Accept that waits.
func (l keptListener) Close() error { return l.SetDeadline(time.Unix(0, 0)) }

// listen takes an address until the test ends.
func listen(t *testing.T, addr string) keptListener {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	return keptListener{ln.(*net.TCPListener)}
}

// newApp starts the app with o as its provider. change may alter the configuration.
func newApp(t *testing.T, o *op, change ...func(*web.Config)) *app {
	t.Helper()
	ln := listen(t, "127.0.0.1:0")
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	a := &app{t: t, addr: ln.Addr().String(), ln: ln, cfg: web.Config{
		BaseURL: "http://localhost:" + port, Issuer: o.issuer, ClientID: "demo-app", ClientSecret: clientSecret,
		SessionDir: t.TempDir(), ShowRawToken: true, Timeout: patience, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}}
	if o.hangs {
		a.cfg.Timeout = impatient
	}
	for _, f := range change {
		f(&a.cfg)
	}
	a.serve()
	return a
}

func (a *app) serve() {
	a.t.Helper()
	s, err := web.New(a.cfg)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := s.Start(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
	a.server, a.http = s, &http.Server{Handler: s, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	served := make(chan struct{})
	a.served = served
	go func() {
		defer close(served)
		a.http.Serve(a.ln)
	}()
	a.t.Cleanup(a.stop)
}

func (a *app) stop() {
	// A handler logs after it has answered: it must be through before the test is.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := a.http.Shutdown(ctx); err != nil {
		a.t.Error("a request is not over:", err)
	}
	a.http.Close()
	<-a.served
	if err := a.server.Close(); err != nil {
		a.t.Error(err)
	}
}

// restart ends the program and starts it again at the same address.
func (a *app) restart() {
	a.t.Helper()
	a.stop()
	if err := a.ln.SetDeadline(time.Time{}); err != nil {
		a.t.Fatal(err)
	}
	a.serve()
}

// A clock can be moved forward.
type clock struct {
	mu      sync.Mutex
	forward time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.forward)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forward += d
}

// A browser keeps cookies and follows redirects one by one.
type browser struct {
	t      *testing.T
	client *http.Client
	home   string
}

func (a *app) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return &browser{t: a.t, home: a.cfg.BaseURL, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true},
	}}
}

// A page is one answer.
type page struct {
	status   int
	header   http.Header
	body     string
	location string // absolute; "" when it is no redirect
	url      string
}

var (
	codeAttr  = regexp.MustCompile(`data-code="([^"]*)"`)
	tag       = regexp.MustCompile(`<[^>]*>`)
	checkAttr = regexp.MustCompile(`data-check="([^"]*)" data-state="([^"]*)"`)
)

// code returns the code of an error page, or "".
func (p page) code() string {
	if m := codeAttr.FindStringSubmatch(p.body); m != nil {
		return m[1]
	}
	return ""
}

// checks returns the checks on the page by state.
func (p page) checks() map[string][]string {
	found := map[string][]string{}
	for _, m := range checkAttr.FindAllStringSubmatch(p.body, -1) {
		found[m[2]] = append(found[m[2]], m[1])
	}
	return found
}

// text returns what stands in the first element with this attribute.
func (p page) text(attr string) string {
	m := regexp.MustCompile(regexp.QuoteMeta(attr) + `[^>]*>(?:<bdi>)?([^<]*)<`).FindStringSubmatch(p.body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// plain returns the words on the page, for a message.
func (p page) plain() string {
	words := strings.Fields(html.UnescapeString(tag.ReplaceAllString(p.body, " ")))
	return strings.Join(words[:min(len(words), 120)], " ")
}

func (b *browser) do(method, address string, form url.Values, headers ...string) page {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.home + address
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(b.t.Context()), method, address, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := page{status: res.StatusCode, header: res.Header, body: string(data), url: address}
	if to, err := res.Location(); err == nil {
		p.location = to.String()
	}
	return p
}

func (b *browser) get(address string, headers ...string) page {
	b.t.Helper()
	return b.do(http.MethodGet, address, nil, headers...)
}

// follow gets address and every redirect after it.
func (b *browser) follow(address string) page {
	b.t.Helper()
	for range 10 {
		p := b.get(address)
		if p.location == "" {
			return p
		}
		address = p.location
	}
	b.t.Fatalf("more than 10 redirects, now at %s", address)
	return page{}
}

// login logs in and returns where that ended.
func (b *browser) login() page {
	b.t.Helper()
	return b.follow("/login")
}

// begin starts a login, logs in at the provider, and returns the address of the
// callback without going there.
func (b *browser) begin() (callback string) {
	b.t.Helper()
	start := b.get("/login")
	if start.location == "" {
		b.t.Fatalf("GET /login = %d %s, want a redirect to the provider", start.status, start.code())
	}
	answer := b.get(start.location)
	if answer.location == "" {
		b.t.Fatalf("GET %s = %d %s, want a redirect to the app", start.location, answer.status, answer.body)
	}
	return answer.location
}

// isLoggedIn asks the app.
func (b *browser) isLoggedIn() bool {
	b.t.Helper()
	p := b.get("/api/me")
	var me struct{ Authenticated bool }
	if err := json.Unmarshal([]byte(p.body), &me); err != nil {
		b.t.Fatalf("GET /api/me = %d %q: %v", p.status, p.body, err)
	}
	if want := map[bool]int{true: 200, false: 401}[me.Authenticated]; p.status != want {
		b.t.Errorf("GET /api/me = %d with authenticated %v", p.status, me.Authenticated)
	}
	return me.Authenticated
}

// cookies returns the cookies that the browser would send to the app.
func (b *browser) cookies() []*http.Cookie {
	u, err := url.Parse(b.home)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.client.Jar.Cookies(u)
}

func (b *browser) cookie(name string) string {
	for _, c := range b.cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// wantPage checks an error page and that nobody is logged in.
func (b *browser) wantPage(p page, status int, code string) {
	b.t.Helper()
	if p.status != status || p.code() != code {
		b.t.Errorf("page = %d %s, want %d %s\n%s", p.status, p.code(), status, code, p.plain())
	}
	if strings.Contains(strings.Join(p.header.Values("Set-Cookie"), "\n"), "demo_session") {
		b.t.Errorf("the page set a session cookie: %q", p.header.Values("Set-Cookie"))
	}
	if b.isLoggedIn() {
		b.t.Error("somebody is logged in")
	}
}

// wantProfile checks that p is the profile of Ada.
func (b *browser) wantProfile(p page) {
	b.t.Helper()
	if p.status != http.StatusOK || p.text(`data-testid="login_count"`) == "" || !strings.HasSuffix(p.url, "/profile") {
		b.t.Fatalf("GET %s = %d %s, want the profile\n%s", p.url, p.status, p.code(), p.plain())
	}
	if !b.isLoggedIn() {
		b.t.Error("nobody is logged in")
	}
}
