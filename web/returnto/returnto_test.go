package returnto_test

import (
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.com/postlogin/web/returnto"
)

// redirectTries reads testdata/openredirects.txt.
func redirectTries(tb testing.TB) []string {
	tb.Helper()
	data, err := os.ReadFile("testdata/openredirects.txt")
	if err != nil {
		tb.Fatal(err)
	}
	var tries []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# ") {
			continue
		}
		try, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(line, `\\`, `\x5c\x5c`), `"`, `\"`) + `"`)
		if err != nil {
			try = line // a backslash that is no escape
		}
		tries = append(tries, try)
	}
	return tries
}

// staysHere reports whether a browser that is at this site and is sent to target
// stays on it. Browsers read "\" as "/", and drop tabs and line ends (WHATWG URL).
func staysHere(target string) bool {
	as := strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(target)
	if !strings.HasPrefix(as, "/") || strings.HasPrefix(as, "//") {
		return false
	}
	base, _ := url.Parse("http://localhost:3000/login")
	u, err := base.Parse(as)
	return err == nil && u.Scheme == "http" && u.Host == "localhost:3000" && u.User == nil && !strings.HasPrefix(u.Path, "//")
}

func TestPath(t *testing.T) {
	for _, try := range append(redirectTries(t), "/"+strings.Repeat("a", 5000)) {
		if got := returnto.Path(try); !staysHere(got) {
			t.Errorf("Path(%q) = %q leaves this site", try, got)
		}
	}
	for next, want := range map[string]string{
		"": "/profile", "/": "/", "/user": "/user", "/profile?a=1&b=%20#claims": "/profile?a=1&b=%20#claims", "//evil.example": "/profile",
		"/login": "/login", "/%2fevil.example": "/profile", "/a/../b": "/profile", "/" + strings.Repeat("a", 1023): "/" + strings.Repeat("a", 1023),
		"/" + strings.Repeat("|", 341): "/" + strings.Repeat("%7C", 341), "/" + strings.Repeat("|", 342): "/profile", // escaped, they are three times as long
	} {
		if got := returnto.Path(next); got != want {
			t.Errorf("Path(%.40q) = %.40q, want %.40q", next, got, want)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, try := range redirectTries(f) {
		f.Add(try)
	}
	f.Add("/" + strings.Repeat("|", 342))
	f.Fuzz(func(t *testing.T, next string) {
		got := returnto.Path(next)
		if !staysHere(got) {
			t.Fatalf("Path(%q) = %q leaves this site", next, got)
		}
		if strings.ContainsAny(got, "\r\n\x00") {
			t.Fatalf("Path(%q) = %q would break a header", next, got)
		}
		if again := returnto.Path(got); again != got {
			t.Fatalf("Path is not stable: %q, %q, %q", next, got, again)
		}
	})
}
