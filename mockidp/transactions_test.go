package mockidp_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// headers is a client's transport that keeps the headers of the last token answer.
type headers struct{ last http.Header }

func (h *headers) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && strings.HasSuffix(r.URL.Path, "/oauth/token") {
		h.last = res.Header
	}
	return res, err
}

func (h *headers) context(t *testing.T) context.Context {
	return context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: h})
}

// asClient asks for a transaction with these credentials.
func asClient(t *testing.T, issuer, id, user, password string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, issuer+"_mock/transactions/"+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		req.SetBasicAuth(url.QueryEscape(user), url.QueryEscape(password))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

// TestTransactionOfALogin: a client learns from its token answer's header which run
// gave it its claims, and reads there who set them.
func TestTransactionOfALogin(t *testing.T) {
	idp, rp := newPair(t)
	idp.Deploy("plan", `exports.onExecutePostLogin = async (event, api) => {
  console.log("one"); console.log("two");
  api.idToken.setCustomClaim("plan", "gold");
  api.idToken.setCustomClaim("nothing", event.nothing);
  api.idToken.setCustomClaim("iss", "x");
};`)
	seen := &headers{}
	ctx := seen.context(t)
	b := mockidptest.NewBrowser(t)
	verifier := oauth2.GenerateVerifier()
	b.Get(rp.config.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier)))
	b.Submit(url.Values{"user": {"ada@example.test"}, "ip": {address(t, "London")}, "action": {"login"}})
	got := <-rp.arrived
	if _, err := rp.config.Exchange(ctx, got.Get("code"), oauth2.VerifierOption(verifier)); err != nil {
		t.Fatal(err)
	}
	id := seen.last.Get("Mockidp-Transaction")
	status, body := asClient(t, idp.Issuer, id, idp.ClientID, idp.ClientSecret)
	var tx struct {
		TransactionID string `json:"transaction_id"`
		Kind, Outcome string
		UserID        string `json:"user_id"`
		Actions       []struct {
			Name         string
			Version      int
			ConsoleLines int     `json:"console_lines"`
			DurationMS   float64 `json:"duration_ms"`
			Claims       []struct {
				Token, Name, Dropped string
				Line                 int
				Undefined            bool
			}
		}
		WhyURL string `json:"why_url"`
		Place  struct {
			City, IP            string
			CountryCode         string `json:"country_code"`
			Latitude, Longitude float64
		}
	}
	if err := json.Unmarshal([]byte(body), &tx); err != nil || status != http.StatusOK {
		t.Fatalf("transaction %q = %d %s, %v", id, status, body, err)
	}
	if tx.TransactionID != id || tx.Kind != "login" || tx.Outcome != "ok" || tx.UserID != idp.User("ada@example.test").ID {
		t.Errorf("transaction = %+v", tx)
	}
	if tx.Place.City != "London" || tx.Place.CountryCode != "GB" || tx.Place.Latitude < 51 || tx.Place.Latitude > 52 || tx.Place.IP != address(t, "London") {
		t.Errorf("place = %+v, want London", tx.Place)
	}
	if page := read(t, http.MethodGet, tx.WhyURL+"&claim=no_such_claim", "", nil); !strings.Contains(page, "No Action mentions no_such_claim") {
		t.Errorf("the page at why_url does not say why a claim is missing:\n%s", page)
	}
	if len(tx.Actions) != 2 || tx.Actions[0].Name != "post-login-claims" || len(tx.Actions[0].Claims) != 3 {
		t.Fatalf("actions = %+v", tx.Actions)
	}
	plan := tx.Actions[1]
	if plan.Name != "plan" || plan.Version != 1 || plan.ConsoleLines != 2 || plan.DurationMS <= 0 || len(plan.Claims) != 3 {
		t.Fatalf("the Action plan = %+v", plan)
	}
	if c := plan.Claims[0]; c.Name != "plan" || c.Line != 3 || c.Token != "id_token" || c.Undefined || c.Dropped != "" {
		t.Errorf("claim = %+v", c)
	}
	if c := plan.Claims[1]; !c.Undefined {
		t.Errorf("claim without a value = %+v, want it marked", c)
	}
	if c := plan.Claims[2]; c.Dropped == "" {
		t.Errorf("reserved claim = %+v, want the reason why it was dropped", c)
	}
	if strings.Contains(body, "gold") || strings.Contains(body, "user_agent") {
		t.Errorf("the answer holds more than who did what: %s", body)
	}
}

