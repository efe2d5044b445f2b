package mockidp_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/mockidp/store"
)

// The table of docs/actions.md says of each member of event whether it is
// supported. Here the provider is led through flows that should show all of them.
func TestTheTableOfEventTellsTheTruth(t *testing.T) {
	idp, rp := newPair(t)
	ctx, ada := t.Context(), idp.User("ada@example.test")
	role, org := &store.Role{Name: "editor"}, &store.Organization{Name: "acme", DisplayName: "Acme", Metadata: map[string]string{"plan": "gold"}}
	picture := "https://example.com/ada.png"
	_, err := idp.Store.UpdateUser(ctx, ada.ID, store.UserPatch{Picture: &picture}, ada.UpdatedAt)
	for _, err := range []error{
		err, idp.Store.CreateRole(ctx, role), idp.Store.AssignRoles(ctx, ada.ID, role.ID),
		idp.Store.CreateOrganization(ctx, org), idp.Store.AddMembers(ctx, org.ID, ada.ID),
		idp.Store.LinkIdentity(ctx, ada.ID, &store.Identity{Connection: "github", Provider: "github", UserID: "42", ProfileData: json.RawMessage(`{"login":"ada"}`)}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	// A form, then a second factor, in the first login; nothing in those from its session.
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async (event, api) => {
		if (event.authentication.methods.length === 1) api.prompt.render("form", { fields: { colour: "red" }, vars: { n: 1 } });
	};
	exports.onContinuePostLogin = async (event, api) => {
		api.authentication.recordMethod("https://checks.example.test/id");
		api.authentication.challengeWith({ type: "email" });
	};`)
	idp.Deploy("last", `exports.onExecutePostLogin = async (event, api) => api.refreshToken.setIdleExpiresAt(Date.now() + 3600e3);`)
	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	extra := func(name, value string) oauth2.AuthCodeOption { return oauth2.SetAuthURLParam(name, value) }
	more := []oauth2.AuthCodeOption{
		extra("organization", "acme"), extra("audience", "https://api.example.test/"), extra("acr_values", "a"), extra("ui_locales", "en"), extra("response_mode", "query"),
		extra("login_hint", "ada@example.test"), extra("correlation_id", "c"), extra("authorization_details", `[{"type":"x"}]`), extra("prompt", "login"),
	}
	b := newBrowser(t)
	firstLogin(t, rp, b, more)
	if err := idp.Store.AddAuthenticator(ctx, &store.Authenticator{UserID: ada.ID, Type: "otp", Secret: "ABC"}); err != nil {
		t.Fatal(err)
	}
	// From Tokyo, then on to Reykjavik: every assessment of the risk has its details.
	rp.mustLogin(b, address(t, "Tokyo"), more[:len(more)-1]...)
	idp.Deploy("post-login-claims", `exports.onExecutePostLogin = async () => {};`)
	res := rp.mustLogin(b, torExit, more...)
	for range 2 {
		tokens, err := rp.config.TokenSource(ctx, &oauth2.Token{RefreshToken: res.tokens.RefreshToken}).Token()
		if err != nil {
			t.Fatal(err)
		}
		res.tokens = tokens
	}
	compareWithTable(t, idp)
}

// torExit is an address of the login page's anonymous network.
const torExit = "198.51.100.73"

// firstLogin does what the Actions ask for.
func firstLogin(t *testing.T, rp *relyingParty, b *mockidptest.Browser, more []oauth2.AuthCodeOption) {
	t.Helper()
	b.Get(rp.config.AuthCodeURL("state", more...))
	b.Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(t, "London")}, "action": {"login"}})
	b.Submit(url.Values{"action": {"continue"}})
	b.Submit(url.Values{"action": {"send"}})
	b.Submit(url.Values{"code": {b.Text("mfa-code")}, "action": {"continue"}})
	if got := <-rp.arrived; got.Get("code") == "" {
		t.Fatalf("answer %v", got)
	}
}

func compareWithTable(t *testing.T, idp *mockidptest.Server) {
	t.Helper()
	runs, err := idp.Store.Runs(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, run := range runs {
		var record struct{ Event any }
		if err := json.Unmarshal(run.Record, &record); err != nil {
			t.Fatal(err)
		}
		collect("event", record.Event, seen)
	}
	members := actions.EventMembers()
	for _, m := range members {
		switch {
		case m.Support == "no" && seen[m.Name]:
			t.Errorf("%s is there, and the table says no", m.Name)
		case m.Support != "no" && !seen[m.Name]:
			t.Errorf("%s is not in any event, and the table says %s", m.Name, m.Support)
		case m.Support != "yes" && m.Note == "":
			t.Errorf("%s: %s, without a reason", m.Name, m.Support)
		}
	}
	if !slices.ContainsFunc(members, func(m actions.Member) bool { return m.Support == "no" }) {
		t.Error("the table leaves nothing out: can this test fail?")
	}
}

// collect notes the path of each member of v.
func collect(path string, v any, seen map[string]bool) {
	seen[path] = true
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			collect(path+"."+name, value, seen)
		}
	case []any:
		for _, value := range v {
			collect(path+"[]", value, seen)
		}
	}
}

// Every row of api has a level, and a reason where it is not yes.
func TestTheTableOfAPIHasEachMethodOnce(t *testing.T) {
	var names []string
	for _, m := range actions.APIMembers() {
		if slices.Contains(names, m.Name) || !slices.Contains([]string{"yes", "partly", "no"}, m.Support) || (m.Support == "yes") != (m.Note == "") {
			t.Errorf("row %+v", m)
		}
		names = append(names, m.Name)
	}
}
