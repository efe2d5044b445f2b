package management

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// newUser is the body of POST /users.
type newUser struct {
	Connection    string `json:"connection"`
	UserID        string `json:"user_id"`
	Email         string `json:"email"`
	Password      string `json:"password"`
	EmailVerified bool   `json:"email_verified"`
	VerifyEmail   bool   `json:"verify_email"` // nothing is sent
	Name          string `json:"name"`
	GivenName     string `json:"given_name"`
	FamilyName    string `json:"family_name"`
	Nickname      string `json:"nickname"`
	Picture       string `json:"picture"`
	Blocked       bool   `json:"blocked"`
	AppMetadata   object `json:"app_metadata"`
	UserMetadata  object `json:"user_metadata"`
}

// emailForm is no more than what every address has.
var emailForm = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)

func (a *API) createUser(r *http.Request) (any, error) {
	var b newUser
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if err := a.checkNewUser(&b); err != nil {
		return nil, err
	}
	hash, err := a.hash(r.Context(), b.Password)
	if err != nil {
		return nil, err
	}
	now, local := a.now(), b.Email[:strings.LastIndexByte(b.Email, '@')]
	u := &store.User{
		Email: b.Email, EmailVerified: b.EmailVerified, PasswordHash: hash, Blocked: b.Blocked,
		Name: cmp.Or(b.Name, b.Email), GivenName: b.GivenName, FamilyName: b.FamilyName, Nickname: cmp.Or(b.Nickname, local), Picture: b.Picture,
		AppMetadata: b.AppMetadata.raw(), UserMetadata: b.UserMetadata.raw(), CreatedAt: now, UpdatedAt: now,
	}
	if b.UserID != "" {
		u.ID = databaseStrategy + "|" + strings.TrimPrefix(b.UserID, databaseStrategy+"|")
	}
	if err := a.cfg.Store.CreateUser(r.Context(), u); err != nil {
		return nil, userTaken(err)
	}
	return a.stored(r.Context(), u.ID)
}

func (a *API) checkNewUser(b *newUser) error {
	for name, value := range map[string]string{"connection": b.Connection, "email": b.Email, "password": b.Password} {
		if value == "" {
			return badBody("Missing required property: %s", name)
		}
	}
	if b.Connection != a.cfg.Connection.Name {
		return refuse(http.StatusBadRequest, "inexistent_connection", "The connection does not exist.")
	}
	return checkEmail(b.Email)
}

func checkEmail(email string) error {
	if !emailForm.MatchString(email) {
		return badBody("Object didn't pass validation for format email: %s' on property 'email", email)
	}
	return nil
}

// hash makes the hash of a password, which says what is wrong with one it refuses.
func (a *API) hash(ctx context.Context, password string) (string, error) {
	if a.cfg.HashPassword == nil {
		return "", refuse(http.StatusNotImplemented, "", "This server was started without a way to set passwords")
	}
	hash, err := a.cfg.HashPassword(ctx, password)
	if err != nil && ctx.Err() == nil {
		return "", refuse(http.StatusBadRequest, "invalid_body", "PasswordStrengthError: %v", err)
	}
	return hash, err
}

// stored answers with the user as it is now.
func (a *API) stored(ctx context.Context, id string) (any, error) {
	u, err := a.cfg.Store.User(ctx, id)
	if err != nil {
		return nil, noUser(err)
	}
	return a.userJSON(ctx, u)
}

// userPatch is the body of PATCH /users/{id}. A null unsets (Auth0: "Update a user").
type userPatch struct {
	Connection    string           `json:"connection"`
	ClientID      string           `json:"client_id"` // for the mails of a real tenant
	Email         string           `json:"email"`
	Password      string           `json:"password"`
	EmailVerified *bool            `json:"email_verified"`
	VerifyEmail   bool             `json:"verify_email"` // nothing is sent
	Name          optional[string] `json:"name"`
	GivenName     optional[string] `json:"given_name"`
	FamilyName    optional[string] `json:"family_name"`
	Nickname      optional[string] `json:"nickname"`
	Picture       optional[string] `json:"picture"`
	Blocked       *bool            `json:"blocked"`
	AppMetadata   object           `json:"app_metadata"`
	UserMetadata  object           `json:"user_metadata"`
}

// metadataOnly reports whether the body changes nothing but metadata: then the
// scope update:users_app_metadata is enough.
func (b *userPatch) metadataOnly() bool {
	return reflect.DeepEqual(*b, userPatch{AppMetadata: b.AppMetadata, UserMetadata: b.UserMetadata})
}

func (a *API) patchUser(r *http.Request) (any, error) {
	var b userPatch
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if !a.hasScope(r, "update:users") && !b.metadataOnly() {
		return nil, lacksScope("update:users")
	}
	if b.Connection != "" && b.Connection != a.cfg.Connection.Name {
		return nil, refuse(http.StatusBadRequest, "inexistent_connection", "The connection does not exist.")
	}
	old, err := a.userOf(r)
	if err != nil {
		return nil, err
	}
	p, err := a.patch(r.Context(), &b, old)
	if err != nil {
		return nil, err
	}
	u, err := a.cfg.Store.UpdateUser(r.Context(), old.ID, p, a.now())
	if err != nil {
		return nil, userTaken(noUser(err))
	}
	return a.userJSON(r.Context(), u)
}

func (a *API) patch(ctx context.Context, b *userPatch, old *store.User) (store.UserPatch, error) {
	p := store.UserPatch{
		Name: b.Name.ptr(), GivenName: b.GivenName.ptr(), FamilyName: b.FamilyName.ptr(), Nickname: b.Nickname.ptr(), Picture: b.Picture.ptr(),
		EmailVerified: b.EmailVerified, Blocked: b.Blocked,
		ClearApp: b.AppMetadata.clears(), ClearUser: b.UserMetadata.clears(),
		Metadata: store.MetadataPatch{App: b.AppMetadata.value, User: b.UserMetadata.value},
	}
	if b.Email != "" {
		if err := checkEmail(b.Email); err != nil {
			return p, err
		}
		p.Email = &b.Email
		if b.EmailVerified == nil && !strings.EqualFold(b.Email, old.Email) {
			p.EmailVerified = new(bool) // nobody has shown that they read the new address
		}
	}
	if b.Password != "" {
		hash, err := a.hash(ctx, b.Password)
		if err != nil {
			return p, err
		}
		p.PasswordHash = &hash
	}
	return p, nil
}

// deleteUser also answers with success when there is nobody: so does Auth0.
func (a *API) deleteUser(r *http.Request) (any, error) {
	err := a.cfg.Store.DeleteUser(r.Context(), r.PathValue("id"))
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return nil, err
}
