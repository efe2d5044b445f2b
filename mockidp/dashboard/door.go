package dashboard

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/postlogin/mockidp/ui"
)

const (
	// cookieName is not the login page's: whoever has a session as a user has none here.
	cookieName = "mockidp_dashboard"
	// stay is how long a browser need not show the token again.
	stay = 7 * 24 * time.Hour
	// enterPath takes the admin token: as ?token= of a link, or from a form.
	enterPath = "enter"
)

// guard lets in whom Trusted trusts and whoever has shown the token, and refuses
// what a page of another origin makes the browser send.
func (d *Dashboard) guard(next http.Handler) http.Handler {
	door := http.NewServeMux()
	door.Handle("GET "+Path+enterPath, d.handle(d.enterPage))
	door.Handle("POST "+Path+enterPath, d.handle(d.enter))
	door.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.cfg.Trusted(r) && !d.hasEntered(r) {
			d.handle(func(w http.ResponseWriter, r *http.Request) error { return d.ask(w, r, "") }).ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
	foreign := d.handle(func(http.ResponseWriter, *http.Request) error {
		return &pageError{status: http.StatusForbidden, Problem: ui.Problem{
			Title: "Another site sent this", Detail: "Only the dashboard's own pages may change something here, or load parts of it.",
			Hint: "Open the dashboard itself and do it there.",
		}}
	})
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(foreign)
	inner := sameOrigin.Handler(door)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if embedded(r) {
			foreign.ServeHTTP(w, r)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// embedded reports whether another site's page asks for this as a part of
// itself. A link from there is welcome: it opens a page that it can't read
// (Fetch Metadata: Sec-Fetch-Site, -Mode, -Dest).
func embedded(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

// enterPage takes a token link, or asks for the token.
func (d *Dashboard) enterPage(w http.ResponseWriter, r *http.Request) error {
	if token := r.URL.Query().Get("token"); token != "" {
		return d.admit(w, r, token)
	}
	return d.ask(w, r, "")
}

func (d *Dashboard) enter(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	return d.admit(w, r, strings.TrimSpace(r.PostForm.Get("token")))
}

// admit sets the cookie when the token is right.
func (d *Dashboard) admit(w http.ResponseWriter, r *http.Request, token string) error {
	if d.cfg.Token == "" {
		if d.cfg.Trusted(r) {
			return d.seeOther(w, r, "")
		}
		return d.ask(w, r, "")
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(d.cfg.Token)) != 1 {
		return d.ask(w, r, "This is not the admin token.")
	}
	until := d.now().Add(stay).Unix()
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: d.pass(until), Path: strings.TrimSuffix(d.root, "/"), MaxAge: int(stay / time.Second),
		HttpOnly: true, Secure: d.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
	return d.seeOther(w, r, "")
}

// ask answers 401 with a form for the token, or says how to get in at all.
func (d *Dashboard) ask(w http.ResponseWriter, r *http.Request, wrong string) error {
	return d.show(w, r, http.StatusUnauthorized, doorPage(doorView{
		Frame:  ui.Frame{Title: "Open the dashboard", Base: d.cfg.BasePath},
		Action: d.root + enterPath, HasToken: d.cfg.Token != "", Wrong: wrong,
	}))
}

// pass is the cookie's value: when it ends, and a proof that only somebody with
// the token can make. Nothing is stored, and a new token ends every pass. The
// tenant's path is in it, so that a pass opens one tenant of a class.
func (d *Dashboard) pass(until int64) string {
	mac := hmac.New(sha256.New, []byte(d.cfg.Token))
	text := strconv.FormatInt(until, 10)
	mac.Write([]byte("mockidp dashboard\n" + d.root + "\n" + text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// hasEntered reports whether the browser has a pass that still holds.
func (d *Dashboard) hasEntered(r *http.Request) bool {
	if d.cfg.Token == "" {
		return false
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return false
	}
	text, _, _ := strings.Cut(cookie.Value, ".")
	until, err := strconv.ParseInt(text, 10, 64)
	return err == nil && until > d.now().Unix() && hmac.Equal([]byte(cookie.Value), []byte(d.pass(until)))
}