// TestTransactionsAreTheClientsOwn: nobody reads another application's logins.
func TestTransactionsAreTheClientsOwn(t *testing.T) {
	idp, rp := newPair(t)
	other, public := mockidp.DemoClient(), mockidp.DemoClient()
	other.ID, other.Secret = "other", "other-secret"
	public.ID, public.Secret = "public", ""
	if err := idp.Store.PutClient(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if err := idp.Store.PutClient(t.Context(), public); err != nil {
		t.Fatal(err)
	}
	rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"))
	runs, err := idp.Store.Runs(t.Context(), 1)
	if err != nil || len(runs) != 1 {
		t.Fatalf("runs = %v, %v", runs, err)
	}
	for _, tt := range []struct {
		name, id, user, password string
		want                     int
	}{
		{"its own", runs[0].ID, idp.ClientID, idp.ClientSecret, 200},
		{"nobody", runs[0].ID, "", "", 401},
		{"a wrong secret", runs[0].ID, idp.ClientID, "wrong", 401},
		{"an unknown client", runs[0].ID, "nobody", "x", 401},
		{"a client without a secret", runs[0].ID, "public", "", 401},
		{"another client", runs[0].ID, "other", "other-secret", 404},
		{"an unknown transaction", "unknown", idp.ClientID, idp.ClientSecret, 404},
	} {
		if status, body := asClient(t, idp.Issuer, tt.id, tt.user, tt.password); status != tt.want {
			t.Errorf("%s: %d %s, want %d", tt.name, status, body, tt.want)
		}
		if status, body := asClient(t, idp.Issuer, tt.id+"/why?claim=x", tt.user, tt.password); status != tt.want {
			t.Errorf("%s asks why: %d %s, want %d", tt.name, status, body, tt.want)
		}
	}
	for _, tt := range []struct {
		claim string
		want  int
		has   string
	}{
		{"login_count", 200, `"cause":"present"`},
		{"nothing", 200, `"text":"No Action mentions nothing. Create one: Actions > Library."`},
		{"", 400, "expected the name of a claim"},
		{strings.Repeat("x", 1001), 400, "expected the name of a claim"},
	} {
		status, body := asClient(t, idp.Issuer, runs[0].ID+"/why?claim="+tt.claim, idp.ClientID, idp.ClientSecret)
		if status != tt.want || !strings.Contains(strings.NewReplacer(": ", ":", "\\u003e", ">").Replace(body), strings.ReplaceAll(tt.has, ": ", ":")) {
			t.Errorf("why %.20q = %d %s, want %d with %s", tt.claim, status, body, tt.want, tt.has)
		}
	}
}

// TestTransactionChangesWithARefresh: a refresh runs the Actions anew, and its
// answer names that run.
func TestTransactionChangesWithARefresh(t *testing.T) {
	idp, rp := newPair(t)
	rp.config.Scopes = append(rp.config.Scopes, "offline_access")
	first := rp.mustLogin(mockidptest.NewBrowser(t), address(t, "London"))
	seen := &headers{}
	if _, err := rp.config.TokenSource(seen.context(t), &oauth2.Token{RefreshToken: first.tokens.RefreshToken}).Token(); err != nil {
		t.Fatal(err)
	}
	status, body := asClient(t, idp.Issuer, seen.last.Get("Mockidp-Transaction"), idp.ClientID, idp.ClientSecret)
	if status != http.StatusOK || !strings.Contains(strings.ReplaceAll(body, " ", ""), `"kind":"refresh"`) {
		t.Errorf("transaction of the refresh = %d %s", status, body)
	}
}
