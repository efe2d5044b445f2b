package login_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

func storeUser(email, name string) store.User { return store.User{Email: email, Name: name} }

func TestPageSaysWhoCanLogIn(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	id := b.start()
	b.submit(b.start(), "login", nil).wantStatus(http.StatusSeeOther)
	a := b.open(id).wantStatus(http.StatusOK)

	if got := text(a.one("title")); got != "Log in to Demo app · Mock identity provider" {
		t.Errorf("title = %q", got)
	}
	if got := text(a.one("h1")); got != "Log in to Demo app" {
		t.Errorf("h1 = %q", got)
	}
	if got := text(a.one("header")); got != "Mock identity provider for testing only" {
		t.Errorf("header = %q", got)
	}
	a.wantText("who", "Who are you?")
	want := []string{
		"AL Ada Lovelace ada@example.test · 1 login · premium",
		"GH Grace Hopper grace@example.test · never logged in",
		"BB Bob Blocked bob@example.test · blocked account",
		"Type an email address instead",
	}
	var got []string
	for _, radio := range a.all("input", "name", "user") {
		got = append(got, text(radio.Parent))
	}
	if !slices.Equal(got, want) {
		t.Errorf("users:\n%q\nwant\n%q", got, want)
	}
	a.wantText("password-hint", "Every test user has the password workshop. It is filled in for you.")
	if pw := a.one("input", "name", "password"); attr(pw, "value") != password || attr(pw, "type") != "password" {
		t.Errorf("password field: %v", pw.Attr)
	}
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control = %q", got)
	}
}

func TestPageWorksWithoutScriptAndUnderItsPolicy(t *testing.T) {
	b := newTenant(t).browser()
	id := b.start()
	for name, a := range map[string]*answer{
		"first view": b.open(id), "with errors": b.submit(id, "login", url.Values{"user": {""}, "password": {""}, "ip": {"other"}}),
		"blocked": b.submit(id, "login", url.Values{"user": {bob}}), "over": b.open("gone"),
	} {
		t.Run(name, func(t *testing.T) { a.wellMade() })
	}
	// Enter presses the first button of the form: it has to be Log in.
	first := b.open(id).all("button")[0]
	if attr(first, "value") != "login" || text(first) != "Log in" {
		t.Errorf("first button is %q", text(first))
	}
}

func TestPolicyNamesWhereTheLoginEnds(t *testing.T) {
	b := newTenant(t).browser()
	for _, tt := range []struct{ name, redirect, source string }{
		{"a web app", "http://localhost:3000/callback", "http://localhost:3000"},
		{"an app with its own scheme", "com.example.app:/callback", "com.example.app:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := b.start(func(r *store.Request) { r.RedirectURI = tt.redirect })
			for _, a := range []*answer{b.open(id), b.submit(id, "login", url.Values{"password": {"wrong"}})} {
				csp := a.Header.Get("Content-Security-Policy")
				if !strings.Contains(csp, "; form-action 'self' "+tt.source+"; ") {
					t.Errorf("policy %q does not let the form end at %s", csp, tt.source)
				}
			}
		})
	}
	if csp := b.open("gone").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self';") {
		t.Errorf("policy of the error page: %q", csp)
	}
}

func TestPickerOffersWhatTheDatabaseKnows(t *testing.T) {
	b := newTenant(t).browser()
	a := b.open(b.start())
	picker := a.one("select", "name", "ip")
	if got := text(a.one("label", "for", "ip")); got != "Where are you logging in from?" {
		t.Errorf("label = %q", got)
	}
	a.wantText("ip-hint", "Looked up in the test's database. This is what Actions see in event.request.geoip.")

	var groups, options []string
	for n := range picker.Descendants() {
		switch n.Data {
		case "optgroup":
			groups = append(groups, attr(n, "label"))
		case "option":
			options = append(options, attr(n, "value")+"="+text(n))
		}
	}
	if want := []string{"Africa", "Americas", "Special"}; !slices.Equal(groups, want) {
		t.Errorf("groups = %q, want %q", groups, want)
	}
	want := []string{
		"=My real address (127.0.0.1 — no location)",
		"192.0.2.1=Accra, GH — 192.0.2.1", "192.0.2.17=Georgetown, US — 192.0.2.17", "192.0.2.33=São Paulo, BR — 192.0.2.33",
		"203.0.113.240=An address the database does not know — 203.0.113.240",
		"other=Type another IP…",
	}
	if !slices.Equal(options, want) {
		t.Errorf("options:\n%q\nwant\n%q", options, want)
	}
	if got := a.form().Get("ip"); got != "192.0.2.1" {
		t.Errorf("first choice = %q, want the first city", got)
	}
}

