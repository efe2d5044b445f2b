package dashboard_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// rows are the lines of the page's list.
func (b *board) rows() (lines []string) {
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "tr" && has(n, "data-seq") {
			lines = append(lines, read(n))
		}
	}
	return lines
}

// hostileAction is an Action whose every text is markup.
var hostileAction = on(
	`  console.log("<script>alert(1)</script>", "\u001b[31mred");`,
	`  api.idToken.setCustomClaim("<b>claim</b>", "<img src=x onerror=alert(1)>");`,
	`  api.idToken.setCustomClaim("aud", 1);`,
	`  api.idToken.setCustomClaim("none", event.none);`,
	`  await fetch("https://example.com/<i>", { method: "POST", body: "x" });`)

func TestLogs(t *testing.T) {
	b := newBoard(t)
	b.open("logs").says("No logins yet.", "Open Demo app")
	a := b.bound("post-login-claims", on(setCount))
	b.logIn("192.0.2.1")
	b.redeploy(a, on(`  api.access.deny("Not on <Sundays>.");`))
	b.logIn("192.0.2.1")

	b.open("logs")
	if rows := b.rows(); len(rows) != 2 || !strings.Contains(rows[0], "Denied by Actionada@example.testDemo app") || !strings.Contains(rows[0], "Not on <Sundays>.") ||
		!strings.Contains(rows[1], "Success Loginada@example.testDemo app") || !strings.Contains(rows[1], "1 claim") {
		t.Errorf("rows = %q", rows)
	}
	b.says("All 2", "Success Login 1", "Denied by Action 1")
	b.saysNot("Failed Login")
	for search, want := range map[string]int{
		"type:s": 1, "TYPE:F": 1, "type:ssa": 0, "user:ada": 2, `user:"ada@example.test" type:s`: 1, "claim:login_count": 1, "claim:login": 0, "sundays": 1, "client:demo": 2,
		"action:post-login-claims outcome:denied": 1, "place:unknown": 0, "ip:192.0.2.1": 2, "grace": 0, "nofield:x": 0, `"`: 2, "kind:login": 2,
		`type:"denied by action"`: 1, "by action": 1,
	} {
		b.press("Search", url.Values{"q": {search}})
		if rows := b.rows(); len(rows) != want {
			t.Errorf("%s finds %q, want %d", search, rows, want)
		}
		b.open("logs")
	}
	b.press("Search", url.Values{"q": {"<b>"}})
	b.says("No login fits “<b>”.", "Show all 2")

	b.open("logs?q=type:s")
	res, err := http.Get(b.idp.Issuer + "dashboard/logs/download?q=type:s")
	must(t, err)
	defer res.Body.Close()
	var line struct {
		Type   string
		UserID string `json:"user_id"`
		Record struct {
			Event struct{ User struct{ Email string } }
		}
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		must(t, json.Unmarshal(lines.Bytes(), &line))
	}
	if n != 1 || line.Type != "s" || line.Record.Event.User.Email != "ada@example.test" || !strings.Contains(res.Header.Get("Content-Disposition"), "logins.ndjson") {
		t.Errorf("download: %d lines, %+v, %v", n, line, res.Header)
	}
}

// The page of one login tells what its record tells, and none of it is markup.
func TestStoryOfALogin(t *testing.T) {
	b := newBoard(t)
	a := b.bound("hostile", hostileAction)
	b.logIn("192.0.2.1")
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	id := runs[0].ID

	b.open("logs/" + id)
	b.says("ada@example.test typed the password", "This is login 1 of this account.", "hostile v1", "<script>alert(1)</script>", "\x1b[31mred",
		"Set ID token claim <b>claim</b>", "(line 3)", "POST https://example.com/", "→ 200", "The ID token got 1 claim", "none is undefined, so the claim will be missing",
		"Demo app has not swapped the code", "curl -s '"+b.idp.Issuer+"_mock/logins/"+id+"'", b.idp.Issuer+"dashboard/logs/"+id)
	link := b.element("a", "Use as test event of hostile")
	if link == nil || !strings.HasSuffix(attribute(link, "href"), editorOf(a)+"?event=run:"+id) {
		t.Errorf("the link to the editor's test pane: %v", link)
	}
	b.noMarkup()

	// The link loads this very login into the test pane, also when it is an old one.
	for range 12 {
		b.logIn("203.0.113.97")
	}
	b.another().open(strings.TrimPrefix(attribute(link, "href"), "/dashboard/")).wantEvent("192.0.2.1")
	b.another().open(strings.TrimPrefix(editorOf(a), "/dashboard/") + "?event=run:nope").says("The record of this login is gone")
	b.another().open(strings.TrimPrefix(editorOf(a), "/dashboard/") + "?line=3").wantLine("3")

	b.follow("Event").want(200)
	var event struct{ Request struct{ IP string } }
	must(t, json.Unmarshal([]byte(b.json()), &event))
	if event.Request.IP != "192.0.2.1" {
		t.Errorf("event = %+v", event)
	}
	b.follow("Token").want(200)
	b.says("<b>claim</b>", `"<img src=x onerror=alert(1)>"`, "Not in the token: `aud` is reserved", "Not in the token: it was undefined", "hostile v1", `iss"`+b.idp.Issuer)
	b.noMarkup()
	b.follow("Raw").want(200)
	var raw map[string]json.RawMessage
	must(t, json.Unmarshal([]byte(b.json()), &raw))
	if len(raw["event"]) == 0 || len(raw["result"]) == 0 {
		t.Errorf("record = %v", raw)
	}
	b.Get(b.idp.Issuer + "dashboard/logs/nope")
	b.want(http.StatusNotFound)
	b.says("There is no such login")
}

