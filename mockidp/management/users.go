package management

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// user is an account as Auth0 shows it ("User Profile Structure"). Metadata
// that was never set is left out, as there.
type user struct {
	UserID        string          `json:"user_id"`
	Email         string          `json:"email"`
	EmailVerified bool            `json:"email_verified"`
	Name          string          `json:"name"`
	GivenName     string          `json:"given_name,omitempty"`
	FamilyName    string          `json:"family_name,omitempty"`
	Nickname      string          `json:"nickname"`
	Picture       string          `json:"picture,omitempty"`
	Identities    []identity      `json:"identities"`
	Blocked       bool            `json:"blocked"`
	Multifactor   []string        `json:"multifactor,omitempty"`
	AppMetadata   json.RawMessage `json:"app_metadata,omitempty"`
	UserMetadata  json.RawMessage `json:"user_metadata,omitempty"`
	LoginsCount   int64           `json:"logins_count,omitempty"`
	LastLogin     *stamp          `json:"last_login,omitempty"`
	LastIP        string          `json:"last_ip,omitempty"`
	CreatedAt     stamp           `json:"created_at"`
	UpdatedAt     stamp           `json:"updated_at"`
}

func (a *API) userJSON(ctx context.Context, u *store.User) (*user, error) {
	identities, err := a.identities(ctx, u, false)
	if err != nil {
		return nil, err
	}
	factors, err := a.factors(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	out := &user{
		UserID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName,
		Nickname: u.Nickname, Picture: u.Picture, Identities: identities, Blocked: u.Blocked,
		AppMetadata: unlessEmpty(u.AppMetadata), UserMetadata: unlessEmpty(u.UserMetadata),
		LoginsCount: u.LoginsCount, LastIP: u.LastIP, CreatedAt: stamp(u.CreatedAt), UpdatedAt: stamp(u.UpdatedAt),
	}
	if len(factors) > 0 {
		out.Multifactor = []string{"guardian"} // Auth0's own provider of factors
	}
	if !u.LastLogin.IsZero() {
		last := stamp(u.LastLogin)
		out.LastLogin = &last
	}
	return out, nil
}

func unlessEmpty(object json.RawMessage) json.RawMessage {
	if string(object) == "{}" {
		return nil
	}
	return object
}

func (a *API) usersJSON(ctx context.Context, users []*store.User) (out []*user, err error) {
	out = make([]*user, len(users))
	for i, u := range users {
		if out[i], err = a.userJSON(ctx, u); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// member is a user in a list of an organization's or a role's.
type member struct {
	UserID  string `json:"user_id"`
	Email   string `json:"email"`
	Name    string `json:"name"`
	Picture string `json:"picture,omitempty"`
}

func membersJSON(users []*store.User) []member {
	out := make([]member, len(users))
	for i, u := range users {
		out[i] = member{u.ID, u.Email, u.Name, u.Picture}
	}
	return out
}

// userOf is the user that the path names.
func (a *API) userOf(r *http.Request) (*store.User, error) {
	u, err := a.cfg.Store.User(r.Context(), r.PathValue("id"))
	return u, noUser(err)
}

func (a *API) getUser(r *http.Request) (any, error) {
	u, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	out, err := a.userJSON(r.Context(), u)
	if err != nil {
		return nil, err
	}
	return chosen(r.URL.Query(), out, "user_id")
}

// usersByEmail answers with a list: Auth0 may know an address once per
// connection. It ignores the case of the address, as logging in does.
func (a *API) usersByEmail(r *http.Request) (any, error) {
	q := r.URL.Query()
	if q.Get("email") == "" {
		return nil, badQuery("Missing required property: email")
	}
	var found []*store.User
	u, err := a.cfg.Store.UserByEmail(r.Context(), q.Get("email"))
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		found = append(found, u)
	}
	out, err := a.usersJSON(r.Context(), found)
	if err != nil {
		return nil, err
	}
	return chosenAll(q, out, "user_id")
}

// listUsers looks through all users: a mock's tenant has few.
func (a *API) listUsers(r *http.Request) (any, error) {
	q := r.URL.Query()
	all, err := a.cfg.Store.Users(r.Context(), 0)
	if err != nil {
		return nil, err
	}
	users, err := a.usersJSON(r.Context(), all)
	if err != nil {
		return nil, err
	}
	found, err := matching(q.Get("q"), users, userSearch)
	if err != nil {
		return nil, err
	}
	if name := q.Get("connection"); name != "" {
		found = slices.DeleteFunc(found, func(u *user) bool { return u.Identities[0].Connection != name })
	}
	if err := sorted(q.Get("sort"), found); err != nil {
		return nil, err
	}
	body, err := chosenAll(q, found, "user_id")
	if err != nil {
		return nil, err
	}
	return paged(r, "users", body)
}

// sorted sorts users by the parameter sort, as in "created_at:-1".
func sorted(by string, users []*user) error {
	if by == "" {
		return nil
	}
	field, order, _ := strings.Cut(by, ":")
	key, ok := userOrder()[field]
	if !ok || order != "1" && order != "-1" {
		return badQuery("%s can not be sorted by: expected FIELD:1 or FIELD:-1' on property 'sort", by)
	}
	slices.SortStableFunc(users, func(x, y *user) int {
		if order == "-1" {
			x, y = y, x
		}
		return strings.Compare(key(x), key(y))
	})
	return nil
}
