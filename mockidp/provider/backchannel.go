package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"example.com/postlogin/mockidp/store"
)

const (
	// typLogoutToken keeps logout tokens and ID tokens apart (Back-Channel Logout
	// 1.0 section 2.4).
	typLogoutToken = "logout+jwt"
	// logoutEvent is the member of events that makes a token a logout token.
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	// logoutTokenTTL is short: the token is delivered at once or not at all.
	logoutTokenTTL = 2 * time.Minute
	// logoutPatience is how long a person who logs out waits for the applications.
	logoutPatience = 3 * time.Second
)

// tellApplications sends a logout token about s, which has been ended, to each
// application that was logged in to with it and has registered where to (OpenID
// Connect Back-Channel Logout 1.0 section 2.5). They are told at the same time and
// before the browser goes on, so that it finds them logged out. One that can't be
// told is logged and not told again: the person is logged out here all the same.
func (p *Provider) tellApplications(ctx context.Context, s *store.Session) {
	// The browser may go away; the applications are told nevertheless.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutPatience)
	defer cancel()
	var all sync.WaitGroup
	for _, id := range s.Clients {
		c, err := p.cfg.Store.Client(ctx, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && c.BackchannelLogoutURI == "" {
			continue
		}
		all.Go(func() {
			if err == nil {
				err = p.tell(ctx, c, s)
			}
			if err != nil {
				p.log.WarnContext(ctx, "could not tell an application of a logout", "client", id, "session", s.ID, "err", err)
				return
			}
			p.log.InfoContext(ctx, "told an application of a logout", "client", id, "session", s.ID)
		})
	}
	all.Wait()
}

func (p *Provider) tell(ctx context.Context, c *store.Client, s *store.Session) error {
	token, err := p.logoutToken(ctx, c, s)
	if err != nil {
		return err
	}
	return p.cfg.SendLogoutToken(ctx, c.BackchannelLogoutURI, token)
}

// logoutToken makes the token of section 2.4. It has no nonce, so that nobody can
// use it as an ID token.
func (p *Provider) logoutToken(ctx context.Context, c *store.Client, s *store.Session) (string, error) {
	key, err := p.keys.signer(ctx, cmp.Or(c.Alg, p.cfg.DefaultAlg))
	if err != nil {
		return "", err
	}
	now := p.now()
	o := newObject(512)
	o.str("iss", p.cfg.Issuer)
	o.str("sub", s.UserID)
	o.str("aud", c.ID)
	o.num("iat", now.Unix())
	o.num("exp", now.Add(logoutTokenTTL).Unix())
	o.str("jti", randomToken())
	o.str("sid", s.ID)
	o.raw("events", json.RawMessage(`{"`+logoutEvent+`":{}}`))
	return key.sign(typLogoutToken, o.bytes())
}
