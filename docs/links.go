package docs

import (
	"fmt"
	"html"
	"path"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// forApp gives each heading of a document the id that links to it use, and makes its
// links good in the app: to the pages there, and to nothing that the app does not have.
func forApp(doc ast.Node, source []byte) error {
	used := map[string]bool{}
	var links []*ast.Link // a tree must not change while it is walked
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			first := anchor(words(n, source))
			id := first
			for i := 1; used[id]; i++ {
				id = fmt.Sprint(first, "-", i)
			}
			used[id] = true
			n.SetAttributeString("id", []byte(id))
		case *ast.Link:
			links = append(links, n)
		}
		return ast.WalkContinue, nil
	})
	for _, l := range links {
		redirect(l)
	}
	return err
}

// anchor is what GitHub makes of a heading's text, so that one link works there and
// here: lower case, a hyphen for each space, and no punctuation but "-" and "_".
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// words is the text in n, without its Markdown.
func words(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Value(source))
			continue
		}
		b.WriteString(words(c, source))
	}
	return b.String()
}

// redirect makes a link to another file of this folder one to its page. The app has
// no other files of the repository: a link to one becomes its text and the file's name.
func redirect(l *ast.Link) {
	file, anchor, _ := strings.Cut(string(l.Destination), "#")
	switch name, isPage := strings.CutSuffix(file, ".md"); {
	case file == "" || strings.Contains(file, "://"): // this page, another site
	case isPage && !strings.Contains(name, "/"):
		l.Destination = []byte("/docs/" + name)
		if anchor != "" {
			l.Destination = []byte("/docs/" + name + "#" + anchor)
		}
	default:
		in := ast.NewString([]byte(" in <code>" + html.EscapeString(path.Join("docs", file)) + "</code>"))
		in.SetCode(true) // written as it is
		parent := l.Parent()
		for c := l.FirstChild(); c != nil; c = l.FirstChild() {
			parent.InsertBefore(parent, l, c)
		}
		parent.ReplaceChild(parent, l, in)
	}
}
