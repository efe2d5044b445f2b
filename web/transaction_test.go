package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/web/timeline"
)

// withTransaction makes o a mock that tells this of its logins.
func (o *op) withTransaction(status int, body string) {
	o.discovery = func(d map[string]any) { d["mockidp_version"] = "1" }
	o.tokenHeader = http.Header{"Mockidp-Transaction": {"tx-1"}}
	o.instead["/_mock/transactions/tx-1"] = func(w http.ResponseWriter, r *http.Request) {
		if id, secret, _ := r.BasicAuth(); id != "demo-app" || !strings.HasPrefix(secret, "demo-secret") {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(status)
		w.Write([]byte(strings.ReplaceAll(body, "ISSUER/", o.issuer)))
	}
}

const adasTransaction = `{"transaction_id":"tx-1","kind":"login","url":"ISSUER/dashboard/logs/tx-1","why_url":"ISSUER/dashboard/why?transaction=tx-1","actions":[
	{"name":"first","version":7,"duration_ms":1.5,"console_lines":1,"claims":[
		{"token":"id_token","name":"login_count","line":2},
		{"token":"id_token","name":"email","line":3},
		{"token":"id_token","name":"undefined_one","line":4,"undefined":true},
		{"token":"access_token","name":"last_login_country","line":5}]},
	{"name":"second","version":1,"duration_ms":2,"console_lines":0,"claims":[
		{"token":"id_token","name":"login_count","line":9},
		{"token":"id_token","name":"last_login_city","line":10,"dropped":"it is <b>reserved</b>"}]}],
	"place":{"city":"Georgetown","country_code":"US","latitude":38.9,"longitude":-77.07}}`

// TestWhoSetIt asks a mock who set the claims. The last writer has won.
func TestWhoSetIt(t *testing.T) {
	o := newOP(t)
	o.withTransaction(200, adasTransaction)
	o.claims = func(c map[string]any) { delete(c, "last_login_city"); delete(c, "last_login_country") }
	b := newApp(t, o).browser()
	p := b.login()
	b.wantProfile(p)
	var me struct {
		Transaction string
		Claims      []struct {
			Name  string
			SetBy struct {
				Kind, Name    string
				Version, Line int
			} `json:"set_by"`
		}
	}
	if err := json.Unmarshal([]byte(b.get("/api/me").body), &me); err != nil || me.Transaction != "tx-1" {
		t.Fatalf("transaction = %q, %v", me.Transaction, err)
	}
	want := map[string]string{"login_count": "action second", "email": "action first", "name": "scope profile", "iss": "provider "}
	for _, c := range me.Claims {
		if w, ok := want[c.Name]; ok && c.SetBy.Kind+" "+c.SetBy.Name != w {
			t.Errorf("%s is set by %+v, want %s", c.Name, c.SetBy, w)
		}
		if c.Name == "login_count" && (c.SetBy.Version != 1 || c.SetBy.Line != 9) {
			t.Errorf("%s is set by %+v, want version 1, line 9", c.Name, c.SetBy)
		}
	}
	for _, want := range []string{
		"Action <code>second</code> v1, line 9", "scope <code>profile</code>",
		"line 10, set it, but it was dropped: it is &lt;b&gt;reserved&lt;/b&gt;.",
		"line 5, set it on the access token and not on the ID token.",
		"v7 set 2 claims and ran for 1 ms. Console: 1 line.", o.issuer + "dashboard/logs/tx-1",
		o.issuer + "dashboard/why?claim=last_login_city&amp;transaction=tx-1",
	} {
		if !strings.Contains(p.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	steps := stepIDs(b.steps())
	if i := slices.Index(steps, "actions inside"); i < 0 || steps[i-1] != "authorize front" || !slices.Contains(steps, "record back") {
		t.Errorf("steps = %q, want the Actions behind the login at the provider, and the request for them", steps)
	}
	if record := stepCalled(t, b.steps(), "record"); record.Status != 200 || record.Channel != timeline.Back {
		t.Errorf("record step = %+v", record)
	}
}

// TestSingleSignOnIsTold: the record of the login says that nobody was asked for a password.
func TestSingleSignOnIsTold(t *testing.T) {
	for kind, want := range map[string]bool{"login": false, "sso": true, "silent": true} {
		o := newOP(t)
		o.withTransaction(200, strings.Replace(adasTransaction, `"kind":"login"`, `"kind":"`+kind+`"`, 1))
		b := newApp(t, o).browser()
		b.wantProfile(b.login())
		if step := stepCalled(t, b.steps(), "actions"); strings.Contains(step.Text, "did not ask for a password") != want {
			t.Errorf("%s: the step says %q", kind, step.Text)
		}
	}
}

// TestWhyThereIsNoCity: the page says that the location database is the reason where the
// record of the login shows it, and else only what an Action did.
func TestWhyThereIsNoCity(t *testing.T) {
	const undefined = "line 3, set it to undefined, and then no claim is made."
	for name, tt := range map[string]struct {
		claims, place string
		city, why     string
	}{
		"no place": {`{"token":"id_token","name":"last_login_city","line":3,"undefined":true}`, `null`,
			"unknown city", "The location database has no city for this address. The claim is missing because its value was undefined."},
		"a country only": {`{"token":"id_token","name":"last_login_city","line":3,"undefined":true}`, `{"country_code":"US"}`,
			"unknown city", "The location database has no city for this address."},
		"a city that the Action did not take": {`{"token":"id_token","name":"last_login_city","line":3,"undefined":true}`, `{"city":"London"}`,
			"not in your ID token", undefined},
		"no place, and the Action did not set it": {``, `null`, "not in your ID token", "did not set it"},
		"on the access token as well": {`{"token":"id_token","name":"last_login_city","line":3,"undefined":true},{"token":"access_token","name":"last_login_city","line":4}`,
			`{"city":"London"}`, "not in your ID token", undefined},
		"undefined on the access token only": {`{"token":"access_token","name":"last_login_city","line":5,"undefined":true}`, `null`,
			"not in your ID token", "line 5, set it on the access token and not on the ID token."},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOP(t)
			o.withTransaction(200, `{"transaction_id":"tx-1","kind":"login","why_url":"ISSUER/dashboard/why?transaction=tx-1","actions":[
				{"name":"first","version":7,"claims":[`+tt.claims+`]}],"place":`+tt.place+`}`)
			o.claims = func(c map[string]any) { delete(c, "last_login_city") }
			p := newApp(t, o).browser().login()
			if got := p.text(`data-testid="last_login_city"`); got != tt.city || !strings.Contains(p.body, tt.why) {
				t.Errorf("city = %q, want %q, because %q\n%s", got, tt.city, tt.why, p.plain())
			}
			if !strings.Contains(p.body, `data-claim="last_login_city" data-state="missing"`) || !strings.Contains(p.body, "dashboard/why?claim=last_login_city") {
				t.Error("the page does not say that it is missing, or has no link to the provider's reasons")
			}
		})
	}
}

// TestWhoSetItIsNotKnown: other providers are not asked, a mock need not answer
// properly, and no login fails for it.
func TestWhoSetItIsNotKnown(t *testing.T) {
	for name, tt := range map[string]struct {
		setUp func(*op)
		asked int
	}{
		"another provider":                 {func(o *op) { o.discovery = nil }, 0},
		"a mock without the header":        {func(o *op) { o.tokenHeader = nil }, 0},
		"an id that is an address":         {func(o *op) { o.tokenHeader.Set("Mockidp-Transaction", "../../oauth/token") }, 0},
		"a mock that does not know it":     {func(o *op) { o.withTransaction(404, `{}`) }, 1},
		"a mock that answers with HTML":    {func(o *op) { o.withTransaction(200, `<html>`) }, 1},
		"a mock that tells of another":     {func(o *op) { o.withTransaction(200, `{"transaction_id":"tx-2"}`) }, 1},
		"an answer of the wrong kind":      {func(o *op) { o.withTransaction(200, `{"transaction_id":"tx-1","actions":7}`) }, 1},
		"a mock that answers far too much": {func(o *op) { o.withTransaction(200, strings.Repeat(" ", 2<<20)+adasTransaction) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOP(t)
			o.withTransaction(200, adasTransaction)
			tt.setUp(o)
			b := newApp(t, o).browser()
			p := b.login()
			b.wantProfile(p)
			if !strings.Contains(p.body, "not known") || strings.Contains(p.body, "Actions ran") {
				t.Error("the page does not say that it is not known")
			}
			if n := o.count("/_mock/transactions/tx-1"); n != tt.asked {
				t.Errorf("the provider was asked %d times, want %d", n, tt.asked)
			}
		})
	}
}

// TestLinksLeadToTheProviderOnly: what the provider says must not make links to elsewhere.
func TestLinksLeadToTheProviderOnly(t *testing.T) {
	for _, url := range []string{"https://evil.example/", "javascript:alert(1)", "//evil.example/", "http://user@localhost/", "/relative"} {
		o := newOP(t)
		o.withTransaction(200, strings.NewReplacer("ISSUER/dashboard/logs/tx-1", url, "ISSUER/dashboard/why?transaction=tx-1", url).Replace(adasTransaction))
		o.claims = func(c map[string]any) { delete(c, "last_login_city") }
		p := newApp(t, o).browser().login()
		if strings.Contains(p.body, "evil.example") || strings.Contains(p.body, "Open this login") || strings.Contains(p.body, "Ask the identity provider why") {
			t.Errorf("the page links to %q", url)
		}
	}
}