func TestPickerKeepsTheLastChoiceOfTheBrowser(t *testing.T) {
	for _, tt := range []struct {
		name, ip, other string
		from            string // address in the history
		simulated       bool
		city            string
		nextIP, next    string // fields of the next page
	}{
		{"a city", "192.0.2.33", "", "192.0.2.33", true, "São Paulo", "192.0.2.33", ""},
		{"an unknown address", "203.0.113.240", "", "203.0.113.240", true, "", "203.0.113.240", ""},
		{"the real address", "", "", "127.0.0.1", false, "", "", ""},
		{"a typed IPv4 address", "other", "192.0.2.17", "192.0.2.17", true, "Georgetown", "other", "192.0.2.17"},
		{"a typed IPv6 address", "other", " [2001:db8::17%eth0] ", "2001:db8::17", true, "", "other", "2001:db8::17"},
		{"a typed IPv4 address in IPv6 form", "other", "::ffff:192.0.2.17", "192.0.2.17", true, "Georgetown", "other", "192.0.2.17"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTenant(t).browser()
			id := b.start()
			b.submit(id, "login", url.Values{"ip": {tt.ip}, "ip_other": {tt.other}}).wantResume(id)
			l, s := b.lastLogin(ada), b.session()
			if l.IP.String() != tt.from || l.Simulated != tt.simulated || l.Place.City != tt.city {
				t.Errorf("history has %s, simulated %v, city %q", l.IP, l.Simulated, l.Place.City)
			}
			if s.IP != l.IP || s.Simulated != l.Simulated {
				t.Errorf("session has %s, simulated %v", s.IP, s.Simulated)
			}
			form := b.open(b.start()).form()
			if form.Get("ip") != tt.nextIP || form.Get("ip_other") != tt.next {
				t.Errorf("next page has %q and %q, want %q and %q", form.Get("ip"), form.Get("ip_other"), tt.nextIP, tt.next)
			}
		})
	}
}

func TestPickerForgetsAPlaceThatIsNotOnOfferAnyMore(t *testing.T) {
	for _, value := range []string{"198.51.100.7", "nonsense", "other-nonsense", ""} {
		b := newTenant(t).browser()
		u, _ := url.Parse(b.url)
		b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "mockidp_from", Value: value, Path: "/"}})
		if got := b.open(b.start()).form().Get("ip"); got != "192.0.2.1" {
			t.Errorf("cookie %q: choice = %q, want the first city", value, got)
		}
	}
}

func TestOnlyPeopleNearbyMayChooseTheirAddress(t *testing.T) {
	for _, tt := range []struct {
		name, peer string
		simulate   bool
		may        bool
	}{
		{"this machine", "127.0.0.1", true, true},
		{"this machine, IPv6", "::1", true, true},
		{"a container's bridge", "172.18.0.1", true, true},
		{"a private network in IPv6 form", "::ffff:192.168.1.9", true, true},
		{"a unique local address", "fd00::9", true, true},
		{"a link-local address", "fe80::9%eth0", true, true},
		{"the internet", "198.51.100.9", true, false},
		{"the internet, IPv6", "2001:db8::9", true, false},
		{"this machine with the picker switched off", "127.0.0.1", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			peer := netip.MustParseAddr(tt.peer)
			b := newTenant(t, func(c *login.Config) {
				c.SimulateIP = tt.simulate
				c.ClientIP = func(*http.Request) netip.Addr { return peer }
			}).browser()
			id := b.start()
			if got := len(b.open(id).all("select", "name", "ip")) == 1; got != tt.may {
				t.Errorf("picker shown: %v, want %v", got, tt.may)
			}
			a := b.submit(id, "login", url.Values{"ip": {"192.0.2.17"}})
			a.wantResume(id)
			want := peer
			if tt.may {
				want = netip.MustParseAddr("192.0.2.17")
			}
			if l := b.lastLogin(ada); l.IP.String() != want.String() || l.Simulated != tt.may {
				t.Errorf("history has %s, simulated %v; want %s, %v", l.IP, l.Simulated, want, tt.may)
			}
			remembered := slices.ContainsFunc(a.Cookies(), func(c *http.Cookie) bool { return c.Name == "mockidp_from" })
			if remembered != tt.may {
				t.Errorf("choice remembered: %v, want %v", remembered, tt.may)
			}
		})
	}
}

