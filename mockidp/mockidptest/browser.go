package mockidptest

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Browser walks pages as a person without JavaScript would: it keeps cookies,
// follows redirects and sends the forms it finds with the values that are in
// them. A failure ends the test. It does not run scripts; form_post answers are
// sent by Submit like any other form.
type Browser struct {
	// Client sends the requests; its Jar is this browser's cookies.
	Client *http.Client
	// Status, URL, Header and Body are those of the last page.
	Status int
	URL    *url.URL
	Header http.Header
	Body   string
	// Page is the last page, parsed.
	Page *html.Node

	t testing.TB
}

// NewBrowser returns a Browser with no cookies.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &Browser{t: t, Client: &http.Client{Jar: jar, Transport: transport}}
}

// Get opens target. Any status is a page: look at Status.
func (b *Browser) Get(target string) *Browser {
	b.t.Helper()
	return b.do(http.MethodGet, target, nil)
}

// Submit sends the page's first form. fields replace the values that the page
// holds; a key with no value leaves the control out, as an unticked box.
func (b *Browser) Submit(fields url.Values) *Browser {
	b.t.Helper()
	form := b.Find("form", "")
	if form == nil {
		b.t.Fatalf("%s: no form on the page:\n%s", b.URL, b.Body)
	}
	values := controls(form)
	maps.Copy(values, fields)
	action, err := b.URL.Parse(attr(form, "action"))
	if err != nil {
		b.t.Fatal(err)
	}
	if strings.EqualFold(attr(form, "method"), "post") {
		return b.do(http.MethodPost, action.String(), values)
	}
	action.RawQuery = values.Encode()
	return b.Get(action.String())
}

// Text is the text of the element whose attribute "data-testid" is id.
func (b *Browser) Text(id string) string {
	b.t.Helper()
	n := b.Find("", id)
	if n == nil {
		b.t.Fatalf("%s (%d): nothing has data-testid=%q:\n%s", b.URL, b.Status, id, b.Body)
	}
	return text(n)
}

// Find returns the first element with the given name and data-testid; empty
// strings match all. It returns nil when there is none.
func (b *Browser) Find(name, testID string) *html.Node {
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && (name == "" || n.Data == name) && (testID == "" || attr(n, "data-testid") == testID) {
			return n
		}
	}
	return nil
}

func (b *Browser) do(method, target string, form url.Values) *Browser {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, target, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "en-GB,en;q=0.8")
	req.Header.Set("User-Agent", "mockidptest")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.Client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	page, err := html.Parse(strings.NewReader(string(raw)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.Status, b.URL, b.Header, b.Body, b.Page = resp.StatusCode, resp.Request.URL, resp.Header, string(raw), page
	return b
}

// controls are the form's successful controls (HTML "constructing the entry
// list"), without its buttons.
func controls(form *html.Node) url.Values {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" || has(n, "disabled") {
			continue
		}
		switch kind := attr(n, "type"); {
		case n.Data == "select":
			values.Set(name, selected(n))
		case n.Data == "textarea":
			values.Set(name, text(n))
		case n.Data != "input" || kind == "submit" || kind == "button":
		case kind == "radio" || kind == "checkbox":
			if has(n, "checked") {
				values.Set(name, attr(n, "value"))
			}
		default:
			values.Set(name, attr(n, "value"))
		}
	}
	return values
}

// selected is the value of the chosen option, or of the first.
func selected(list *html.Node) string {
	first, found := "", false
	for n := range list.Descendants() {
		if n.Type != html.ElementNode || n.Data != "option" {
			continue
		}
		value := text(n)
		if has(n, "value") {
			value = attr(n, "value")
		}
		if has(n, "selected") {
			return value
		}
		if !found {
			first, found = value, true
		}
	}
	return first
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
