package login

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

// maxFormBytes bounds the posted form: a handful of short fields.
const maxFormBytes = 32 << 10

// maxEmailBytes is the longest address that a mailbox can have (RFC 5321 4.5.3.1.3).
const maxEmailBytes = 254

// The values of the field "action".
const (
	actionLogin   = "login"
	actionCancel  = "cancel"
	actionBlocked = "blocked" // the way back to the application from a blocked account
)

// form is what the page posts.
type form struct {
	state    string // id of the authorization request
	clientID string // only for the way back, once the request is gone
	action   string
	user     string // email of the user that was picked, or ""
	email    string // typed; counts when nobody was picked
	password string
	ip       string // realAddress, otherAddress, or an address of the picker
	ipOther  string // typed; counts when ip is otherAddress
}

// who is the email address that logs in.
func (f form) who() string {
	if f.user != "" {
		return f.user
	}
	return f.email
}

func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	if err := parseForm(w, r, maxFormBytes); err != nil {
		return form{}, err
	}
	get := r.PostForm.Get
	return form{
		state: get("state"), clientID: get("client_id"), action: get("action"),
		user: strings.TrimSpace(get("user")), email: strings.TrimSpace(get("email")), password: get("password"),
		ip: get("ip"), ipOther: strings.TrimSpace(get("ip_other")),
	}, nil
}

// parseForm fills r.PostForm from a body of at most limit bytes.
func parseForm(w http.ResponseWriter, r *http.Request, limit int64) error {
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	err := r.ParseForm()
	if err == nil {
		return nil
	}
	status := http.StatusBadRequest
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status = http.StatusRequestEntityTooLarge
	}
	return &pageError{status: status, cause: err, Problem: ui.Problem{
		Title: "The login form can't be read", Detail: fmt.Sprintf("It was damaged on its way, or it is larger than %d kB. Go back and send it again.", limit>>10),
	}}
}

// submit takes the posted form.
func (l *Login) submit(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(w, r)
	if err != nil {
		return err
	}
	req, err := l.transaction(r, f.state, f.clientID)
	if err != nil {
		return err
	}
	if req.ErrorCode != "" || req.Step != nil {
		return l.resume(w, r, req) // cancelled a moment ago, or gone on to a later step
	}
	switch f.action {
	case actionLogin, "":
		err = l.logIn(w, r, req, f)
	case actionCancel:
		if err = l.giveUp(r, req, "access_denied", "The user cancelled the login."); err == nil { // else another answer was first
			l.keepFailure(r, req, f, &refusal{failed: store.FailedLogin, reason: "cancelled"})
			return l.resume(w, r, req)
		}
	case actionBlocked:
		if err = l.giveUp(r, req, "unauthorized", "user is blocked"); err == nil { // Auth0's answer for a blocked user
			return l.resume(w, r, req)
		}
	default:
		err = &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
			Title: "The login form can't be read", Detail: "Its field action must be login or cancel.",
		}}
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		l.keepFailure(r, req, f, no)
		return l.show(w, r, req, &f, no)
	}
	return err
}

// giveUp ends the transaction in an OAuth error that the application is told when the
// browser goes on. The error is the page for one that is over already.
func (l *Login) giveUp(r *http.Request, req *store.Request, code, text string) error {
	err := l.cfg.Store.RefuseRequest(r.Context(), req.ID, code, text)
	if errors.Is(err, store.ErrGone) || errors.Is(err, store.ErrNotFound) {
		return l.over(r.Context(), req.ClientID)
	}
	return err
}

// logIn checks who posted f and writes the login. It returns a *refusal for
// what the person can mend.
func (l *Login) logIn(w http.ResponseWriter, r *http.Request, req *store.Request, f form) error {
	from, simulated, no := l.check(r, f)
	if no != nil {
		return no
	}
	u, err := l.authenticate(r, f)
	if err != nil {
		return err
	}
	// OIDC Core 3.1.2.1, id_token_hint: the login must be that of the hinted user.
	if req.HintSub != "" && u.ID != req.HintSub {
		return l.notTheHinted(r.Context(), req.HintSub)
	}
	if l.choosing(l.cfg.ClientIP(r)) {
		l.rememberFrom(w, f, from)
	}
	was, err := l.sessionOf(r, u)
	if err != nil {
		return err
	}
	secret, err := l.Admit(r.Context(), req, u, from, simulated, r.UserAgent(), was)
	if errors.Is(err, store.ErrGone) {
		return l.second(w, r, req, u)
	}
	if err != nil {
		return err
	}
	l.setCookie(w, SessionCookie, secret, sessionLifetime)
	return l.resume(w, r, req)
}

