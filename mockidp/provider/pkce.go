package provider

import (
	"crypto/subtle"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// checkChallenge checks the PKCE parameters of an authorization request (RFC 7636
// section 4.3). Clients without a secret must use PKCE (RFC 9700 section 2.1.1).
func checkChallenge(c *store.Client, q *store.Request, method string) error {
	switch {
	case q.Challenge == "" && method != "":
		return refuse(invalidRequest, "code_challenge_method came without a code_challenge")
	case q.Challenge == "" && c.Public() && wantsCode(q):
		return refuse(invalidRequest, "PKCE is required for clients without a secret: send code_challenge")
	case q.Challenge == "":
		return nil
	case method != "S256": // absent means plain (section 4.3), which hides nothing
		return refuse(invalidRequest, "code_challenge_method: expected S256, got %q", truncate(method, 20))
	case len(q.Challenge) != 43 || strings.Trim(q.Challenge, unreserved) != "":
		return refuse(invalidRequest, "code_challenge: expected 43 base64url characters, the SHA-256 of the verifier")
	}
	return nil
}

// unreserved is the alphabet of verifiers (RFC 7636 section 4.1).
const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

// checkVerifier is RFC 7636 section 4.6. A verifier for a code that was asked for
// without a challenge is a downgrade attack (RFC 9700 section 4.8.2).
func checkVerifier(challenge, verifier string) error {
	switch {
	case challenge == "" && verifier == "":
		return nil
	case challenge == "":
		return refuse(invalidGrant, "code_verifier came, but the authorization request had no code_challenge")
	case verifier == "":
		return refuse(invalidGrant, "code_verifier is missing")
	case len(verifier) < 43 || len(verifier) > 128 || strings.Trim(verifier, unreserved) != "":
		return refuse(invalidGrant, "code_verifier: expected 43 to 128 unreserved characters, got %d", len(verifier))
	case subtle.ConstantTimeCompare([]byte(store.HashSecret(verifier)), []byte(challenge)) != 1:
		return refuse(invalidGrant, "code_verifier does not match the code_challenge")
	}
	return nil
}
