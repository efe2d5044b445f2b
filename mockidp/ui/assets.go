package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

//go:embed assets
var embedded embed.FS

// asset is one embedded file.
type asset struct {
	name   string // versioned: "idp.3f2a91c04b7d.css"
	mime   string
	tag    string // of the ETag: it changes with every byte
	body   []byte
	zipped func() []byte // body as gzip; nil where that would not pay
}

// assets is the embedded files by their plain names. It never changes. It is
// made at first use: the worker processes, which are this same program, have none.
var assets = sync.OnceValue(readAssets)

// readAssets panics where the embedded files can't be read, which the compiler
// can't see and the first test does.
func readAssets() map[string]*asset {
	entries, err := embedded.ReadDir("assets")
	if err != nil {
		panic(err)
	}
	all := make(map[string]*asset, len(entries))
	for _, e := range entries {
		body, err := embedded.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err)
		}
		all[e.Name()] = newAsset(e.Name(), body)
	}
	return all
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	version, ext := hex.EncodeToString(sum[:6]), path.Ext(name)
	a := &asset{name: strings.TrimSuffix(name, ext) + "." + version + ext, tag: version, body: body}
	// The system's table of types may be missing or odd; ours may not depend on it.
	switch ext {
	case ".svg":
		a.mime = "image/svg+xml"
	case ".js":
		a.mime = "text/javascript; charset=utf-8"
	default:
		a.mime = mime.TypeByExtension(ext)
	}
	if len(body) > 2048 {
		a.zipped = sync.OnceValue(func() []byte { return zip(body) })
	}
	return a
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	w.Write(body) // into memory: it can't fail
	w.Close()
	return b.Bytes()
}

// assetURL is the address of the asset called name under the issuer's path.
func assetURL(base, name string) string { return base + "/assets/" + assets()[name].name }

// Assets serves the embedded files below /assets/. An address with the version
// of these bytes may be kept for ever; the plain name works too and is checked
// again each time, so that a hand-written page may use it.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, below := strings.CutPrefix(r.URL.Path, "/assets/")
		for plain, a := range assets() {
			switch {
			case below && name == a.name:
				a.serve(w, r, "public, max-age=31536000, immutable")
				return
			case below && name == plain:
				a.serve(w, r, "no-cache")
				return
			}
		}
		http.NotFound(w, r)
	})
}

// Favicon answers /favicon.ico, which browsers ask for on answers that are not
// our pages. The icon is the same SVG that the pages name.
func Favicon() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assets()["favicon.svg"].serve(w, r, "public, max-age=86400")
	})
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request, cache string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address answers GET only.", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	body, tag := a.body, a.tag
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			// A strong tag names one sequence of bytes (RFC 9110 section 8.8.1), so
			// the compressed form has another one.
			body, tag = a.zipped(), tag+"-gzip"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	// No modification time: embedded files have none. ETag, ranges and HEAD are its work.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// acceptsGzip reads Accept-Encoding as far as browsers write it: who sends a
// weight for gzip gets the plain bytes.
func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			return true
		}
	}
	return false
}
