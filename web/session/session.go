// Package session keeps who is logged in: one record for each browser, in package
// vault, under an id that only the browser's cookie knows. It says when a session is
// over. Package web makes a Login of what the provider said, once it is verified.
package session

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/sessions"

	"example.com/postlogin/views"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/cookie"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/transaction"
	"example.com/postlogin/web/vault"
)

// AbsoluteLimit is how long a session lives at most, however busy it is (OWASP
// ASVS 5.0 7.3.2). vault.IdleLimit is the other limit.
const AbsoluteLimit = 8 * time.Hour

// A Login is what this app remembers of a person who is logged in. It stays on
// the server: an ID token with a few claims is already too long for a cookie, and
// a session that lived in a cookie could not be ended by logging out.
type Login struct {
	At      time.Time      `json:"at"`       // when the person came back from the provider
	IDToken string         `json:"id_token"` // encoded and verified
	Checks  []checks.Check `json:"checks"`   // how it was verified
	Name    string         `json:"name"`     // whom to greet, from the ID token or UserInfo

	RefreshToken string          `json:"refresh_token,omitempty"` // "" when the provider gave none
	UserInfo     json.RawMessage `json:"userinfo,omitempty"`      // what the UserInfo endpoint said; nil: nothing
	Refresh      *Refresh        `json:"refresh,omitempty"`       // what the last refresh brought; nil: there was none

	Log         timeline.Log             `json:"log"`                   // what happened in the login
	Transaction *transaction.Transaction `json:"transaction,omitempty"` // what the provider told of it; nil: nothing

	// The rest follows from IDToken and is filled in by Decode.
	Header  json.RawMessage `json:"-"`
	Payload json.RawMessage `json:"-"`
	Claims  claims.Set      `json:"-"`
	Profile json.RawMessage `json:"-"` // what is about the person, custom claims first
	// The same, as pages show it.
	HeaderText, PayloadText, ProfileText string `json:"-"`
	// Page is what the profile shows of it at any time; set when a session is read.
	Page views.Profile `json:"-"`
}

// Decode takes the encoded token apart, once for all pages.
func (l *Login) Decode() (err error) {
	if l.Header, l.Payload, err = claims.Decode(l.IDToken); err != nil {
		return err
	}
	if l.Claims, err = claims.Parse(l.Payload); err != nil {
		return err
	}
	l.Profile = l.Claims.ByKind(claims.Custom, claims.Standard).Object()
	l.HeaderText, l.PayloadText, l.ProfileText = claims.Pretty(l.Header), claims.Pretty(l.Payload), claims.Pretty(l.Profile)
	return nil
}

// A Store is a gorilla sessions.Store whose cookie holds a random id and
// whose contents lie in the vault. A session's Values hold one *Login under
// loginKey. A session is written once; see LogIn.
type Store struct {
	vault   *vault.Vault
	issuer  string // of the ID tokens
	client  string // for whom they are
	cookies cookie.Policy
	name    string // of the cookie
	draw    func(*Login) views.Profile
	now     func() time.Time

	// recent holds logins that were read, by id, so that a page need not decrypt,
	// decode and draw them again. It decides nothing: the vault is asked each time
	// whether the session is still there.
	mu     sync.Mutex
	recent map[string]*Login
}

// maxRecent is how many logins are kept in memory, usually some 50 kB each.
const maxRecent = 1000

// loginKey is where a session's Values keep the *Login.
type loginKey struct{}

// NewStore returns the sessions that lie in v and came from issuer, for this client: the
// app may have had another provider before. draw makes the page of a login that was read,
// once; what it makes must not depend on the time.
func NewStore(v *vault.Vault, issuer, client string, cookies cookie.Policy, draw func(*Login) views.Profile, now func() time.Time) *Store {
	return &Store{vault: v, issuer: issuer, client: client, cookies: cookies, name: cookies.Name("demo_session"), draw: draw, now: now, recent: make(map[string]*Login)}
}

