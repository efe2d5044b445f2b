// Package browse walks a provider's pages as a person without JavaScript would:
// it keeps cookies, follows redirects and sends the forms it finds with the values
// that are in them. It runs no scripts. Tests do so through package mockidptest;
// the command trigger logs in with it.
package browse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// UserAgent is what a Browser calls itself unless it is told otherwise.
const UserAgent = "mockidptest"

// maxPage bounds a page in bytes.
const maxPage = 16 << 20

// Browser is one person's browser. It is not safe for concurrent use.
type Browser struct {
	// Client sends the requests; its Jar is this browser's cookies.
	Client *http.Client
	// Agent is the User-Agent header.
	Agent string
	// Status, URL, Header and Body are those of the last page.
	Status int
	URL    *url.URL
	Header http.Header
	Body   string
	// Page is the last page, parsed.
	Page *html.Node
}

// New returns a Browser with no cookies, which sends its requests by way of transport.
func New(transport http.RoundTripper) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &Browser{Client: &http.Client{Jar: jar, Transport: transport}, Agent: UserAgent}, nil
}

// Get opens target. Any status is a page: look at Status.
func (b *Browser) Get(ctx context.Context, target string) error {
	return b.do(ctx, http.MethodGet, target, nil)
}

// Submit sends the page's first form. fields replace the values that the page
// holds; a key with no value leaves the control out, as an unticked box.
func (b *Browser) Submit(ctx context.Context, fields url.Values) error {
	if b.Page == nil {
		return errors.New("there is no page yet")
	}
	form := b.Find("form", "")
	if form == nil {
		return fmt.Errorf("%s: no form on the page:\n%s", b.URL, b.Body)
	}
	values := controls(form)
	maps.Copy(values, fields)
	action, err := b.URL.Parse(attr(form, "action"))
	if err != nil {
		return err
	}
	if strings.EqualFold(attr(form, "method"), "post") {
		return b.do(ctx, http.MethodPost, action.String(), values)
	}
	action.RawQuery = values.Encode()
	return b.Get(ctx, action.String())
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

// Errors are the texts by which the page says what is wrong: the paragraphs at
// its fields and those in its notes.
func (b *Browser) Errors() []string {
	var texts []string
	for n := range b.Page.Descendants() {
		if n.Data == "p" && (hasClass(n, "error") || n.Parent != nil && hasClass(n.Parent, "bad")) {
			texts = append(texts, strings.Join(strings.Fields(Text(n)), " "))
		}
	}
	return texts
}

func hasClass(n *html.Node, class string) bool {
	return n.Type == html.ElementNode && slices.Contains(strings.Fields(attr(n, "class")), class)
}

func (b *Browser) do(ctx context.Context, method, target string, form url.Values) error {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Language", "en-GB,en;q=0.8")
	req.Header.Set("User-Agent", b.Agent)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return err
	}
	page, err := html.Parse(strings.NewReader(string(raw)))
	if err != nil {
		return err
	}
	b.Status, b.URL, b.Header, b.Body, b.Page = resp.StatusCode, resp.Request.URL, resp.Header, string(raw), page
	return nil
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
			values.Set(name, Text(n))
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
		value := Text(n)
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

// Text is the text in n and in what it holds.
func Text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