func TestMoreThanEightUsersBecomeAList(t *testing.T) {
	tn := newTenant(t)
	for i := range 6 {
		tn.user(storeUser(fmt.Sprintf("user%d@example.test", i), ""))
	}
	b := tn.browser()
	id := b.start()
	a := b.open(id)
	if n := len(a.all("input", "type", "radio")); n != 0 {
		t.Errorf("%d radio buttons, want none", n)
	}
	list := a.one("select", "name", "user")
	var options []string
	for n := range list.Descendants() {
		if n.Data == "option" {
			options = append(options, attr(n, "value"))
		}
	}
	if len(options) != 10 || options[0] != ada || options[9] != "" {
		t.Errorf("options = %q, want nine users and the typed address", options)
	}
	b.submit(id, "login", url.Values{"user": {"user5@example.test"}}).wantResume(id)
	a = b.submit(b.start(), "login", url.Values{"user": {grace}, "password": {"x"}})
	if got := a.form().Get("user"); got != grace {
		t.Errorf("after a wrong password %q is selected, want %q", got, grace)
	}
}

func TestATenantWithoutUsersAsksForAnAddress(t *testing.T) {
	st, err := store.Open(t.Context(), "memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	tn := newTenant(t)
	tn.must(st.PutClient(t.Context(), &store.Client{ID: "demo-app", RedirectURIs: []string{callback}}))
	empty := newTenant(t, func(c *login.Config) { c.Store = st })
	empty.store = st
	b := empty.browser()
	a := b.open(b.start())
	if n := len(a.all("input", "name", "user")) + len(a.all("select", "name", "user")); n != 0 {
		t.Errorf("%d ways to pick nobody", n)
	}
	if got := text(a.one("h1")); got != "Log in to demo-app" {
		t.Errorf("h1 = %q, want the id of an app without a name", got)
	}
	b.submit(b.start(), "login", url.Values{"email": {"x@example.test"}}).wantText("who-error", "No user x@example.test.")
}

func TestPageExplainsWhatTheAppAskedFor(t *testing.T) {
	b := newTenant(t).browser()
	a := b.open(b.start())
	details := a.one("details")
	if got := text(a.one("summary")); got != "What the app asked for" {
		t.Errorf("summary = %q", got)
	}
	got := map[string]string{}
	var name string
	var order []string
	for n := range details.Descendants() {
		switch n.Data {
		case "dt":
			name = text(n)
			order = append(order, name)
		case "dd":
			got[name] = text(n)
		}
	}
	if want := []string{"client_id", "redirect_uri", "state", "x_mine"}; !slices.Equal(order, want) {
		t.Errorf("parameters %q, want %q", order, want)
	}
	if want := "demo-app Which application asks."; got["client_id"] != want && got["client_id"] != strings.ReplaceAll(want, "demo-app ", "demo-app") {
		t.Errorf("client_id: %q", got["client_id"])
	}
	if !strings.HasSuffix(got["x_mine"], "Actions find it in event.request.query.") {
		t.Errorf("x_mine: %q", got["x_mine"])
	}
}

func TestNewRefusesAnIncompleteConfig(t *testing.T) {
	for _, cfg := range []login.Config{{}, {Store: &store.Store{}}, {StartedIn: func(*http.Request, *store.Request) bool { return true }}} {
		if _, err := login.New(cfg); err == nil {
			t.Errorf("New(%+v) succeeded", cfg)
		}
	}
}
