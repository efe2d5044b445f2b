package management

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// authProblem is an error answer of the Authentication API's database calls,
// which has members of its own (Auth0: "Common Authentication Errors").
type authProblem struct {
	Name        string `json:"name"`
	Code        string `json:"code"`
	Description string `json:"description"`
	Status      int    `json:"statusCode"`
}

func (p *authProblem) Error() string { return p.Code + ": " + p.Description }

func authRefuse(code, format string, args ...any) error {
	return &authProblem{Name: "BadRequestError", Code: code, Description: fmt.Sprintf(format, args...), Status: http.StatusBadRequest}
}

// DBConnections serves the two calls of the Authentication API that need no
// token and change accounts: /dbconnections/signup and /change_password. A page
// of another site can't make a browser send them: their bodies are JSON.
func (a *API) DBConnections() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /dbconnections/signup", a.database(a.signUp))
	mux.Handle("POST /dbconnections/change_password", a.database(a.changePassword))
	return mux
}

// signUpBody is the body of both calls. Members beside these are let pass, as at Auth0.
type signUpBody struct {
	ClientID     string `json:"client_id"`
	Connection   string `json:"connection"`
	Email        string `json:"email"`
	Password     string `json:"password"`
	Name         string `json:"name"`
	GivenName    string `json:"given_name"`
	FamilyName   string `json:"family_name"`
	Nickname     string `json:"nickname"`
	Picture      string `json:"picture"`
	UserMetadata object `json:"user_metadata"`
}

func (a *API) database(do func(*http.Request, *signUpBody) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		var b signUpBody
		body, err := any(nil), a.readSignUp(r, &b)
		if err == nil {
			body, err = do(r, &b)
		}
		refusal, refused := errors.AsType[*authProblem](err)
		text, plain := body.(string)
		switch {
		case refused:
			a.write(w, r, refusal.Status, refusal)
		case err != nil:
			a.fail(w, r, err)
		case plain:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, text) // who has gone away needs no answer
		default:
			a.write(w, r, http.StatusOK, body)
		}
	})
}

func (a *API) readSignUp(r *http.Request, b *signUpBody) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return authRefuse("invalid_request", "expected Content-Type application/json, got %q", kind)
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return authRefuse("invalid_request", "the body could not be read, or is longer than %d bytes", maxBodyBytes)
	}
	if err := json.Unmarshal(text, b); err != nil {
		return authRefuse("invalid_request", "the body is not a JSON object with texts for what it is asked for")
	}
	_, err = a.cfg.Store.Client(r.Context(), b.ClientID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return authRefuse("invalid_request", "client_id names no application")
	case err != nil:
		return err
	case b.Connection != a.cfg.Connection.Name:
		return authRefuse("invalid_request", "connection: the only one here is %s", a.cfg.Connection.Name)
	case !emailForm.MatchString(b.Email):
		return authRefuse("invalid_request", "email: expected an address")
	}
	return nil
}

// signUp creates an account. Its id comes without the prefix, as at Auth0.
func (a *API) signUp(r *http.Request, b *signUpBody) (any, error) {
	if b.Password == "" {
		return nil, authRefuse("invalid_request", "password is missing")
	}
	hash, err := a.hash(r.Context(), b.Password)
	if p, ok := errors.AsType[*problem](err); ok && p.Status == http.StatusBadRequest {
		return nil, authRefuse("invalid_password", "%s", p.Message)
	}
	if err != nil {
		return nil, err
	}
	now := a.now()
	u := &store.User{
		Email: b.Email, PasswordHash: hash, Name: cmp.Or(b.Name, b.Email), GivenName: b.GivenName, FamilyName: b.FamilyName,
		Nickname: cmp.Or(b.Nickname, b.Email[:strings.LastIndexByte(b.Email, '@')]), Picture: b.Picture,
		UserMetadata: b.UserMetadata.raw(), CreatedAt: now, UpdatedAt: now,
	}
	err = a.cfg.Store.CreateUser(r.Context(), u)
	if errors.Is(err, store.ErrExists) {
		return nil, authRefuse("user_exists", "The user already exists.")
	}
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"_id": strings.TrimPrefix(u.ID, databaseStrategy+"|"), "email": u.Email, "email_verified": false}
	for name, value := range map[string]string{"name": b.Name, "given_name": b.GivenName, "family_name": b.FamilyName, "nickname": b.Nickname, "picture": b.Picture} {
		if value != "" {
			answer[name] = value
		}
	}
	if b.UserMetadata.set {
		answer["user_metadata"] = b.UserMetadata.value
	}
	return answer, nil
}

// changePassword answers alike whether there is such an account or not. The mail
// that only an account gets is kept in the outbox; no page is behind it.
func (a *API) changePassword(r *http.Request, b *signUpBody) (any, error) {
	u, err := a.cfg.Store.UserByEmail(r.Context(), b.Email)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		if err := a.mail(r.Context(), u.Email, "Change the password of "+u.Email+" (a mock sends nothing)"); err != nil {
			return nil, err
		}
	}
	return "We've just sent you an email to reset your password.", nil
}
