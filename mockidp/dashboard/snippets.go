package dashboard

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// snippet is something to paste that connects an application to this provider.
type snippet struct {
	ID, Name, Text string
}

// snippetsFor are filled in with the application's real values. The tenant is for
// tests: its secrets are shown.
func (d *Dashboard) snippetsFor(c *store.Client) []snippet {
	callback := "http://localhost:3000/callback"
	if len(c.RedirectURIs) > 0 {
		callback = c.RedirectURIs[0]
	}
	fill := strings.NewReplacer("{issuer}", d.cfg.Issuer, "{id}", c.ID, "{secret}", c.Secret, "{callback}", callback,
		"{id:secret}", quoted(c.ID+":"+c.Secret), "{password}", quoted("password="+cmp.Or(d.cfg.TestPassword, "…"))).Replace
	return []snippet{
		{"snippet-env", ".env", fill("OIDC_ISSUER={issuer}\nOIDC_CLIENT_ID={id}\nOIDC_CLIENT_SECRET={secret}\nOIDC_REDIRECT_URL={callback}\n")},
		{"snippet-curl", "curl", fill("curl -s {issuer}.well-known/openid-configuration\n\n" +
			"# tokens of a test user, without a browser\n" +
			"curl -s {issuer}oauth/token -u {id:secret} \\\n" +
			"  -d grant_type=password -d username=ada@example.test --data-urlencode {password} -d scope='openid profile email'\n")},
		{"snippet-go", "Go", fill(fmt.Sprintf(`provider, err := oidc.NewProvider(ctx, %q) // github.com/coreos/go-oidc/v3/oidc
config := oauth2.Config{
	ClientID: %q, ClientSecret: %q, RedirectURL: %q,
	Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
}
`, "{issuer}", "{id}", "{secret}", "{callback}"))},
		{"snippet-node", "Node.js", fill(`const { auth } = require("express-openid-connect");
app.use(auth({
  issuerBaseURL: "{issuer}", baseURL: new URL("{callback}").origin,
  clientID: "{id}", clientSecret: "{secret}",
  secret: "a long random string of your own", routes: { callback: new URL("{callback}").pathname },
  authorizationParams: { response_type: "code", scope: "openid profile email" },
}));
`)},
	}
}

// plainWord is what a shell takes as it stands.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9@%_+=:,./…-]+$`)

// quoted is text as one word of a shell's command (POSIX.1-2017, Shell Command
// Language, 2.2.2).
func quoted(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
