package dashboard_test

import (
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/store"
)

// The next step follows from what is stored.
func TestNextStep(t *testing.T) {
	b := newBoard(t)
	next := func() string {
		b.open("")
		for n := range b.Page.Descendants() {
			if n.Data == "li" && attribute(n, "aria-current") == "step" {
				for c := range n.Descendants() {
					if c.Data == "b" {
						return read(c)
					}
				}
			}
		}
		return read(b.element("h2", "All done"))
	}
	want := func(text string) {
		t.Helper()
		if got := next(); got != text {
			t.Errorf("next step = %q, want %q", got, text)
		}
	}
	want("Create your first Action")
	b.follow("Create Action").want(200)
	a := &store.Action{Name: "claims", Trigger: mockidp.Trigger, Runtime: "node18", Code: mockidp.PostLoginClaims}
	must(t, b.idp.Store.CreateAction(t.Context(), a))
	want("Deploy it")
	b.says("claims is a draft")
	_, err := b.idp.Store.Deploy(t.Context(), a.ID, a.CreatedAt)
	must(t, err)
	want("Add it to the Login flow")
	must(t, b.idp.Store.BindLast(t.Context(), a.ID))
	want("Log in and read your claims")
	b.says("Nobody has logged in yet.")
	b.logIn("192.0.2.1")
	want("All done")
	b.saysNot("Nobody has logged in yet.")
	b.says("Ada Lovelace, Georgetown, US,", "3 claims added to the ID token")
	must(t, b.idp.Store.Unbind(t.Context(), a.ID))
	want("Add it to the Login flow")
}

func TestConnectYourOwnApp(t *testing.T) {
	b := newBoard(t)
	b.open("")
	b.says("OIDC_ISSUER="+b.idp.Issuer+" OIDC_CLIENT_ID=demo-app OIDC_CLIENT_SECRET=demo-secret OIDC_REDIRECT_URL=http://localhost:3000/callback",
		`oidc.NewProvider(ctx, "`+b.idp.Issuer+`")`, "curl -s "+b.idp.Issuer+"oauth/token -u demo-app:demo-secret", `issuerBaseURL: "`+b.idp.Issuer+`"`)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
