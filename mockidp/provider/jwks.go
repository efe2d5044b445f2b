package provider

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	jose "github.com/go-jose/go-jose/v4"
)

// serveJWKS publishes the public keys, retired ones too. It always asks the
// store: a client that comes here has just met a key id that it doesn't know.
// The short max-age lets it see a rotation soon.
func (p *Provider) serveJWKS(w http.ResponseWriter, r *http.Request) error {
	set, err := p.keys.reread(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=15")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(set.jwks)
	return nil
}

// hint is what an id_token_hint says.
type hint struct {
	Subject   string   `json:"sub"`
	SessionID string   `json:"sid"`
	Issuer    string   `json:"iss"`
	Audience  audience `json:"aud"`
}

// audience is the aud claim: one string or a list (RFC 7519 section 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// errHint says why a hint was refused; the text is public.
var errHint = errors.New("it is not an ID token of this provider")

// verifyHint checks that token is an ID token that this provider has issued
// (OIDC Core 3.1.2.1). It may have expired, and a retired key may have signed
// it. Whom it was issued to is for the caller to check. errHint: it is not ours.
func (p *Provider) verifyHint(ctx context.Context, token string) (hint, error) {
	var h hint
	// The algorithms are pinned here, and to the key below: RFC 8725 section 3.1.
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil || len(jws.Signatures) != 1 {
		return h, errHint
	}
	header := jws.Signatures[0].Protected
	set, err := p.keys.keys(ctx)
	if err != nil {
		return h, err
	}
	key := set.byID[header.KeyID]
	if key == nil { // another process on this store may have made it a moment ago
		if set, err = p.keys.reread(ctx); err != nil {
			return h, err
		}
		key = set.byID[header.KeyID]
	}
	if key == nil || key.alg != header.Algorithm {
		return h, errHint
	}
	if typ, ok := header.ExtraHeaders[jose.HeaderType].(string); !ok || typ != typIDToken {
		return h, errHint // an access token is no hint: RFC 8725 section 3.11
	}
	payload, err := jws.Verify(key.public)
	if err != nil || json.Unmarshal(payload, &h) != nil || h.Issuer != p.cfg.Issuer || h.Subject == "" {
		return hint{}, errHint
	}
	return h, nil
}
