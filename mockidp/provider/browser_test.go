package provider_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// browser walks like a person's: it keeps cookies and follows redirects, but
// stops where the application's own address begins.
type browser struct {
	t      testing.TB
	idp    *idp
	client *http.Client
}

// page is where a walk ended.
type page struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	url    *url.URL // the last address of the provider
	left   *url.URL // the application's address that it redirected to, or nil
}

func (i *idp) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		i.t.Fatal(err)
	}
	client := &http.Client{Transport: i.httpClient.Transport, Jar: jar, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(req.URL.String(), i.issuer) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return &browser{t: i.t, idp: i, client: client}
}

// on returns the browser with failures reported to t.
func (b *browser) on(t testing.TB) *browser {
	copied := *b
	copied.t = t
	return &copied
}

func (b *browser) get(target string) *page {
	b.t.Helper()
	return b.load(b.client.Get(target))
}

func (b *browser) post(target string, form url.Values) *page {
	b.t.Helper()
	return b.load(b.client.PostForm(target, form))
}

func (b *browser) load(resp *http.Response, err error) *page {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	pg := &page{t: b.t, status: resp.StatusCode, header: resp.Header, body: string(body), url: resp.Request.URL}
	if pg.left, err = resp.Location(); err != nil {
		pg.left = nil
	}
	return pg
}

// authorize opens the authorization endpoint with v.
func (b *browser) authorize(v url.Values) *page {
	b.t.Helper()
	return b.get(b.idp.base + "/authorize?" + v.Encode())
}

func (pg *page) atLogin() bool {
	return pg.left == nil && pg.url.Path == "/u/login" && pg.status == 200
}

// login fills in the login page as user ("ada" or "grace"); more is further fields.
func (b *browser) login(at *page, user string, more ...string) *page {
	b.t.Helper()
	if !at.atLogin() {
		b.t.Fatalf("expected the login page, got %d %s, left for %v:\n%s", at.status, at.url, at.left, at.body)
	}
	form := url.Values{"state": {at.url.Query().Get("state")}, "email": {user + "@example.test"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return b.post(b.idp.base+"/u/login", form)
}

// answer returns the authorization response, however it travels, and which way
// that was: "query", "fragment" or "form_post".
func (pg *page) answer() (url.Values, string) {
	pg.t.Helper()
	if pg.left == nil {
		if action, fields := pg.form(); action != nil {
			return fields, "form_post"
		}
		pg.t.Fatalf("expected an answer to the application, got %d %s:\n%s", pg.status, pg.url, pg.body)
	}
	if pg.status != http.StatusSeeOther {
		pg.t.Errorf("redirect status = %d, want 303", pg.status)
	}
	if pg.left.Fragment == "" {
		return pg.left.Query(), "query"
	}
	v, err := url.ParseQuery(pg.left.EscapedFragment())
	if err != nil {
		pg.t.Fatal(err)
	}
	if q := pg.left.Query(); q.Has("code") || q.Has("error") || q.Has("state") {
		pg.t.Errorf("the answer is in the fragment and in the query: %s", pg.left)
	}
	return v, "fragment"
}

// form returns the action and hidden fields of the page's form; nil when there is none.
func (pg *page) form() (*url.URL, url.Values) {
	doc, err := html.Parse(strings.NewReader(pg.body))
	if err != nil {
		pg.t.Fatal(err)
	}
	var action *url.URL
	fields := url.Values{}
	for n := range doc.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "form":
			if action, err = pg.url.Parse(attr(n, "action")); err != nil {
				pg.t.Fatal(err)
			}
		case n.Data == "input":
			fields.Set(attr(n, "name"), attr(n, "value"))
		}
	}
	return action, fields
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// refused checks that the provider kept the browser and showed an error page
// that mentions each of words.
func (pg *page) refused(words ...string) {
	pg.t.Helper()
	if pg.left != nil {
		pg.t.Fatalf("redirected to %s, want an error page", pg.left)
	}
	if pg.status < 400 || pg.status > 499 {
		pg.t.Errorf("status = %d, want 4xx", pg.status)
	}
	for _, w := range words {
		if !strings.Contains(pg.body, w) {
			pg.t.Errorf("error page lacks %q:\n%s", w, pg.body)
		}
	}
}
