package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"golang.org/x/oauth2"

	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/provider"
)

// userInfo asks the UserInfo endpoint who the access token belongs to. When it
// answers, the subject must be that of the ID token (Core 5.3.2); the token
// substitution that this prevents can't happen when there is no answer, so that
// is no reason to refuse a login. It returns the claims, or nil.
func (v *verification) userInfo(ctx context.Context, sub string) (cs claims.Set, x provider.Exchange, err error) {
	if v.conn.UserInfo == "" {
		v.Skip("userinfo_sub", "the provider has no UserInfo endpoint")
		return nil, x, nil
	}
	info, err := v.conn.OIDC.UserInfo(provider.WithExchange(ctx, &x), oauth2.StaticTokenSource(v.token))
	switch {
	case err != nil && x.Status == http.StatusOK:
		v.Skip("userinfo_sub", x.String()+", and it is no UserInfo answer: expected JSON with the claims of Core 5.1 in their types")
		return nil, x, nil
	case err != nil:
		v.Skip("userinfo_sub", x.String())
		return nil, x, nil
	case info.Subject != sub:
		return nil, x, v.Fail("userinfo_sub", sub, cmp.Or(info.Subject, "an answer without a sub"))
	}
	v.Pass("userinfo_sub", sub, info.Subject)
	var raw json.RawMessage
	if err := info.Claims(&raw); err != nil {
		return nil, x, nil
	}
	cs, _ = claims.Parse(raw) // shown beside the token's, and decides nothing
	return cs, x, nil
}
