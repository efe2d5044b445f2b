package dashboard_test

import (
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
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

// The commands work as they are copied, whatever the password.
func TestTheCurlSnippetGetsTokens(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("this test runs a command for curl: " + err.Error())
	}
	for _, password := range []string{mockidp.TestPassword, `it's "$HOME" & 100% more; \`} {
		b := newBoard(t, mockidptest.Tune(func(o *mockidp.Options) { o.TestPassword = password }))
		if password != mockidp.TestPassword {
			b.open("users/"+url.PathEscape(b.idp.User("ada@example.test").ID)).press("Change", url.Values{"password": {password}}).want(http.StatusOK)
		}
		_, command, ok := strings.Cut(b.open("").byID("snippet-curl"), "without a browser\n")
		if !ok {
			t.Fatalf("no command in %q", b.byID("snippet-curl"))
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"id_token"`) {
			t.Errorf("%s\nanswers %s (%v)", command, out, err)
		}
	}
}

func TestTheCurlSnippetHasDotsForAPasswordThatIsNotKnown(t *testing.T) {
	b := newBoard(t, mockidptest.Tune(func(o *mockidp.Options) { o.TestPassword = "" }))
	if text := b.open("").byID("snippet-curl"); !strings.Contains(text, " password=… ") || strings.Contains(text, mockidp.TestPassword) {
		t.Errorf("curl: %s", text)
	}
}

// byID is the text of the element with this id as it stands.
func (b *board) byID(id string) string {
	b.t.Helper()
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && attribute(n, "id") == id {
			return raw(n)
		}
	}
	b.t.Fatalf("%s: nothing has the id %q", b.URL, id)
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
