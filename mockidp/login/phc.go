package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// MaxPasswordBytes is the length of the longest password that is hashed. A
// longer one is refused before any work is done for it.
const MaxPasswordBytes = 1024

// cost is what one argon2id hash takes.
type cost struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// standard is the first choice of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes.
var standard = cost{memory: 19 * 1024, passes: 2, lanes: 1}

// bearable bounds what a stored hash may ask for, so that an imported one can't
// take the machine's memory.
var bearable = cost{memory: 256 * 1024, passes: 16, lanes: 16}

// HashPassword returns the argon2id hash of password as a PHC string
// ("$argon2id$v=19$m=19456,t=2,p=1$salt$hash"), the form of
// [store.User].PasswordHash. It takes some 20 ms and 19 MiB. It refuses an empty
// password, one longer than [MaxPasswordBytes], and to start after ctx ended.
func HashPassword(ctx context.Context, password string) (string, error) {
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case password == "":
		return "", errors.New("login: the password is empty")
	case len(password) > MaxPasswordBytes:
		return "", fmt.Errorf("login: the password has %d bytes, at most %d are allowed", len(password), MaxPasswordBytes)
	}
	salt := random(16)
	return standard.phc(salt, standard.derive(password, salt, 32)), nil
}

// derive is argon2id, version 0x13 (RFC 9106).
func (c cost) derive(password string, salt []byte, size uint32) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, size)
}

func (c cost) phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// matches reports whether phc is a hash of password. The error tells what is
// wrong with phc and never holds the password.
func matches(phc, password string) (bool, error) {
	c, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, err
	}
	got := c.derive(password, salt, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func parsePHC(phc string) (c cost, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errors.New(`password hash: expected the form "$argon2id$v=19$m=…,t=…,p=…$salt$hash"`)
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.lanes); err != nil {
		return c, nil, nil, fmt.Errorf("password hash: expected m=…,t=…,p=…: %w", err)
	}
	if c.memory > bearable.memory || c.passes > bearable.passes || c.lanes > bearable.lanes || c.passes == 0 || c.lanes == 0 {
		return c, nil, nil, fmt.Errorf("password hash: %q is out of bounds, at most m=%d,t=%d,p=%d", parts[3], bearable.memory, bearable.passes, bearable.lanes)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err == nil {
		key, err = base64.RawStdEncoding.DecodeString(parts[5])
	}
	if err != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errors.New("password hash: salt or hash has a wrong length or encoding")
	}
	return c, salt, key, nil
}

// random returns n random bytes; crypto/rand can't fail since Go 1.24.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
