package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

const token = "a secret of the operator"

func withToken(o *mockidp.Options) { o.AdminToken = token }

func TestThisMachineComesIn(t *testing.T) {
	b := newBoard(t)
	b.open("")
	if got := read(b.element("h1", "")); got != "Getting Started" {
		t.Errorf("h1 = %q", got)
	}
	b.Get(b.idp.Issuer + "dashboard")
	if b.Status != 200 || b.URL.Path != "/dashboard/" {
		t.Errorf("without the slash: %d at %s", b.Status, b.URL)
	}
	b.Get(b.idp.Issuer)
	b.follow("Open the dashboard").want(200)
}

func TestOthersStayOut(t *testing.T) {
	for name, option := range map[string]struct {
		option mockidptest.Option
		want   int
	}{
		"without a token":             {func(*mockidp.Options) {}, 401},
		"with a token":                {withToken, 401},
		"published on loopback alone": {func(o *mockidp.Options) { o.OpenAdmin = true }, 200},
	} {
		t.Run(name, func(t *testing.T) {
			idp := mockidptest.New(t, option.option)
			for _, path := range []string{"", "actions/library", "nowhere"} {
				r := httptest.NewRequest(http.MethodGet, idp.Issuer+"dashboard/"+path, nil)
				r.RemoteAddr = "192.0.2.7:1234"
				w := httptest.NewRecorder()
				idp.ServeHTTP(w, r)
				if got := w.Code == http.StatusUnauthorized; got != (option.want == 401) {
					t.Errorf("/dashboard/%s: status %d", path, w.Code)
				}
				if w.Code == 401 && strings.Contains(w.Body.String(), "post-login-claims") {
					t.Errorf("/dashboard/%s tells of the tenant", path)
				}
			}
		})
	}
}

func TestTokenOpensTheDoor(t *testing.T) {
	start := time.Date(2026, 11, 20, 21, 0, 0, 0, time.UTC)
	now := start
	b := newBoard(t, withToken, mockidptest.Clock(func() time.Time { return now }))
	home := b.idp.Issuer + "dashboard/"
	b.Get(home)
	b.want(401)
	b.press("Open", url.Values{"token": {"a guess"}})
	b.want(401)
	b.says("This is not the admin token.")
	if got := b.field("token"); got != "" {
		t.Errorf("what was typed comes back: %q", got)
	}
	b.press("Open", url.Values{"token": {" " + token + "\n"}})
	b.want(200)
	b.says("Getting Started")
	b.open("")

	var pass *http.Cookie
	at, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Client.Jar.Cookies(at) {
		if c.Name == "mockidp_dashboard" {
			pass = c
		}
	}
	if pass == nil || strings.Contains(pass.Value, token) {
		t.Fatalf("cookie = %v", pass)
	}

	t.Run("a link does as well", func(t *testing.T) {
		other := b.another()
		other.Get(home + "enter?token=" + url.QueryEscape(token))
		other.want(200)
		if other.URL.RawQuery != "" {
			t.Errorf("the token stays in the address: %s", other.URL)
		}
	})
	t.Run("a bearer comes in", func(t *testing.T) {
		w := ask(b.idp, http.MethodGet, home, map[string]string{"Authorization": "Bearer " + token})
		if w.Code != 200 {
			t.Errorf("status %d", w.Code)
		}
	})
	until, proof, _ := strings.Cut(pass.Value, ".")
	for name, value := range map[string]string{
		"no proof": until, "another end": "9" + until + "." + proof, "nonsense": "x.y", "empty": "",
		"another proof": until + ".AAAA" + proof[4:],
	} {
		t.Run("a forged pass does not: "+name, func(t *testing.T) {
			if w := ask(b.idp, http.MethodGet, home, map[string]string{"Cookie": "mockidp_dashboard=" + value}); w.Code != 401 {
				t.Errorf("status %d", w.Code)
			}
		})
	}
	t.Run("a pass ends", func(t *testing.T) {
		now = start.Add(7*24*time.Hour + time.Second)
		defer func() { now = start }()
		b.Get(home)
		b.want(401)
	})
}

// A pass of one tenant of a class does not open another.
func TestPassIsOfOneTenant(t *testing.T) {
	under := func(path string) mockidptest.Option {
		return func(o *mockidp.Options) {
			withToken(o)
			o.Issuer = strings.TrimSuffix(o.Issuer, "/") + path
		}
	}
	otter, heron := mockidptest.New(t, under("/s/otter/")), mockidptest.New(t, under("/s/heron/"))
	w := ask(otter, http.MethodGet, otter.Issuer+"dashboard/enter?token="+url.QueryEscape(token), nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/s/otter/dashboard/" {
		t.Fatalf("status %d, Location %q", w.Code, w.Header().Get("Location"))
	}
	c := w.Result().Cookies()[0]
	if c.Path != "/s/otter/dashboard" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie = %v", c)
	}
	cookie := map[string]string{"Cookie": c.Name + "=" + c.Value}
	if w := ask(otter, http.MethodGet, otter.Issuer+"dashboard/", cookie); w.Code != 200 {
		t.Errorf("its own tenant: status %d", w.Code)
	}
	if w := ask(heron, http.MethodGet, heron.Issuer+"dashboard/", cookie); w.Code != 401 {
		t.Errorf("another tenant: status %d", w.Code)
	}
}

// Security I18: what a page of another site, of another port of this machine or
// under a rebound name makes the browser send.
func TestPagesOfOthersCanDoNothing(t *testing.T) {
	b := newBoard(t)
	home := b.idp.Issuer + "dashboard/"
	for _, tt := range []struct {
		name, method string
		headers      map[string]string
		want         int
	}{
		{"a post across sites", "POST", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a post from another port", "POST", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"}, 403},
		{"a post from another origin, by an old browser", "POST", map[string]string{"Origin": "http://localhost:3000"}, 403},
		{"a post without an origin", "POST", map[string]string{"Origin": "null"}, 403},
		{"a post of a page of its own", "POST", map[string]string{"Sec-Fetch-Site": "same-origin"}, 404},
		{"a script's request across sites", "GET", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403},
		{"a frame", "GET", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403},
		{"an image", "GET", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403},
		{"a link", "GET", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200},
		{"another host name", "GET", map[string]string{"Host": "evil.example"}, 421},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(b.idp, tt.method, home, tt.headers)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
			csp := w.Header().Get("Content-Security-Policy")
			if w.Header().Get("X-Frame-Options") != "DENY" || !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "form-action 'self'") {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// ask sends one request from this machine.
func ask(h http.Handler, method, target string, headers map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:1234"
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	if host := headers["Host"]; host != "" {
		r.Host = host
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
