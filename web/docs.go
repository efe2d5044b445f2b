package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"example.com/postlogin/docs"
	"example.com/postlogin/views"
)

// document is one page of the folder docs as HTML.
type document struct{ name, title, html string }

// documents renders the folder at first use. Its pages are this repository's own, so
// the HTML in them is kept: the error codes' anchors.
var documents = sync.OnceValues(func() (list []document, err error) {
	markdown := goldmark.New(
		// No alignment: it would be an inline style, which our policy forbids.
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
		goldmark.WithRendererOptions(html.WithUnsafe()))
	entries, err := docs.Files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		source, err := docs.Files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		if err := markdown.Convert(source, &b); err != nil {
			return nil, fmt.Errorf("render docs/%s: %w", e.Name(), err)
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(source), "# "), "\n")
		list = append(list, document{strings.TrimSuffix(e.Name(), ".md"), title, forPage(b.String())})
	}
	return list, nil
})

// mdLink is a link from one page of the folder to another.
var mdLink = regexp.MustCompile(`href="(?:docs/)?([a-z-]+)\.md(#[^"]*)?"`)

// wide matches what may be wider than the page.
var wide = regexp.MustCompile(`<(?:table|pre)>`)

// forPage makes wide things scroll in a box of their own, within the keyboard's
// reach, and links between the documents lead to their pages here.
func forPage(html string) string {
	html = strings.NewReplacer("</table>", "</table></div>", "<th></th>", "<td></td>").Replace(html)
	n := 0
	html = wide.ReplaceAllStringFunc(html, func(tag string) string {
		n++ // a region needs a name of its own
		if tag == "<pre>" {
			return fmt.Sprintf(`<pre role="region" tabindex="0" aria-label="Example %d">`, n)
		}
		return fmt.Sprintf(`<div class="scroll" role="region" tabindex="0" aria-label="Table %d"><table>`, n)
	})
	return mdLink.ReplaceAllString(html, `href="/docs/$1$2"`)
}

// docs lists the documents, or shows the one that the path names.
func (s *Server) docs(w http.ResponseWriter, r *http.Request) error {
	all, err := documents()
	if err != nil {
		return err
	}
	page := views.Docs{Layout: s.layout(r, "Docs", "docs")}
	name := r.PathValue("name")
	for _, d := range all {
		page.Pages = append(page.Pages, views.Link{URL: "/docs/" + d.name, Label: d.title, Here: d.name == name})
		if d.name == name {
			page.PageTitle, page.Body = d.title, htmlOf(d)
		}
	}
	if name != "" && page.Body == nil {
		return s.notFound(w, r)
	}
	s.render(w, r, http.StatusOK, views.DocsPage(page))
	return nil
}

// htmlOf writes a document as it is: it comes from this program itself.
func htmlOf(d document) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, d.html)
		return err
	})
}
