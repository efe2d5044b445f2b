package login

import (
	"net/http"
	"regexp"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// emailAddress is what a typed user has to look like to be kept: people type their
// password into the wrong field, and passwords have an @, too.
var emailAddress = regexp.MustCompile(`^[^\s@"]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}$`)

// keepFailure puts a refused login into the tenant's log. What no password was
// checked for, such as a form that is not complete, is none. Where it can't be kept,
// the program's log says so, and the person is answered all the same.
func (l *Login) keepFailure(r *http.Request, req *store.Request, f form, no *refusal) {
	if no.failed == "" {
		return
	}
	from, simulated, _ := l.check(r, f)
	if !from.IsValid() { // somebody cancelled with half an address in its field
		from, simulated = l.cfg.ClientIP(r), false
	}
	failure := &store.Failure{
		Type: no.failed, Reason: reasonOf(no), ClientID: req.ClientID, IP: from, Simulated: simulated, Place: l.cfg.Lookup(from),
		UserAgent: strings.ToValidUTF8(clip(r.UserAgent(), 512), ""), At: l.cfg.Now(),
	}
	switch {
	case no.user != nil:
		failure.UserID, failure.UserName = no.user.ID, no.user.Email
	case no.failed == store.FailedUser && len(f.who()) <= maxEmailBytes && emailAddress.MatchString(f.who()):
		failure.UserName = f.who()
	}
	if err := l.cfg.Store.AddFailure(r.Context(), failure); err != nil && r.Context().Err() == nil {
		l.log.ErrorContext(r.Context(), "could not keep a failed login", "client", req.ClientID, "err", err)
	}
}

// reasonOf is the refusal in the log's words. The page may have to hide whether it
// was the user or the password that was wrong; the log's readers may know.
func reasonOf(no *refusal) string {
	switch {
	case no.Blocked:
		return "user is blocked"
	case no.failed == store.FailedPassword:
		return "wrong password"
	case no.failed == store.FailedUser:
		return "no such user"
	}
	return "the user cancelled the login"
}
