package web_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// chooseTheme presses a button at the foot of the page at path.
func (b *browser) chooseTheme(value, path string, headers ...string) page {
	b.t.Helper()
	return b.do(http.MethodPost, "/theme", url.Values{"theme": {value}}, append(headers, "Referer", b.home+path)...)
}

// wantTheme checks what p says of the colours; want "" is as the system is.
func wantTheme(t *testing.T, p page, want string) {
	t.Helper()
	said := ""
	for _, theme := range []string{"light", "dark"} {
		if strings.Contains(p.body, `data-theme="`+theme+`"`) {
			said = theme
		}
	}
	if said != want {
		t.Errorf("%s has the theme %q, want %q", p.url, said, want)
	}
	scheme, pressed := "light dark", "System"
	if want != "" {
		scheme, pressed = want, strings.ToUpper(want[:1])+want[1:]
	}
	if !strings.Contains(p.body, `<meta name="color-scheme" content="`+scheme+`">`) {
		t.Errorf("%s does not announce the color-scheme %q", p.url, scheme)
	}
	if got := p.text(`aria-pressed="true"`); got != pressed || strings.Count(p.body, `aria-pressed="true"`) != 1 {
		t.Errorf("%s marks %q as chosen, want %q alone", p.url, got, pressed)
	}
}

func TestTheme(t *testing.T) {
	a := newApp(t, newOP(t))
	b := a.browser()
	everywhere := func(want string, more ...string) {
		t.Helper()
		for _, path := range append(more, "/", "/docs", "/docs/errors", "/nowhere", "/callback") {
			wantTheme(t, b.get(path), want)
		}
	}
	everywhere("")
	for _, value := range []string{"light", "dark"} {
		if p := b.chooseTheme(value, "/docs"); p.status != http.StatusSeeOther || p.location != b.home+"/docs#theme" {
			t.Errorf("the form is answered with %d to %q, want 303 back to it", p.status, p.location)
		}
		everywhere(value)
	}
	t.Run("it makes no session", func(t *testing.T) {
		if got := b.cookies(); len(got) != 1 || got[0].Name != "demo_theme" || got[0].Value != "dark" {
			t.Errorf("cookies = %v, want demo_theme alone", got)
		}
		files, err := os.ReadDir(a.cfg.SessionDir)
		if err != nil || len(files) != 1 || files[0].Name() != "key" {
			t.Errorf("files = %v, %v, want the key alone", files, err)
		}
	})
	t.Run("another value changes nothing", func(t *testing.T) {
		for _, value := range []string{"", "Dark", "sepia", "light dark", `"><script>`, strings.Repeat("light", 20_000)} {
			if p := b.chooseTheme(value, "/"); p.status != http.StatusSeeOther || len(p.header.Values("Set-Cookie")) != 0 {
				t.Errorf("%.20q is answered with %d and cookies %q", value, p.status, p.header.Values("Set-Cookie"))
			}
		}
		everywhere("dark")
	})
	t.Run("another site chooses nothing", func(t *testing.T) {
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "http://localhost:1"}, {"Origin", "null"}} {
			if p := b.chooseTheme("light", "/", headers...); p.status != http.StatusForbidden || p.code() != "E-403" || len(p.header.Values("Set-Cookie")) != 0 {
				t.Errorf("with %q: %d %s, want 403 E-403", headers, p.status, p.code())
			}
		}
		if p := b.get("/theme?theme=light"); p.status != http.StatusMethodNotAllowed || len(p.header.Values("Set-Cookie")) != 0 {
			t.Errorf("a link is answered with %d, want 405", p.status)
		}
		everywhere("dark")
	})
	t.Run("a profile that is kept in memory has the theme of who looks at it", func(t *testing.T) {
		b.wantProfile(b.login())
		everywhere("dark", "/profile", "/logout")
		session := "demo_session=" + b.cookie("demo_session")
		for cookies, want := range map[string]string{"": "", "; demo_theme=light": "light", "; demo_theme=dark": "dark", "; demo_theme=sepia": ""} {
			p := a.browser().get("/profile", "Cookie", session+cookies)
			b.wantProfile(p)
			wantTheme(t, p, want)
		}
	})
	t.Run("it stays after a log out", func(t *testing.T) {
		b.do(http.MethodPost, "/logout", url.Values{})
		everywhere("dark")
	})
	b.chooseTheme("system", "/")
	everywhere("")
	if got := b.cookie("demo_theme"); got != "" {
		t.Errorf("demo_theme = %q after System, want none", got)
	}
}

// TestThemeLeadsBack: to the page that the form was on, when that is one of this app
// that may be looked at again.
func TestThemeLeadsBack(t *testing.T) {
	a := newApp(t, newOP(t))
	b := a.browser()
	for referer, want := range map[string]string{
		b.home:                           "/",
		b.home + "/docs/errors":          "/docs/errors",
		b.home + "/profile?login=abc":    "/profile?login=abc",
		b.home + "/nowhere/%22%3E":       "/nowhere/%22%3E",
		b.home + "/callback":             "/",
		b.home + "/callback?code=c":      "/",
		b.home + "/%63allback?code=c":    "/",
		b.home + "//evil.example/":       "/profile",
		b.home + "/\\evil.example":       "/profile",
		b.home + "@evil.example/docs":    "/",
		"":                               "/",
		"https://evil.example/docs":      "/",
		"http://" + a.addr + "/docs":     "/",
		"javascript:alert(1)":            "/",
		"http://%zz/docs":                "/",
		b.home + ".evil.example/docs":    "/",
		"http://user@localhost/docs":     "/",
		strings.Repeat("http://a/", 1e3): "/",
	} {
		p := b.do(http.MethodPost, "/theme", url.Values{"theme": {"dark"}}, "Referer", referer)
		if p.status != http.StatusSeeOther || p.location != b.home+want+"#theme" || p.body != "" {
			t.Errorf("from %.60q it leads with %d to %q, want 303 to %s#theme", referer, p.status, p.location, want)
		}
	}
	// Browsers say where they come from as far as Referrer-Policy lets them. Nothing of
	// an answer of the provider is in the page either.
	const secret = "6f1ed002ab5595859014ebf0951522d9"
	for what, p := range map[string]page{
		"the callback":        b.get("/callback?code=" + secret + "&state=" + secret),
		"a form's error page": b.do(http.MethodPost, "/refresh", url.Values{}),
	} {
		if got := p.header.Get("Referrer-Policy"); got != "strict-origin" || p.status < 400 || strings.Contains(p.body, secret) {
			t.Errorf("%s: %d with Referrer-Policy %q, want an error page whose path stays in it\n%s", what, p.status, got, p.plain())
		}
	}
	if got := b.get("/docs").header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("Referrer-Policy of a page = %q, want same-origin", got)
	}
}
