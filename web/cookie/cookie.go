// Package cookie decides what the cookies of the demo app look like. Packages session,
// attempt and theme decide what is in them.
package cookie

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
)

// A Policy makes all cookies of one app.
type Policy struct {
	Secure bool // the app is reached by https
}

// Name adds the prefix that makes browsers refuse the cookie from anyone but this
// host over https (RFC 6265bis 4.1.3.2). Plain http can't have it.
func (p Policy) Name(name string) string {
	if p.Secure {
		return "__Host-" + name
	}
	return name
}

// Options are the attributes of every cookie; with maxAge 0 the browser deletes it.
// SameSite is Lax and not Strict, because the provider's redirect to the callback
// comes from another site and must bring the cookies along.
func (p Policy) Options(maxAge time.Duration) *sessions.Options {
	seconds := int(maxAge.Seconds())
	if maxAge <= 0 {
		seconds = -1
	}
	return &sessions.Options{Path: "/", MaxAge: seconds, Secure: p.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Set gives the browser a cookie. name is the whole one, from Name.
func (p Policy) Set(w http.ResponseWriter, name, value string, maxAge time.Duration) {
	http.SetCookie(w, sessions.NewCookie(name, value, p.Options(maxAge)))
}

// Delete takes it away.
func (p Policy) Delete(w http.ResponseWriter, name string) { p.Set(w, name, "", 0) }

// NewID returns 256 random bits as text (43 characters), for ids that are secrets.
func NewID() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
