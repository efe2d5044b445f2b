package mockidp

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// PostLoginClaims is the workshop's Action, byte for byte.
//
//go:embed seed/post-login-claims.js
var PostLoginClaims string

// TestPassword is the password of every seeded user.
const TestPassword = "workshop"

// The names of the seeded tenants.
const (
	SeedDemo  = "demo"  // application, users, and the Action post-login-claims in the flow
	SeedEmpty = "empty" // application and users only: the workshop starts here
)

// Trigger is the id of the login flow, as Auth0 names it.
const Trigger = "post-login"

// DemoClient is the seeded application. Its addresses are those of the demo app
// on this machine; cmd/demo and tests set their own.
func DemoClient() *store.Client {
	return &store.Client{
		ID: "demo-app", Name: "Demo app", Secret: "demo-secret",
		RedirectURIs:           []string{"http://localhost:3000/callback"},
		PostLogoutRedirectURIs: []string{"http://localhost:3000", "http://localhost:3000/"},
		BackchannelLogoutURI:   "http://localhost:3000/backchannel-logout",
		Metadata:               map[string]string{},
	}
}

// Seed fills a store that has no users with the tenant called name (SeedDemo or
// SeedEmpty), and leaves any other store as it is: a restart loses nothing. It
// reports whether it wrote; see [store.Store.Fill].
func Seed(ctx context.Context, st *store.Store, name string, client *store.Client) (wrote bool, err error) {
	return seed(ctx, st, name, client, false)
}

func seed(ctx context.Context, st *store.Store, name string, client *store.Client, noPasswords bool) (wrote bool, err error) {
	if name != SeedDemo && name != SeedEmpty {
		return false, fmt.Errorf("unknown seed %q: expected %q or %q", name, SeedDemo, SeedEmpty)
	}
	if n, err := st.CountUsers(ctx); err != nil || n > 0 {
		return false, err // without the work of hashing a password
	}
	t := store.Tenant{Client: client}
	if t.Users, err = seedUsers(ctx, noPasswords); err != nil {
		return false, fmt.Errorf("seed users: %w", err)
	}
	if name == SeedDemo {
		t.Action = &store.Action{Name: "post-login-claims", Trigger: Trigger, Runtime: "node18", Code: PostLoginClaims}
	}
	if wrote, err = st.Fill(ctx, t); err != nil {
		return false, fmt.Errorf("seed: %w", err)
	}
	return wrote, nil
}

func seedUsers(ctx context.Context, noPasswords bool) ([]*store.User, error) {
	var hash string
	if !noPasswords {
		var err error
		if hash, err = login.HashPassword(ctx, TestPassword); err != nil {
			return nil, err
		}
	}
	ada := &store.User{
		Email: "ada@example.test", Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace", Nickname: "ada",
		AppMetadata: json.RawMessage(`{"stripe_cus":"cus_ada1815","lakeid":"lake-0042","subscription":"premium"}`),
	}
	grace := &store.User{Email: "grace@example.test", Name: "Grace Hopper", GivenName: "Grace", FamilyName: "Hopper", Nickname: "grace"}
	bob := &store.User{Email: "bob@example.test", Name: "Bob Blocked", GivenName: "Bob", FamilyName: "Blocked", Nickname: "bob", Blocked: true}
	users := []*store.User{ada, grace, bob}
	for i, u := range users {
		// Ids are fixed so that a test can name them, and look like Auth0's: auth0|24 hex digits.
		u.ID = fmt.Sprintf("auth0|5eed00000000000000000%03d", i+1)
		u.EmailVerified, u.PasswordHash = true, hash
	}
	return users, nil
}

// Deploy creates the Action called name or replaces its draft, deploys it, and
// puts it last in the login flow unless it is there already. It does not check
// the code: an Action that can't be compiled fails at login, as a broken deploy should.
func Deploy(ctx context.Context, st *store.Store, name, code string) error {
	now := time.Now()
	a, err := st.ActionByName(ctx, name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		a = &store.Action{Name: name, Trigger: Trigger, Runtime: "node18", Code: code}
		err = st.CreateAction(ctx, a)
	case err == nil:
		err = st.SaveDraft(ctx, a.ID, code, now)
	}
	if err != nil {
		return err
	}
	// Neither what somebody else saves as the draft meanwhile nor what they make of the
	// flow is undone or deployed by this.
	if _, err := st.DeployCode(ctx, a.ID, code, now); errors.Is(err, store.ErrChanged) {
		return fmt.Errorf("somebody else saved another draft of %s meanwhile: nothing was deployed. Deploy it again", name)
	} else if err != nil {
		return err
	}
	return st.BindLast(ctx, a.ID)
}
