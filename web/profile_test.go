package web_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares got with a file in testdata.
func golden(t *testing.T, file, got string) {
	t.Helper()
	file = "testdata/" + file
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("not as in %s (run with -update to accept):\n%s", file, got)
	}
}

// TestMe freezes the shape of /api/me. What is random is replaced.
func TestMe(t *testing.T) {
	now := func() time.Time { return time.Date(2026, 11, 22, 21, 14, 5, 0, time.UTC) }
	o := newOP(t)
	o.now = now
	// The order of the token is that of its author, not of the alphabet.
	o.encode = func(o *op, h, c map[string]any) string {
		return signRaw(o.key, h, `{"iss":"`+o.issuer+`","name":"Ada Lovelace","login_count":4,"sub":"auth0|ada","aud":"demo-app",`+
			`"last_login_city":"Link\u00f6ping <x>","last_login_country":"SE","exp":1795418045,"iat":1795382045,"big":1e400,`+
			`"nested":{"z":1,"a":[true,null]},"email":"ada@example.test","email_verified":true,"nonce":"`+c["nonce"].(string)+`"}`)
	}
	raw := func(show bool) string {
		b := newApp(t, o, func(c *web.Config) { c.Now, c.ShowRawToken = now, show }).browser()
		b.wantProfile(b.login())
		p := b.get("/api/me")
		if same := b.get("/profile", "Accept", "application/json"); same.body != p.body {
			t.Error("/profile as JSON differs from /api/me")
		}
		if p.header.Get("Content-Type") != "application/json" {
			t.Errorf("Content-Type = %q", p.header.Get("Content-Type"))
		}
		return strings.ReplaceAll(p.body, b.home, "http://localhost:3000")
	}
	with := raw(true)
	var me struct {
		Token struct {
			Raw    string
			Header struct{ Alg string }
		}
	}
	if err := json.Unmarshal([]byte(with), &me); err != nil || strings.Count(me.Token.Raw, ".") != 2 || me.Token.Header.Alg != "RS256" {
		t.Errorf("token.raw = %q, %v, want the encoded token", me.Token.Raw, err)
	}
	got := raw(false)
	got = strings.ReplaceAll(got, o.issuer, "http://localhost:9400/")
	got = regexp.MustCompile(`"[\w-]{43}"`).ReplaceAllString(got, `"RANDOM"`)
	got = regexp.MustCompile(`"took_ms": [\d.]+`).ReplaceAllString(got, `"took_ms": 1`)
	got = regexp.MustCompile(`[^" ]{0,3}…[\w-]{2,4}`).ReplaceAllString(got, "CUT")
	golden(t, "me.json", got)
}

func TestMeAnonymous(t *testing.T) {
	p := newApp(t, newOP(t)).browser().get("/api/me")
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(p.body)); err != nil {
		t.Fatal(err)
	}
	if want := `{"schema":1,"authenticated":false,"login_url":"/login"}`; p.status != 401 || b.String() != want {
		t.Errorf("answer = %d %s, want 401 %s", p.status, b.String(), want)
	}
}

// TestProfilePage reads the page that the workshop looks at.
func TestProfilePage(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	p := b.login()
	b.wantProfile(p)
	for attr, want := range map[string]string{
		`data-testid="login_count"`: "1", `data-testid="last_login_city"`: "Georgetown", `data-testid="last_login_country"`: "US",
		`id="user-profile"`: "User profile",
	} {
		if got := p.text(attr); got != want {
			t.Errorf("%s = %q, want %q", attr, got, want)
		}
	}
	if !strings.Contains(p.body, "United States") {
		t.Error("the country's name is missing")
	}
	checks := p.checks()
	if len(checks["fail"]) != 0 || len(checks["pass"]) < 13 {
		t.Errorf("checks = %v", checks)
	}
	if custom, standard := strings.Index(p.body, `data-claim-row="login_count"`), strings.Index(p.body, `data-claim-row="email"`); custom < 0 || custom > standard {
		t.Error("custom claims are not first")
	}
}

