package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	markup "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// A hypertext is what a page links to, and where in it others can link to.
type hypertext struct {
	links    []string // of href and src
	ids      map[string]int
	headings []string
}

func readHypertext(t *testing.T, page io.Reader) hypertext {
	t.Helper()
	doc, err := html.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	h := hypertext{ids: map[string]int{}}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "href", "src":
				h.links = append(h.links, a.Val)
			case "id":
				h.ids[a.Val]++
			}
		}
		if regexp.MustCompile(`^h[1-6]$`).MatchString(n.Data) {
			var text strings.Builder
			for c := range n.Descendants() {
				if c.Type == html.TextNode {
					text.WriteString(c.Data)
				}
			}
			h.headings = append(h.headings, text.String())
		}
	}
	return h
}

// TestEveryLinkOfTheDocsLeadsSomewhere goes through all pages under /docs and follows
// what they link to, in both programs: pages, places in them, styles and scripts.
func TestEveryLinkOfTheDocsLeadsSomewhere(t *testing.T) {
	s := openStack(t)
	app, err := url.Parse(s.appURL + "/docs")
	if err != nil {
		t.Fatal(err)
	}
	// The documents name the ports that the demo takes when it is told nothing.
	ports := strings.NewReplacer("http://localhost:3000", s.appURL, "http://localhost:9400", strings.TrimSuffix(s.issuer, "/"))
	seen, elsewhere := map[string]hypertext{}, map[string]bool{}
	var visit func(at *url.URL, from string) hypertext
	visit = func(at *url.URL, from string) hypertext {
		address := (&url.URL{Scheme: at.Scheme, Host: at.Host, Path: at.Path, RawQuery: at.RawQuery}).String()
		if h, ok := seen[address]; ok {
			return h
		}
		seen[address] = hypertext{}
		res, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s links to %s, which is %s", from, address, res.Status)
		}
		h := hypertext{}
		if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			h = readHypertext(t, res.Body)
		}
		seen[address] = h
		if at.Host != app.Host || !strings.HasPrefix(at.Path, "/docs") {
			return h
		}
		for id, n := range h.ids {
			if n > 1 {
				t.Errorf("%s has the id %q %d times", address, id, n)
			}
		}
		for _, link := range h.links {
			to, err := at.Parse(ports.Replace(link))
			if err != nil {
				t.Errorf("%s links to %q: %v", address, link, err)
				continue
			}
			if to.Hostname() != "localhost" {
				elsewhere[link] = true
				continue
			}
			if there := visit(to, address); to.Fragment != "" && there.ids[to.Fragment] == 0 {
				t.Errorf("%s links to %s, and nothing there has the id %q", address, link, to.Fragment)
			}
		}
		return h
	}
	visit(app, "the test")
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) < 4 {
		t.Fatalf("files = %q, %v", files, err)
	}
	for _, file := range files {
		page := s.appURL + "/docs/" + strings.TrimSuffix(filepath.Base(file), ".md")
		if len(seen[page].links) == 0 {
			t.Errorf("no link led to %s", page)
		}
		for id := range readMarkdown(t, file).ids {
			if seen[page].ids[id] == 0 {
				t.Errorf("%s has no id %q, which the file has on GitHub", page, id)
			}
		}
	}
	for link := range elsewhere {
		if !strings.HasPrefix(link, "https://") {
			t.Errorf("a link to %q: expected https, or one of the two programs", link)
		}
		t.Logf("not followed, it is on another machine: %s", link)
	}
}

// TestEveryLinkOfTheMarkdownLeadsSomewhere is for whoever reads the documents in the
// repository: files and headings that they link to are there, as GitHub names them.
func TestEveryLinkOfTheMarkdownLeadsSomewhere(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) < 4 {
		t.Fatalf("files = %q, %v", files, err)
	}
	docs := map[string]hypertext{}
	for _, file := range append(files, "../../README.md", "../../mockidp/geoip/README.md", "testdata/README.md") {
		docs[path.Clean(filepath.ToSlash(file))] = readMarkdown(t, file)
	}
	checked := 0
	check := func(from, file, anchor string) {
		checked++
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s links to a file that is not there: %v", from, err)
		} else if doc, ok := docs[file]; anchor != "" && (!ok || doc.ids[anchor] == 0) {
			t.Errorf("%s links to %s#%s, and there is no such heading", from, file, anchor)
		}
	}
	for from, doc := range docs {
		for _, link := range doc.links {
			if strings.Contains(link, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(link, "#")
			if file == "" {
				check(from, from, anchor)
			} else {
				check(from, path.Join(path.Dir(from), file), anchor)
			}
		}
	}
	if checked < 40 {
		t.Errorf("found %d links, expected more than 40: has the way they are written changed?", checked)
	}
	mention := regexp.MustCompile(`\bdocs/([a-z-]+\.md)(?:#([a-z0-9_-]+))?`)
	err = filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case !regexp.MustCompile(`\.(?:go|templ|m?js|css|yml|sh)$|/(?:Makefile|Dockerfile)$`).MatchString(filepath.ToSlash(file)):
			return nil
		}
		source, err := os.ReadFile(file)
		for _, m := range mention.FindAllSubmatch(source, -1) {
			check(file, "../../docs/"+string(m[1]), string(m[2]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readMarkdown reads a file as GitHub shows it. Its headings get the ids that they have
// there: small letters, a hyphen for each space, no punctuation, a number when one is
// taken ("Section links" in GitHub's page about basic writing and formatting).
func readMarkdown(t *testing.T, file string) hypertext {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithRendererOptions(markup.WithUnsafe()))
	if err := md.Convert(source, &page); err != nil {
		t.Fatal(err)
	}
	h := readHypertext(t, &page)
	dropped := regexp.MustCompile(`[^\p{L}\p{M}\p{N}_ -]`)
	for _, heading := range h.headings {
		first := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
		id := first
		for i := 1; h.ids[id] > 0; i++ {
			id = fmt.Sprint(first, "-", i)
		}
		h.ids[id]++
	}
	return h
}
