package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed assets
var embedded embed.FS

// asset is one embedded file.
type asset struct {
	name string // versioned: "idp.3f2a91c04b7d.css"
	mime string
	etag string // strong (RFC 9110 section 8.8.1): it changes with every byte
	body []byte
}

// assets is the embedded files by their plain names. It never changes.
var assets = map[string]*asset{
	"idp.css":     read("idp.css"),
	"favicon.svg": read("favicon.svg"),
}

// read panics where an embedded file is missing, which the compiler can't see
// and the first test does.
func read(name string) *asset {
	body, err := embedded.ReadFile("assets/" + name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(body)
	version, ext := hex.EncodeToString(sum[:6]), path.Ext(name)
	a := &asset{name: strings.TrimSuffix(name, ext) + "." + version + ext, etag: `"` + version + `"`, body: body}
	// The system's table of types may be missing or odd; ours may not depend on it.
	if a.mime = mime.TypeByExtension(ext); ext == ".svg" {
		a.mime = "image/svg+xml"
	}
	return a
}

// assetURL is the address of the asset called name under the issuer's path.
func assetURL(base, name string) string { return base + "/assets/" + assets[name].name }

// Assets serves the embedded files below /assets/. An address with the version
// of these bytes may be kept for ever; the plain name works too and is checked
// again each time, so that a hand-written page may use it.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, below := strings.CutPrefix(r.URL.Path, "/assets/")
		for plain, a := range assets {
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
		assets["favicon.svg"].serve(w, r, "public, max-age=86400")
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
	h.Set("ETag", a.etag)
	h.Set("X-Content-Type-Options", "nosniff")
	// No modification time: embedded files have none. ETag, ranges and HEAD are its work.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
}
