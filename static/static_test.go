package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/postlogin/static"
)

// get asks the handler for target, with headers given as name, value, name, value …
func get(t *testing.T, method, target string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

// sources are the names of the files in this folder that are served.
func sources(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, ext := range []string{"css", "js", "svg"} {
		found, err := fs.Glob(os.DirFS("."), "*."+ext)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 4 {
		t.Fatalf("found only %q here: the test would prove nothing", names)
	}
	return names
}

func TestEveryFileIsServedWithItsTypeAndMayBeKeptForEver(t *testing.T) {
	types := map[string]string{
		".css": "text/css; charset=utf-8",
		".js":  "text/javascript; charset=utf-8",
		".svg": "image/svg+xml",
	}
	for _, name := range sources(t) {
		res := get(t, "GET", static.URL(name))
		if res.StatusCode != 200 {
			t.Errorf("%s: status = %d, want 200", name, res.StatusCode)
		}
		if got, want := res.Header.Get("Content-Type"), types[filepath.Ext(name)]; got != want {
			t.Errorf("%s: Content-Type = %q, want %q", name, got, want)
		}
		if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control = %q, want immutable", name, got)
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if res.ContentLength != int64(len(want)) {
			t.Errorf("%s: %d bytes served, want %d", name, res.ContentLength, len(want))
		}
	}
}

func TestCaching(t *testing.T) {
	current := static.URL("app.css")
	etag := get(t, "GET", current).Header.Get("ETag")
	if !strings.HasPrefix(etag, `"`) || len(etag) < 10 {
		t.Fatalf("ETag = %s, want a strong one", etag)
	}
	tests := []struct {
		name, method, target, ifNoneMatch string
		status                            int
		cache                             string
	}{
		{"current version", "GET", current, "", 200, "public, max-age=31536000, immutable"},
		{"no version must be revalidated", "GET", "/static/app.css", "", 200, "no-cache"},
		{"old version must be revalidated", "GET", "/static/app.css?v=0000", "", 200, "no-cache"},
		{"same content is not sent again", "GET", "/static/app.css", etag, 304, "no-cache"},
		{"other content is sent", "GET", "/static/app.css", `"other"`, 200, "no-cache"},
		{"HEAD", "HEAD", current, "", 200, "public, max-age=31536000, immutable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := get(t, tt.method, tt.target, "If-None-Match", tt.ifNoneMatch)
			if res.StatusCode != tt.status {
				t.Errorf("status = %d, want %d", res.StatusCode, tt.status)
			}
			if got := res.Header.Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control = %q, want %q", got, tt.cache)
			}
		})
	}
}

func TestWhatIsNotAFileIsNotServed(t *testing.T) {
	tests := []struct {
		name, method, target string
		status               int
	}{
		{"the folder", "GET", "/static/", 404},
		{"the folder without slash", "GET", "/static", 404},
		{"an unknown name", "GET", "/static/nothing.css", 404},
		{"the source code", "GET", "/static/static.go", 404},
		{"a way out", "GET", "/static/../static/app.css", 404},
		{"an encoded way out", "GET", "/static/%2e%2e/go.mod", 404},
		{"outside the prefix", "GET", "/app.css", 404},
		{"a file with a slash", "GET", "/static/app.css/", 404},
		{"posting", "POST", "/static/app.css", 405},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := get(t, tt.method, tt.target).StatusCode; got != tt.status {
				t.Errorf("status = %d, want %d", got, tt.status)
			}
		})
	}
}

func TestURLOfAnUnknownFilePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of a file that is not there returned")
		}
	}()
	static.URL("nothing.css")
}

func TestFilesAreSmallAndSelfContained(t *testing.T) {
	elsewhere := regexp.MustCompile(`(?i)@import|url\(|https?://|//[a-z]+\.[a-z]|\beval\(|new Function|innerHTML`)
	size := map[string]int{}
	for _, name := range sources(t) {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		size[filepath.Ext(name)] += len(body)
		text := strings.ReplaceAll(string(body), `xmlns="http://www.w3.org/2000/svg"`, "")
		if hit := elsewhere.FindString(text); hit != "" {
			t.Errorf("%s contains %q: pages load nothing from elsewhere and run no text as code", name, hit)
		}
	}
	if size[".css"] > 18_000 { // 5 kB when compressed
		t.Errorf("style sheets are %d bytes, want at most 18000", size[".css"])
	}
	if size[".js"] > 3_000 {
		t.Errorf("scripts are %d bytes, want at most 3000", size[".js"])
	}
}

// TestCompressed: the same file either way, each with an ETag of its own.
func TestCompressed(t *testing.T) {
	srv := httptest.NewServer(static.Handler())
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	get := func(headers ...string) (*http.Response, []byte) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+static.URL("app.css"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, body
	}
	plain, want := get()
	packed, body := get("Accept-Encoding", "gzip")
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(got, want) || packed.Header.Get("Content-Encoding") != "gzip" || len(body) > len(want)/2 {
		t.Errorf("%d bytes compressed to %d, encoding %q, %v", len(want), len(body), packed.Header.Get("Content-Encoding"), err)
	}
	if plain.Header.Get("ETag") == packed.Header.Get("ETag") || packed.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("ETag %s for both, or Vary %q", plain.Header.Get("ETag"), packed.Header.Get("Vary"))
	}
	if res, _ := get("Accept-Encoding", "gzip", "If-None-Match", packed.Header.Get("ETag")); res.StatusCode != http.StatusNotModified {
		t.Errorf("revalidated: %d, want 304", res.StatusCode)
	}
	if res, body := get("Accept-Encoding", "gzip", "Range", "bytes=0-3"); res.StatusCode != http.StatusPartialContent || !bytes.Equal(body, want[:4]) {
		t.Errorf("a range: %d %q, want the first four bytes as they are", res.StatusCode, body)
	}
}
