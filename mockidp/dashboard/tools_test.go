package dashboard_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// sends is an Action whose answer becomes a claim.
var sends = on(
	`  const answer = await fetch("https://api.example.com/<b>people?token=s3cret&id=7", { method: "POST", headers: { Authorization: "Bearer s3cret" }, body: JSON.stringify({ hello: "<i>" }) });`,
	`  api.idToken.setCustomClaim("answer", answer.status + " " + (await answer.text()));`)

// claim is the value of a claim of the last login.
func (b *board) claim(name string) string {
	b.t.Helper()
	runs, err := b.idp.Store.Runs(b.t.Context(), 1)
	must(b.t, err)
	var record struct {
		Result struct {
			IDToken map[string]json.RawMessage `json:"id_token"`
		}
	}
	must(b.t, json.Unmarshal(runs[0].Record, &record))
	var text string
	must(b.t, json.Unmarshal(record.Result.IDToken[name], &text))
	return text
}

func TestOutbox(t *testing.T) {
	b := newBoard(t)
	b.open("outbox").says("No Action has sent anything yet.", "Nothing leaves this machine", "None. A rule answers in the place of the network")
	b.bound("people", sends)
	b.logIn("192.0.2.1")
	if got := b.claim("answer"); got != "200 {}" {
		t.Errorf("answer = %q", got)
	}
	b.open("outbox").says("POST https://api.example.com/", "200", "kept here", "people")
	b.noMarkup()
	b.saysNot("s3cret")
	b.press("Search", url.Values{"q": {"PEOPLE"}}).says("kept here")
	b.press("Search", url.Values{"q": {"<b>nothing"}}).says("No request contains “<b>nothing”.")

	b.open("outbox")
	for n := range b.Page.Descendants() {
		if n.Data == "a" && strings.Contains(attribute(n, "href"), "/outbox/out_") {
			b.Get(strings.TrimSuffix(b.idp.Issuer, "/") + attribute(n, "href"))
			break
		}
	}
	b.want(200)
	b.says("POST → 200", `"hello": "<i>"`, "Bearer [redacted]", "people v1")
	b.saysNot("s3cret")
	b.noMarkup()
	b.follow("Show secrets").says("Bearer s3cret", "token=s3cret")
	b.follow("The login").says("ada@example.test typed the password")

	// A rule answers the next login.
	b.open("outbox?url=https://api.example.com/*")
	if got := b.field("url"); got != "https://api.example.com/*" {
		t.Errorf("the form's address is %q", got)
	}
	b.press("Add rule", url.Values{"status": {"418"}, "body": {`{"short": true}`}, "times": {"1"}}).says("The rule answers from now on.", "* https://api.example.com/*", "→ 418", "0 of 1 used")
	b.logIn("192.0.2.1")
	if got := b.claim("answer"); got != `418 {"short":true}` {
		t.Errorf("answer = %q", got)
	}
	b.logIn("192.0.2.1")
	if got := b.claim("answer"); got != "200 {}" {
		t.Errorf("answer after the rule is used up = %q", got)
	}
	b.open("outbox").says("a rule", "1 of 1 used")
	for fields, want := range map[string]string{
		"url=": "url: expected a host or an address", "status=99&url=x": "status: expected a number from 200 to 599", "status=x&url=x": `Status: expected a number, got "x"`,
		"url=x&delay=100000": "delay_ms: expected a number from 0 to", "url=x&times=-1": "times: expected a number", "url=x&status=204&body=x": "an answer with the status 204 has none",
	} {
		v, err := url.ParseQuery(fields)
		must(t, err)
		b.open("outbox").press("Add rule", v).want(http.StatusUnprocessableEntity)
		b.says(want)
		if got := b.field("url"); got != v.Get("url") {
			t.Errorf("%s: the address comes back as %q", fields, got)
		}
	}
	b.open("outbox").press("Add rule", url.Values{"url": {"other.example"}, "body": {"plain text"}}).says("* other.example")
	b.press("Delete the rule for other.example", nil).says("The rule is deleted.")
	b.saysNot("* other.example")
	b.press("Empty it", nil).says("The outbox is empty. The rules stay.", "No Action has sent anything yet.", "https://api.example.com/*")
	b.Get(b.idp.Issuer + "dashboard/outbox/nope")
	b.want(http.StatusNotFound)
}

func TestKeys(t *testing.T) {
	b := newBoard(t)
	published := func() int {
		res, err := http.Get(b.idp.Issuer + ".well-known/jwks.json")
		must(t, err)
		defer res.Body.Close()
		var set struct{ Keys []struct{ Kid string } }
		must(t, json.NewDecoder(res.Body).Decode(&set))
		return len(set.Keys)
	}
	b.open("keys").says("RS256", "Signs", "curl -s "+b.idp.Issuer+".well-known/jwks.json")
	b.press("Rotate now", nil).says("A new key signs from now on. The old one stays published", "Previous")
	if n := published(); n != 2 {
		t.Errorf("%d keys are published, want 2", n)
	}
	b.press("Rotate and remove old", nil).says("The old ones are gone")
	b.saysNot("Previous")
	if n := published(); n != 1 {
		t.Errorf("%d keys are published, want 1", n)
	}
	b.press("Rotate now", url.Values{"alg": {"ES256"}}).says("ES256")
	if n := published(); n != 2 {
		t.Errorf("%d keys are published, want 2", n)
	}
	b.mayLogIn("ada@example.test", "workshop", true)
	b.post(b.idp.Issuer+"dashboard/keys", url.Values{"op": {"rotate"}, "alg": {"none"}})
	b.want(http.StatusBadRequest)
}

func TestLocations(t *testing.T) {
	b := newBoard(t)
	b.open("locations").says("London, GB", "Tokyo, JP", "An address the database does not know", "the built-in database")
	b.press("Search", url.Values{"q": {"LONDON"}}).says("London, GB")
	b.saysNot("Tokyo")
	b.open("locations").press("Search", url.Values{"q": {"<b>"}}).says("No place contains “<b>”.")
	b.open("locations").press("Look up", url.Values{"ip": {"192.0.2.1"}}).says(`"cityName": "Georgetown"`, `_mock/locations?ip=192.0.2.1`)
	b.open("locations").press("Look up", url.Values{"ip": {"127.0.0.1"}}).says("The database knows nothing of 127.0.0.1")
	b.open("locations").press("Look up", url.Values{"ip": {"<i>"}}).want(http.StatusBadRequest)
	b.says("This is no IP address.")
	b.noMarkup()
	for address, want := range map[string]string{"": `"label": "London, GB"`, "?ip=192.0.2.1": `"cityName": "Georgetown"`, "?ip=x": "expected an address"} {
		b.Get(b.idp.Issuer + "_mock/locations" + address)
		if !strings.Contains(read(b.Page), want) {
			t.Errorf("/_mock/locations%s = %s, want %s", address, read(b.Page), want)
		}
	}
}