// Admit answers req with the login of u, who has proved who they are: it counts,
// stands in the history, and begins a session, whose cookie is secret, or continues
// was, u's session in this browser, when it is not nil. simulated tells that from was
// chosen on the page. The account may be blocked: then it counts, too, and the error
// says so. store.ErrGone: req was answered before.
func (l *Login) Admit(ctx context.Context, req *store.Request, u *store.User, from netip.Addr, simulated bool, agent string, was *store.Session) (secret string, err error) {
	now := l.cfg.Now()
	agent = strings.ToValidUTF8(clip(agent, 512), "")
	entry := &store.Login{
		UserID: u.ID, At: now, IP: from, Simulated: simulated, Place: l.cfg.Lookup(from),
		UserAgent: agent, ClientID: req.ClientID, Blocked: u.Blocked,
	}
	if u.Blocked {
		return "", l.blocked(ctx, req, entry, u)
	}
	// A new secret for each login, whatever cookie the browser came with: one that
	// somebody else planted gains nothing (session fixation), and the one of before
	// opens nothing any more (ASVS 5.0 7.2.4).
	secret = base64.RawURLEncoding.EncodeToString(random(32))
	session := &store.Session{
		Hash: store.HashSecret(secret), UserID: u.ID, AuthTime: now, IP: from, Simulated: simulated, UserAgent: agent,
		Methods: []store.Method{{Name: "pwd", Timestamp: now}}, CreatedAt: now, ExpiresAt: now.Add(sessionLifetime),
	}
	if was != nil { // a log out must reach the applications of before, too
		session.ID, session.CreatedAt, session.UpdatedAt, session.Metadata = was.ID, was.CreatedAt, now, was.Metadata
	}
	return secret, l.cfg.Store.CompleteLogin(ctx, req.ID, entry, session)
}

// sessionOf is the session that the browser is in as u; nil for none, and for one of
// somebody else's.
func (l *Login) sessionOf(r *http.Request, u *store.User) (*store.Session, error) {
	c, err := r.Cookie(SessionCookie)
	if err != nil || c.Value == "" {
		return nil, nil
	}
	s, err := l.cfg.Store.SessionByHash(r.Context(), store.HashSecret(c.Value), l.cfg.Now())
	if errors.Is(err, store.ErrNotFound) || err == nil && s.UserID != u.ID {
		return nil, nil
	}
	return s, err
}

// blocked writes the login of a blocked account, which counts as on Auth0, and
// refuses it. The transaction stays open: the person may be somebody else as well.
func (l *Login) blocked(ctx context.Context, req *store.Request, entry *store.Login, u *store.User) error {
	if err := l.cfg.Store.CompleteLogin(ctx, req.ID, entry, nil); errors.Is(err, store.ErrGone) {
		return l.over(ctx, req.ClientID)
	} else if err != nil {
		return err
	}
	return &refusal{status: http.StatusForbidden, reason: "blocked", failed: store.FailedLogin, user: u, Blocked: true}
}

// second handles a form that came after another one had completed the
// transaction. For the same user that is a double click: the browser follows
// the second answer only, so it has to lead on as well. Nothing is counted twice.
func (l *Login) second(w http.ResponseWriter, r *http.Request, req *store.Request, u *store.User) error {
	now, err := l.cfg.Store.Request(r.Context(), req.ID, l.cfg.Now())
	if err == nil && now.SessionID != "" {
		session, err := l.cfg.Store.Session(r.Context(), now.SessionID, l.cfg.Now())
		if err == nil && session.UserID == u.ID {
			return l.resume(w, r, req)
		}
	}
	return l.over(r.Context(), req.ClientID)
}

// check looks at the form alone and complains of all its fields at once.
// from is the address that the login counts for.
func (l *Login) check(r *http.Request, f form) (from netip.Addr, simulated bool, no *refusal) {
	no = &refusal{status: http.StatusBadRequest, reason: "form incomplete"}
	from = l.cfg.ClientIP(r)
	if l.choosing(from) && f.ip != realAddress {
		text := f.ip
		if f.ip == otherAddress {
			text = f.ipOther
		}
		simulated = true
		from, no.From = parseAddress(text)
	}
	if f.who() == "" {
		no.Who = "Pick a user, or type an email address."
	}
	switch {
	case f.password == "":
		no.Password = "Type the password."
	case len(f.password) > MaxPasswordBytes:
		no.Password = "This password is too long: at most 1024 bytes are allowed."
	}
	if no.Who == "" && no.Password == "" && no.From == "" {
		no = nil
	}
	return from, simulated, no
}

// choosing reports whether the picker is offered to peer.
func (l *Login) choosing(peer netip.Addr) bool { return l.cfg.SimulateIP && mayChoose(peer) }

func (l *Login) setCookie(w http.ResponseWriter, name, value string, lifetime time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: l.cfg.BasePath + "/", MaxAge: int(lifetime / time.Second),
		HttpOnly: true, Secure: l.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
}
