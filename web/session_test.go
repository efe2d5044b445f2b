package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/web"
)

func TestSessionsSurviveARestart(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b, other := a.browser(), a.browser()
	b.wantProfile(b.login())
	callback := other.begin() // a login that is under way survives as well
	a.restart()
	b.wantProfile(b.follow("/profile"))
	other.wantProfile(other.follow(callback))
	a.restart()
	other.do(http.MethodPost, "/logout", url.Values{})
	other.wantPage(other.get(callback), 400, "E-STATE-3") // and that it was used is remembered
}

func TestSessionKey(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	b.wantProfile(b.login())
	file := filepath.Join(a.cfg.SessionDir, "key")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v, want mode 0600", info, err)
	}
	t.Run("another key ends all sessions", func(t *testing.T) {
		a.cfg.SessionKey = bytes.Repeat([]byte("k"), 32)
		a.restart()
		b.wantPage(b.get("/profile"), 401, "E-SES-1")
		b.wantProfile(b.login())
	})
	t.Run("a key that others can read is refused", func(t *testing.T) {
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		cfg := a.cfg
		cfg.SessionKey = nil
		s, err := web.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("Start = %v, want an error that says what to do", err)
		}
	})
}

// TestSessionOfAnotherProvider: after OIDC_ISSUER or OIDC_CLIENT_ID was changed, nobody is
// logged in by what the provider of before has said.
func TestSessionOfAnotherProvider(t *testing.T) {
	for name, change := range map[string]func(*web.Config){
		"issuer": func(c *web.Config) { c.Issuer = newOP(t).issuer },
		"client": func(c *web.Config) { c.ClientID = "another-app" },
	} {
		t.Run(name, func(t *testing.T) {
			a := newApp(t, newOP(t))
			b := a.browser()
			b.wantProfile(b.login())
			change(&a.cfg)
			a.restart()
			b.wantPage(b.get("/profile"), 401, "E-SES-1")
		})
	}
}

