package login

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/postlogin/mockidp/store"
)

// refusal is a login that did not happen for a reason that the person can read
// and mend: the page is shown again with a sentence at each wrong field.
type refusal struct {
	status     int
	reason     string // for the log: one word or two, nothing of the input
	retryAfter time.Duration

	failed string      // type of its row in the tenant's log: a store.Failure; empty: none
	user   *store.User // whose login it was, where there is such a user

	Who      string // at the user
	Password string // at the password
	From     string // at the location
	Blocked  bool   // the account is blocked: offer the way back to the application
	Code     string // at the code of a second factor, or at what it is set up with
}

func (no *refusal) Error() string { return "login refused: " + no.reason }

// authenticate returns the user whose email address and password f holds. It
// returns a *refusal for any other.
func (l *Login) authenticate(r *http.Request, f form) (*store.User, error) {
	u, ok, err := l.checkPassword(r.Context(), f.who(), f.password, l.cfg.ClientIP(r))
	if early, is := errors.AsType[*ThrottledError](err); is {
		return nil, tooMany("passwords", early.Wait)
	}
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, l.wrong(f, u)
	}
	return u, nil
}

// userByEmail returns nil, nil for an address that has no account.
func (l *Login) userByEmail(ctx context.Context, email string) (*store.User, error) {
	if len(email) > maxEmailBytes || !utf8.ValidString(email) || strings.ContainsFunc(email, unicode.IsControl) {
		return nil, nil
	}
	u, err := l.cfg.Store.UserByEmail(ctx, email)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return u, err
}

// wrong says what was wrong. With a TestPassword the page helps: the users are
// on it anyway. Without one it gives nothing away (ASVS 5.0 6.3.8).
func (l *Login) wrong(f form, u *store.User) *refusal {
	no := &refusal{status: http.StatusBadRequest, reason: "wrong email or password", failed: store.FailedPassword, user: u}
	if u == nil {
		no.failed = store.FailedUser
	}
	switch {
	case l.cfg.TestPassword == "":
		no.Password = "Wrong email address or password."
	case u == nil:
		no.Who = "No user " + clip(f.who(), 80) + "."
	default:
		no.Password = "Wrong password. Test users have the password " + l.cfg.TestPassword + "."
	}
	return no
}

// tooMany is the answer to a try that comes too early. The sentence stands at the
// field that what, passwords or codes, is typed into.
func tooMany(what string, wait time.Duration) *refusal {
	plural := "s"
	if wholeSeconds(wait) == 1 {
		plural = ""
	}
	text := fmt.Sprintf("Too many wrong %s. Wait %d second%s, then try again.", what, wholeSeconds(wait), plural)
	return &refusal{
		status: http.StatusTooManyRequests, reason: "too many failures", retryAfter: wait,
		Password: text, Code: text,
	}
}

// wholeSeconds rounds up: who waits that long never comes too early.
func wholeSeconds(wait time.Duration) int { return int(math.Ceil(wait.Seconds())) }

func (l *Login) notTheHinted(ctx context.Context, sub string) error {
	no := &refusal{status: http.StatusBadRequest, reason: "not the hinted user", Who: "The app asked for another user. Log in as that one, or cancel."}
	u, err := l.cfg.Store.User(ctx, sub)
	switch {
	case err == nil:
		no.Who = "The app asked for " + clip(u.Email, 80) + ". Log in as that user, or cancel."
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return no
}

// clip shortens s to at most n bytes, at a character's end, and says so.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