// Get returns the session of this request; it reads the vault once per request.
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session that the request's cookie names. When there is none, or
// it has ended, it returns a new one without an id: an id that came from outside
// never names a new session.
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = s.cookies.Options(AbsoluteLimit)
	session.IsNew = true
	c, err := r.Cookie(name)
	if err != nil {
		return session, nil // no cookie: not an error
	}
	l, err := s.load(c.Value)
	if err != nil {
		return session, err
	}
	session.ID, session.IsNew = c.Value, false
	session.Values[loginKey{}] = l
	return session, nil
}

// load returns the login with this id, and vault.ErrNoRecord when it has ended.
func (s *Store) load(id string) (*Login, error) {
	used, err := s.vault.Used("session", id)
	if err != nil {
		return nil, err
	}
	l, err := s.read(id)
	if err != nil {
		return nil, err
	}
	now := s.now()
	iss, _, _ := l.owner()
	isOurs := iss == s.issuer && slices.Equal(l.Claims.Audiences(), []string{s.client})
	if now.Sub(used) > vault.IdleLimit || now.Sub(l.At) > AbsoluteLimit || !isOurs {
		return nil, errors.Join(vault.ErrNoRecord, s.vault.Drop("session", id))
	}
	if now.Sub(used) > time.Minute { // not at every request: it is a write
		s.vault.Touch("session", id)
	}
	return l, nil
}

// read returns the login from memory or from the vault. A login is never changed
// once it is read, so requests may share it.
func (s *Store) read(id string) (*Login, error) {
	s.mu.Lock()
	l, ok := s.recent[id]
	s.mu.Unlock()
	if ok {
		return l, nil
	}
	data, err := s.vault.Get("session", id)
	if err != nil {
		return nil, err
	}
	l = new(Login)
	if json.Unmarshal(data, l) != nil || l.Decode() != nil {
		return nil, vault.ErrNoRecord // written by another version of this program
	}
	l.Page = s.draw(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.recent) >= maxRecent {
		clear(s.recent) // rare and harmless: they are read again
	}
	s.recent[id] = l
	return l, nil
}

// Save writes a new session and sets its cookie. With Options.MaxAge below zero it
// deletes the session instead. A session that was read is never written again.
func (s *Store) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return s.vault.Drop("session", session.ID)
	}
	if !session.IsNew {
		return nil
	}
	l, _ := session.Values[loginKey{}].(*Login)
	id, err := s.put(l)
	if err != nil {
		return err
	}
	session.ID = id
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

// Current returns the login of this request, or nil when nobody is logged in.
// ended is true when the browser brought a cookie whose session is over.
func (s *Store) Current(r *http.Request) (l *Login, ended bool, err error) {
	session, err := s.Get(r, s.name)
	if errors.Is(err, vault.ErrNoRecord) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	l, _ = session.Values[loginKey{}].(*Login)
	return l, false, nil
}

// LogIn ends the session of this request, if any, and begins a new one with a new
// id, so that an id planted in the browser beforehand opens nothing (OWASP ASVS
// 5.0 7.2.4).
func (s *Store) LogIn(w http.ResponseWriter, r *http.Request, l *Login) error {
	if c, err := r.Cookie(s.name); err == nil {
		if err := s.vault.Drop("session", c.Value); err != nil {
			return err
		}
	}
	session := sessions.NewSession(s, s.name)
	session.Options = s.cookies.Options(AbsoluteLimit)
	session.IsNew = true
	session.Values[loginKey{}] = l
	return session.Save(r, w)
}

