// Package attempt keeps the logins that were started and are not finished: what must come
// back from the provider, under the state of the request, tied to the browser that
// began. Package web begins one in GET /login and finishes it in the callback.
package attempt

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/cookie"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/vault"
	"example.com/postlogin/web/words"
)

const (
	// limit is how long a person may take to log in at the provider.
	limit = 10 * time.Minute
	// maxStarted is how many started logins one browser may have. A sixth drops
	// the oldest, so that cookies can't grow without end.
	maxStarted = 5
	// cookiePrefix begins the name of the cookie of one started login. Each has
	// its own, so that logins in two tabs don't disturb each other.
	cookiePrefix = "demo_login_"
)

// An Attempt is a login that was started here and is not finished. It lies in the
// vault under its state.
type Attempt struct {
	Browser  string    `json:"browser"` // the value of the cookie that must come back
	Nonce    string    `json:"nonce"`   // must come back in the ID token (Core 3.1.2.1)
	Verifier string    `json:"verifier"`
	Next     string    `json:"next"` // where to go after the login, from package returnto
	Started  time.Time `json:"started"`
	MaxAge   string    `json:"max_age,omitempty"` // the parameter max_age, when there was one
	Prompt   string    `json:"prompt,omitempty"`  // and prompt

	Log timeline.Log `json:"log"` // what has happened so far
}

// A Store keeps the started logins of all browsers.
type Store struct {
	vault   *vault.Vault
	base    *url.URL // this app's address
	cookies cookie.Policy
	now     func() time.Time
}

// NewStore returns the started logins that lie in v. base is this app's address.
func NewStore(v *vault.Vault, base *url.URL, cookies cookie.Policy, now func() time.Time) *Store {
	return &Store{vault: v, base: base, cookies: cookies, now: now}
}

// Begin stores a under state and gives the browser the cookie that belongs to it.
func (s *Store) Begin(w http.ResponseWriter, r *http.Request, state string, a Attempt) error {
	a.Browser, a.Started = cookie.NewID(), a.Log.Started
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := s.vault.Put("login", state, data); err != nil {
		return err
	}
	s.dropOldest(w, r)
	// The time in front only serves dropOldest.
	value := strconv.FormatInt(a.Started.UnixMilli(), 10) + "." + a.Browser
	s.cookies.Set(w, s.cookieName(state), value, limit)
	return nil
}

// dropOldest removes cookies until there is room for one more. The attempts
// themselves stay in the vault until they are swept: without their cookie they
// are of no use to anyone.
func (s *Store) dropOldest(w http.ResponseWriter, r *http.Request) {
	cookies := s.brought(r)
	slices.SortFunc(cookies, func(a, b *http.Cookie) int { return strings.Compare(a.Value, b.Value) })
	for len(cookies) >= maxStarted {
		s.cookies.Delete(w, cookies[0].Name)
		cookies = cookies[1:]
	}
}

// brought returns the cookies of started logins that the request brought.
func (s *Store) brought(r *http.Request) []*http.Cookie {
	prefix := s.cookies.Name(cookiePrefix)
	return slices.DeleteFunc(r.Cookies(), func(c *http.Cookie) bool { return !strings.HasPrefix(c.Name, prefix) })
}

// cookieName is the name of the cookie for the login with this state. The name
// is a hash, so that no state stands in a list of cookie names.
func (s *Store) cookieName(state string) string {
	sum := sha256.Sum256([]byte(state))
	return s.cookies.Name(cookiePrefix + hex.EncodeToString(sum[:4]))
}

// Finish returns the attempt with this state, once: a second request with the same
// state gets E-STATE-3, also when both come at the same moment. Its cookie must be
// in the request (RFC 6749 section 10.12, RFC 9700 section 4.7). The error is an
// *problem.Error whose page says what a person can do.
func (s *Store) Finish(w http.ResponseWriter, r *http.Request, state string) (*Attempt, error) {
	sent, noCookie := r.Cookie(s.cookieName(state))
	if noCookie != nil {
		return nil, s.explain(r, state, false)
	}
	// The cookie has done its work, whatever becomes of the login.
	s.cookies.Delete(w, sent.Name)
	a, _, err := s.peek(state)
	if err != nil {
		return nil, s.explain(r, state, true)
	}
	_, browser, _ := strings.Cut(sent.Value, ".")
	if subtle.ConstantTimeCompare([]byte(browser), []byte(a.Browser)) != 1 {
		return nil, errStateMixedUp()
	}
	if err := s.vault.Take("login", state); errors.Is(err, vault.ErrNoRecord) {
		return nil, s.explain(r, state, true) // another request was faster
	} else if err != nil {
		return nil, err
	}
	if age := s.now().Sub(a.Started); age > limit {
		return nil, errTooLate(age)
	}
	return a, nil
}

// explain finds out why a state can't be used without its cookie, or without a
// record. What it reads changes nothing but the words on the page.
func (s *Store) explain(r *http.Request, state string, hasCookie bool) error {
	a, used, err := s.peek(state)
	switch {
	case used:
		return errStateUsed()
	case err != nil && !errors.Is(err, vault.ErrNoRecord):
		return err // the folder can't be read: not the browser's fault
	case err == nil && s.now().Sub(a.Started) > limit:
		return errTooLate(s.now().Sub(a.Started))
	case hasCookie: // the record is gone, before its time
		return errForgotten()
	case len(s.brought(r)) == 0:
		return errNoLoginCookie(s.base, r.Host)
	default:
		return errStateMixedUp()
	}
}

// peek reads an attempt without using it. used says that it was used before.
func (s *Store) peek(state string) (a *Attempt, used bool, err error) {
	data, err := s.vault.Get("login", state)
	if err != nil {
		return nil, s.vault.IsTaken("login", state), err
	}
	a = new(Attempt)
	return a, false, json.Unmarshal(data, a)
}

// errNoLoginCookie is for a browser that brought no cookie of any started login.
func errNoLoginCookie(base *url.URL, host string) error {
	return &problem.Error{Code: "E-STATE-1",
		Text: "Your browser sent no login cookie. This happens when you open the app under one name but come back to another " +
			"(127.0.0.1 and localhost are two names), when cookies are blocked, or when the login was started in another browser or long ago.",
		Expected: "a login cookie of " + base.Host, Got: "none, at " + words.Shorten(host, words.MaxQuote),
		Buttons: []views.Button{problem.Primary("Start again at "+base.String(), base.String()+"/login")}}
}

// errForgotten is for a browser that has its cookie still, when the app has no record.
func errForgotten() error {
	return &problem.Error{Code: "E-CB-1",
		Text:     "This app has no record of that login any more: its session folder was emptied, or its session key is another now. Start again from this page.",
		Expected: "the record of a login that was started here", Got: "none that can be read",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}

func errStateMixedUp() error {
	return &problem.Error{Code: "E-STATE-2",
		Text:     "The answer carries another state than the one this browser remembers. Usually a second tab or the Back button.",
		Expected: "the state of a login that was started in this browser", Got: "another one",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}

func errStateUsed() error {
	return &problem.Error{Code: "E-STATE-3",
		Text:     "You can't use the same answer twice.",
		Expected: "a state that was not used yet", Got: "one that was",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}

func errTooLate(age time.Duration) error {
	return &problem.Error{Code: "E-TIME-1",
		Text:     fmt.Sprintf("A login must be finished within 10 minutes. It was started %s ago.", words.Duration(age)),
		Expected: "at most 10 minutes", Got: words.Duration(age),
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}
