package mockidp_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// wrongPassword is what nobody may find anywhere.
const wrongPassword = "Wr0ng-Quokka.Zebra"

// logRow is what the tests read of an entry of /api/v2/logs.
type logRow struct {
	ID          string `json:"log_id"`
	Type        string `json:"type"`
	Description string `json:"description"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	ClientName  string `json:"client_name"`
	IP          string `json:"ip"`
	Details     struct {
		Tries int `json:"tries"`
	} `json:"details"`
}

func (r logRow) String() string {
	return fmt.Sprintf("%s user=%s name=%s %s ip=%s: %s", r.Type, r.UserID, r.UserName, r.ClientName, r.IP, r.Description)
}

// TestFailedLoginsStandInTheLog: wrong passwords, unknown users, blocked accounts and
// people who cancel each have a row, in the Management API and in the dashboard.
func TestFailedLoginsStandInTheLog(t *testing.T) {
	var log syncBuffer
	var clock atomic.Int64
	clock.Store(time.Now().UnixMilli())
	file := filepath.Join(t.TempDir(), "mockidp.db")
	idp, rp := newPair(t, debugLog(&log, nil), mockidptest.Clock(func() time.Time { return time.UnixMilli(clock.Load()) }),
		mockidptest.Tune(func(o *mockidp.Options) { o.DatabaseURL = "file:" + file }))
	london := address(t, "London")
	try := func(fields url.Values) {
		t.Helper()
		b := newBrowser(t).Get(rp.config.AuthCodeURL("some-state"))
		fields.Set("ip", london)
		b.Submit(fields)
		clock.Add(1000)
	}
	for range 3 {
		try(url.Values{"user": {"ada@example.test"}, "password": {wrongPassword}, "action": {"login"}})
	}
	clock.Add(time.Minute.Milliseconds())
	try(url.Values{"user": {"ada@example.test"}, "password": {wrongPassword}, "action": {"login"}})
	if n := idp.User("ada@example.test").LoginsCount; n != 0 {
		t.Errorf("ada has %d logins", n)
	}
	rp.mustLogin(newBrowser(t), london) // and the delay after wrong passwords is over
	clock.Add(1000)
	try(url.Values{"user": {""}, "email": {"nobody@example.test"}, "password": {wrongPassword}, "action": {"login"}})
	for _, typed := range []string{wrongPassword, "me@" + wrongPassword + "1", strings.Repeat("a", 300) + "@" + wrongPassword} {
		try(url.Values{"user": {""}, "email": {typed}, "password": {"x"}, "action": {"login"}})
	}
	clock.Add(10 * time.Minute.Milliseconds())
	try(url.Values{"user": {"bob@example.test"}, "action": {"login"}})
	try(url.Values{"action": {"cancel"}, "password": {wrongPassword}})
	<-rp.arrived

	_, answer := rp.token(url.Values{"grant_type": {"client_credentials"}, "audience": {idp.Issuer + "api/v2/"}})
	token := fmt.Sprint(answer["access_token"])
	logs := func(path string) (rows []logRow) {
		t.Helper()
		if err := json.Unmarshal([]byte(read(t, http.MethodGet, idp.Issuer+"api/v2/"+path, token, nil)), &rows); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	ada, bob := idp.User("ada@example.test"), idp.User("bob@example.test")
	if bob.LoginsCount != 1 {
		t.Errorf("bob has %d logins: that of a blocked account counts once", bob.LoginsCount)
	}
	const app = "Demo app"
	want := []string{
		"f user= name= " + app + " ip=" + london + ": the user cancelled the login",
		"f user=" + bob.ID + " name=bob@example.test " + app + " ip=" + london + ": user is blocked",
		"fu user= name= " + app + " ip=" + london + ": Wrong email or password.", // three texts that are no address, one row
		"fu user= name=nobody@example.test " + app + " ip=" + london + ": Wrong email or password.",
		"s user=" + ada.ID + " name=ada@example.test " + app + " ip=" + london + ": ",
		"fp user=" + ada.ID + " name=ada@example.test " + app + " ip=" + london + ": Wrong email or password.",
		"fp user=" + ada.ID + " name=ada@example.test " + app + " ip=" + london + ": Wrong email or password.",
	}
	rows := logs("logs")
	for i := range max(len(rows), len(want)) {
		if i >= len(rows) || i >= len(want) || rows[i].String() != want[i] {
			t.Fatalf("row %d of\n%v\nwant\n%v", i, rows, want)
		}
	}
	if got := logs("logs?q=type:fp"); len(got) != 2 {
		t.Errorf("search for fp: %v", got)
	}
	if got := logs("users/" + url.PathEscape(ada.ID) + "/logs"); len(got) != 3 {
		t.Errorf("logs of ada: %v", got)
	}
	first := rows[len(rows)-1]
	var one logRow
	if err := json.Unmarshal([]byte(read(t, http.MethodGet, idp.Issuer+"api/v2/logs/"+first.ID, token, nil)), &one); err != nil || one.Details.Tries != 3 {
		t.Errorf("one entry %+v, error %v, want 3 tries", one, err)
	}

	for path, texts := range map[string][]string{
		"dashboard/logs":                          {"Failed Login (wrong password)", "Wrong password, 3 times", "nobody@example.test", "not an email address", "User is blocked", "The user cancelled the login", "7 logins"},
		"dashboard/logs?q=type:fu":                {"2 logins", "nobody@example.test", "not an email address"},
		"dashboard/logs?q=user:ada":               {"3 logins"},
		"dashboard/logs/download":                 {`"type":"fp","kind":"login","user_id":"` + ada.ID + `"`, `"tries":3`, `"transaction_id"`},
		"dashboard/logs/" + first.ID:              {"ada@example.test could not log in", "From London, GB", "3 tries", "No Action ran"},
		"dashboard/logs/" + rows[0].ID:            {"The person cancelled"},
		"dashboard/logs/" + rows[2].ID:            {"no email address"},
		"dashboard/logs/" + rows[1].ID:            {"the account is blocked"},
		"dashboard/logs/" + first.ID + "?tab=raw": {"&#34;tries&#34;: 3"},
		"dashboard/why":                           {"ada@example.test"},
	} {
		page := read(t, http.MethodGet, idp.Issuer+path, "", nil)
		for _, text := range texts {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
		if strings.Contains(page, "Quokka") {
			t.Errorf("%s shows what was typed as a password", path)
		}
	}
	if page := read(t, http.MethodGet, idp.Issuer+"dashboard/why", "", nil); strings.Contains(page, "nobody@example.test") {
		t.Error("one can ask why a login without tokens has no claim")
	}
	for where, text := range map[string]string{"the log": log.String(), "the database": stored(t, file)} {
		if strings.Contains(text, "Quokka") {
			t.Errorf("%s holds what was typed as a password", where)
		}
	}
}

// TestAFailedLoginIsLive: who follows the log is told of it, and of each further try.
func TestAFailedLoginIsLive(t *testing.T) {
	idp, rp := newPair(t)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, idp.Issuer+"dashboard/logs/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for range 2 {
		newBrowser(t).Get(rp.config.AuthCodeURL("some-state")).Submit(url.Values{"user": {"ada@example.test"}, "password": {wrongPassword}, "action": {"login"}})
		for lines.Scan() && lines.Text() != "event: logins" {
		}
		if lines.Err() != nil || lines.Text() != "event: logins" {
			t.Fatalf("the stream ended: %v", lines.Err())
		}
	}
}

// TestALoginThatEndedAtAStepSaysSo: no Action denied it, and nobody waits any more.
func TestALoginThatEndedAtAStepSaysSo(t *testing.T) {
	idp, rp := newPair(t, mockidptest.Empty)
	idp.Deploy("mfa", `exports.onExecutePostLogin = async (event, api) => { api.multifactor.enable("any"); api.idToken.setCustomClaim("n", 1); };`)
	b := newBrowser(t)
	b.Get(rp.config.AuthCodeURL("state"))
	b.Submit(url.Values{"user": {"ada@example.test"}, "password": {mockidp.TestPassword}, "action": {"login"}})
	if b.URL.Path != "/u/mfa" {
		t.Fatalf("at %s, want the second factor", b.URL)
	}
	b.Submit(url.Values{"action": {"cancel"}})
	const reason = "The user cancelled the second factor."
	if answer := <-rp.arrived; answer.Get("error") != "access_denied" || answer.Get("error_description") != reason {
		t.Errorf("the application got %v", answer)
	}
	runs, err := idp.Store.Runs(t.Context(), 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	_, tokens := rp.token(url.Values{"grant_type": {"client_credentials"}, "audience": {idp.Issuer + "api/v2/"}})
	for path, want := range map[string][]string{
		"dashboard/logs":               {reason, ">Failed Login<"},
		"dashboard/logs/" + runs[0].ID: {"The application got the error access_denied: " + reason},
		"api/v2/logs":                  {reason},
		"_mock/why?claim=n":            {"asked for something of the person", reason},
		"_mock/logins?limit=1":         {`"refused"`, reason},
	} {
		token := ""
		if strings.HasPrefix(path, "api/") {
			token = fmt.Sprint(tokens["access_token"])
		}
		page := read(t, http.MethodGet, idp.Issuer+path, token, nil)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s lacks %q:\n%s", path, w, page)
			}
		}
		for _, wrong := range []string{"Denied by Action", "waits for the person", `"suspended": {`} {
			if strings.Contains(page, wrong) {
				t.Errorf("%s says %q", path, wrong)
			}
		}
	}
}
