package ui_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/ui"
)

func TestFormSource(t *testing.T) {
	for _, tt := range []struct{ name, uri, want string }{
		{"a web app's origin", "http://localhost:3000/callback?x=1", "http://localhost:3000"},
		{"the default port stays away", "https://app.example.com/cb", "https://app.example.com"},
		{"host names are written small", "HTTPS://App.Example.com/cb", "https://app.example.com"},
		{"a scheme of its own", "com.example.app:/cb", "com.example.app:"},
		{"a scheme of its own with a host", "myapp://login/cb", "myapp:"},
		{"user names are no part of an origin", "http://u:p@app.example/cb", "http://app.example"},
		{"an IPv6 address can't be written in a policy", "http://[::1]:3000/callback", "http:"},
		{"a host that would end the directive", "http://a;script-src/x", "http:"},
		{"a host with a comma", "http://a,b/x", "http:"},
		{"a wildcard", "http://*/x", "http:"},
		{"no host", "http:///x", "http:"},
		{"a path", "/callback", ""},
		{"nothing", "", ""},
		{"no URL", "http://a b/", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ui.FormSource(tt.uri); got != tt.want {
				t.Errorf("FormSource(%q) = %q, want %q", tt.uri, got, tt.want)
			}
		})
	}
}

func FuzzFormSourceNeverOpensThePolicy(f *testing.F) {
	for _, s := range []string{"http://localhost:3000/cb", "http://a;b/", "x:;script-src *", "http://a\n/", "a+b-c.d:/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if got := ui.FormSource(uri); strings.ContainsAny(got, " ;,'\"\r\n\t*") {
			t.Errorf("FormSource(%q) = %q", uri, got)
		}
	})
}

func TestCSP(t *testing.T) {
	const before = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'"
	const after = "; base-uri 'none'; frame-ancestors 'none'"
	for _, tt := range []struct {
		name    string
		sources []string
		want    string
	}{
		{"without sources", nil, ""},
		{"with one", []string{"http://a"}, " http://a"},
		{"empty ones and doubles are left out", []string{"", "http://a", "", "b:", "http://a"}, " http://a b:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ui.CSP(tt.sources...); got != before+tt.want+after {
				t.Errorf("CSP = %q", got)
			}
		})
	}
}

// render answers with page and returns the answer and the document.
func render(t *testing.T, status int, page templ.Component) (*httptest.ResponseRecorder, string, *html.Node) {
	t.Helper()
	w := httptest.NewRecorder()
	if err := ui.Render(w, httptest.NewRequest("GET", "/", nil), status, page); err != nil {
		t.Fatal(err)
	}
	body := w.Body.String()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return w, body, doc
}

func find(doc *html.Node, tag, key, value string) *html.Node {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag && (key == "" || attr(n, key) == value) {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestRenderSetsWhatEveryPageNeeds(t *testing.T) {
	w, _, doc := render(t, http.StatusTeapot, ui.ErrorPage(ui.Problem{Title: "No tea"}))
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "same-origin",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if w.Code != http.StatusTeapot {
		t.Errorf("status = %d", w.Code)
	}
	if got := attr(find(doc, "html", "", ""), "lang"); got != "en" {
		t.Errorf("lang = %q", got)
	}
	if got := attr(find(doc, "meta", "name", "viewport"), "content"); got != "width=device-width, initial-scale=1" {
		t.Errorf("viewport = %q", got)
	}
	if skip := find(doc, "a", "class", "skip"); find(doc, "main", "id", strings.TrimPrefix(attr(skip, "href"), "#")) == nil {
		t.Error("the skip link leads nowhere")
	}
}

func TestRenderWritesNothingOfAPageThatFails(t *testing.T) {
	broken := errors.New("broken")
	page := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		io.WriteString(w, "half a page")
		return broken
	})
	w := httptest.NewRecorder()
	if err := ui.Render(w, httptest.NewRequest("GET", "/", nil), 200, page); !errors.Is(err, broken) {
		t.Errorf("err = %v", err)
	}
	if w.Body.Len() != 0 || len(w.Header()) != 0 {
		t.Errorf("%q and %v were written", w.Body, w.Header())
	}
}