// TestCards shows the three values when the token has something unusual in them.
func TestCards(t *testing.T) {
	tests := []struct {
		name         string
		claims       map[string]any
		city, state  string
		count, other string
	}{
		{"no claims, as with no Action", map[string]any{}, "not in your ID token", "missing", "not in your ID token", "Usual causes"},
		{"the city is null", map[string]any{"login_count": 1, "last_login_city": nil}, "unknown city", "empty", "1", "no city for this address"},
		{"the city is empty", map[string]any{"last_login_city": ""}, "unknown city", "empty", "not in your ID token", "no city for this address"},
		{"text in place of a number", map[string]any{"login_count": "7", "last_login_city": "São Paulo"}, "São Paulo", "present", "7", ""},
		{"a negative number and a list", map[string]any{"login_count": -1, "last_login_city": []any{1, "a"}}, `[1,"a"]`, "present", "-1", ""},
		{"markup", map[string]any{"last_login_city": `<script>alert(1)</script>`}, `<script>alert(1)</script>`, "present", "not in your ID token", "&lt;script&gt;"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOP(t)
			o.claims = func(c map[string]any) {
				for _, name := range []string{"login_count", "last_login_city", "last_login_country"} {
					delete(c, name)
				}
				for name, value := range tt.claims {
					c[name] = value
				}
			}
			p := newApp(t, o).browser().login()
			if got := p.text(`data-testid="last_login_city"`); got != tt.city {
				t.Errorf("city = %q, want %q", got, tt.city)
			}
			if got := p.text(`data-testid="login_count"`); got != tt.count {
				t.Errorf("count = %q, want %q", got, tt.count)
			}
			if !strings.Contains(p.body, `data-claim="last_login_city" data-state="`+tt.state+`"`) {
				t.Errorf("the state is not %q", tt.state)
			}
			if !strings.Contains(p.body, tt.other) || strings.Contains(p.body, "<script>alert") {
				t.Errorf("the page lacks %q, or holds a script", tt.other)
			}
		})
	}
}

// TestStrangeClaims: R26. Whatever the token holds, the page is there and the text
// is text.
func TestStrangeClaims(t *testing.T) {
	o := newOP(t)
	deep := strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000)
	o.encode = func(o *op, h, c map[string]any) string {
		s := encodeJSON(c)
		s = s[:len(s)-1] + `,"a":1e400,"b":` + deep + `,"\u0000":"\ud800","https://x.example/roles":["r"],"</script><script>alert(1)</script>":"\u202egnp.exe",` +
			`"picture":"javascript:alert(1)","updated_at":"2026-01-02T03:04:05Z","":"","long":"` + strings.Repeat("ä", 10<<10) + `"}`
		return signRaw(o.key, h, s)
	}
	b := newApp(t, o).browser()
	p := b.login()
	b.wantProfile(p)
	for _, bad := range []string{"<script>alert", `href="javascript:`, `src="javascript:`, "\u202e"} {
		if strings.Contains(p.body, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(p.body, `<span class="mut">https://x.example/</span>`) {
		t.Error("the name that is an address is not split")
	}
}

func encodeJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestRawTokenHidden: without ShowRawToken no page and no answer carries the token,
// also not that of a failed check.
func TestRawTokenHidden(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o, func(c *web.Config) { c.ShowRawToken = false }).browser()
	profile := b.login()
	b.wantProfile(profile)
	me := b.get("/api/me")
	o.claims = func(c map[string]any) { c["aud"] = "x" }
	failed := b.login()
	for _, p := range []page{profile, me, failed} {
		if strings.Contains(p.body, "eyJ") {
			t.Errorf("%s holds the encoded token", p.url)
		}
	}
}

// TestHome shows what this app is connected to.
func TestHome(t *testing.T) {
	o := newOP(t)
	b := newApp(t, o).browser()
	p := b.get("/")
	for _, want := range []string{o.issuer, "demo-app", b.home + "/callback", `data-provider-state="reachable"`, "real identity provider"} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page lacks %q\n%s", want, p.plain())
		}
	}
	b.login()
	if p := b.get("/"); !strings.Contains(p.body, "You are logged in as") || !strings.Contains(p.body, "Ada Lovelace") {
		t.Errorf("home, logged in:\n%s", p.plain())
	}
	o.change(func() { o.discovery = func(d map[string]any) { d["mockidp_version"] = "1" } })
	link := `<a href="` + o.issuer + `">Open the identity provider`
	if strings.Contains(p.body, link) {
		t.Error("the page links to the dashboard of a provider that has none")
	}
	if p := newApp(t, o).browser().get("/"); strings.Contains(p.body, "real identity provider") || !strings.Contains(p.body, link) {
		t.Errorf("a mock is called real, or there is no link to its dashboard\n%s", p.plain())
	}
}
