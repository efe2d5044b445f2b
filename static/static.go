// Package static holds the stylesheet, the scripts and the icon of the demo
// app's pages, compiled into the program, and serves them.
//
// It knows nothing about the pages (package views names the files it wants
// with URL) and sets no security headers: package web does that for every
// answer, this one included.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// Prefix is the path below which Handler serves, and with which every URL
// begins. Mount the Handler there without stripping anything.
const Prefix = "/static/"

//go:embed *.css *.js *.svg
var files embed.FS

// An asset is one embedded file, ready to be sent.
type asset struct {
	body        []byte
	gzipped     []byte // the same, compressed
	contentType string
	version     string // hex of the first 8 bytes of the body's SHA-256
}

// assets reads and hashes the embedded files at first use: they cannot change
// while the program runs.
var assets = sync.OnceValue(func() map[string]asset {
	all := make(map[string]asset)
	names, err := fs.Glob(files, "*")
	if err != nil {
		panic("static: " + err.Error()) // only a malformed pattern, and "*" is none
	}
	for _, name := range names {
		body, err := files.ReadFile(name)
		if err != nil {
			panic("static: " + err.Error()) // the compiler put it there
		}
		sum := sha256.Sum256(body)
		all[name] = asset{body, gzipped(body), contentType(name), hex.EncodeToString(sum[:8])}
	}
	return all
})

func gzipped(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a known one
	_, _ = z.Write(body)                                  // memory takes everything
	_ = z.Close()
	return b.Bytes()
}

// contentType names the type of the few kinds of file that are embedded. The
// machine's own table is not asked first: a registry or a mime.types file with
// another opinion about .js would make every browser refuse the script, as
// answers carry "nosniff".
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return mime.TypeByExtension(ext)
	}
}

// URL returns the address of the file called name, with a version in it that
// changes whenever the file's content does, so that browsers may keep it for
// ever. A name that is not embedded is a mistake of the programmer: URL panics.
func URL(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return Prefix + name + "?v=" + a.version
}

// Handler serves the embedded files below Prefix to GET and HEAD. An address
// from URL may be kept for ever; the same file without its version, or with an
// old one, must be revalidated each time, by its strong ETag. Folders and
// unknown names are answered with 404 in plain text. Who accepts gzip gets that.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, Prefix)
		a, found := assets()[name]
		if !ok || !found {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed: use GET or HEAD", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.contentType)
		h.Set("ETag", `"`+a.version+`"`)
		h.Set("Vary", "Accept-Encoding")
		h.Set("Cache-Control", "no-cache")
		if r.URL.Query().Get("v") == a.version {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		body := a.body
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Header.Get("Range") == "" {
			body = a.gzipped
			h.Set("Content-Encoding", "gzip")
			h.Set("ETag", `"`+a.version+`-gzip"`) // other bytes, another strong tag (RFC 9110 section 8.8.3.3)
		}
		// No modification time: an embedded file has none. ServeContent
		// compares If-None-Match and If-Range with the ETag set above.
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
	})
}
