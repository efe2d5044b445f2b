package web

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"example.com/postlogin/docs"
	"example.com/postlogin/views"
)

// docs lists the documents, or shows the one that the path names.
func (s *Server) docs(w http.ResponseWriter, r *http.Request) error {
	all, err := docs.Pages()
	if err != nil {
		return err
	}
	page := views.Docs{Layout: s.layout(r, "Docs", "docs")}
	name := r.PathValue("name")
	for _, d := range all {
		page.Pages = append(page.Pages, views.Link{URL: "/docs/" + d.Name, Label: d.Title, Here: d.Name == name})
		if d.Name == name {
			page.PageTitle, page.Body = d.Title, htmlOf(d)
		}
	}
	if name != "" && page.Body == nil {
		return s.notFound(w, r)
	}
	s.render(w, r, http.StatusOK, views.DocsPage(page))
	return nil
}

// htmlOf writes a document as it is: it comes from this program itself.
func htmlOf(d docs.Page) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, d.HTML)
		return err
	})
}
