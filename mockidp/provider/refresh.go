package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
)

// refresh exchanges a refresh token (RFC 6749 section 6, OIDC Core 12). Each
// token works once and is replaced; one that comes back was stolen, so the whole
// grant is revoked (RFC 9700 section 4.14.2).
func (p *Provider) refresh(r *http.Request, c *store.Client, v url.Values) (issued, error) {
	ctx := r.Context()
	t, g, err := p.refreshToken(ctx, c, v.Get("refresh_token"))
	if err != nil {
		return issued{}, err
	}
	scope, err := narrowed(g.Scope, v.Get("scope"))
	if err != nil {
		return issued{}, err
	}
	u, err := p.grantUser(ctx, g)
	if err != nil {
		return issued{}, err
	}
	if _, err := p.organizationOf(ctx, g.OrganizationID, u); err != nil {
		return issued{}, notAMember(err)
	}
	now, transaction := p.now(), randomToken()
	res, err := p.postLogin(ctx, Login{
		Kind: KindRefresh, TransactionID: transaction, User: u, Client: c, Grant: g, Token: t,
		IP: p.address(r, g.IP, g.Simulated), Simulated: g.Simulated, HTTPMethod: r.Method, Host: r.Host, UserAgent: r.UserAgent(),
		Language: r.Header.Get("Accept-Language"), Query: url.Values{}, Body: withoutSecrets(v),
		Scopes: strings.Fields(scope), Audience: g.Audience, Organization: g.OrganizationID, At: now, HTTP: r,
	})
	if err != nil {
		if res.RevokeRefreshToken {
			if err := p.cfg.Store.RevokeGrant(ctx, g.ID, now); err != nil {
				return issued{}, err
			}
		}
		return issued{}, err // else, also when denied, the token stays good for another try
	}
	if res.User != nil && res.User.ID != u.ID { // OIDC Core 12.2: sub stays
		return issued{}, p.refusedAfter(ctx, res, &oauthError{Code: accessDenied, Text: "an Action named another primary user: the subject of a refresh token can't change", Status: http.StatusForbidden})
	}
	next := *g
	next.LastExchangedAt, next.LastIP, next.LastUserAgent = now, p.address(r, g.IP, g.Simulated), r.UserAgent()
	next.IDClaims, next.ATClaims, next.TransactionID = res.IDClaims, res.ATClaims, transaction
	changeRefresh(&next, res.RefreshToken)
	if res.Scopes != nil { // of this answer only: the next refresh begins with what was granted
		scope = strings.Join(res.Scopes, " ")
	}
	out, err := p.issue(ctx, c, u, &next, scope, "", now)
	if err != nil {
		return issued{}, err
	}
	err = p.cfg.Store.RotateRefresh(ctx, t.Hash, &next, now, res.Run, out.rows...)
	if errors.Is(err, store.ErrGone) {
		return issued{}, p.refusedAfter(ctx, res, p.overtaken(ctx, c, v.Get("refresh_token")))
	}
	if err != nil {
		return issued{}, err
	}
	return out, nil
}

// notAMember turns the refusal of an organization into the one of a token whose
// user has left it, or whose organization is gone.
func notAMember(err error) error {
	if oe, ok := errors.AsType[*oauthError](err); ok {
		return refuse(invalidGrant, "%s", oe.Text)
	}
	return err
}

// changeRefresh applies what an Action wants of g's refresh tokens.
func changeRefresh(g *store.Grant, c *store.TokenChanges) {
	if c == nil {
		return
	}
	if !c.ExpiresAt.IsZero() && (g.RefreshExpires.IsZero() || c.ExpiresAt.Before(g.RefreshExpires)) {
		g.RefreshExpires = c.ExpiresAt // it only ever comes nearer
	}
	if !c.IdleExpiresAt.IsZero() {
		g.RefreshIdle = c.IdleExpiresAt
	}
	if c.Metadata != nil {
		g.RefreshMetadata = c.Metadata
	}
}

// refreshEnd is when a refresh token of g that is issued now expires: an Action
// may shorten the client's lifetime, not extend it.
func refreshEnd(c *store.Client, g *store.Grant, now time.Time) time.Time {
	end := now.Add(lifetime(c.RefreshTokenLifetime, refreshTokenTTL))
	for _, limit := range []time.Time{g.RefreshExpires, g.RefreshIdle} {
		if !limit.IsZero() && limit.Before(end) {
			end = limit
		}
	}
	return end
}

// refreshToken returns the row and grant of a refresh token that c may use now.
func (p *Provider) refreshToken(ctx context.Context, c *store.Client, token string) (*store.Token, *store.Grant, error) {
	if token == "" {
		return nil, nil, refuse(invalidRequest, "refresh_token is missing")
	}
	t, g, err := p.cfg.Store.Token(ctx, store.HashSecret(token))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	switch {
	case err != nil || t.Kind != store.RefreshToken:
		return nil, nil, refuse(invalidGrant, "the refresh token is unknown")
	case g.ClientID != c.ID:
		return nil, nil, refuse(invalidGrant, "the refresh token was issued to another client")
	case t.Used:
		return nil, nil, p.reused(ctx, g)
	case t.Revoked || g.Revoked:
		return nil, nil, refuse(invalidGrant, "the refresh token was revoked")
	case !p.now().Before(t.ExpiresAt):
		return nil, nil, refuse(invalidGrant, "the refresh token has expired")
	}
	return t, g, nil
}

// overtaken answers an exchange that found its token used, revoked or expired at its
// end though it was good at its beginning: as if it had come later.
func (p *Provider) overtaken(ctx context.Context, c *store.Client, token string) error {
	if _, _, err := p.refreshToken(ctx, c, token); err != nil {
		return err
	}
	return fmt.Errorf("rotate refresh token: %w", store.ErrGone)
}

func (p *Provider) reused(ctx context.Context, g *store.Grant) error {
	if err := p.cfg.Store.RevokeGrant(ctx, g.ID, p.now()); err != nil {
		return err
	}
	return refuse(invalidGrant, "the refresh token was used already")
}

// narrowed returns the scope of one refresh: what was granted, or less when the
// client asks for less (RFC 6749 section 6).
func narrowed(granted, asked string) (string, error) {
	if asked == "" {
		return granted, nil
	}
	asked = normalScope(asked)
	for _, s := range strings.Fields(asked) {
		if !hasScope(granted, s) {
			return "", refuse(invalidScope, "scope %q was not granted", s)
		}
	}
	return asked, nil
}
