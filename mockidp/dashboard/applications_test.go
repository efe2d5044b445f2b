package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestApplications(t *testing.T) {
	b := newBoard(t)
	b.open("applications").says("curl -s " + b.idp.Issuer + "api/v2/clients")
	if got := b.row("Demo app"); !strings.Contains(got, "Regular Web Application") || !strings.Contains(got, "demo-app") {
		t.Errorf("row = %q", got)
	}
	b.press("Search", url.Values{"q": {"<b>"}}).says("No application’s name or id contains “<b>”.", "Show all 1")

	b.open("applications").follow("Create Application").want(200)
	b.press("Create", url.Values{"name": {"<i>Shop</i>"}, "callbacks": {"http://127.0.0.1:4000/callback\r\n\r\n  http://127.0.0.1:4000/callback/ \r\nhttp://localhost\r\n"}, "alg": {"ES256"}, "id_token_lifetime": {"60"}})
	b.want(200)
	b.noMarkup()
	b.says("Created. Its id and secret are below", "differ in the last slash. Both are allowed now.",
		"sends another callback, http://localhost:4000/callback, which is not allowed", "http://localhost has no port, so it means port 80.", "http://localhost is the start page.",
		"OIDC_ISSUER="+b.idp.Issuer, "OIDC_REDIRECT_URL=http://127.0.0.1:4000/callback")
	list, err := b.idp.Store.Clients(t.Context())
	must(t, err)
	c := list[len(list)-1]
	if c.Name != "<i>Shop</i>" || c.Secret == "" || c.Alg != "ES256" || c.IDTokenLifetime != time.Minute || strings.Join(c.RedirectURIs, " ") != "http://127.0.0.1:4000/callback http://127.0.0.1:4000/callback/ http://localhost" {
		t.Errorf("application = %+v", c)
	}

	b.press("Rotate secret", nil).says("The secret is a new one.")
	changed, err := b.idp.Store.Client(t.Context(), c.ID)
	must(t, err)
	if changed.Secret == c.Secret || changed.Secret == "" {
		t.Error("the secret is the old one")
	}
	b.says(changed.Secret)

	b.press("Save", url.Values{"name": {"Shop"}, "callbacks": {"https://shop.example/callback"}, "logout_urls": {"https://shop.example/"}, "access_token_lifetime": {"120"}, "id_token_lifetime": {""}})
	b.says("Saved. The next login goes by it.")
	changed, err = b.idp.Store.Client(t.Context(), c.ID)
	must(t, err)
	if changed.Name != "Shop" || changed.AccessTokenLifetime != 2*time.Minute || changed.IDTokenLifetime != 0 || changed.PostLogoutRedirectURIs[0] != "https://shop.example/" || changed.Secret == "" {
		t.Errorf("application = %+v", changed)
	}
	for fields, want := range map[string]string{
		"name=":                           "Give the application a name",
		"callbacks=localhost:3000/cb":     "Line 1: It must begin with http:// or https://",
		"callbacks=%0Ahttp://x/%23frag":   "Line 2: It may have no fragment",
		"callbacks=http://*.example.test": "Wildcards are not possible",
		"callbacks=javascript:alert(1)":   "Nothing is redirected to an address that begins with javascript:",
		"callbacks=/callback":             "It must begin with a scheme",
		"logout_urls=a b":                 "This is no URL.",
		"id_token_lifetime=0":             "Give a number of seconds from 1 to 31536000",
		"refresh_token_lifetime=soon":     "Give a number of seconds",
		"alg=none":                        "Choose one of the algorithms.",
	} {
		v, err := url.ParseQuery(fields)
		must(t, err)
		b.open("applications/"+c.ID).press("Save", v)
		b.want(http.StatusUnprocessableEntity)
		b.says(want)
		for name, values := range v {
			if name != "alg" && strings.TrimSpace(b.field(name)) != strings.TrimSpace(values[0]) {
				t.Errorf("%s comes back as %q", fields, b.field(name))
			}
		}
	}
	b.Get(b.idp.Issuer + "dashboard/applications/nobody")
	b.want(http.StatusNotFound)
}

// A public application has no secret to show or to rotate.
func TestPublicApplication(t *testing.T) {
	b := newBoard(t)
	b.post(b.idp.Issuer+"dashboard/applications/create", url.Values{"name": {"Browser app"}, "public": {"on"}, "callbacks": {"com.example.app:/callback"}})
	b.want(200)
	b.says("Single Page Application", "None: a public application proves itself by PKCE.")
	b.saysNot("Rotate secret")
	b.post(strings.SplitN(b.URL.String(), "?", 2)[0], url.Values{"op": {"rotate"}})
	b.want(http.StatusBadRequest)
}
