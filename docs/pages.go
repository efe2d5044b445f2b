package docs

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

// A Page is one page of this folder.
type Page struct {
	Name  string // of its file, without .md
	Title string
	HTML  string // for the inside of a page of the demo app
}

// Pages returns all of them in the order of their names. Callers must not change them.
func Pages() ([]Page, error) { return pages() }

// pages renders the folder at first use. Its pages are this repository's own, so
// the HTML in them is kept: the error codes' anchors.
var pages = sync.OnceValues(func() (list []Page, err error) {
	markdown := goldmark.New(
		// No alignment: it would be an inline style, which our policy forbids.
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
		goldmark.WithRendererOptions(html.WithUnsafe()))
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		source, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		doc := markdown.Parser().Parse(text.NewReader(source))
		if err := forApp(doc, source); err != nil {
			return nil, fmt.Errorf("read docs/%s: %w", e.Name(), err)
		}
		var b bytes.Buffer
		if err := markdown.Renderer().Render(&b, source, doc); err != nil {
			return nil, fmt.Errorf("render docs/%s: %w", e.Name(), err)
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(source), "# "), "\n")
		list = append(list, Page{strings.TrimSuffix(e.Name(), ".md"), title, forPage(b.String())})
	}
	return list, nil
})

// wide matches what may be wider than the page.
var wide = regexp.MustCompile(`<(?:table|pre)>`)

// forPage makes wide things scroll in a box of their own, within the keyboard's reach.
func forPage(html string) string {
	html = strings.NewReplacer("</table>", "</table></div>", "<th></th>", "<td></td>").Replace(html)
	n := 0
	return wide.ReplaceAllStringFunc(html, func(tag string) string {
		n++ // a region needs a name of its own
		if tag == "<pre>" {
			return fmt.Sprintf(`<pre role="region" tabindex="0" aria-label="Example %d">`, n)
		}
		return fmt.Sprintf(`<div class="scroll" role="region" tabindex="0" aria-label="Table %d"><table>`, n)
	})
}