// TestFilesTellNothing: records on disk hold no token, no state and no id.
func TestFilesTellNothing(t *testing.T) {
	o := newOP(t)
	a := newApp(t, o)
	b := a.browser()
	b.wantProfile(b.login())
	b.begin()
	o.secrets = append(o.secrets, b.cookie("demo_session"), "Ada Lovelace")
	entries, err := os.ReadDir(a.cfg.SessionDir)
	if err != nil || len(entries) != 5 { // key, session, history, a used and a fresh login
		t.Fatalf("files = %v, %v, want 5", entries, err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(a.cfg.SessionDir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range o.secrets {
			if bytes.Contains(data, []byte(secret)) || strings.Contains(e.Name(), secret) {
				t.Errorf("file %s holds %q", e.Name(), secret)
			}
		}
		if info, _ := e.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("file %s has mode %v, want 0600", e.Name(), info.Mode())
		}
	}
}

// TestDamagedRecords treats a broken file as no session, and never as another one.
func TestDamagedRecords(t *testing.T) {
	a := newApp(t, newOP(t))
	b, other := a.browser(), a.browser()
	b.wantProfile(b.login())
	other.wantProfile(other.login())
	files, err := filepath.Glob(filepath.Join(a.cfg.SessionDir, "session_*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files = %v, %v, want 2", files, err)
	}
	one, _ := os.ReadFile(files[0])
	two, _ := os.ReadFile(files[1])
	for name, exchange := range map[string][2][]byte{"exchanged": {two, one}, "cut": {one[:20], two[:5]}, "empty": {nil, nil}} {
		os.WriteFile(files[0], exchange[0], 0o600)
		os.WriteFile(files[1], exchange[1], 0o600)
		a.restart() // what is in memory was read before
		for _, b := range []*browser{b, other} {
			if p := b.get("/profile"); p.status != 401 || p.code() != "E-SES-1" {
				t.Errorf("%s: profile = %d %s, want 401 E-SES-1", name, p.status, p.code())
			}
		}
	}
}

// TestSessionLimits: R31, with a clock that is moved on.
func TestSessionLimits(t *testing.T) {
	start := func(t *testing.T) (*clock, *browser) {
		clock := &clock{}
		o := newOP(t)
		o.now = clock.now
		b := newApp(t, o, func(c *web.Config) { c.Now = clock.now }).browser()
		b.wantProfile(b.login())
		return clock, b
	}
	t.Run("30 minutes without a request", func(t *testing.T) {
		clock, b := start(t)
		clock.advance(29 * time.Minute)
		b.wantProfile(b.follow("/profile"))
		clock.advance(29 * time.Minute)
		b.wantProfile(b.follow("/profile"))
		clock.advance(31 * time.Minute)
		b.wantPage(b.get("/profile"), 401, "E-SES-1")
	})
	t.Run("8 hours", func(t *testing.T) {
		clock, b := start(t)
		for range 23 {
			clock.advance(20 * time.Minute)
			b.wantProfile(b.follow("/profile"))
		}
		clock.advance(21 * time.Minute)
		b.wantPage(b.get("/profile"), 401, "E-SES-1")
	})
	t.Run("a session outlives its ID token, and the page says so", func(t *testing.T) {
		clock := &clock{}
		o := newOP(t)
		o.claims = func(c map[string]any) { c["exp"] = time.Now().Add(5 * time.Minute).Unix() }
		b := newApp(t, o, func(c *web.Config) { c.Now = clock.now }).browser()
		b.wantProfile(b.login())
		clock.advance(8*time.Minute + time.Second)
		if p := b.get("/profile"); p.status != 200 || !strings.Contains(p.body, "This ID token expired 3 minutes ago.") {
			t.Errorf("profile = %d, want the banner\n%s", p.status, p.plain())
		}
	})
	t.Run("the banner says where the claims come from", func(t *testing.T) {
		clock := &clock{}
		o := newOP(t)
		b := newApp(t, o, offline, func(c *web.Config) { c.Now = clock.now }).browser()
		o.claims = func(c map[string]any) {
			c["iat"], c["exp"] = clock.now().Unix(), clock.now().Add(5*time.Minute).Unix()
		}
		b.wantProfile(b.login())
		wantOf := func(what string) {
			t.Helper()
			clock.advance(8 * time.Minute)
			if p, want := b.get("/profile"), "The claims are those of your "+what+" at "; !strings.Contains(p.body, want) {
				t.Errorf("the page lacks %q\n%s", want, p.plain())
			}
		}
		wantOf("login")
		if p := b.refresh(); p.status != http.StatusSeeOther {
			t.Fatalf("refresh = %d %s\n%s", p.status, p.code(), p.plain())
		}
		wantOf("refresh")
	})
}

// TestOldRecordsAreDeleted looks into the folder after a restart, when the first
// sweep has been.
func TestOldRecordsAreDeleted(t *testing.T) {
	a := newApp(t, newOP(t))
	b := a.browser()
	b.wantProfile(b.login())
	b.begin()
	foreign := filepath.Join(a.cfg.SessionDir, "notes.txt")
	if err := os.WriteFile(foreign, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a.stop()
	for _, tt := range []struct {
		age  time.Duration
		want int
		left string
	}{
		{31 * time.Minute, 3, "the key, notes.txt and the login history"},
		{91 * 24 * time.Hour, 2, "the key and notes.txt"},
	} {
		old := time.Now().Add(-tt.age)
		files, _ := filepath.Glob(filepath.Join(a.cfg.SessionDir, "*"))
		for _, file := range files {
			if err := os.Chtimes(file, old, old); err != nil {
				t.Fatal(err)
			}
		}
		a.restart()
		a.stop() // waits for the sweep
		files, _ = filepath.Glob(filepath.Join(a.cfg.SessionDir, "*"))
		if len(files) != tt.want {
			t.Errorf("files after %v = %q, want %s", tt.age, files, tt.left)
		}
	}
}

// TestFixation: R19. An id that was planted before the login opens nothing after it.
func TestFixation(t *testing.T) {
	a := newApp(t, newOP(t))
	attacker, victim := a.browser(), a.browser()
	u, _ := url.Parse(a.cfg.BaseURL)
	attacker.wantProfile(attacker.login())
	planted := attacker.cookie("demo_session")
	victim.client.Jar.SetCookies(u, []*http.Cookie{{Name: "demo_session", Value: planted, Path: "/"}})
	victim.wantProfile(victim.login())
	if got := victim.cookie("demo_session"); got == planted {
		t.Error("the login kept the planted id")
	}
	if attacker.isLoggedIn() {
		t.Error("the planted id still opens a session")
	}
	made := strings.Repeat("A", 43)
	victim.client.Jar.SetCookies(u, []*http.Cookie{{Name: "demo_session", Value: made, Path: "/"}})
	victim.wantProfile(victim.login())
	if got := victim.cookie("demo_session"); got == made {
		t.Error("the login used an id that was made up")
	}
}

func TestStrangeSessionCookies(t *testing.T) {
	a := newApp(t, newOP(t))
	for _, value := range []string{"", "x", "../../etc/passwd", strings.Repeat("x", 3000), "..", "%00"} {
		b := a.browser()
		if p := b.get("/profile", "Cookie", "demo_session="+value); p.status != 401 || p.code() != "E-SES-1" {
			t.Errorf("cookie %.20q: profile = %d %s, want 401 E-SES-1", value, p.status, p.code())
		}
		if p := b.get("/", "Cookie", "demo_session="+value); p.status != 200 {
			t.Errorf("cookie %.20q: home = %d, want 200", value, p.status)
		}
	}
}

func TestProfileWithoutSession(t *testing.T) {
	b := newApp(t, newOP(t)).browser()
	for _, path := range []string{"/profile", "/user", "/logout"} {
		if p := b.get(path); p.status != http.StatusSeeOther || p.location != b.home+"/" {
			t.Errorf("GET %s = %d %q, want a redirect home", path, p.status, p.location)
		}
	}
	if p := b.get("/profile", "Accept", "application/json"); p.status != 401 || !strings.Contains(p.body, `"login_url": "/login"`) {
		t.Errorf("as JSON = %d %s", p.status, p.body)
	}
}

// TestParallelRequests has many requests use one session while it ends. After the
// answer to the log out nobody gets in, and nothing brings the session back.
func TestParallelRequests(t *testing.T) {
	a := newApp(t, newOP(t))
	b := a.browser()
	b.wantProfile(b.login())
	id := b.cookie("demo_session")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			old := a.browser()
			for range 5 {
				if p := old.get("/profile", "Cookie", "demo_session="+id); p.status != 200 && p.code() != "E-SES-1" {
					t.Errorf("profile = %d %s", p.status, p.code())
				}
			}
		})
	}
	wg.Go(func() { b.do(http.MethodPost, "/logout", url.Values{}) })
	wg.Wait()
	if p := a.browser().get("/api/me", "Cookie", "demo_session="+id); p.status != 401 {
		t.Errorf("the old cookie after the log out = %d, want 401", p.status)
	}
}