// Each way for a login to end badly is told.
func TestStoryOfALoginThatFailed(t *testing.T) {
	for name, tt := range map[string]struct{ code, want string }{
		"threw":     {on(`  event.none.x;`), "TypeError: Cannot read properties of undefined (reading 'x') (line 2)"},
		"denied":    {on(`  api.access.deny("Closed today.");`), "The application got the error access_denied: Closed today."},
		"suspended": {on(`  api.redirect.sendUserTo("https://example.com/");`), "It waits until the person comes back from the other page."},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			b.bound("gate", tt.code)
			b.logInAsFarAsPossible()
			b.open("logs")
			for n := range b.Page.Descendants() {
				if n.Data == "tr" && has(n, "data-seq") {
					for a := range n.Descendants() {
						if a.Data == "a" {
							b.Get(strings.TrimSuffix(b.idp.Issuer, "/") + attribute(a, "href"))
							b.want(200)
							b.says(tt.want)
							return
						}
					}
				}
			}
			t.Errorf("no login in the log:\n%s", b.main())
		})
	}
}

// logInAsFarAsPossible is logIn for a login that leads to a page of somebody else's,
// which does not exist.
func (b *board) logInAsFarAsPossible() {
	b.t.Helper()
	person := mockidptest.NewBrowser(b.t)
	person.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != b.host() {
			return http.ErrUseLastResponse
		}
		return nil
	}
	person.Get(b.idp.Issuer + "authorize?client_id=demo-app&redirect_uri=http://localhost:3000/callback&response_type=code&scope=openid")
	person.Submit(url.Values{"user": {"ada@example.test"}, "password": {"workshop"}, "action": {"login"}})
}

// host is the provider's host with its port.
func (b *board) host() string { return strings.Split(b.idp.Issuer, "/")[2] }

// wantEvent checks the event in the editor's test pane.
func (b *board) wantEvent(ip string) {
	b.t.Helper()
	var event struct{ Request struct{ IP string } }
	must(b.t, json.Unmarshal([]byte(b.field("event")), &event))
	if event.Request.IP != ip {
		b.t.Errorf("%s: the test's event is from %s, want %s", b.URL, event.Request.IP, ip)
	}
}

// wantLine checks where the editor begins.
func (b *board) wantLine(line string) {
	b.t.Helper()
	for n := range b.Page.Descendants() {
		if attribute(n, "id") == "code" && attribute(n, "data-line") != line {
			b.t.Errorf("%s: the editor begins at line %q, want %s", b.URL, attribute(n, "data-line"), line)
		}
	}
}

func editorOf(a *store.Action) string { return "/dashboard/actions/library/details/" + a.ID }

// noMarkup fails when a text of the Action has become an element.
func (b *board) noMarkup() {
	b.t.Helper()
	for n := range b.Page.Descendants() {
		switch {
		case n.Data == "script" && attribute(n, "src") == "", n.Data == "img" && attribute(n, "src") == "x", n.Type == html.ElementNode && n.Data == "i":
			b.t.Errorf("%s: a text became <%s>", b.URL, n.Data)
		}
	}
}

func (b *board) json() string {
	for n := range b.Page.Descendants() {
		if attribute(n, "id") == "json" {
			return raw(n)
		}
	}
	return ""
}

// stream opens the log's event stream; its lines come out of the channel, which ends
// with the stream.
func (b *board) stream(ctx context.Context, lastID string) <-chan string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.idp.Issuer+"dashboard/logs/live", nil)
	must(b.t, err)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultClient.Do(req)
	must(b.t, err)
	if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || got != "text/event-stream" {
		b.t.Fatalf("stream: %d %s", res.StatusCode, got)
	}
	lines := make(chan string, 100)
	go func() {
		defer res.Body.Close()
		defer close(lines)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// next waits for the line that begins with prefix.
func next(t *testing.T, lines <-chan string, prefix string) string {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the stream ended, want %q", prefix)
			}
			if rest, found := strings.CutPrefix(line, prefix); found {
				return rest
			}
		case <-timeout:
			t.Fatalf("nothing came, want %q", prefix)
		}
	}
}

