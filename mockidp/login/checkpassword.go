package login

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"example.com/postlogin/mockidp/store"
)

// What [Login.CheckPassword] answers besides a user.
var (
	// ErrWrongPassword stands for an unknown user as well (ASVS 5.0 6.3.8).
	ErrWrongPassword = errors.New("wrong email address or password")
	// ErrBlocked comes together with the user, whose password was right: Auth0
	// counts such a login, too.
	ErrBlocked = errors.New("user is blocked")
)

// ThrottledError says that this account, or everybody at this address, has to
// wait after too many wrong passwords. Nothing was checked.
type ThrottledError struct {
	Wait time.Duration // until the next try, more than zero
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many wrong passwords: wait %d seconds, then try again", wholeSeconds(e.Wait))
}

// CheckPassword returns the user with this email address and password, for the
// password grant (RFC 6749 section 4.3). peer is the real address of the sender,
// never a chosen one. It shares everything with the login page: the delay after
// failures, the bound on hashings at once, and the memory of right passwords.
//
// It returns ErrWrongPassword, a *ThrottledError, ErrBlocked with the user, or an
// error of the store. It does not count the login and makes no session.
func (l *Login) CheckPassword(ctx context.Context, email, password string, peer netip.Addr) (*store.User, error) {
	if password == "" || len(password) > MaxPasswordBytes {
		return nil, ErrWrongPassword
	}
	u, ok, err := l.checkPassword(ctx, email, password, peer)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, ErrWrongPassword
	case u.Blocked:
		return u, ErrBlocked
	}
	return u, nil
}

// checkPassword looks up the user and checks the password. ok is false for a
// wrong one; u is then the user it was wrong for, nil when there is none. A try
// that comes too early is a *ThrottledError.
func (l *Login) checkPassword(ctx context.Context, email, password string, peer netip.Addr) (u *store.User, ok bool, err error) {
	keys := suspectKeys(clip(email, maxEmailBytes), peer)
	allowed := func() error {
		if wait := l.throttle.wait(l.cfg.Now(), keys...); wait > 0 {
			return &ThrottledError{Wait: wait}
		}
		return nil
	}
	// Before anything else, and for right passwords too: one that is remembered
	// costs nothing to check, and must not be found while the account waits.
	if err := allowed(); err != nil {
		return nil, false, err
	}
	if u, err = l.userByEmail(ctx, email); err != nil {
		return nil, false, err
	}
	right, err := l.passwords.right(ctx, u, password, allowed)
	switch {
	case err != nil:
		return nil, false, err
	case right && u != nil:
		l.throttle.succeeded(keys...)
		return u, true, nil
	}
	l.throttle.failed(l.cfg.Now(), keys...)
	return u, false, nil
}