// TestParallelLogins logs many people in at once.
func TestParallelLogins(t *testing.T) {
	a := newApp(t, newOP(t))
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			b := a.browser()
			if p := b.login(); p.status != 200 || !strings.HasSuffix(p.url, "/profile") {
				t.Errorf("login = %d %s at %s", p.status, p.code(), p.url)
			}
		})
	}
	wg.Wait()
}

// TestCookieFlags: R20, on plain http and behind https.
func TestCookieFlags(t *testing.T) {
	o := newOP(t)
	check := func(t *testing.T, header http.Header, prefix string, secure bool) {
		t.Helper()
		cookies := (&http.Response{Header: header}).Cookies()
		if len(cookies) == 0 {
			t.Error("no cookie was set")
		}
		for _, c := range cookies {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != secure || !strings.HasPrefix(c.Name, prefix) {
				t.Errorf("cookie %s = %+v", c.Name, c)
			}
			if len(c.Name)+len(c.Value) > 200 {
				t.Errorf("cookie %s has %d bytes", c.Name, len(c.Value))
			}
		}
	}
	t.Run("http", func(t *testing.T) {
		b := newApp(t, o).browser()
		check(t, b.get("/login").header, "demo_login_", false)
		check(t, b.get(b.begin()).header, "demo_", false)
		check(t, b.do(http.MethodPost, "/logout", url.Values{}).header, "demo_", false)
		check(t, b.get("/").header, "demo_logout", false)
		check(t, b.chooseTheme("dark", "/").header, "demo_theme", false)
	})
	t.Run("https", func(t *testing.T) {
		s, err := web.New(web.Config{BaseURL: "https://app.example", Issuer: o.issuer, ClientID: "demo-app", ClientSecret: clientSecret,
			SessionDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", "https://app.example/login", nil))
		check(t, w.Header(), "__Host-demo_login_", true)
		theme := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "https://app.example/theme", strings.NewReader("theme=dark"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.ServeHTTP(theme, r)
		check(t, theme.Header(), "__Host-demo_theme", true)
		if got := theme.Header().Get("Set-Cookie"); !strings.Contains(got, "; Max-Age=31536000;") {
			t.Errorf("Set-Cookie = %q, want it to be kept for a year", got)
		}
		if got := w.Header().Get("Strict-Transport-Security"); got == "" {
			t.Error("no Strict-Transport-Security")
		}
	})
}

// TestLargeToken: an ID token of 12 KB works, and no cookie grows with it.
func TestLargeToken(t *testing.T) {
	o := newOP(t)
	o.claims = func(c map[string]any) { c["datalake"] = strings.Repeat("lake ", 12<<10/5) }
	b := newApp(t, o).browser()
	b.wantProfile(b.login())
	if p := b.get("/api/me"); len(p.body) < 24<<10 {
		t.Errorf("/api/me has %d bytes, want the whole claim", len(p.body))
	}
	p := b.do(http.MethodPost, "/logout", url.Values{"provider": {"1"}})
	if len(p.location) > 8000 {
		t.Errorf("the log out address has %d bytes, more than some servers take", len(p.location))
	}
	if b.isLoggedIn() {
		t.Error("still logged in")
	}
}

// TestFolderGone: what can't be stored is an error page, and not a half login.
func TestFolderGone(t *testing.T) {
	a := newApp(t, newOP(t))
	b := a.browser()
	if err := os.RemoveAll(a.cfg.SessionDir); err != nil {
		t.Fatal(err)
	}
	p := b.get("/login")
	b.wantPage(p, 500, "E-500")
	if strings.Contains(p.body, a.cfg.SessionDir) {
		t.Error("the page tells the cause")
	}
	if p := b.get("/readyz"); p.status != 503 || !strings.Contains(p.body, `"ready": false`) {
		t.Errorf("readyz = %d %s, want 503", p.status, p.body)
	}
	if p := b.get("/livez"); p.status != 200 {
		t.Errorf("livez = %d, want 200", p.status)
	}
}

// TestNothingSecretIsLogged: I23's rule, for this side.
func TestNothingSecretIsLogged(t *testing.T) {
	var log lockedBuffer
	o := newOP(t)
	a := newApp(t, o, func(c *web.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	b := a.browser()
	b.wantProfile(b.login())
	o.secrets = append(o.secrets, b.cookie("demo_session"))
	o.claims = func(c map[string]any) { c["nonce"] = "x" }
	b.login()
	o.claims = nil
	o.change(func() {
		o.instead["/oauth/token"] = func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(400)
			r.ParseForm()
			w.Write([]byte(r.Form.Encode())) // an answer that repeats every secret
		}
	})
	b.login()
	b.get("/callback?code=secret-code&state=secret-state&error_description=secret-words")
	b.do(http.MethodPost, "/logout", url.Values{"provider": {"1"}})
	o.secrets = append(o.secrets, "secret-code", "secret-state", "secret-words")
	if !strings.Contains(log.String(), "E-VER-7") {
		t.Fatalf("the log does not name the failed check:\n%s", log.String())
	}
	for _, secret := range o.secrets {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// A lockedBuffer can be written by many.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
