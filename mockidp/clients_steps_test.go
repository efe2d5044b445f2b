package mockidp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"example.com/postlogin/mockidp/mockidptest"
)

// What a person has to do in the middle of a login: a page of somebody else's,
// a second factor, a form.

// newSurvey is a page outside the provider to which an Action sends people. It
// keeps the session token and sends the browser back with an answer.
func newSurvey(t *testing.T, answer func(state, token string) url.Values) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		http.Redirect(w, r, q.Get("back")+"?"+answer(q.Get("state"), q.Get("session_token")).Encode(), http.StatusSeeOther)
	}))
	t.Cleanup(srv.Close)
	return srv
}

// sessionSecret is what the Actions and the survey share.
const sessionSecret = "a shared secret of the two, long enough for HS256"

// answered is the session token as a page sends it back: its claims, and state.
func answered(t *testing.T, token, state string) string {
	t.Helper()
	key := []byte(sessionSecret)
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		t.Error(err)
		return ""
	}
	claims := map[string]any{}
	if err := parsed.Claims(key, &claims); err != nil {
		t.Error(err)
	}
	claims["state"] = state
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: key}, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	back, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Error(err)
	}
	return back
}

const redirectAction = `
exports.onExecutePostLogin = async (event, api) => {
	if (!api.redirect.canRedirect()) return;
	const session_token = api.redirect.encodeToken({ secret: "a shared secret of the two, long enough for HS256", payload: { asks: "colour" } });
	api.user.setAppMetadata("asked", true);
	api.transaction.setMetadata("kept", "over the redirect");
	api.idToken.setCustomClaim("before", "redirect");
	api.redirect.sendUserTo("SURVEY", { query: { session_token, back: "ISSUERcontinue" } });
};
exports.onContinuePostLogin = async (event, api) => {
	const token = api.redirect.validateToken({ secret: "a shared secret of the two, long enough for HS256", tokenParameterName: "session_token" });
	api.idToken.setCustomClaim("colour", event.request.query.colour);
	api.idToken.setCustomClaim("asks", token.asks);
	api.idToken.setCustomClaim("kept", event.transaction.metadata.kept);
};`

func TestClientsComeBackFromARedirect(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		survey := newSurvey(t, func(state, token string) url.Values {
			return url.Values{"state": {state}, "session_token": {answered(t, token, state)}, "colour": {"green"}}
		})
		idp.Deploy("count", `exports.onExecutePostLogin = async (event, api) => {
			api.idToken.setCustomClaim("first_action", event.stats.logins_count);
		};`)
		idp.Deploy("redirect", strings.NewReplacer("SURVEY", survey.URL, "ISSUER", idp.Issuer).Replace(redirectAction))
		idp.Deploy("after", `exports.onExecutePostLogin = async (event, api) => {
			api.idToken.setCustomClaim("last_action", event.transaction.metadata.kept);
		};`)
		a := app.mustLogin("")
		for name, want := range map[string]any{
			"first_action": 1, "before": "redirect", "colour": "green", "asks": "colour",
			"kept": "over the redirect", "last_action": "over the redirect",
		} {
			a.wantClaim(t, name, want)
		}
		// Nobody can be sent anywhere when no page may be shown, so this Action asked first.
		silent := app.mustLogin("?prompt=none")
		silent.wantClaim(t, "first_action", 1)
		silent.wantClaim(t, "colour", nil)
	})
}

func TestClientsAreToldThatASilentLoginNeedsAPage(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		app.mustLogin("")
		idp.Deploy("redirect", `exports.onExecutePostLogin = async (event, api) => {
			api.redirect.sendUserTo("https://consent.example.test/");
		};`)
		if a := app.login("?prompt=none"); a.Error != "interaction_required" {
			t.Errorf("redirect: %q %q", a.Error, a.ErrorDescription)
		}
		idp.Deploy("redirect", `exports.onExecutePostLogin = async (event, api) => {
			api.multifactor.enable("any");
		};`)
		if a := app.login("?prompt=none"); a.Error != "interaction_required" {
			t.Errorf("second factor: %q %q", a.Error, a.ErrorDescription)
		}
	})
}

func TestClientsGetTheSecondFactor(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		idp.Deploy("mfa", `exports.onExecutePostLogin = async (event, api) => {
			api.idToken.setCustomClaim("methods", event.authentication.methods.map((m) => m.name));
			api.multifactor.enable("any", { allowRememberBrowser: false });
		};`)
		app.open("/login")
		if app.browser.URL.Path != "/u/mfa" {
			t.Fatalf("after the password: %s (%d) %s", app.browser.URL, app.browser.Status, app.browser.Body)
		}
		state := app.browser.URL.Query().Get("state")
		// The page shows the code that the person's app would show.
		app.browser.Submit(url.Values{"code": {app.browser.Text("mfa-code")}, "action": {"continue"}})
		if app.browser.URL.Path == "/u/mfa" { // the recovery code, shown once
			app.browser.Text("recovery-code")
			app.browser.Get(idp.Issuer + "authorize/resume?state=" + state)
		}
		a := app.answer()
		amr, _ := a.Claims["amr"].([]any)
		if !slices.Contains(amr, any("mfa")) {
			t.Errorf("amr = %v, want mfa in it; error %q %q", a.Claims["amr"], a.Error, a.ErrorDescription)
		}
	})
}
