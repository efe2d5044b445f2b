package mockidp_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// newListener is an application's back-channel logout address. It answers with status.
func newListener(t *testing.T, status int) (address string, tokens chan string) {
	t.Helper()
	tokens = make(chan string, 10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%s with %s", r.Method, r.Header.Get("Content-Type"))
		}
		tokens <- r.PostFormValue("logout_token")
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/logout", tokens
}

// logOut logs b out at the provider.
func logOut(t *testing.T, idp *mockidptest.Server, b *mockidptest.Browser, res *result) {
	t.Helper()
	b.Get(idp.Issuer + "oidc/logout?" + url.Values{"id_token_hint": {res.tokens.Extra("id_token").(string)}}.Encode())
	if b.Status != http.StatusOK {
		t.Fatalf("logout = %d %s", b.Status, b.Body)
	}
}

// TestBackChannelLogout is oidcc-backchannel-rp-initiated-logout: a logout token
// with all it must have, and nothing that would make it an ID token.
func TestBackChannelLogout(t *testing.T) {
	address0, tokens := newListener(t, http.StatusOK)
	idp, rp := newPair(t, mockidptest.BackchannelLogoutURL(address0))
	b := mockidptest.NewBrowser(t)
	res := rp.mustLogin(b, address(t, "London"))
	logOut(t, idp, b, res)
	var raw string
	select {
	case raw = <-tokens: // sent before the browser was answered
	default:
		t.Fatal("the application was not told")
	}
	token, err := rp.provider.Verifier(&oidc.Config{ClientID: idp.ClientID}).VerifyLogout(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	if token.SessionID == "" || token.SessionID != res.claims["sid"] || token.Subject != res.claims["sub"] || token.TokenID == "" {
		t.Errorf("logout token = %+v, claims of the login = %v", token, res.claims)
	}
	if age := time.Since(token.IssuedAt); age > time.Minute || !token.Expiry.After(time.Now()) || token.Expiry.After(time.Now().Add(3*time.Minute)) {
		t.Errorf("logout token issued %v ago, expires %v", age, token.Expiry)
	}
	head, _, _ := strings.Cut(raw, ".")
	data, err := base64.RawURLEncoding.DecodeString(head)
	var header struct{ Typ string }
	if err != nil || json.Unmarshal(data, &header) != nil || header.Typ != "logout+jwt" {
		t.Errorf("header = %s, %v, want typ logout+jwt", data, err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	if err != nil || strings.Contains(string(payload), "nonce") {
		t.Errorf("payload = %s, %v, want none with a nonce", payload, err)
	}
	b.Get(idp.Issuer + "oidc/logout") // there is no session any more
	select {
	case <-tokens:
		t.Error("the application was told twice")
	default:
	}
}

// TestOnlyThoseWhoTookPartAreTold: another application that has registered an
// address knows nothing of this session.
func TestOnlyThoseWhoTookPartAreTold(t *testing.T) {
	mine, told := newListener(t, http.StatusOK)
	others, notTold := newListener(t, http.StatusOK)
	idp, rp := newPair(t, mockidptest.BackchannelLogoutURL(mine))
	other := mockidp.DemoClient()
	other.ID, other.BackchannelLogoutURI = "other", others
	if err := idp.Store.PutClient(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	b := mockidptest.NewBrowser(t)
	logOut(t, idp, b, rp.mustLogin(b, address(t, "London")))
	if len(told) != 1 || len(notTold) != 0 {
		t.Errorf("told %d times, and somebody else %d times", len(told), len(notTold))
	}
}

// TestLogoutDoesNotDependOnTheApplication: whatever it answers, the person is logged out.
func TestLogoutDoesNotDependOnTheApplication(t *testing.T) {
	failing, tokens := newListener(t, http.StatusInternalServerError)
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		r.ParseForm() // a server notices that its client has gone only once the body is read
		<-r.Context().Done()
	}))
	defer hanging.Close()
	elsewhere, followed := newListener(t, http.StatusOK)
	redirecting := httptest.NewServer(http.RedirectHandler(elsewhere, http.StatusTemporaryRedirect))
	defer redirecting.Close()
	for name, address1 := range map[string]string{
		"it fails": failing, "it hangs": hanging.URL, "it redirects": redirecting.URL, "nobody listens": "http://127.0.0.1:1/",
		"an address of the cloud": "http://169.254.169.254/latest/", "no address": "mailto:x@example.test",
	} {
		t.Run(name, func(t *testing.T) {
			idp, rp := newPair(t, mockidptest.BackchannelLogoutURL(address1))
			b := mockidptest.NewBrowser(t)
			logOut(t, idp, b, rp.mustLogin(b, address(t, "London")))
			if _, err := rp.login(b, address(t, "London")); err != nil {
				t.Errorf("the next login: %v", err)
			}
		})
	}
	if len(tokens) != 1 {
		t.Errorf("the failing application was told %d times, want once", len(tokens))
	}
	if len(followed) != 0 {
		t.Error("a redirect was followed with the logout token")
	}
}

// TestConnectToForLogouts: in containers the registered address is dialled elsewhere.
func TestConnectToForLogouts(t *testing.T) {
	real, tokens := newListener(t, http.StatusOK)
	u, err := url.Parse(real)
	if err != nil {
		t.Fatal(err)
	}
	idp, rp := newPair(t, mockidptest.BackchannelLogoutURL("http://app.invalid:3000/logout"),
		mockidptest.Tune(func(o *mockidp.Options) { o.ConnectTo = map[string]string{"app.invalid:3000": u.Host} }))
	b := mockidptest.NewBrowser(t)
	logOut(t, idp, b, rp.mustLogin(b, address(t, "London")))
	if len(tokens) != 1 {
		t.Errorf("told %d times, want once", len(tokens))
	}
}

// TestALoginAgainContinuesTheSession: who must type the password once more, for another
// application say, is in the same session afterwards. So a log out reaches the
// applications of before as well; and the cookie of before opens nothing any more.
func TestALoginAgainContinuesTheSession(t *testing.T) {
	address0, told := newListener(t, http.StatusOK)
	address1, otherTold := newListener(t, http.StatusOK)
	idp, rp := newPair(t, mockidptest.BackchannelLogoutURL(address0))
	other := mockidp.DemoClient()
	other.ID, other.RedirectURIs, other.BackchannelLogoutURI = "other", []string{rp.config.RedirectURL}, address1
	if err := idp.Store.PutClient(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	idp.Deploy("remember", `exports.onExecutePostLogin = async (event, api) => {
		api.idToken.setCustomClaim("before", event.session.metadata.visits ?? "none");
		api.session.setMetadata("visits", "one");
	};`)
	b := mockidptest.NewBrowser(t)
	first := rp.mustLogin(b, address(t, "London"))
	before := sessionCookie(t, b, idp)

	again := newRelyingParty(t, idp.Issuer, other.ID, other.Secret, rp.callback, rp.arrived)
	second := again.mustLogin(b, address(t, "Lagos"), oauth2.SetAuthURLParam("prompt", "login"))
	if second.claims["login_count"] != 2.0 || second.claims["sid"] != first.claims["sid"] || second.claims["before"] != "one" {
		t.Errorf("sid %v, claims of the login again: %v", first.claims["sid"], second.claims)
	}
	if _, err := idp.Store.SessionByHash(t.Context(), store.HashSecret(before), time.Now()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the cookie of before: %v, want ErrNotFound", err)
	}
	logOut(t, idp, b, second)
	if len(told) != 1 || len(otherTold) != 1 {
		t.Errorf("told %d times, and the other %d times; want once each", len(told), len(otherTold))
	}
}

func sessionCookie(t *testing.T, b *mockidptest.Browser, idp *mockidptest.Server) string {
	t.Helper()
	u, err := url.Parse(idp.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Client.Jar.Cookies(u) {
		if c.Name == "mockidp_session" {
			return c.Value
		}
	}
	t.Fatal("the browser has no session")
	return ""
}
