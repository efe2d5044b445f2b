// Package checks is the list of everything that is checked in a login, in order, with
// why it matters; and the ledger in which each check is entered as it is carried out.
//
// Package web carries them out (verify.go, callback.go) and keeps the ledger with the
// session, package views shows it.
package checks

import (
	"slices"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/words"
)

// States of a check.
const (
	Pass    = "pass"
	Fail    = "fail"
	NotDone = "not done"
)

// A Check is one of the checks of a login, as it was really carried out.
type Check struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Why      string `json:"why"` // why it matters
}

// A rule is a check before it is carried out.
type rule struct {
	id   string
	code string // of the page when it fails
	why  string
	hint string // what usually causes a failure
}

// rules returns every check of a login in the order in which it is done. The order
// is that of trust: nothing in the token means anything before its signature holds.
func rules() []rule {
	return []rule{
		{"state", "E-STATE-2", "The answer must belong to a login that this very browser started here. Without this check, a stranger could log you in as himself.", ""},
		{"callback_iss", "E-VER-12", "The answer must come from the provider that was asked (RFC 9207). With several providers, one could pass off its answer as another's.",
			"Something between the browser and this app changed the answer, or the provider's settings contradict each other."},
		{"id_token", "E-TOK-3", "The provider's answer to the code must have an ID token. Without one nobody is logged in.", "The scope openid is missing, or this is an OAuth server without OpenID Connect."},
		{"alg", "E-VER-2", "The token must be signed in the one way that this app accepts. An attacker who may choose the way chooses none, or a weak one.",
			"The application's signing algorithm at the provider is another. Set it there to the one that was expected."},
		{"signature", "E-VER-1", "The token must be signed with a key that the provider publishes. That shows who made it, and that nobody has changed it since.",
			"The keys were changed. This app fetched the key set again and still did not find the right key."},
		{"payload", "E-VER-15", "The token must hold one JSON object without repeated names, so that everyone reads the same in it.",
			"The provider puts its tokens together as text, and somebody added a claim that was there already."},
		{"iss", "E-VER-3", "The token must be issued by the provider that this app trusts. Another one could write anybody's name into it.", "The two differ only in a slash at the end, or the provider runs under another name than this app knows."},
		{"aud", "E-VER-4", "The token must be issued for this app and for no other. One issued for another app must not log anyone in here.",
			"The token is that of another application, or it names further audiences that this app does not know."},
		{"azp", "E-VER-9", "When the token names the app that asked for it, it must be this one.", "The token was issued to another application."},
		{"exp", "E-VER-5", "The token must still be valid. What was stolen is then of use for a short time only.", "The clocks differ, or the provider sends old tokens."},
		{"iat", "E-VER-6", "The token must be made just now. An old one may be stolen, one from the future has a wrong clock.", "The clocks of the provider and of this app differ."},
		{"nbf", "E-VER-13", "When the token says from when on it is valid, that time must have come.", "The clocks of the provider and of this app differ."},
		{"nonce", "E-VER-7", "The token must be made for this login. One from an earlier login could be a stolen one that is used again.", "The provider lost the nonce, or mixed up two logins."},
		{"sub", "E-VER-10", "The token must say who it is about, in at most 255 characters.", "The provider's user has no id."},
		{"auth_time", "E-VER-14", "When this app asks for a fresh login (max_age), the person must have entered the password recently enough.", "The provider ignored max_age."},
		{"at_hash", "E-VER-8", "The access token that came along must belong to this ID token. It could be somebody else's otherwise.", "The provider mixed up two token answers."},
		{"go_oidc", "E-VER-15", "The library go-oidc, which verifies the signature, must accept the token as a whole: a second opinion.",
			"The token breaks a rule that this app has no check of its own for. What the library says of it stands under “got”."},
		{"userinfo_sub", "E-VER-11", "The UserInfo endpoint must speak of the same person as the ID token (Core 5.3.2).", "The provider mixed up two users, or two tokens."},
	}
}

// A Ledger records the checks of one login while they are carried out.
type Ledger struct {
	rules  []rule
	Checks []Check
}

// NewLedger returns a ledger in which nothing has been done yet.
func NewLedger() *Ledger {
	l := &Ledger{rules: rules()}
	for _, r := range l.rules {
		l.Checks = append(l.Checks, Check{ID: r.id, State: NotDone, Why: r.why})
	}
	return l
}

func (l *Ledger) record(id, state, expected, got string) rule {
	i := slices.IndexFunc(l.rules, func(r rule) bool { return r.id == id })
	c := &l.Checks[i]
	c.State, c.Expected, c.Got = state, words.Shorten(expected, words.MaxQuote), words.Shorten(got, words.MaxQuote)
	return l.rules[i]
}

// Pass enters a check that went well.
func (l *Ledger) Pass(id, expected, got string) { l.record(id, Pass, expected, got) }

// Skip says why a check could not be done.
func (l *Ledger) Skip(id, reason string) { l.record(id, NotDone, "", reason) }

// Fail records the check that ends the login, or the refresh, and returns the error for its page.
func (l *Ledger) Fail(id, expected, got string) error { return l.FailBecause(id, expected, got, "") }

// FailBecause is Fail with a better guess at the cause than the rule has.
func (l *Ledger) FailBecause(id, expected, got, hint string) error {
	r := l.record(id, Fail, expected, got)
	if hint == "" {
		hint = r.hint
	}
	e := &problem.Error{
		Code: r.code, Checks: View(l.Checks),
		Text:     "The check “" + id + "” failed, so the token was not accepted and no session was made.",
		Expected: words.Shorten(expected, words.MaxQuote), Got: words.Shorten(got, words.MaxQuote),
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")},
	}
	if hint != "" {
		e.Hint = "Usual cause: " + hint
	}
	return e
}

// View puts checks into a page; what failed stands first.
func View(checks []Check) []views.Check {
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b Check) int {
		switch {
		case a.State == Fail && b.State != Fail:
			return -1
		case b.State == Fail && a.State != Fail:
			return 1
		}
		return 0
	})
	out := make([]views.Check, len(sorted))
	for i, c := range sorted {
		out[i] = views.Check(c)
	}
	return out
}
