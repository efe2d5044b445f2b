package login

import (
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// newRecoveryCode is a recovery code of 24 characters, as long as Auth0's: 120 bits.
func newRecoveryCode() string { return base32.StdEncoding.EncodeToString(random(15)) }

// recoveryHash is what is kept of a recovery code. A code of 120 random bits
// needs no slow hash. Blanks, dashes and small letters are how people copy it.
func recoveryHash(code string) string {
	return store.HashSecret(strings.ToUpper(squeeze(code)))
}

// squeeze drops the blanks and dashes that people put into codes and numbers.
func squeeze(s string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune(" \t\u00a0-\u2010\u2011", c) {
			return -1
		}
		return c
	}, s)
}

// fours splits a long code into groups that the eye can follow.
func fours(code string) string {
	var b strings.Builder
	for i, c := range code {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// same compares two secrets in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