// ID returns the id of the session of this request, or "" when the browser brought none.
// Whether that session still is one, Current says.
func (s *Store) ID(r *http.Request) string {
	c, err := r.Cookie(s.name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Check returns ErrEnded when there is no session called id any more.
func (s *Store) Check(id string) error {
	if _, err := s.vault.Used("session", id); errors.Is(err, vault.ErrNoRecord) {
		return ErrEnded()
	} else if err != nil {
		return err
	}
	return nil
}

// Exchange puts l in the place of the session called old and returns its new id, which
// Show gives to the browser. When old has been ended meanwhile it stays ended (ErrEnded):
// who logs out while a refresh runs is not logged in again by it.
func (s *Store) Exchange(old string, l *Login) (id string, err error) {
	if err := s.vault.Pull("session", old); errors.Is(err, vault.ErrNoRecord) {
		return "", ErrEnded()
	} else if err != nil {
		return "", err
	}
	return s.put(l)
}

// put writes a session of l under a new id. When the provider has ended it meanwhile
// there is none (ErrEnded).
func (s *Store) put(l *Login) (id string, err error) {
	data, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	id = cookie.NewID()
	if err := s.vault.Put("session", id, data); err != nil {
		return "", err
	}
	if s.endedSince(l) {
		return "", errors.Join(ErrEnded(), s.vault.Drop("session", id))
	}
	return id, nil
}

// Show gives the browser the cookie of the session called id, which is that of l. The
// age of a session counts from the login.
func (s *Store) Show(w http.ResponseWriter, id string, l *Login) {
	s.cookies.Set(w, s.name, id, AbsoluteLimit-s.now().Sub(l.At))
}

// LogOut ends the session of this request and deletes its cookie. What it was is
// returned, or nil when there was none.
func (s *Store) LogOut(w http.ResponseWriter, r *http.Request) (*Login, error) {
	l, _, err := s.Current(r)
	if err != nil {
		return nil, err
	}
	session, _ := s.Get(r, s.name) // Current has looked at the error
	session.Options = s.cookies.Options(0)
	return l, session.Save(r, w)
}

// End ends the sessions of issuer iss that belong to sub and to the provider's session
// sid, either of which may be "" (Back-Channel Logout 1.0 section 2.4), and says how many
// there were. A session whose ID token names no sid (not every refreshed one does) ends
// with its sub. It reads every session: they are few, and an index would have to be kept
// right.
//
// A login or a refresh may be under way, and write its session just behind the back of
// this. So what ends is marked before it looks, and put looks for the mark after it wrote.
func (s *Store) End(iss, sub, sid string) (n int, err error) {
	mark := endedID(iss, "sid", sid)
	if sid == "" {
		mark = endedID(iss, "sub", sub)
	}
	if err := s.vault.Put("ended", mark, nil); errors.Is(err, vault.ErrExists) {
		s.vault.Touch("ended", mark)
	} else if err != nil {
		return 0, err
	}
	err = s.vault.DeleteIf("session", func(data []byte) bool {
		var l Login
		if json.Unmarshal(data, &l) != nil || l.Decode() != nil {
			return false // it opens no session either
		}
		hasIss, hasSub, hasSid := l.owner()
		ends := hasIss == iss && (sub == "" || hasSub == sub) && (sid == "" || hasSid == sid || hasSid == "" && sub != "")
		if ends {
			n++
		}
		return ends
	})
	return n, err
}

// owner says whose session it is, and in which session at the provider; "" is not known.
func (l *Login) owner() (iss, sub, sid string) {
	iss, _ = l.Claims.Text("iss")
	sub, _ = l.Claims.Text("sub")
	sid, _ = l.Claims.Text("sid")
	return iss, sub, sid
}

func endedID(iss, name, value string) string { return iss + "\x00" + name + "\x00" + value }

// endedSince reports whether the provider has ended what l belongs to since l began. It
// may go on using the same sid, so an older mark says nothing.
func (s *Store) endedSince(l *Login) bool {
	iss, sub, sid := l.owner()
	for _, mark := range []string{endedID(iss, "sub", sub), endedID(iss, "sid", sid)} {
		if at, err := s.vault.Used("ended", mark); err == nil && !at.Before(l.At) {
			return true
		}
	}
	return false
}

// ErrEnded is the page for a session that is over.
func ErrEnded() error {
	return &problem.Error{Code: "E-SES-1",
		Text:    "You were away for more than 30 minutes, or it is more than 8 hours since you logged in, or you were logged out in another tab, at the identity provider, or at another app of it; or this app was given another provider.",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}
