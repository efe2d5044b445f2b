package provider

import (
	"context"
	"errors"
	"net/url"

	"example.com/postlogin/mockidp/store"
)

// redeemCode exchanges a code for tokens (RFC 6749 section 4.1.3). A wrong guess
// does not use the code up: only the client that can redeem it does.
func (p *Provider) redeemCode(ctx context.Context, c *store.Client, v url.Values) (issued, error) {
	if v.Get("code") == "" {
		return issued{}, refuse(invalidRequest, "code is missing")
	}
	g, err := p.cfg.Store.GrantByCode(ctx, store.HashSecret(v.Get("code")))
	if errors.Is(err, store.ErrNotFound) {
		return issued{}, refuse(invalidGrant, "the code is unknown")
	}
	if err != nil {
		return issued{}, err
	}
	switch {
	case g.ClientID != c.ID:
		return issued{}, refuse(invalidGrant, "the code was issued to another client")
	case v.Get("redirect_uri") != g.RedirectURI:
		return issued{}, refuse(invalidGrant, "redirect_uri is not the one of the authorization request")
	}
	if err := checkVerifier(g.Challenge, v.Get("code_verifier")); err != nil {
		return issued{}, err
	}
	now := p.now()
	switch {
	case g.Redeemed:
		return issued{}, p.replayed(ctx, g)
	case g.Revoked:
		return issued{}, refuse(invalidGrant, "the login was revoked")
	case !now.Before(g.CodeExpires):
		return issued{}, refuse(invalidGrant, "the code has expired: it lives %d seconds", int(codeTTL.Seconds()))
	}
	u, err := p.grantUser(ctx, g)
	if err != nil {
		return issued{}, err
	}
	out, err := p.issue(ctx, c, u, g, g.Scope, g.Nonce, now)
	if err != nil {
		return issued{}, err
	}
	// Single use is one conditional UPDATE: the first caller wins, on every replica.
	err = p.cfg.Store.RedeemCode(ctx, g.ID, now, out.rows...)
	if errors.Is(err, store.ErrGone) {
		return issued{}, p.replayed(ctx, g)
	}
	if err != nil {
		return issued{}, err
	}
	return out, nil
}

// replayed answers a code that comes a second time: one of the two callers stole
// it, so what the first got is revoked (RFC 6749 section 4.1.2).
func (p *Provider) replayed(ctx context.Context, g *store.Grant) error {
	if err := p.cfg.Store.RevokeGrant(ctx, g.ID, p.now()); err != nil {
		return err
	}
	return refuse(invalidGrant, "the code was used already")
}

// grantUser returns the user of g, who must still exist and may not be blocked.
func (p *Provider) grantUser(ctx context.Context, g *store.Grant) (*store.User, error) {
	u, err := p.cfg.Store.User(ctx, g.UserID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, refuse(invalidGrant, "the user no longer exists")
	case err != nil:
		return nil, err
	case u.Blocked:
		return nil, refuse(invalidGrant, blockedText)
	}
	return u, nil
}
