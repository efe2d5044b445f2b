package mockidp_test

import (
	"strings"
	"testing"

	"example.com/postlogin/mockidp/mockidptest"
)

// The flows of an Action that a relying party sees, each with clients that
// others wrote.

func TestClientsGetTheClaims(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		idp.Deploy("claims", `exports.onExecutePostLogin = async (event, api) => {
			api.idToken.setCustomClaim("login_count", event.stats.logins_count);
			api.idToken.setCustomClaim("last_login_city", event.request.geoip.cityName);
		};`)
		a := app.mustLogin("")
		a.wantClaim(t, "login_count", 1)
		a.wantClaim(t, "last_login_city", "London")
	})
}

func TestClientsAreToldOfADenial(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		idp.Deploy("deny", `exports.onExecutePostLogin = async (event, api) => {
			if (event.transaction.acr_values.includes("deny-me")) api.access.deny("Come back on Monday & bring cake");
		};`)
		a := app.login("?acr_values=deny-me")
		if a.Error != "access_denied" || a.ErrorDescription != "Come back on Monday & bring cake" {
			t.Errorf("got %q %q", a.Error, a.ErrorDescription)
		}
		app.mustLogin("") // the session outlives the denial, and the next login succeeds
	})
}

func TestClientsSeeMetadataThatActionsSaved(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		idp.Deploy("metadata", `exports.onExecutePostLogin = async (event, api) => {
			const seen = (event.user.app_metadata.seen ?? 0) + 1;
			api.user.setAppMetadata("seen", seen);
			api.user.setUserMetadata("last_client", event.client.name);
			api.idToken.setCustomClaim("seen", seen);
			api.idToken.setCustomClaim("last_client", event.user.user_metadata.last_client ?? "none");
		};`)
		app.mustLogin("").wantClaim(t, "last_client", "none")
		a := app.mustLogin("?prompt=login")
		a.wantClaim(t, "seen", 2)
		a.wantClaim(t, "last_client", "Demo app")
		if u := idp.User("ada@example.test"); !strings.Contains(string(u.AppMetadata), `"seen":2`) {
			t.Errorf("stored app_metadata: %s", u.AppMetadata)
		}
	})
}

func TestClientsRefreshThroughTheFlow(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		idp.Deploy("refresh", `exports.onExecutePostLogin = async (event, api) => {
			api.idToken.setCustomClaim("flow", event.transaction.protocol);
			api.idToken.setCustomClaim("count", event.stats.logins_count);
			if (event.user.app_metadata.locked) api.access.deny("locked since the login");
		};`)
		app.mustLogin("").wantClaim(t, "flow", "oidc-basic-profile")
		a := app.get("/refresh")
		a.wantClaim(t, "flow", "oauth2-refresh-token")
		a.wantClaim(t, "count", 1) // a refresh is no login
		if !a.Rotated {
			t.Error("the refresh token was not rotated")
		}
		idp.Deploy("lock", `exports.onExecutePostLogin = async (event, api) => {
			if (event.transaction.protocol === "oauth2-refresh-token") api.access.deny("locked since the login");
		};`)
		if a := app.get("/refresh"); a.Error == "" || !strings.Contains(a.ErrorDescription, "locked since the login") {
			t.Errorf("refresh of a denied user: %q %q", a.Error, a.ErrorDescription)
		}
	})
}

func TestClientsLogInSilently(t *testing.T) {
	eachClient(t, func(t *testing.T, idp *mockidptest.Server, app *nodeApp) {
		idp.Deploy("silent", `exports.onExecutePostLogin = async (event, api) => {
			api.idToken.setCustomClaim("prompt", event.transaction.prompt.join(" "));
			api.idToken.setCustomClaim("count", event.stats.logins_count);
		};`)
		if a := app.get("/login?prompt=none"); a.Error != "login_required" {
			t.Errorf("without a session: %q", a.Error)
		}
		app.mustLogin("")
		a := app.get("/login?prompt=none")
		a.wantClaim(t, "prompt", "none")
		a.wantClaim(t, "count", 1) // answered from the session
	})
}
