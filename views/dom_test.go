package views_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// A page is a rendered page, asked by attribute and never by its whole text.
type page struct {
	t    *testing.T
	root *html.Node
}

// render makes the page that a browser would see.
func render(t *testing.T, c templ.Component) page {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatalf("render: %v", err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return page{t, root}
}

// elements are all elements below n, in document order.
func elements(n *html.Node) []*html.Node {
	var list []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			list = append(list, d)
		}
	}
	return list
}

// with are the elements below n that carry the attribute key, with that value
// unless it is "*".
func with(n *html.Node, key, value string) []*html.Node {
	return slices.DeleteFunc(elements(n), func(e *html.Node) bool {
		got, ok := attr(e, key)
		return !ok || value != "*" && got != value
	})
}

// named are the elements below n with that tag name.
func named(n *html.Node, tag string) []*html.Node {
	return slices.DeleteFunc(elements(n), func(e *html.Node) bool { return e.Data != tag })
}

// one is the only element of the page with that attribute.
func (p page) one(key, value string) *html.Node {
	p.t.Helper()
	return p.only(with(p.root, key, value), key+"="+value)
}

func (p page) only(list []*html.Node, what string) *html.Node {
	p.t.Helper()
	if len(list) != 1 {
		p.t.Fatalf("%d elements %s, want 1", len(list), what)
	}
	return list[0]
}

func attr(n *html.Node, key string) (value string, ok bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// text is what is written in n, as an HTML reader without a style sheet has it.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// inside reports whether n has an ancestor with that tag name.
func inside(n *html.Node, tag string) bool {
	for a := range n.Ancestors() {
		if a.Data == tag {
			return true
		}
	}
	return false
}
