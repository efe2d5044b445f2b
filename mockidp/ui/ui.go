// Package ui is the look of the provider's own pages: the frame around each of
// them, the stylesheets, the scripts, the icon, and the pages that belong to no
// feature (an error, a logout). It serves its assets below /assets/ and decides
// nothing: packages login, dashboard and mockidp fill its views and choose the
// status.
//
// Pages need no JavaScript, no network and no font but the system's: the
// dashboard's scripts only make quicker what its forms do. Colours follow
// prefers-color-scheme.
package ui

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"
)

// Frame is what a page says around its content.
type Frame struct {
	Title string // of the browser's tab; the provider's name follows it
	Base  string // path of the issuer without trailing slash, "" normally

	Menu    []MenuGroup // navigation beside the content; nil: a narrow page without one
	Here    string      // the URL of the Menu's link that this page belongs to
	App     Link        // beside the Menu: the application to log in to, none when its URL is empty
	Scripts []string    // ES modules by their plain names: "flow.js"
	Nonce   string      // allows the style elements that a script adds, see [StyleNonce]; empty: none
}

// MenuGroup is some links of the navigation under one heading.
type MenuGroup struct {
	Name  string // may be empty
	Links []Link
}

// Link is a way on from a page.
type Link struct {
	Label string
	URL   string // http, https or a path; templ replaces other schemes
}

// pages holds buffers between requests: a login page is 15 kB, and rendering
// into a fresh buffer would grow it a dozen times.
var pages = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the size above which a buffer is left to the garbage collector,
// so that one huge page does not stay in memory for ever.
const maxPooled = 256 << 10

// Render answers with page and status. The page is rendered before the first
// byte is written, so a page that fails to render never leaves half of itself
// behind a 200: Render then returns the error and has written nothing, and the
// caller may still answer.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	buf := pages.Get().(*bytes.Buffer)
	buf.Reset()
	defer func() {
		if buf.Cap() <= maxPooled {
			pages.Put(buf)
		}
	}()
	if err := page.Render(r.Context(), buf); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	// Every page is about one person or one login (ASVS 5.0 14.3.2).
	h.Set("Cache-Control", "no-store")
	// Under "no-referrer" a browser posts a form with "Origin: null" (Fetch,
	// "append a request Origin header"). On plain http on a LAN it sends no
	// Sec-Fetch-Site either, and http.CrossOriginProtection then refuses our own
	// forms. "same-origin" tells other sites as little.
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	w.Write(buf.Bytes()) // a browser that went away is not our failure
	return nil
}
