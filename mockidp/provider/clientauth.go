package provider

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"

	"example.com/postlogin/mockidp/store"
)

// errClientAuth is the same for an unknown client and a wrong secret. Its
// challenge is always there: RFC 9110 section 15.5.2 wants one on each 401.
var errClientAuth = &oauthError{Code: invalidClient, Status: http.StatusUnauthorized, Challenge: `Basic realm="mockidp"`,
	Text: "client authentication failed: the client id or secret is wrong or missing"}

// authenticateClient identifies the client of a request to the token, revocation
// or introspection endpoint (RFC 6749 section 2.3.1): by HTTP Basic or by
// client_id and client_secret in the body, either for any client with a secret;
// by client_id alone for public clients.
func (p *Provider) authenticateClient(r *http.Request, v url.Values) (*store.Client, error) {
	id, secret := v.Get("client_id"), v.Get("client_secret")
	if v.Has("client_assertion") {
		return nil, errClientAuth // private_key_jwt is not offered
	}
	if r.Header.Get("Authorization") != "" {
		user, password, ok := r.BasicAuth()
		if !ok {
			return nil, errClientAuth
		}
		if secret != "" {
			return nil, refuse(invalidRequest, "the client authenticates in two ways: use HTTP Basic or client_secret, not both")
		}
		// Both halves are form-urlencoded before they are joined by the colon.
		basicID, err1 := url.QueryUnescape(user)
		basicSecret, err2 := url.QueryUnescape(password)
		if err1 != nil || err2 != nil || id != "" && id != basicID {
			return nil, errClientAuth
		}
		id, secret = basicID, basicSecret
	}
	return p.checkSecret(r.Context(), id, secret)
}

// Client returns the client that r authenticates by HTTP Basic, for addresses
// beside those of OAuth. A public client has nothing to authenticate with and is
// refused like a wrong secret: ok is false.
func (p *Provider) Client(r *http.Request) (c *store.Client, ok bool, err error) {
	if _, _, basic := r.BasicAuth(); !basic {
		return nil, false, nil
	}
	c, err = p.authenticateClient(r, url.Values{})
	if _, refused := errors.AsType[*oauthError](err); refused {
		return nil, false, nil
	}
	return c, err == nil && !c.Public(), err
}

func (p *Provider) checkSecret(ctx context.Context, id, secret string) (*store.Client, error) {
	c, err := p.cfg.Store.Client(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errClientAuth
	}
	if err != nil {
		return nil, err
	}
	// Hashed first, so that the comparison does not tell the length either. A public
	// client has the empty secret: sending one is as wrong as leaving one out.
	got, want := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(c.Secret))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return nil, errClientAuth
	}
	return c, nil
}
