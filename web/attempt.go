package web

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

	"github.com/gorilla/sessions"

	"example.com/postlogin/views"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/vault"
	"example.com/postlogin/web/words"
)

const (
	// attemptLimit is how long a person may take to log in at the provider.
	attemptLimit = 10 * time.Minute
	// maxAttempts is how many started logins one browser may have. A sixth drops
	// the oldest, so that cookies can't grow without end.
	maxAttempts = 5
	// attemptCookie begins the name of the cookie of one started login. Each has
	// its own, so that logins in two tabs don't disturb each other.
	attemptCookie = "demo_login_"
)

// An attempt is a login that was started here and is not finished. It lies in the
// vault under its state.
type attempt struct {
	Browser  string    `json:"browser"` // the value of the cookie that must come back
	Nonce    string    `json:"nonce"`   // must come back in the ID token (Core 3.1.2.1)
	Verifier string    `json:"verifier"`
	Next     string    `json:"next"` // where to go after the login, from package returnto
	Started  time.Time `json:"started"`
	MaxAge   string    `json:"max_age,omitempty"` // the parameter max_age, when there was one

	Log timeline.Log `json:"log"` // what has happened so far
}

// attempts keeps the started logins of all browsers.
type attempts struct {
	vault  *vault.Vault
	base   *url.URL // this app's address
	secure bool
	now    func() time.Time
}

// begin stores a under state and gives the browser the cookie that belongs to it.
func (as *attempts) begin(w http.ResponseWriter, r *http.Request, state string, a attempt) error {
	a.Browser, a.Started = newID(), a.Log.Started
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := as.vault.Put("login", state, data); err != nil {
		return err
	}
	as.dropOldest(w, r)
	// The time in front only serves dropOldest.
	value := strconv.FormatInt(a.Started.UnixMilli(), 10) + "." + a.Browser
	http.SetCookie(w, sessions.NewCookie(as.cookieName(state), value, cookieOptions(as.secure, attemptLimit)))
	return nil
}

// dropOldest removes cookies until there is room for one more. The attempts
// themselves stay in the vault until they are swept: without their cookie they
// are of no use to anyone.
func (as *attempts) dropOldest(w http.ResponseWriter, r *http.Request) {
	cookies := as.cookies(r)
	slices.SortFunc(cookies, func(a, b *http.Cookie) int { return strings.Compare(a.Value, b.Value) })
	for len(cookies) >= maxAttempts {
		as.forget(w, cookies[0].Name)
		cookies = cookies[1:]
	}
}

// cookies returns the cookies of started logins that the request brought.
func (as *attempts) cookies(r *http.Request) []*http.Cookie {
	prefix := cookieName(attemptCookie, as.secure)
	return slices.DeleteFunc(r.Cookies(), func(c *http.Cookie) bool { return !strings.HasPrefix(c.Name, prefix) })
}

// forget deletes a cookie in the browser.
func (as *attempts) forget(w http.ResponseWriter, cookie string) {
	http.SetCookie(w, sessions.NewCookie(cookie, "", cookieOptions(as.secure, 0)))
}

// cookieName is the name of the cookie for the login with this state. The name
// is a hash, so that no state stands in a list of cookie names.
func (as *attempts) cookieName(state string) string {
	sum := sha256.Sum256([]byte(state))
	return cookieName(attemptCookie+hex.EncodeToString(sum[:4]), as.secure)
}

// finish returns the attempt with this state, once: a second request with the same
// state gets E-STATE-3, also when both come at the same moment. Its cookie must be
// in the request (RFC 6749 section 10.12, RFC 9700 section 4.7). The error is an
// *problem.Error whose page says what a person can do.
func (as *attempts) finish(w http.ResponseWriter, r *http.Request, state string) (*attempt, error) {
	cookie, noCookie := r.Cookie(as.cookieName(state))
	if noCookie != nil {
		return nil, as.explain(r, state)
	}
	// The cookie has done its work, whatever becomes of the login.
	as.forget(w, cookie.Name)
	a, _, err := as.peek(state)
	if err != nil {
		return nil, as.explain(r, state)
	}
	_, browser, _ := strings.Cut(cookie.Value, ".")
	if subtle.ConstantTimeCompare([]byte(browser), []byte(a.Browser)) != 1 {
		return nil, errStateMixedUp()
	}
	if err := as.vault.Take("login", state); errors.Is(err, vault.ErrNoRecord) {
		return nil, as.explain(r, state) // another request was faster
	} else if err != nil {
		return nil, err
	}
	if age := as.now().Sub(a.Started); age > attemptLimit {
		return nil, errTooLate(age)
	}
	return a, nil
}

// explain finds out why a state can't be used without its cookie, or without a
// record. What it reads changes nothing but the words on the page.
func (as *attempts) explain(r *http.Request, state string) error {
	a, used, err := as.peek(state)
	switch {
	case used:
		return errStateUsed()
	case err != nil && !errors.Is(err, vault.ErrNoRecord):
		return err // the folder can't be read: not the browser's fault
	case err == nil && as.now().Sub(a.Started) > attemptLimit:
		return errTooLate(as.now().Sub(a.Started))
	case len(as.cookies(r)) == 0:
		return errNoLoginCookie(as.base, r.Host)
	default:
		return errStateMixedUp()
	}
}

// peek reads an attempt without using it. used says that it was used before.
func (as *attempts) peek(state string) (a *attempt, used bool, err error) {
	data, err := as.vault.Get("login", state)
	if err != nil {
		return nil, as.vault.IsTaken("login", state), err
	}
	a = new(attempt)
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

func errStateMixedUp() error {
	return &problem.Error{Code: "E-STATE-2",
		Text:    "The answer carries another state than the one this browser remembers. Usually a second tab or the Back button.",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}

func errStateUsed() error {
	return &problem.Error{Code: "E-STATE-3",
		Text:    "You can't use the same answer twice.",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}

func errTooLate(age time.Duration) error {
	return &problem.Error{Code: "E-TIME-1",
		Text:     fmt.Sprintf("A login must be finished within 10 minutes. It was started %s ago.", words.Duration(age)),
		Expected: "at most 10 minutes", Got: words.Duration(age),
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}