func TestLiveLog(t *testing.T) {
	b := newBoard(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	first := b.stream(ctx, "")
	next(t, first, "retry:")
	b.logIn("192.0.2.1")
	if id := next(t, first, "id: "); id != "1" {
		t.Errorf("id = %s, want 1", id)
	}
	if event := next(t, first, "event: "); event != "logins" {
		t.Errorf("event = %s", event)
	}
	// Who was away gets what has come meanwhile.
	again := b.stream(ctx, "0")
	if id := next(t, again, "id: "); id != "1" {
		t.Errorf("after a break: id = %s, want 1", id)
	}
	// A server that shuts down ends the streams.
	b.idp.EndStreams()
	b.idp.EndStreams()
	for _, lines := range []<-chan string{first, again} {
		for range lines {
		}
	}
}

func TestLiveLogIsBounded(t *testing.T) {
	b := newBoard(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range 100 {
		next(t, b.stream(ctx, ""), "retry:")
	}
	b.Get(b.idp.Issuer + "dashboard/logs/live")
	b.want(http.StatusServiceUnavailable)
	b.says("Too many pages follow the log")
	// Other pages are answered as before.
	b.open("logs")
}

// thousand fills the log with copies of one real login.
func thousand(t testing.TB, idp *mockidptest.Server, run *store.Run) {
	t.Helper()
	for i := range 1000 {
		copied := *run
		copied.ID = fmt.Sprintf("%s-%d", run.ID, i)
		if err := idp.Store.AddRun(t.Context(), &copied); err != nil {
			t.Fatal(err)
		}
	}
}

// pages are the addresses whose weight and cost count.
func pages(run string) []string {
	return []string{"outbox", "keys", "locations", "applications", "applications/demo-app", "users", "users/auth0%7C5eed00000000000000000001", "logs", "logs?q=type:s+user:ada+claim:login_count", "logs/" + run, "logs/" + run + "?tab=event", "logs/" + run + "?tab=token", "logs/" + run + "?tab=raw",
		"why?claim=login_count"}
}

// A page with its style sheets and scripts weighs at most 40 KB compressed, also
// when the log is full.
func TestPageWeight(t *testing.T) {
	b := newBoard(t)
	b.bound("post-login-claims", on(setCount, `  console.log("hello");`))
	b.logIn("192.0.2.1")
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	thousand(t, b.idp, runs[0])
	zipped := func(address string) int {
		res, err := http.Get(address)
		must(t, err)
		defer res.Body.Close()
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, err = io.Copy(w, res.Body)
		must(t, err)
		must(t, w.Close())
		return z.Len()
	}
	for _, page := range pages(runs[0].ID) {
		b.open(page)
		size := zipped(b.URL.String())
		for n := range b.Page.Descendants() {
			for _, key := range []string{"src", "href"} {
				if at := attribute(n, key); strings.HasPrefix(at, "/assets/") && n.Data != "a" {
					size += zipped(strings.TrimSuffix(b.idp.Issuer, "/") + at)
				}
			}
		}
		t.Logf("%s: %d bytes", page, size)
		if size > 40<<10 {
			t.Errorf("%s weighs %d bytes, want at most %d", page, size, 40<<10)
		}
	}
}

// BenchmarkPages is the server's time for a page with 1000 logins in the log.
func BenchmarkPages(b *testing.B) {
	idp := mockidptest.New(b)
	person := mockidptest.NewBrowser(b)
	person.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Get("code") != "" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	person.Get(idp.Issuer + "authorize?client_id=demo-app&redirect_uri=http://localhost:3000/callback&response_type=code&scope=openid")
	person.Submit(url.Values{"user": {"ada@example.test"}, "password": {"workshop"}, "action": {"login"}})
	runs, err := idp.Store.Runs(b.Context(), 1)
	if err != nil || len(runs) != 1 {
		b.Fatalf("%d runs, %v", len(runs), err)
	}
	thousand(b, idp, runs[0])
	for _, page := range pages(runs[0].ID + "-500") {
		b.Run(strings.ReplaceAll(page, runs[0].ID, "ID"), func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				r := httptest.NewRequest(http.MethodGet, idp.Issuer+"dashboard/"+page, nil)
				r.RemoteAddr = "127.0.0.1:1"
				idp.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatalf("%s: %d", page, w.Code)
				}
			}
		})
	}
}
