package provider

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// validate checks an authorization request whose client and redirect URI are
// right, and fills what has to be worked out. Unknown parameters are ignored
// (RFC 6749 section 3.1); display, claims_locales and unknown prompt values
// are accepted without effect, ui_locales is for the Actions only (OIDC Core 3.1.2.1).
func (p *Provider) validate(ctx context.Context, c *store.Client, q *store.Request, v url.Values) error {
	if err := single(v); err != nil {
		return err
	}
	for _, check := range []func() error{
		func() error { return refuseByReference(v) },
		func() error { return checkResponse(q, v) },
		func() error { return checkScope(q) },
		func() error { return checkChallenge(c, q, v.Get("code_challenge_method")) },
		func() error { return checkPrompt(q, v.Get("max_age")) },
		func() error { return readClaims(q, v.Get("claims")) },
		func() error { return p.readHint(ctx, q, v.Get("id_token_hint")) },
		func() error { return p.readOrganization(ctx, q, v.Get("organization")) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// refuseByReference names what is not supported rather than ignoring it: the
// object may say other things than the parameters (OIDC Core 3.1.2.6, 6.1, 7.2.1).
func refuseByReference(v url.Values) error {
	for _, name := range []string{"request", "request_uri", "registration"} {
		if v.Get(name) != "" {
			return refuse(name+"_not_supported", "the parameter %s is not supported", name)
		}
	}
	return nil
}

// checkResponse checks how the answer shall look (OAuth 2.0 Multiple Response Type Encoding Practices).
func checkResponse(q *store.Request, v url.Values) error {
	idToken := wantsIDToken(q)
	mode := v.Get("response_mode")
	switch {
	case q.ResponseType == "":
		return refuse(invalidRequest, "response_type is missing")
	case q.ResponseType != "code" && q.ResponseType != "id_token" && q.ResponseType != "code id_token":
		// Access tokens never travel through the browser: RFC 9700 section 2.1.2.
		return refuse("unsupported_response_type", "response_type: expected code, id_token or \"code id_token\", got %q", truncate(q.ResponseType, 60))
	case mode != "" && !knownMode(mode):
		return refuse(invalidRequest, "response_mode: expected query, fragment or form_post, got %q", truncate(mode, 60))
	case idToken && mode == modeQuery:
		q.ResponseMode = modeFragment // section 3.0: not even the error may take the query
		return refuse(invalidRequest, "response_mode query must not carry an ID token")
	case idToken && q.Nonce == "": // OIDC Core 3.2.2.1
		return refuse(invalidRequest, "nonce is required when response_type contains id_token")
	case len(v.Get("state")) > maxEcho:
		return refuse(invalidRequest, "state is longer than %d bytes", maxEcho)
	case len(q.Nonce) > maxEcho:
		return refuse(invalidRequest, "nonce is longer than %d bytes", maxEcho)
	}
	return nil
}

// checkScope follows RFC 6749 section 3.3: no default scope, so one is required.
func checkScope(q *store.Request) error {
	if q.Scope == "" {
		return refuse(invalidScope, "scope is missing: ask for openid")
	}
	if wantsIDToken(q) && !q.HasScope(scopeOpenID) {
		return refuse(invalidScope, "scope openid is required when response_type contains id_token")
	}
	return checkScopeText(q.Scope)
}

// checkScopeText checks the characters of a scope parameter (RFC 6749 section 3.3).
func checkScopeText(scope string) error {
	for _, r := range scope {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return refuse(invalidScope, "scope holds a character that is not allowed: %q", r)
		}
	}
	return nil
}

// checkPrompt reads what the request says about asking the person (OIDC Core 3.1.2.1).
func checkPrompt(q *store.Request, maxAge string) error {
	if slices.Contains(q.Prompt, "none") && len(q.Prompt) > 1 {
		return refuse(invalidRequest, "prompt none must stand alone")
	}
	if maxAge == "" {
		return nil
	}
	seconds, err := strconv.ParseInt(maxAge, 10, 32)
	if err != nil || seconds < 0 {
		return refuse(invalidRequest, "max_age: expected a number of seconds, got %q", truncate(maxAge, 20))
	}
	q.MaxAge = seconds
	return nil
}

// readClaims reads the claims parameter (OIDC Core 5.5). Members that are not
// known are ignored, as 5.5 says.
func readClaims(q *store.Request, text string) error {
	if text == "" {
		return nil
	}
	var param struct {
		UserInfo map[string]json.RawMessage `json:"userinfo"`
		IDToken  map[string]json.RawMessage `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(text), &param); err != nil {
		return refuse(invalidRequest, "claims: expected a JSON object with userinfo and id_token")
	}
	q.Claims = map[string]map[string]json.RawMessage{claimsUserInfo: param.UserInfo, claimsIDToken: param.IDToken}

	if !askedACR(param.IDToken["acr"]).possible() {
		// 5.5.1.1: answer with one of the values or fail.
		return refuse(unmetRequirements, "no login here satisfies the acr that was asked for: the one class known is %s", acrMultiFactor)
	}
	var wanted struct {
		Value string `json:"value"`
	}
	if raw := param.IDToken["sub"]; len(raw) > 0 && json.Unmarshal(raw, &wanted) == nil {
		q.HintSub = wanted.Value // 5.5.1: only this user may be answered for
	}
	return nil
}

// readHint verifies id_token_hint and notes whom it names.
func (p *Provider) readHint(ctx context.Context, q *store.Request, token string) error {
	if token == "" {
		return nil
	}
	h, err := p.verifyHint(ctx, token)
	if errors.Is(err, errHint) {
		return refuse(invalidRequest, "id_token_hint: %s", err)
	}
	if err != nil {
		return err
	}
	if q.HintSub != "" && q.HintSub != h.Subject {
		return refuse(invalidRequest, "id_token_hint and the claims parameter name different users")
	}
	q.HintSub = h.Subject
	return nil
}

// readOrganization finds the organization that the person is to log in to
// (Auth0: "Organizations for Auth0").
func (p *Provider) readOrganization(ctx context.Context, q *store.Request, idOrName string) error {
	if idOrName == "" || p.cfg.Organization == nil {
		return nil
	}
	o, err := p.cfg.Organization(ctx, idOrName)
	if errors.Is(err, store.ErrNotFound) {
		return errNoOrganization(idOrName)
	}
	if err != nil {
		return err
	}
	q.Organization = o.ID
	return nil
}

// wantsIDToken reports whether the browser is to carry an ID token.
func wantsIDToken(q *store.Request) bool {
	return slices.Contains(strings.Fields(q.ResponseType), "id_token")
}

// wantsCode reports whether a code is to be issued.
func wantsCode(q *store.Request) bool {
	return slices.Contains(strings.Fields(q.ResponseType), "code")
}

// truncate cuts s to at most n bytes, not inside a character.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
