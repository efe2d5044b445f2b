package login

import (
	"net/http"
	"net/url"

	"example.com/postlogin/mockidp/ui"
)

// mfaView is what a page of the second factor shows.
type mfaView struct {
	ui.Frame
	State    string
	ClientID string
	App      string
	Person   string // who must pass the factor: an email address, else a name
	Action   string // the Action that asked; "" for api.multifactor.enable

	Options       []factor // the list to choose from; else it is about Factor
	Factor        factor
	Enrolling     bool
	Others        bool // there is a list to go back to
	AllowRemember bool
	Remember      bool
	No            refusal

	Target    string   // where a code went or would go
	AskTarget bool     // the person types it first
	Help      string   // the code, which this mock tells
	Wait      int      // seconds until there is one, when Help is empty
	QR        *picture // with Secret: an authenticator app to be set up
	Secret    string
	Recovery  string // the new recovery code
}

// link is the address of this page with parameters set.
func (v *mfaView) link(pairs ...string) string {
	q := url.Values{"state": {v.State}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return v.Base + MFAPath + "?" + q.Encode()
}

// resume is where the browser goes when the step is done.
func (v *mfaView) resume() string {
	return v.Base + resumePath + "?" + url.Values{"state": {v.State}}.Encode()
}

// heading is the page's title.
func (v *mfaView) heading() string {
	switch {
	case v.Options != nil && v.Enrolling:
		return "Choose a second factor"
	case v.Options != nil:
		return "How do you want to confirm that it is you?"
	case v.Enrolling:
		return v.Factor.SetUp
	}
	return v.Factor.Ask
}

// codeHelp lists the ids of what is said about the code, as aria-describedby wants them.
func (v *mfaView) codeHelp() string {
	help := "mfa-text"
	if v.No.Code != "" {
		help = "code-error " + help
	}
	if v.Help != "" || v.Wait > 0 {
		help += " mfa-help"
	}
	return help
}

// newMFAView is a view without what belongs to one factor.
func (l *Login) newMFAView(r *http.Request, m *secondFactor) (*mfaView, error) {
	client, err := l.cfg.Store.Client(r.Context(), m.req.ClientID)
	if err != nil {
		return nil, err
	}
	person := m.user.Email
	if person == "" {
		person = m.user.Name
	}
	return &mfaView{
		Frame: ui.Frame{Base: l.cfg.BasePath}, State: m.req.ID, ClientID: client.ID, App: appName(client),
		Person: clip(person, 200), Action: clip(m.step.Action, 200), AllowRemember: m.step.AllowRemember, Others: len(m.offered) > 1,
	}, nil
}

// showMFA answers with the page of f.factor, or with the list of factors when it
// is empty. no says what was wrong with what was posted, nil for nothing.
func (l *Login) showMFA(w http.ResponseWriter, r *http.Request, m *secondFactor, f mfaForm, no *refusal) error {
	v, err := l.newMFAView(r, m)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if no != nil {
		v.No, status = *no, no.status
		l.noteRefusal(w, r, m.req, no)
	}
	v.Remember = f.remember
	if kind, ok := factorOf(f.factor); ok {
		v.Factor, v.Enrolling = kind, !m.enrolled(kind.Type)
		err = l.fillFactor(r, v, m, f)
	} else {
		v.Options, v.Enrolling = m.options(), m.step.Enroll
	}
	if err != nil {
		return err
	}
	v.Title = v.heading()
	return l.render(w, r, m.req, status, mfaPage(v))
}

// options is the list of factors that are offered. Where a code would go stands beside it.
func (m *secondFactor) options() (list []factor) {
	for _, kind := range m.offered {
		f, _ := factorOf(kind)
		switch to := m.target(kind); {
		case f.message() && to != "" && m.enrolled(kind):
			f.Hint = "A code sent to " + clip(to, 100)
		case kind == factorRecovery && !m.enrolled(kind):
			f.Hint = "A code to keep for the day you lose your other factors"
		}
		list = append(list, f)
	}
	return list
}

// fillFactor fills in what the page of one factor shows. It makes the code or the
// secret that the page is about when there is none yet.
func (l *Login) fillFactor(r *http.Request, v *mfaView, m *secondFactor, f mfaForm) (err error) {
	switch kind := v.Factor.Type; {
	case kind == factorOTP:
		return l.fillTOTP(v, m)
	case kind == factorRecovery && v.Enrolling:
		if m.recovery == "" {
			m.recovery = newRecoveryCode()
		}
		v.Recovery = m.recovery
	case v.Factor.message():
		sent, ok := m.sent[kind]
		if !ok && !v.Enrolling {
			if err = l.send(r, m, f); err != nil {
				return err
			}
			sent, ok = m.sent[kind], true
		}
		v.Target, v.Help = sent.To, sent.Code
		if v.AskTarget = !ok || f.again || v.Enrolling && v.No.Code != "" && f.action == actionSend; v.AskTarget {
			v.Target = m.askedTarget(f)
		}
	}
	return nil
}

// askedTarget is what stands in the field for an address or a number.
func (m *secondFactor) askedTarget(f mfaForm) string {
	if f.target != "" || f.action == actionSend {
		return clip(f.target, maxEmailBytes)
	}
	if sent, ok := m.sent[f.factor]; ok {
		return sent.To
	}
	return m.target(f.factor)
}

func (l *Login) fillTOTP(v *mfaView, m *secondFactor) (err error) {
	var secret string
	var last int64
	if list := m.of(factorOTP); len(list) > 0 {
		secret, last = list[0].Secret, list[0].LastStep
	} else {
		if m.secret == "" {
			m.secret = newTOTPSecret()
		}
		secret = m.secret
		v.Secret = fours(secret)
		if v.QR, err = qrPicture(totpURL(v.Person, secret)); err != nil {
			return err
		}
	}
	help, wait, err := nextTOTP(secret, last, l.cfg.Now())
	v.Help, v.Wait = help, wholeSeconds(wait)
	return err
}

// showRecovery shows the new recovery code, once: the step is done, and only the
// code's hash is kept.
func (l *Login) showRecovery(w http.ResponseWriter, r *http.Request, m *secondFactor, code string, first bool) error {
	v, err := l.newMFAView(r, m)
	if err != nil {
		return err
	}
	v.Recovery, v.Enrolling = code, first
	v.Title = "Keep this recovery code"
	return l.render(w, r, m.req, http.StatusOK, recoveryPage(v))
}
