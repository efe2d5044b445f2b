package mockidp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/mockidptest"
)

// A person who comes back to a login whose Actions were deleted meanwhile is told so
// by the application: the flow can't go on, and nothing is broken.
func TestTheActionOfASuspendedLoginIsDeleted(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer elsewhere.Close()
	idp.Deploy("ask", `exports.onExecutePostLogin = async (event, api) => { api.redirect.sendUserTo("`+elsewhere.URL+`"); };
exports.onContinuePostLogin = async (event, api) => {};`)
	b := newBrowser(t)
	b.Get(rp.config.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))).
		Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(t, "London")}, "action": {"login"}})
	state := b.URL.Query().Get("state")
	a, err := idp.Store.ActionByName(t.Context(), "ask")
	if err != nil {
		t.Fatal(err)
	}
	if err := idp.Store.DeleteAction(t.Context(), a.ID, true); err != nil {
		t.Fatal(err)
	}
	b.Get(idp.Issuer + "continue?state=" + url.QueryEscape(state))
	select {
	case got := <-rp.arrived:
		if got.Get("error") != "access_denied" || !strings.Contains(got.Get("error_description"), "deleted") {
			t.Errorf("the application is told %v", got)
		}
	default:
		t.Errorf("no answer at the callback: %d %s %s", b.Status, b.URL, b.Body)
	}
}
