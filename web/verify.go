package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"example.com/postlogin/web/attempt"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/words"
)

const (
	// futureLeeway is how far the provider's clock may be ahead of ours.
	futureLeeway = 60 * time.Second
	// maxTokenAge is how old a token may be that was just handed out.
	maxTokenAge = 10 * time.Minute
	// maxSubject is the longest sub (Core 2), in bytes.
	maxSubject = 255
)

// noTime is the cause when a time is not there that must be, or is no number.
const noTime = "The provider leaves it out, or does not write it as a number of seconds since 1970."

// A verification is the check of one ID token (Core 3.1.3.7 and 3.1.3.8). go-oidc
// verifies the signature and makes checks of its own; those that it leaves to its
// caller are made here (nonce, sub, iat, azp, further audiences, at_hash), and so
// are those that it has, so that each has a name and a result. Nothing passes that
// go-oidc refuses.
type verification struct {
	cfg     Config
	conn    *provider.Connection
	attempt *attempt.Attempt
	token   *oauth2.Token
	raw     string // the encoded ID token
	// previous are the claims of the token that this one takes the place of after a
	// refresh (Core 12.2); nil at a login.
	previous claims.Set
	*checks.Ledger
}

// verify returns the claims of a token that passed every check. Its error names
// the check that did not.
func (v *verification) verify(ctx context.Context) (claims.Set, error) {
	if err := v.algorithm(); err != nil {
		return nil, err
	}
	idToken, payload, opinion := v.goOIDC(ctx)
	if payload == nil {
		if err := v.explainSignature(ctx); err != nil {
			return nil, err
		}
		// The key is there after all: the library may have waited for a fetch that
		// another login had begun, and that failed.
		if idToken, payload, opinion = v.goOIDC(ctx); payload == nil {
			return nil, v.FailBecause("signature", "a key of "+v.conn.JWKS, "a signature that does not fit key "+v.keyID(),
				"The token was changed on its way, or the key was exchanged under the same name.")
		}
	}
	v.Pass("signature", "a key of "+v.conn.JWKS, "key "+v.keyID())
	cs, err := claims.Parse(payload)
	if err != nil {
		return nil, v.Fail("payload", "one JSON object", err.Error())
	}
	v.Pass("payload", "one JSON object", "one JSON object")
	for _, check := range []func(claims.Set) error{
		v.issuer, v.audience, v.authorizedParty, v.expiry, v.issuedAt, v.notBefore, v.nonce, v.subject, v.authTime,
	} {
		if err := check(cs); err != nil {
			return nil, err
		}
	}
	if err := v.accessTokenHash(cs, idToken); err != nil {
		return nil, err
	}
	if opinion != nil {
		return nil, v.Fail("go_oidc", "accepted", opinion.Error())
	}
	v.Pass("go_oidc", "accepted", "accepted")
	return cs, nil
}

// goOIDC has the library verify the token with the keys of the provider and all of
// its own checks. payload is what was signed, or nil when the signature does not
// hold; opinion is the library's error, whatever it is about.
func (v *verification) goOIDC(ctx context.Context) (t *oidc.IDToken, payload []byte, opinion error) {
	keys := &observedKeys{KeySet: v.conn.Keys}
	verifier := oidc.NewVerifier(v.conn.Issuer, keys, &oidc.Config{
		ClientID: v.cfg.ClientID, SupportedSigningAlgs: []string{v.cfg.SigningAlg}, Now: v.cfg.Now,
	})
	t, opinion = verifier.Verify(ctx, v.raw)
	return t, keys.payload, opinion
}

// observedKeys keeps the payload that a key set has found to be signed, so that a
// bad signature can be told from a bad claim.
type observedKeys struct {
	oidc.KeySet
	payload []byte
}

func (o *observedKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := o.KeySet.VerifySignature(ctx, jwt)
	if err == nil {
		o.payload = payload
	}
	return payload, err
}

