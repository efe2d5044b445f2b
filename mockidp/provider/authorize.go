package provider

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// maxEcho bounds state and nonce, which are sent back, in bytes.
const maxEcho = 4 << 10

// authorize is the authorization endpoint (RFC 6749 section 3.1, OIDC Core
// 3.1.2). It validates the request and hands it to the dispatcher.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) error {
	q, _, err := p.Ask(r)
	if q == nil {
		return err
	}
	if err != nil {
		return p.answerError(w, r, q, p.publicError(w, r, err))
	}
	if r.Method == http.MethodPost {
		// A form posted by another site carries no SameSite=Lax cookie; the GET that
		// follows does, so that the session is seen (OIDC Core 3.1.2.1 demands POST).
		if err := p.keep(w, r, q); err != nil {
			return p.answerError(w, r, q, p.publicError(w, r, err))
		}
		seeOther(w, r, p.basePath+"/authorize/resume?state="+url.QueryEscape(q.ID))
		return nil
	}
	return p.proceed(w, r, q, false)
}

// Ask reads an authorization request and validates it, and neither keeps nor
// answers it. An error with a request is for the application; without one the
// person must see it, since nobody knows where the application is.
func (p *Provider) Ask(r *http.Request) (*store.Request, *store.Client, error) {
	if err := r.ParseForm(); err != nil {
		return nil, nil, bodyError(err)
	}
	c, err := p.requestingClient(r.Context(), r.Form)
	if err != nil {
		return nil, nil, err
	}
	q := p.newRequest(r, c)
	return q, c, p.validate(r.Context(), c, q, r.Form)
}

// requestingClient finds the client and checks where its answer would go. Its
// errors are pages (RFC 6749 section 4.1.2.1: the user agent must not be redirected).
func (p *Provider) requestingClient(ctx context.Context, v url.Values) (*store.Client, error) {
	for _, name := range []string{"client_id", "redirect_uri"} {
		if len(v[name]) > 1 { // RFC 6749 section 3.1; which one to trust is unknown
			return nil, &PageError{Status: http.StatusBadRequest, Title: "The login request is malformed",
				Detail: "The parameter " + name + " is repeated.", Hint: "Send it once."}
		}
	}
	c, err := p.cfg.Store.Client(ctx, v.Get("client_id"))
	if errors.Is(err, store.ErrNotFound) {
		return nil, p.unknownClient(ctx, v.Get("client_id"))
	}
	if err != nil {
		return nil, err
	}
	return c, checkRedirectURI(c, v.Get("redirect_uri"))
}

// newRequest takes over the parameters; validate checks them.
func (p *Provider) newRequest(r *http.Request, c *store.Client) *store.Request {
	get := r.Form.Get
	now := p.now()
	types := strings.Fields(get("response_type"))
	slices.Sort(types) // OAuth 2.0 Multiple Response Types 3: the order does not matter
	q := &store.Request{
		ID:           randomToken(),
		ClientID:     c.ID,
		RedirectURI:  get("redirect_uri"),
		ResponseType: strings.Join(types, " "),
		ResponseMode: get("response_mode"),
		Scope:        normalScope(get("scope")),
		Audience:     get("audience"),
		State:        get("state"),
		Nonce:        get("nonce"),
		Challenge:    get("code_challenge"),
		Prompt:       strings.Fields(get("prompt")),
		MaxAge:       -1,
		LoginHint:    get("login_hint"),
		ACRValues:    strings.Fields(get("acr_values")),
		UILocales:    strings.Fields(get("ui_locales")),
		Query:        r.Form,
		Method:       r.Method,
		UserAgent:    r.UserAgent(),
		Language:     r.Header.Get("Accept-Language"),
		CreatedAt:    now,
		ExpiresAt:    now.Add(requestTTL),
	}
	if !knownMode(q.ResponseMode) {
		q.ResponseMode = defaultMode(q.ResponseType)
	}
	if len(q.State) > maxEcho {
		q.State = "" // the answer would be too long for the application's server
	}
	return q
}

// normalScope drops repeated scopes and extra spaces.
func normalScope(scope string) string {
	var list []string
	for _, s := range strings.Fields(scope) {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return strings.Join(list, " ")
}