func TestErrorPage(t *testing.T) {
	_, _, doc := render(t, 400, ui.ErrorPage(ui.Problem{
		Title: "No application has this client id", Detail: `Got "<b>".`, Hint: "Did you mean demo-app?",
		Back: ui.Link{Label: "Back", URL: "http://localhost:3000/"}, RequestID: "R1",
	}))
	if got := text(find(doc, "h1", "", "")); got != "No application has this client id" {
		t.Errorf("h1 = %q", got)
	}
	if got := text(find(doc, "div", "class", "note bad")); got != `Got "<b>".` {
		t.Errorf("detail = %q", got)
	}
	if got := text(find(doc, "p", "data-testid", "hint")); got != "Did you mean demo-app?" {
		t.Errorf("hint = %q", got)
	}
	if got := text(find(doc, "code", "data-testid", "request-id")); got != "R1" {
		t.Errorf("request id = %q", got)
	}
	if got := attr(find(doc, "a", "class", "btn pri"), "href"); got != "http://localhost:3000/" {
		t.Errorf("way back = %q", got)
	}
	_, _, doc = render(t, 400, ui.ErrorPage(ui.Problem{Title: "x", Back: ui.Link{Label: "Back", URL: "javascript:alert(1)"}}))
	if got := attr(find(doc, "a", "class", "btn pri"), "href"); strings.HasPrefix(got, "javascript") {
		t.Errorf("way back = %q", got)
	}
	if find(doc, "details", "", "") != nil {
		t.Error("there are details of nothing")
	}
}

func TestLogoutPage(t *testing.T) {
	_, _, doc := render(t, 200, ui.LogoutPage(ui.Logout{
		App: "Demo app", User: "ada@example.test", Action: "/oidc/logout", Fields: []ui.Field{{Name: "csrf", Value: `"x"`}},
	}))
	form := find(doc, "form", "method", "post")
	if form == nil || attr(form, "action") != "/oidc/logout" {
		t.Fatalf("form = %v", form)
	}
	if got := attr(find(form, "input", "name", "csrf"), "value"); got != `"x"` {
		t.Errorf("csrf field = %q", got)
	}
	if got := text(find(form, "button", "", "")); got != "Log out" {
		t.Errorf("button = %q", got)
	}
	if got := text(find(doc, "main", "", "")); !strings.Contains(got, "You are logged in as ada@example.test. Demo app asks to end your session") {
		t.Errorf("page says %q", got)
	}

	_, _, doc = render(t, 200, ui.LogoutPage(ui.Logout{Done: true, Back: ui.Link{Label: "Back to Demo app", URL: "http://localhost:3000/"}}))
	if got := text(find(doc, "h1", "", "")); got != "You are logged out" {
		t.Errorf("h1 = %q", got)
	}
	if find(doc, "form", "", "") != nil {
		t.Error("the done page still asks")
	}
}