// header is the part of a token's header that matters here (RFC 7515 section 4.1).
type header struct {
	Typ string `json:"typ"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
}

func (v *verification) header() (h header, ok bool) {
	first, _, _ := strings.Cut(v.raw, ".")
	raw, err := base64.RawURLEncoding.DecodeString(first)
	return h, err == nil && json.Unmarshal(raw, &h) == nil && strings.Count(v.raw, ".") == 2
}

func (v *verification) keyID() string {
	if h, _ := v.header(); h.Kid != "" {
		return h.Kid
	}
	return "(the token names none)"
}

// algorithm pins how tokens are signed (RFC 8725 section 3.1).
func (v *verification) algorithm() error {
	h, ok := v.header()
	switch {
	case !ok:
		return v.Fail("alg", v.cfg.SigningAlg, "no signed token (three parts with dots between them)")
	case strings.EqualFold(h.Alg, "none"):
		return v.FailBecause("alg", v.cfg.SigningAlg, h.Alg, "The provider, or somebody in its place, did not sign the token at all. Anyone could have written it.")
	case h.Alg != v.cfg.SigningAlg:
		return v.Fail("alg", v.cfg.SigningAlg, h.Alg)
	}
	v.Pass("alg", v.cfg.SigningAlg, h.Alg)
	return nil
}

// explainSignature asks for the key set itself to say why the library has no key
// for the token: the keys can't be fetched, or the right one is not among them. It
// returns nil when that is not the reason.
func (v *verification) explainSignature(ctx context.Context) error {
	h, _ := v.header()
	known, problem := v.conn.KeyIDs(ctx)
	if problem != "" {
		return v.FailBecause("signature", "a key of "+v.conn.JWKS, problem, "The provider is starting, or publishes its keys where this app can't reach them. Log in again later.")
	}
	if h.Kid != "" && !slices.Contains(known, h.Kid) {
		return v.Fail("signature", "one of the keys "+cmp.Or(strings.Join(known, ", "), "in the key set, which has none"), "key "+h.Kid)
	}
	return nil
}

// issuer: Core 3.1.3.7 (2).
func (v *verification) issuer(cs claims.Set) error {
	iss, ok := cs.Text("iss")
	if !ok || iss != v.conn.Issuer {
		return v.Fail("iss", v.conn.Issuer, showText(cs, "iss"))
	}
	v.Pass("iss", v.conn.Issuer, iss)
	return nil
}

// audience: Core 3.1.3.7 (3) lets an app trust further audiences; this one knows
// none, so the list must hold this app and nothing else.
func (v *verification) audience(cs claims.Set) error {
	if aud := cs.Audiences(); len(aud) != 1 || aud[0] != v.cfg.ClientID {
		return v.Fail("aud", v.cfg.ClientID, showText(cs, "aud"))
	}
	v.Pass("aud", v.cfg.ClientID, v.cfg.ClientID)
	return nil
}

// authorizedParty: Core 3.1.3.7 (4, 5).
func (v *verification) authorizedParty(cs claims.Set) error {
	if cs.Raw("azp") == nil {
		v.Skip("azp", "the token has no azp")
		return nil
	}
	if azp, ok := cs.Text("azp"); !ok || azp != v.cfg.ClientID {
		return v.Fail("azp", v.cfg.ClientID, showText(cs, "azp"))
	}
	v.Pass("azp", v.cfg.ClientID, v.cfg.ClientID)
	return nil
}

// expiry: Core 3.1.3.7 (9). No leeway: this app sees a token right after it was
// made, so its clock would have to be off by the token's whole life.
func (v *verification) expiry(cs claims.Set) error {
	now := v.cfg.Now()
	want := "after " + words.Clock(now)
	exp, ok := cs.Time("exp")
	if !ok {
		return v.FailBecause("exp", want, show(cs, "exp"), noTime)
	}
	if !exp.After(now) {
		return v.Fail("exp", want, fmt.Sprintf("%s (%s too late)", words.Clock(exp), words.Duration(now.Sub(exp))))
	}
	v.Pass("exp", want, words.Clock(exp))
	return nil
}

// issuedAt: Core 2 requires iat; 3.1.3.7 (10) leaves the range to us.
func (v *verification) issuedAt(cs claims.Set) error {
	now := v.cfg.Now()
	want := fmt.Sprintf("between %s and %s", words.Clock(now.Add(-maxTokenAge)), words.Clock(now.Add(futureLeeway)))
	iat, ok := cs.Time("iat")
	if !ok {
		return v.FailBecause("iat", want, show(cs, "iat"), noTime)
	}
	if iat.After(now.Add(futureLeeway)) || iat.Before(now.Add(-maxTokenAge)) {
		return v.Fail("iat", want, fmt.Sprintf("%s (%s)", words.Clock(iat), words.Relative(iat, now)))
	}
	v.Pass("iat", want, words.Clock(iat))
	return nil
}

// notBefore: RFC 7519 section 4.1.5.
func (v *verification) notBefore(cs claims.Set) error {
	if cs.Raw("nbf") == nil {
		v.Skip("nbf", "the token has no nbf")
		return nil
	}
	limit := v.cfg.Now().Add(futureLeeway)
	nbf, ok := cs.Time("nbf")
	if !ok {
		return v.FailBecause("nbf", "at most "+words.Clock(limit), show(cs, "nbf"), noTime)
	}
	if nbf.After(limit) {
		return v.Fail("nbf", "at most "+words.Clock(limit), words.Clock(nbf))
	}
	v.Pass("nbf", "at most "+words.Clock(limit), words.Clock(nbf))
	return nil
}

// nonce: Core 3.1.3.7 (11), 15.5.2. Values are not shown: an error page may be
// sent to someone else.
func (v *verification) nonce(cs claims.Set) error {
	const want = "the nonce of this login"
	nonce, ok := cs.Text("nonce")
	switch {
	case v.previous != nil && cs.Raw("nonce") == nil:
		v.Skip("nonce", "a refreshed token has none")
		return nil
	case v.previous != nil:
		return v.sameAsBefore(cs, "nonce")
	case !ok:
		return v.Fail("nonce", want, show(cs, "nonce"))
	case subtle.ConstantTimeCompare([]byte(nonce), []byte(v.attempt.Nonce)) != 1:
		return v.Fail("nonce", want, "another nonce")
	}
	v.Pass("nonce", want, "the same")
	return nil
}

// subject: Core 2, "MUST NOT exceed 255 ASCII characters".
func (v *verification) subject(cs claims.Set) error {
	want := fmt.Sprintf("1 to %d characters", maxSubject)
	sub, ok := cs.Text("sub")
	if !ok || sub == "" {
		return v.Fail("sub", want, show(cs, "sub"))
	}
	if len(sub) > maxSubject {
		return v.Fail("sub", want, strconv.Itoa(len(sub))+" characters")
	}
	if v.previous != nil {
		return v.sameAsBefore(cs, "sub")
	}
	v.Pass("sub", want, sub)
	return nil
}

// sameAsBefore: a refresh must not turn one person, or one login, into another
// (Core 12.2).
func (v *verification) sameAsBefore(cs claims.Set, name string) error {
	if !bytes.Equal(cs.Raw(name), v.previous.Raw(name)) {
		return v.FailBecause(name, show(v.previous, name)+", as before the refresh", show(cs, name), "The provider mixed up two logins.")
	}
	v.Pass(name, "as before the refresh", "the same")
	return nil
}

// authTime: Core 3.1.3.7 (13), 3.1.2.1 max_age.
func (v *verification) authTime(cs claims.Set) error {
	if v.previous != nil && cs.Raw("auth_time") != nil && v.previous.Raw("auth_time") != nil {
		return v.sameAsBefore(cs, "auth_time")
	}
	if v.attempt.MaxAge == "" {
		v.Skip("auth_time", "this login asked for no max_age")
		return nil
	}
	seconds, err := strconv.Atoi(v.attempt.MaxAge)
	if err != nil {
		return err // login.go lets only numbers through
	}
	earliest := v.attempt.Started.Add(-time.Duration(seconds)*time.Second - futureLeeway)
	at, ok := cs.Time("auth_time")
	if !ok {
		return v.FailBecause("auth_time", "not before "+words.Clock(earliest), show(cs, "auth_time"), noTime)
	}
	if at.Before(earliest) {
		return v.Fail("auth_time", "not before "+words.Clock(earliest), words.Clock(at))
	}
	v.Pass("auth_time", "not before "+words.Clock(earliest), words.Clock(at))
	return nil
}

// accessTokenHash: Core 3.1.3.8. In this flow the provider may leave it out.
func (v *verification) accessTokenHash(cs claims.Set, t *oidc.IDToken) error {
	if cs.Raw("at_hash") == nil {
		v.Skip("at_hash", "the token has no at_hash")
		return nil
	}
	const want = "the hash of the access token"
	hash, ok := cs.Text("at_hash")
	if t == nil && ok && hash != "" {
		v.Skip("at_hash", "go-oidc computes the hash, and refused the token")
		return nil // so the login ends at its check
	}
	if t == nil || t.VerifyAccessToken(v.token.AccessToken) != nil {
		return v.Fail("at_hash", want, show(cs, "at_hash"))
	}
	v.Pass("at_hash", want, "the same")
	return nil
}

// show writes a claim for a page: its JSON, or that it is not there.
func show(cs claims.Set, name string) string {
	raw := cs.Raw(name)
	if raw == nil {
		return "the token has no " + name
	}
	return words.Shorten(string(raw), words.MaxQuote)
}

// showText is show without the quotes around a text, so that it can be compared with
// one letter by letter.
func showText(cs claims.Set, name string) string {
	if text, ok := cs.Text(name); ok && text != "" {
		return words.Shorten(text, words.MaxQuote)
	}
	return show(cs, name)
}
