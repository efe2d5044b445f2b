package login

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/postlogin/mockidp/store"
)

// checkFactor checks the code or the approval of one factor, and returns what the
// person has enrolled by it, if anything. It returns a *refusal for a code that
// is wrong, and for one that comes too early after wrong ones: as passwords are,
// codes are slowed down per account and per real peer.
func (l *Login) checkFactor(r *http.Request, m *secondFactor, f mfaForm) (made []*store.Authenticator, err error) {
	if kind, _ := factorOf(f.factor); kind.device() {
		if !m.enrolled(f.factor) {
			made = append(made, m.made(f.factor, store.Authenticator{}))
		}
		return made, nil
	}
	if f.factor == factorRecovery && !m.enrolled(f.factor) {
		return l.keepRecovery(m)
	}
	if no := unreadable(f); no != nil {
		return nil, no
	}
	// One code at a time: of guesses that arrive together none may be checked
	// before the failures of the others are counted.
	l.codes.Lock()
	defer l.codes.Unlock()
	keys := []string{"factor of " + m.user.ID, "factor from " + network(l.cfg.ClientIP(r))}
	if wait := l.throttle.wait(l.cfg.Now(), keys...); wait > 0 {
		return nil, tooMany("codes", wait)
	}
	switch f.factor {
	case factorOTP:
		made, err = l.checkTOTP(r.Context(), m, squeeze(f.code))
	case factorRecovery:
		err = l.checkRecovery(r.Context(), m, f.code)
	default:
		made, err = m.checkMessage(f.factor, squeeze(f.code))
	}
	switch _, wrong := errors.AsType[*refusal](err); {
	case wrong:
		m.wrong++
		l.throttle.failed(l.cfg.Now(), keys...)
	case err == nil:
		l.throttle.succeeded(keys...)
	}
	return made, err
}

func wrongCode(text string) *refusal {
	return &refusal{status: http.StatusBadRequest, reason: "wrong code", Code: text}
}

// unreadable complains of what can't be a code. That is a slip, not a guess, and
// does not count as one.
func unreadable(f mfaForm) *refusal {
	no := &refusal{status: http.StatusBadRequest, reason: "form incomplete"}
	digits := squeeze(f.code)
	switch {
	case f.code == "":
		no.Code = "Type the code."
	case f.factor != factorRecovery && (len(digits) != 6 || strings.Trim(digits, "0123456789") != ""):
		no.Code = "A code has 6 digits."
	default:
		return nil
	}
	return no
}

// checkTOTP checks the code of an authenticator app. Each code works once (RFC
// 6238 section 5.2), which the store decides, also between two logins.
func (l *Login) checkTOTP(ctx context.Context, m *secondFactor, code string) ([]*store.Authenticator, error) {
	now := l.cfg.Now()
	if !m.enrolled(factorOTP) {
		if m.secret == "" {
			return nil, wrongCode("This page was open too long. Set up your app anew with the code below.")
		}
		step, ok, err := matchTOTP(m.secret, code, now)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, wrongCode("Wrong code. Type the one that your app shows right now.")
		}
		return []*store.Authenticator{m.made(factorOTP, store.Authenticator{Secret: m.secret, LastStep: step})}, nil
	}
	for _, a := range m.of(factorOTP) {
		step, ok, err := matchTOTP(a.Secret, code, now)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if err = l.cfg.Store.UseAuthenticatorStep(ctx, a.ID, step); errors.Is(err, store.ErrGone) {
			return nil, wrongCode("This code was used already. Wait until your app shows the next one.")
		}
		return nil, err
	}
	return nil, wrongCode("Wrong code. Type the one that your app shows right now.")
}

// checkMessage checks a code that was sent. It is void once the step is done.
func (m *secondFactor) checkMessage(kind, code string) ([]*store.Authenticator, error) {
	sent, ok := m.sent[kind]
	if !ok {
		return nil, wrongCode("This page was open too long. Ask for a new code.")
	}
	if !same(sent.Code, code) {
		return nil, wrongCode("Wrong code. Type the digits of the newest message.")
	}
	if m.enrolled(kind) {
		return nil, nil
	}
	return []*store.Authenticator{m.made(kind, store.Authenticator{Target: sent.To})}, nil
}

// checkRecovery checks a recovery code and uses it up: in the store, so that it
// works in one login only.
func (l *Login) checkRecovery(ctx context.Context, m *secondFactor, code string) error {
	hash := recoveryHash(code)
	for _, a := range m.of(factorRecovery) {
		if !same(a.Secret, hash) {
			continue
		}
		if err := l.cfg.Store.UseAuthenticatorStep(ctx, a.ID, 1); errors.Is(err, store.ErrGone) {
			break
		} else if err != nil {
			return err
		}
		return nil
	}
	return wrongCode("Wrong recovery code. Each works once; type the newest that you kept.")
}

// keepRecovery enrols the recovery code that the page has shown.
func (l *Login) keepRecovery(m *secondFactor) ([]*store.Authenticator, error) {
	if m.recovery == "" {
		return nil, wrongCode("This page was open too long. Here is another code.")
	}
	return []*store.Authenticator{m.made(factorRecovery, store.Authenticator{Secret: recoveryHash(m.recovery)})}, nil
}

// phoneNumber is a number in international form without blanks (E.164: at most 15 digits).
var phoneNumber = regexp.MustCompile(`^\+[1-9][0-9]{5,14}$`)

// checkTarget reads the address or the number that codes are to go to.
func checkTarget(kind, text string) (target string, no *refusal) {
	no = &refusal{status: http.StatusBadRequest, reason: "form incomplete"}
	if kind == factorPhone {
		number := strings.NewReplacer("(", "", ")", "", ".", "", "/", "").Replace(squeeze(text))
		if phoneNumber.MatchString(number) {
			return number, nil
		}
		no.Code = "Write the number with a plus sign and its country code, such as +1 202 555 0123."
		return "", no
	}
	at := strings.LastIndexByte(text, '@')
	if at < 1 || at == len(text)-1 || len(text) > maxEmailBytes || !utf8.ValidString(text) || strings.ContainsFunc(text, notInAddress) {
		no.Code = "Write an email address, such as ada@example.test."
		return "", no
	}
	return text, nil
}

func notInAddress(c rune) bool { return unicode.IsControl(c) || unicode.IsSpace(c) }
