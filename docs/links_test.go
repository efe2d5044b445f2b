package docs

import (
	"bytes"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/text"
)

// TestForApp has what no document has at the moment; cmd/demo follows the links of
// those that there are.
func TestForApp(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"repeated headings are numbered", "# A\n## A\n## A\n", "<h1 id=\"a\">A</h1>\n<h2 id=\"a-1\">A</h2>\n<h2 id=\"a-2\">A</h2>\n"},
		{"a number that is taken is passed over", "# A\n## A-1\n## A\n", "<h1 id=\"a\">A</h1>\n<h2 id=\"a-1\">A-1</h2>\n<h2 id=\"a-2\">A</h2>\n"},
		{"Markdown and punctuation give nothing, spaces a hyphen each", "# `api.x_y` & *Überall*: [why?](why.md)\n",
			"<h1 id=\"apix_y--überall-why\"><code>api.x_y</code> &amp; <em>Überall</em>: <a href=\"/docs/why\">why?</a></h1>\n"},
		{"another document", "[a](why.md#b-c) [d](#e)\n", "<p><a href=\"/docs/why#b-c\">a</a> <a href=\"#e\">d</a></p>\n"},
		{"a file that the app does not have", "[the *limits*](../README.md#limits), [x](a/b.md)\n",
			"<p>the <em>limits</em> in <code>README.md</code>, x in <code>docs/a/b.md</code></p>\n"},
		{"another site", "[a](https://example.com/b.md#c) <https://example.com/>\n",
			"<p><a href=\"https://example.com/b.md#c\">a</a> <a href=\"https://example.com/\">https://example.com/</a></p>\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			md, source := goldmark.New(), []byte(tt.source)
			doc := md.Parser().Parse(text.NewReader(source))
			if err := forApp(doc, source); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := md.Renderer().Render(&got, source, doc); err != nil {
				t.Fatal(err)
			}
			if got.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got.String(), tt.want)
			}
		})
	}
}
