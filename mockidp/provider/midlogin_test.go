package provider_test

import (
	"testing"

	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// What changes between two steps of one login counts at the next step.

// Who logs out in another tab while the Actions run gets no tokens that outlive it:
// the applications of the session have been told that it is over.
func TestLogOutWhileTheActionsRun(t *testing.T) {
	for name, ends := range map[string]func(i *idp, l provider.Login) error{
		"logged out":       func(i *idp, l provider.Login) error { return i.store.EndSession(t.Context(), l.Session.ID) },
		"the user is gone": func(i *idp, l provider.Login) error { return i.store.DeleteUser(t.Context(), l.User.ID) },
	} {
		for _, kind := range []string{"code", "id_token"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				i := newIDP(t)
				c, b := i.web(t), i.browser()
				i.hook = func(l provider.Login) (provider.Result, error) { return provider.Result{}, ends(i, l) }
				a := c.request("response_type", kind)
				c.fails(a, b.login(b.authorize(a.params), "ada"), "login_required")
			})
		}
	}
}

// The same when the session was used for this application before, so that its list
// of applications needs no change.
func TestLogOutWhileTheActionsRunAgain(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	c.login(b, "ada")
	i.hook = func(l provider.Login) (provider.Result, error) {
		return provider.Result{}, i.store.EndSession(t.Context(), l.Session.ID)
	}
	a := c.request()
	c.fails(a, b.authorize(a.params), "login_required")
}

// An address that is taken off the list while the login page is open gets no code.
func TestCallbackIsTakenAwayDuringALogin(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	pg := b.authorize(c.request().params)
	client, err := i.store.Client(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	changed := *client
	changed.RedirectURIs = []string{"https://rp.example/new"}
	if err := i.store.PutClient(t.Context(), &changed); err != nil {
		t.Fatal(err)
	}
	b.login(pg, "ada").refused("not allowed", "https://rp.example/new")
}

// A login that is refused after its Actions have run is in the log, and not as one
// that got tokens.
func TestLoginsRefusedAfterTheActionsAreInTheLog(t *testing.T) {
	i := newIDP(t)
	c, b := i.web(t), i.browser()
	tokens := c.login(b, "ada", "scope", "openid offline_access").tokens
	var last string // the transaction of the newest run
	after := func(l provider.Login) error { return nil }
	res := provider.Result{}
	i.hook = func(l provider.Login) (provider.Result, error) {
		last = l.TransactionID
		res.Run = &store.Run{ID: last, Kind: l.Kind, UserID: l.User.ID, ClientID: l.Client.ID, At: l.At, Outcome: "ok", Record: []byte("{}")}
		res.RefusedRun = func(d provider.Deny) (*store.Run, error) {
			refused := *res.Run
			refused.Outcome = d.Code
			return &refused, nil
		}
		return res, after(l)
	}
	logged := func(t *testing.T, code string) {
		t.Helper()
		run, err := i.store.Run(t.Context(), last)
		if err != nil || run.Outcome != code {
			t.Errorf("the run is %+v (%v), want that of %s", run, err, code)
		}
	}
	t.Run("a second factor is essential", func(t *testing.T) {
		a := c.request("claims", `{"id_token":{"acr":{"essential":true,"values":["http://schemas.openid.net/pape/policies/2007/06/multi-factor"]}}}`)
		c.fails(a, b.authorize(a.params), "unmet_authentication_requirements")
		logged(t, "unmet_authentication_requirements")
	})
	t.Run("the subject of a refresh would change", func(t *testing.T) {
		res.User = &store.User{ID: "auth0|grace"}
		defer func() { res.User = nil }()
		if got := c.refresh(tokens.str("refresh_token")); got.str("error") != "access_denied" {
			t.Errorf("%d %v", got.status, got.body)
		}
		logged(t, "access_denied")
	})
	t.Run("the refresh token is revoked", func(t *testing.T) {
		after = func(l provider.Login) error { return i.store.RevokeGrant(t.Context(), l.Grant.ID, i.now()) }
		defer func() { after = func(provider.Login) error { return nil } }()
		if got := c.refresh(tokens.str("refresh_token")); got.str("error") != "invalid_grant" {
			t.Errorf("%d %v", got.status, got.body)
		}
		logged(t, "invalid_grant")
	})
	t.Run("the session is ended", func(t *testing.T) {
		after = func(l provider.Login) error { return i.store.EndSession(t.Context(), l.Session.ID) }
		a := c.request()
		c.fails(a, b.authorize(a.params), "login_required")
		logged(t, "login_required")
	})
}
