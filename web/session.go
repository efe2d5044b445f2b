package web

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/sessions"

	"example.com/postlogin/views"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/transaction"
	"example.com/postlogin/web/vault"
)

// absoluteLimit is how long a session lives at most, however busy it is (OWASP
// ASVS 5.0 7.3.2). vault.IdleLimit is the other limit.
const absoluteLimit = 8 * time.Hour

var base64url = base64.RawURLEncoding

// newID returns 256 random bits as text (43 characters), for ids that are
// secrets.
func newID() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64url.EncodeToString(b)
}

// A login is what this app remembers of a person who is logged in. It stays on
// the server: an ID token with a few claims is already too long for a cookie, and
// a session that lived in a cookie could not be ended by logging out.
type login struct {
	At      time.Time      `json:"at"`       // when the session was made
	IDToken string         `json:"id_token"` // encoded, verified at At
	Checks  []checks.Check `json:"checks"`   // how it was verified
	Name    string         `json:"name"`     // whom to greet, from the ID token or UserInfo

	RefreshToken string          `json:"refresh_token,omitempty"` // "" when the provider gave none
	UserInfo     json.RawMessage `json:"userinfo,omitempty"`      // what the UserInfo endpoint said; nil: nothing
	Refresh      *refreshResult  `json:"refresh,omitempty"`       // what the last refresh brought; nil: there was none

	Log         timeline.Log             `json:"log"`                   // what happened in the login
	Transaction *transaction.Transaction `json:"transaction,omitempty"` // what the provider told of it; nil: nothing

	// The rest follows from IDToken and is filled in by decode.
	header, payload json.RawMessage
	claims          claims.Set
	profile         json.RawMessage // what is about the person, custom claims first
	// The same, as pages show it.
	headerText, payloadText, profileText string
	page                                 views.Profile // what drawn made of all this; set when a session is read
}

// decode takes the encoded token apart, once for all pages.
func (l *login) decode() (err error) {
	if l.header, l.payload, err = claims.Decode(l.IDToken); err != nil {
		return err
	}
	if l.claims, err = claims.Parse(l.payload); err != nil {
		return err
	}
	l.profile = l.claims.ByKind(claims.Custom, claims.Standard).Object()
	l.headerText, l.payloadText, l.profileText = claims.Pretty(l.header), claims.Pretty(l.payload), claims.Pretty(l.profile)
	return nil
}

// sessionStore is a gorilla sessions.Store whose cookie holds a random id and
// whose contents lie in the vault. A session's Values hold one *login under
// loginKey. A session is written once; see logIn.
type sessionStore struct {
	vault   *vault.Vault
	cookie  string // name of the cookie
	secure  bool
	showRaw bool // Config.ShowRawToken
	now     func() time.Time

	// recent holds logins that were read, by id, so that a page need not decrypt,
	// decode and draw them again. It decides nothing: the vault is asked each time
	// whether the session is still there.
	mu     sync.Mutex
	recent map[string]*login
}

// maxRecent is how many logins are kept in memory, usually some 50 kB each.
const maxRecent = 1000

// loginKey is where a session's Values keep the *login.
type loginKey struct{}

func newSessionStore(v *vault.Vault, secure, showRaw bool, now func() time.Time) *sessionStore {
	return &sessionStore{vault: v, cookie: cookieName("demo_session", secure), secure: secure, showRaw: showRaw, now: now, recent: make(map[string]*login)}
}

// cookieName adds the prefix that makes browsers refuse the cookie from anyone
// but this host over https (RFC 6265bis 4.1.3.2). Plain http can't have it.
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// cookieOptions are the attributes of every cookie of this app. SameSite is Lax
// and not Strict, because the provider's redirect to the callback comes from
// another site and must bring the cookies along.
func cookieOptions(secure bool, maxAge time.Duration) *sessions.Options {
	seconds := int(maxAge.Seconds())
	if maxAge <= 0 {
		seconds = -1
	}
	return &sessions.Options{Path: "/", MaxAge: seconds, Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Get returns the session of this request; it reads the vault once per request.
func (s *sessionStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session that the request's cookie names. When there is none, or
// it has ended, it returns a new one without an id: an id that came from outside
// never names a new session.
func (s *sessionStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = cookieOptions(s.secure, absoluteLimit)
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
func (s *sessionStore) load(id string) (*login, error) {
	used, err := s.vault.Used("session", id)
	if err != nil {
		return nil, err
	}
	l, err := s.read(id)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if now.Sub(used) > vault.IdleLimit || now.Sub(l.At) > absoluteLimit {
		return nil, errors.Join(vault.ErrNoRecord, s.vault.Drop("session", id))
	}
	if now.Sub(used) > time.Minute { // not at every request: it is a write
		s.vault.Touch("session", id)
	}
	return l, nil
}

// read returns the login from memory or from the vault. A login is never changed
// once it is read, so requests may share it.
func (s *sessionStore) read(id string) (*login, error) {
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
	l = new(login)
	if json.Unmarshal(data, l) != nil || l.decode() != nil {
		return nil, vault.ErrNoRecord // written by another version of this program
	}
	l.page = drawn(l, s.showRaw)
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
func (s *sessionStore) Save(_ *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return s.vault.Drop("session", session.ID)
	}
	if !session.IsNew {
		return nil
	}
	data, err := json.Marshal(session.Values[loginKey{}])
	if err != nil {
		return err
	}
	session.ID = newID()
	if err := s.vault.Put("session", session.ID, data); err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

// current returns the login of this request, or nil when nobody is logged in.
// ended is true when the browser brought a cookie whose session is over.
func (s *sessionStore) current(r *http.Request) (l *login, ended bool, err error) {
	session, err := s.Get(r, s.cookie)
	if errors.Is(err, vault.ErrNoRecord) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	l, _ = session.Values[loginKey{}].(*login)
	return l, false, nil
}

// logIn ends the session of this request, if any, and begins a new one with a new
// id, so that an id planted in the browser beforehand opens nothing (OWASP ASVS
// 5.0 7.2.4).
func (s *sessionStore) logIn(w http.ResponseWriter, r *http.Request, l *login) error {
	if c, err := r.Cookie(s.cookie); err == nil {
		if err := s.vault.Drop("session", c.Value); err != nil {
			return err
		}
	}
	session := sessions.NewSession(s, s.cookie)
	session.Options = cookieOptions(s.secure, absoluteLimit)
	session.IsNew = true
	session.Values[loginKey{}] = l
	return session.Save(r, w)
}

// exchange puts l in the place of the session called old and returns its new id.
// When old has been ended meanwhile it stays ended: who logs out while a refresh
// runs is not logged in again by it.
func (s *sessionStore) exchange(old string, l *login) (id string, err error) {
	data, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	if err := s.vault.Pull("session", old); errors.Is(err, vault.ErrNoRecord) {
		return "", errSessionEnded()
	} else if err != nil {
		return "", err
	}
	id = newID()
	return id, s.vault.Put("session", id, data)
}

// logOut ends the session of this request and deletes its cookie. What it was is
// returned, or nil when there was none.
func (s *sessionStore) logOut(w http.ResponseWriter, r *http.Request) (*login, error) {
	l, _, err := s.current(r)
	if err != nil {
		return nil, err
	}
	session, _ := s.Get(r, s.cookie) // current has looked at the error
	session.Options = cookieOptions(s.secure, 0)
	return l, session.Save(r, w)
}