func TestAssets(t *testing.T) {
	_, _, doc := render(t, 200, ui.ErrorPage(ui.Problem{Base: "/s/otter-07", Title: "x"}))
	sheet := attr(find(doc, "link", "rel", "stylesheet"), "href")
	icon := attr(find(doc, "link", "rel", "icon"), "href")
	if !regexp.MustCompile(`^/s/otter-07/assets/idp\.[0-9a-f]{12}\.css$`).MatchString(sheet) {
		t.Fatalf("stylesheet = %q", sheet)
	}
	assets := http.StripPrefix("/s/otter-07", ui.Assets())
	get := func(h http.Handler, method, path, tag string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, tt := range []struct {
		name, path, kind, cache string
		handler                 http.Handler
	}{
		{"a versioned name is kept for ever", sheet, "text/css; charset=utf-8", "public, max-age=31536000, immutable", assets},
		{"so is the icon", icon, "image/svg+xml", "public, max-age=31536000, immutable", assets},
		{"a plain name is asked for again", "/s/otter-07/assets/idp.css", "text/css; charset=utf-8", "no-cache", assets},
		{"favicon.ico is the same icon", "/favicon.ico", "image/svg+xml", "public, max-age=86400", ui.Favicon()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := get(tt.handler, "GET", tt.path, "")
			tag := w.Header().Get("ETag")
			if w.Code != 200 || w.Header().Get("Content-Type") != tt.kind || w.Header().Get("Cache-Control") != tt.cache || !strings.HasPrefix(tag, `"`) || w.Body.Len() == 0 {
				t.Fatalf("status %d, headers %v, %d bytes", w.Code, w.Header(), w.Body.Len())
			}
			if again := get(tt.handler, "GET", tt.path, tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
				t.Errorf("with its tag: status %d, %d bytes", again.Code, again.Body.Len())
			}
			if head := get(tt.handler, "HEAD", tt.path, ""); head.Code != 200 || head.Body.Len() != 0 {
				t.Errorf("HEAD: status %d, %d bytes", head.Code, head.Body.Len())
			}
			if post := get(tt.handler, "POST", tt.path, ""); post.Code != http.StatusMethodNotAllowed || post.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("POST: status %d, Allow %q", post.Code, post.Header().Get("Allow"))
			}
		})
	}
	for _, path := range []string{"/s/otter-07/assets/", "/s/otter-07/assets/idp.000000000000.css", "/s/otter-07/assets/../ui.go", "/s/otter-07/assets/idp.css/x"} {
		if w := get(assets, "GET", path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// The stylesheets load nothing: no font, no picture, no other sheet. The pages
// work with the cable out.
func TestStylesheetsLoadNothing(t *testing.T) {
	for _, name := range []string{"idp.css", "dashboard.css"} {
		w := httptest.NewRecorder()
		ui.Assets().ServeHTTP(w, httptest.NewRequest("GET", "/assets/"+name, nil))
		if w.Code != 200 {
			t.Errorf("%s: status %d", name, w.Code)
		}
		for _, word := range []string{"url(", "@import", "http:", "https:"} {
			if strings.Contains(w.Body.String(), word) {
				t.Errorf("%s has %q", name, word)
			}
		}
	}
}

// A browser that takes gzip gets it, with a tag of its own.
func TestAssetsAreCompressed(t *testing.T) {
	get := func(encoding string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/assets/idp.css", nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		ui.Assets().ServeHTTP(w, r)
		return w
	}
	plain, zipped := get(""), get("br, gzip")
	if plain.Header().Get("Content-Encoding") != "" || zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v and %v", plain.Header(), zipped.Header())
	}
	if plain.Header().Get("ETag") == zipped.Header().Get("ETag") {
		t.Error("both forms have the same ETag")
	}
	r, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != plain.Body.String() {
		t.Errorf("unzipped it is something else: %d bytes, %v", len(got), err)
	}
}

func TestFrameWithMenu(t *testing.T) {
	_, _, doc := render(t, 200, ui.Page(ui.Frame{
		Title: "x", Base: "/s/otter-07", Here: "/here", App: ui.Link{Label: "Demo app", URL: "http://localhost:3000/"}, Scripts: []string{"dashboard.js"},
		Menu: []ui.MenuGroup{{Name: "Actions", Links: []ui.Link{{Label: "Flows", URL: "/there"}, {Label: "Library", URL: "/here"}}}},
	}))
	if got := text(find(doc, "a", "aria-current", "page")); got != "Library" {
		t.Errorf("the marked link is %q", got)
	}
	if got := attr(find(doc, "script", "type", "module"), "src"); !strings.HasPrefix(got, "/s/otter-07/assets/dashboard.") {
		t.Errorf("script = %q", got)
	}
	if got := attr(find(doc, "button", "popovertarget", "menu"), "popovertarget"); find(doc, "nav", "id", got) == nil {
		t.Errorf("the menu button opens %q, which is not there", got)
	}
}

func TestStyleNonce(t *testing.T) {
	if got := ui.StyleNonce(ui.CSP(), "N1"); !strings.Contains(got, "style-src 'self' 'nonce-N1';") || strings.Contains(got, "script-src 'self' 'nonce") {
		t.Errorf("policy = %q", got)
	}
}
