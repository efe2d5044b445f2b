package store

import (
	"crypto/sha256"
	"encoding/base64"
)

// HashSecret returns the SHA-256 of value as base64url without padding: the
// form in which cookies, codes and tokens are kept, so that a copy of the
// database opens nothing. It is for random values of 128 bits and more only;
// passwords need a slow hash (package login).
func HashSecret(value string) string {
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// HashCode names a text of an Action in a few characters: see [ActionPatch].
func HashCode(code string) string { return HashSecret(code) }
