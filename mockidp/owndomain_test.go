package mockidp_test

import (
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/mockidptest"
)

// On Auth0 the tenant's domain has no port, and Actions make addresses of
// event.request.hostname. Here they mean this provider, whatever port it is on.
func TestTheHostnameOfTheEventIsThisProvider(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	deployManager(t, idp, "manage", `
	const own = new ManagementClient({ domain: event.request.hostname, clientId: event.secrets.CLIENT_ID, clientSecret: event.secrets.CLIENT_SECRET });
	const { data: user } = await own.users.get({ id: event.user.user_id });
	const known = await fetch("https://" + event.request.hostname + "/.well-known/openid-configuration").then((r) => r.json());
	api.idToken.setCustomClaim("own", [user.email, known.issuer]);`)
	wantClaim(t, rp.mustLogin(newBrowser(t), address(t, "London")), "own", `["ada@example.test","`+idp.Issuer+`"]`)
}

// A token for the tenant's own API gets namespaced claims only. Another API on this
// machine is not the tenant's.
func TestClaimsOfATokenForTheOwnAPI(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("claims", `exports.onExecutePostLogin = async (event, api) => {
	api.accessToken.setCustomClaim("plan", "gold");
};`)
	for audience, want := range map[string]string{idp.Issuer + "api/v2/": "dropped", "http://127.0.0.1:1/api/v2/": "set"} {
		rp.mustLogin(newBrowser(t), address(t, "London"), oauth2.SetAuthURLParam("audience", audience))
		var runs []struct {
			Record struct {
				Result struct {
					AccessToken map[string]any `json:"access_token"`
				} `json:"result"`
			} `json:"record"`
		}
		admin(t, "GET", idp.Issuer+"_mock/logins?limit=1", "", &runs)
		got := "dropped"
		if _, ok := runs[0].Record.Result.AccessToken["plan"]; ok {
			got = "set"
		}
		if got != want {
			t.Errorf("the claim on a token for %s is %s, want %s", audience, got, want)
		}
	}
}
