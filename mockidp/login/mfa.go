package login

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// The values of the field "action", beside actionCancel.
const (
	actionContinue = "continue" // the code, or the approval
	actionSend     = "send"     // a code to the address in the form, or another one
)

// mfaForm is what the page of a second factor posts.
type mfaForm struct {
	action   string
	factor   string
	code     string
	target   string // email address or phone number to enrol
	again    bool   // GET only: ask for the address once more
	remember bool
}

// mfaAnswer is what the step answers: what the Actions' flow learns.
type mfaAnswer struct {
	Method   string `json:"method"`
	Enrolled bool   `json:"enrolled"`
	Remember bool   `json:"remember"`
}

func (l *Login) secondFactor(r *http.Request, p pause) (*secondFactor, error) {
	u, s, err := l.person(r, p)
	if err != nil {
		return nil, err
	}
	m := &secondFactor{pause: p, step: p.req.Step.MFA, user: u, session: s}
	if m.step == nil || len(m.step.Factors) == 0 {
		return nil, errors.New("a step of kind mfa names no factor")
	}
	for _, kind := range m.step.Factors {
		if _, ok := factorOf(kind); !ok {
			return nil, fmt.Errorf("a step of kind mfa asks for the unknown factor %q", kind)
		}
	}
	if m.have, err = l.cfg.Store.Authenticators(r.Context(), u.ID); err != nil {
		return nil, err
	}
	m.offer()
	return m, nil
}

// mfaPage shows the page of the factor that is asked for, or the list of them.
func (l *Login) mfaPage(w http.ResponseWriter, r *http.Request, p pause) error {
	m, err := l.secondFactor(r, p)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	return l.showMFA(w, r, m, mfaForm{factor: m.pick(q.Get("factor")), again: q.Has("again")}, nil)
}

// mfaSubmit takes the posted form.
func (l *Login) mfaSubmit(w http.ResponseWriter, r *http.Request, p pause) error {
	get := r.PostForm.Get
	f := mfaForm{
		action: get("action"), factor: get("factor"), code: strings.TrimSpace(get("code")),
		target: strings.TrimSpace(get("target")), remember: get("remember") != "",
	}
	if f.action == actionCancel {
		return l.cancel(w, r, p, "")
	}
	m, err := l.secondFactor(r, p)
	if err != nil {
		return err
	}
	kind, known := factorOf(f.factor)
	if !known || !slices.Contains(m.offered, f.factor) {
		return stepAction()
	}
	switch {
	case f.action == actionContinue || f.action == "":
		err = l.pass(w, r, m, f)
	case f.action == actionSend && kind.message():
		if err = l.send(r, m, f); err == nil {
			return l.showMFA(w, r, m, f, nil)
		}
	default:
		return stepAction()
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		if m.wrong >= maxWrongCodes {
			l.noteRefusal(w, r, p.req, &refusal{reason: "too many wrong codes"})
			return l.cancel(w, r, p, "too many wrong codes")
		}
		return l.showMFA(w, r, m, f, no)
	}
	return err
}

// send sends a code. Nothing leaves this program: the page and the log show it.
func (l *Login) send(r *http.Request, m *secondFactor, f mfaForm) error {
	to := m.target(f.factor)
	if !m.enrolled(f.factor) {
		if f.target == "" { // "Send a new code": to where the last one went
			f.target = m.sent[f.factor].To
		}
		var no *refusal
		if to, no = checkTarget(f.factor, f.target); no != nil {
			return no
		}
	}
	sent := m.challenge.send(f.factor, to)
	l.log.LogAttrs(r.Context(), slog.LevelInfo, "one-time code: this mock sends no messages",
		slog.String("factor", f.factor), slog.String("to", sent.To), slog.String("code", sent.Code), slog.String("user", m.user.ID))
	return nil
}

// pass checks what was typed or approved and ends the step. It returns a
// *refusal for what the person can mend.
func (l *Login) pass(w http.ResponseWriter, r *http.Request, m *secondFactor, f mfaForm) error {
	ctx, now := r.Context(), l.cfg.Now()
	answer := mfaAnswer{Method: f.factor, Enrolled: !m.enrolled(f.factor), Remember: f.remember && m.step.AllowRemember}
	made, err := l.checkFactor(r, m, f)
	if err != nil {
		return err
	}
	recovery := ""
	if m.needsRecovery(f.factor, answer.Enrolled) {
		recovery = newRecoveryCode()
		made = append(made, m.made(factorRecovery, store.Authenticator{Secret: recoveryHash(recovery)}))
	}
	browser := ""
	if answer.Remember {
		browser = newBrowserSecret()
		made = append(made, m.made(rememberedBrowser, store.Authenticator{Secret: browserHash(browser, m.user)}))
	}
	for _, a := range made {
		a.CreatedAt = now
	}
	if len(made) > 0 {
		if err := l.cfg.Store.AddAuthenticator(ctx, made...); err != nil {
			return err
		}
	}
	changes := store.SessionChanges{AddMethods: []store.Method{{Name: "mfa", Type: f.factor, Timestamp: now}}}
	if _, err := l.cfg.Store.UpdateSession(ctx, m.session.ID, changes, now); errors.Is(err, store.ErrNotFound) {
		return l.over(ctx, m.req.ClientID) // logged out a moment ago
	} else if err != nil {
		return err
	}
	if err := l.answer(ctx, m.pause, answer); err != nil {
		return err
	}
	if browser != "" {
		l.rememberBrowser(w, r, browser)
	}
	if recovery != "" {
		return l.showRecovery(w, r, m, recovery, answer.Enrolled)
	}
	return l.resume(w, r, m.req)
}

// needsRecovery reports whether the person gets a recovery code: with the first
// factor that is set up, and for one that was just used up (Auth0: "Configure
// Recovery Codes for MFA").
func (m *secondFactor) needsRecovery(kind string, enrolled bool) bool {
	if kind == factorRecovery {
		return !enrolled
	}
	return enrolled && len(m.of(factorRecovery)) == 0
}

// made is a new authenticator of the user.
func (m *secondFactor) made(kind string, a store.Authenticator) *store.Authenticator {
	prefix := "browser|"
	if f, ok := factorOf(kind); ok {
		prefix = f.Prefix
	}
	a.ID, a.UserID, a.Type = prefix+hex.EncodeToString(random(12)), m.user.ID, kind
	return &a
}
