package dashboard_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// A login that was is run again through the flow that is, and leaves no trace.
func TestReplay(t *testing.T) {
	b := newBoard(t)
	a := b.bound("claims", on(setCount, `  api.idToken.setCustomClaim("city", event.request.geoip.cityName);`, `  api.idToken.setCustomClaim("old", true);`))
	b.logIn("192.0.2.1")
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	page := "logs/" + runs[0].ID

	b.open(page).press("Replay this login", nil)
	b.want(http.StatusOK)
	b.says("claims v1", "The same claims in the ID token", "login_count11", "A dry run")
	b.saysNot("changed")

	b.redeploy(a, on(`  api.idToken.setCustomClaim("login_count", event.stats.logins_count + 10);`, `  api.idToken.setCustomClaim("city", event.request.geoip.cityName);`,
		`  api.user.setAppMetadata("seen", true);`, `  api.idToken.setCustomClaim("<b>new</b>", "<i>");`, `  await fetch("https://example.com/replayed");`))
	b.press("Replay again", nil)
	b.want(http.StatusOK)
	b.says("claims v2", "3 claims of the ID token changed", "login_count111 changed", `city"Georgetown""Georgetown"`, "oldtruenot there changed", `<b>new</b>not there"<i>" changed`)
	b.noMarkup()
	u := b.idp.User("ada@example.test")
	if u.LoginsCount != 1 || strings.Contains(string(u.AppMetadata), "seen") {
		t.Errorf("a replay changed the user: %+v", u)
	}
	if runs, err := b.idp.Store.Runs(t.Context(), 0); err != nil || len(runs) != 1 {
		t.Errorf("%d runs, %v: want that of the login alone", len(runs), err)
	}
	b.open("outbox").saysNot("replayed")

	b.redeploy(a, on(`  api.access.deny("Not today.");`))
	b.open(page).press("Replay this login", nil)
	b.says("Then: The application gets its tokens.", "Now: Access denied. The application gets access_denied: Not today.", "3 claims of the ID token changed")
	b.follow("Back to the login").want(http.StatusOK)
}

// What a denial has kept from the token comes with the Action that denies no more.
func TestReplayOfADenial(t *testing.T) {
	b := newBoard(t)
	a := b.bound("claims", on(setCount, `  api.access.deny("Not today.");`))
	b.logIn("192.0.2.1")
	b.redeploy(a, on(setCount))
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	b.open("logs/"+runs[0].ID).press("Replay this login", nil)
	b.want(http.StatusOK)
	b.says("Then: Access denied. The application gets access_denied: Not today.", "Now: The application gets its tokens.", "login_countnot there1 changed")
	b.Get(b.idp.Issuer + "dashboard/logs/nope")
	b.want(http.StatusNotFound)
}

// A program gets the same as JSON.
func TestReplayAsJSON(t *testing.T) {
	b := newBoard(t)
	a := b.bound("claims", on(setCount, `  api.idToken.setCustomClaim("old", [1]);`))
	b.logIn("192.0.2.1")
	b.redeploy(a, on(setCount, `  api.idToken.setCustomClaim("new", "<i>");`))
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.idp.Issuer+"dashboard/logs/"+runs[0].ID, nil)
	must(t, err)
	q.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(q)
	must(t, err)
	defer res.Body.Close()
	var got struct {
		ID      string `json:"transaction_id"`
		Flow    []string
		Now     string
		Changed int
		Claims  json.RawMessage
	}
	must(t, json.NewDecoder(res.Body).Decode(&got))
	const claims = `[{"name":"login_count","then":1,"now":1,"changed":false},{"name":"new","now":"\u003ci\u003e","changed":true},{"name":"old","then":[1],"changed":true}]`
	if got.ID != runs[0].ID || len(got.Flow) != 1 || got.Flow[0] != "claims v2" || got.Now != "The application gets its tokens." || got.Changed != 2 || string(got.Claims) != claims {
		t.Errorf("%s: %+v, claims %s", res.Status, got, got.Claims)
	}
	if kind := res.Header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("it is %s", kind)
	}
}
