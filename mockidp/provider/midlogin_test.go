package provider_test

import (
	"testing"

	"example.com/postlogin/mockidp/provider"
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
