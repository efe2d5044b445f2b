package mockidp_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/browse"
	"example.com/postlogin/mockidp/store"
)

// A rehearsed login shows its Actions what a real one does: the events differ in
// nothing but ids, times, and what the application made up.
func TestRehearsedEventIsARealOne(t *testing.T) {
	idp, rp := newPair(t)
	from := address(t, "London")
	rp.mustLogin(newBrowser(t), from)
	runs, err := idp.Store.Runs(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var run struct {
		Event json.RawMessage `json:"event"`
	}
	if err := json.Unmarshal(runs[0].Record, &run); err != nil {
		t.Fatal(err)
	}

	other, _ := newPair(t)
	client, err := other.Store.Client(t.Context(), other.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	client.RedirectURIs = []string{rp.config.RedirectURL}
	if err := other.Store.PutClient(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	done, err := other.Rehearse(t.Context(), mockidp.Rehearsal{
		User: other.User("ada@example.test").ID, ClientID: client.ID, From: netip.MustParseAddr(from),
		UserAgent: browse.UserAgent, Language: "en-GB,en;q=0.8",
	})
	if err != nil {
		t.Fatal(err)
	}
	rehearsed, err := done.Event.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := masked(t, rehearsed), masked(t, run.Event); got != want {
		t.Errorf("rehearsed %s\nreal %s", got, want)
	}
	if done.Deny != nil || len(done.IDClaims) != 3 || done.IDClaims[0].Name != "login_count" || string(done.IDClaims[0].Value) != "1" {
		t.Errorf("deny %v, claims %v", done.Deny, done.IDClaims)
	}
}

// masked is an event without what no two logins share.
func masked(t *testing.T, event []byte) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(event, &v); err != nil {
		t.Fatal(err)
	}
	query := v["request"].(map[string]any)["query"].(map[string]any)
	for _, own := range []string{"nonce", "code_challenge", "code_challenge_method"} {
		delete(query, own)
	}
	var mask func(name string, v any) any
	mask = func(name string, v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				v[k] = mask(k, v[k])
			}
		case []any:
			for i := range v {
				v[i] = mask("", v[i])
			}
		case string:
			if name == "id" && len(v) > 20 || slices.Contains([]string{"state", "timestamp"}, name) || strings.HasSuffix(name, "_at") {
				return "(" + name + ")"
			}
		}
		return v
	}
	b, err := json.MarshalIndent(mask("", v), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestRehearsalRefusals(t *testing.T) {
	idp, _ := newPair(t)
	if err := idp.Store.PutClient(t.Context(), &store.Client{ID: "machine", Secret: "s"}); err != nil {
		t.Fatal(err)
	}
	ada, bob := idp.User("ada@example.test").ID, idp.User("bob@example.test").ID
	for _, tt := range []struct{ user, client, want string }{
		{bob, idp.ClientID, "bob@example.test is blocked"},
		{"auth0|none", idp.ClientID, `user "auth0|none"`},
		{ada, "none", `application "none"`},
		{ada, "machine", `application "machine" has no callback address`},
	} {
		_, err := idp.Rehearse(t.Context(), mockidp.Rehearsal{User: tt.user, ClientID: tt.client})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s, %s: %v, want %q", tt.user, tt.client, err, tt.want)
		}
	}
}
