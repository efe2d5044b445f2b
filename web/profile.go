package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/postlogin/views"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/problem"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/words"
)

// maxShown is how many characters of a claim the table shows at first.
const maxShown = 200

// profile shows the person who is logged in. Without a session it leads home, where
// the button to log in is; it does not begin a login by itself, because the Back
// button after a log out must not log in again. A session that has ended says so.
func (s *Server) profile(w http.ResponseWriter, r *http.Request) error {
	if s.prefersJSON(r) {
		return s.me(w, r)
	}
	who, ended, err := s.sessions.current(r)
	switch {
	case err != nil:
		return err
	case ended:
		return errSessionEnded()
	case who == nil:
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	seen, err := s.history.Of(who.claims)
	if err != nil {
		return err
	}
	page := profilePage(who, s.cfg.Now())
	page.Layout, page.Seen = s.layout(r, "Your profile", "profile"), seen.Drawn
	if err := seen.Choose(&page, who.At, who.Refresh.when(), r.URL.Query().Get("login")); err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.ProfilePage(page))
	return nil
}

func errSessionEnded() error {
	return &problem.Error{Code: "E-SES-1",
		Text:    "You were away for more than 30 minutes, or it is more than 8 hours since you logged in, or you logged out in another tab.",
		Buttons: []views.Button{problem.Primary("Log in", "/login"), problem.Button("Home", "/")}}
}

// drawn is what a profile shows of a login at any time: all that follows from the
// login alone. It is made once for each (session.go).
func drawn(who *login, showRaw bool) views.Profile {
	page := views.Profile{
		Name: who.Name, LoggedInAt: who.At,
		Cards: []views.Card{loginCount(who), lastCity(who), lastCountry(who)},
		JSON:  who.profileText, JSONURL: "/api/me",
		Inspector:     views.Once(views.TokenInspector(checks.View(who.Checks), viewToken(showRaw, who.IDToken, who.headerText, who.payloadText))),
		LoginAgainURL: returnto.AnotherUser,
		CanRefresh:    who.RefreshToken != "", UserInfo: viewUserInfo(who.claims, who.UserInfo),
	}
	for _, c := range who.claims.ByKind(claims.Custom, claims.Standard, claims.Protocol) {
		v := viewClaim(c)
		v.SetBy = who.Transaction.SetBy(c).String()
		if v.Time.IsZero() { // else it is read as "2 minutes ago"
			v.Row = views.Once(views.ClaimRow(v))
		}
		page.Claims = append(page.Claims, v)
	}
	if len(who.Log.Steps) > 0 {
		page.Happened = views.Once(views.WhatHappened(timeline.View(who.Log.Steps)))
	}
	page.ExpiresAt, _ = who.claims.Time("exp")
	return page
}

// profilePage is the profile of a login as it is now.
func profilePage(who *login, now time.Time) views.Profile {
	page := who.page
	page.Verified, page.Refresh = words.Relative(who.At, now), who.Refresh.view(now)
	if who.Refresh != nil && who.Refresh.Note == "" {
		page.Verified = words.Relative(who.Refresh.At, now)
	}
	page.Claims = slices.Clone(page.Claims) // others show the same login
	for i, c := range page.Claims {
		if !c.Time.IsZero() {
			page.Claims[i].Reading = words.Relative(c.Time, now)
		}
	}
	expired := "has expired since you opened this page"
	if page.ExpiresAt.After(now) {
		page.ValidFor = words.Duration(page.ExpiresAt.Sub(now))
	} else {
		page.IsExpired, expired = true, "expired "+words.Relative(page.ExpiresAt, now)
	}
	page.Expired = "This ID token " + expired + ". The claims are those of your login at " + words.Clock(who.At) + ". Log in again to refresh them."
	return page
}

// displayName returns what to call a person, from the ID token or else from
// UserInfo: a provider may give the name in one of them only.
func displayName(token, info claims.Set) string {
	for _, name := range []string{"name", "nickname", "preferred_username", "email"} {
		fromToken, _ := token.Text(name)
		fromInfo, _ := info.Text(name)
		if v := strings.TrimSpace(cmp.Or(fromToken, fromInfo)); v != "" {
			return words.Shorten(v, 60)
		}
	}
	sub, _ := token.Text("sub")
	return words.Shorten(sub, 60)
}

// whyMissing is what usually keeps a claim from the token.
const whyMissing = "Usual causes: the Action is not deployed, or not in the Login flow; it sets the claim on the access token and not on the " +
	"ID token; or the value was undefined, and then no claim is made. Log in again after each change."

func loginCount(who *login) views.Card {
	return card(who, "login_count", "Login count", "unknown", "The claim is there, but it has no value.", whyMissing)
}

func lastCity(who *login) views.Card {
	return card(who, "last_login_city", "Last login city", "unknown city", "The location database has no city for this address.",
		"The location database may have no city for this address: then the value was undefined and the claim is missing. "+whyMissing)
}

// lastCountry also names the country whose code the claim holds.
func lastCountry(who *login) views.Card {
	c := card(who, "last_login_country", "Last login country", "unknown country", "The location database has no country for this address.",
		"The location database may not know this address: then the value was undefined and the claim is missing. "+whyMissing)
	if c.State == "present" {
		c.Caption = words.Country(c.Value)
	}
	return c
}

// card makes the card of one claim. empty and whyEmpty are for null and "".
func card(who *login, name, label, empty, whyEmpty, whyMissing string) views.Card {
	c := views.Card{Claim: name, Label: label}
	raw := who.claims.Raw(name)
	text, isText := claims.Text(raw)
	switch {
	case raw == nil:
		c.State, c.Value, c.Why = "missing", "not in your ID token", who.Transaction.WhyMissing(name, whyMissing)
		if who.Transaction != nil {
			c.WhyURL = who.Transaction.URL
		}
	case string(raw) == "null" || isText && text == "":
		c.State, c.Value, c.Why = "empty", empty, whyEmpty
	case isText:
		c.State, c.Value = "present", text
	default: // a number, or something that nobody expects here: as it stands
		c.State, c.Value = "present", words.Shorten(string(raw), maxShown)
	}
	return c
}

// viewClaim makes a line of the table of claims.
func viewClaim(c claims.Claim) views.Claim {
	v := views.Claim{Name: c.Name, Local: c.Name, Kind: c.Kind, Value: strings.ToValidUTF8(string(c.Value), "\uFFFD")}
	// A claim named by an address is read by its last part (OpenID Connect: "collision-
	// resistant names").
	if i := strings.LastIndexByte(c.Name, '/'); i > 0 && strings.Contains(c.Name, "://") {
		v.Prefix, v.Local = c.Name[:i+1], c.Name[i+1:]
	}
	if utf8.RuneCountInString(v.Value) > maxShown {
		v.Short = string([]rune(v.Value)[:maxShown])
	}
	switch c.Name {
	case "exp", "iat", "nbf", "auth_time", "updated_at":
		if t, ok := claims.Time(c.Value); ok {
			v.Time = t
		} else if text, ok := claims.Text(c.Value); ok { // Auth0 sends updated_at as text
			v.Time, _ = time.Parse(time.RFC3339, text) // the zero time when it is none
		}
	}
	return v
}

// viewToken shows a token, encoded only where that is allowed.
func viewToken(show bool, raw, header, payload string) views.Token {
	t := views.Token{Raw: show, HeaderJSON: header, PayloadJSON: payload}
	if parts := strings.SplitN(raw, ".", 3); t.Raw && len(parts) == 3 {
		t.Header, t.Payload, t.Signature = parts[0], parts[1], parts[2]
	}
	return t
}

// viewUserInfo compares what UserInfo said with the ID token, member by member.
func viewUserInfo(token claims.Set, raw json.RawMessage) (list []views.Compared) {
	info, err := claims.Parse(raw)
	if err != nil {
		return nil // nothing was said
	}
	for _, c := range info {
		v := views.Compared{Name: c.Name, Value: string(c.Value), State: "only in UserInfo"}
		if inToken := token.Raw(c.Name); inToken != nil {
			v.State = "same"
			if !bytes.Equal(inToken, c.Value) {
				v.State = "differs"
			}
		}
		list = append(list, v)
	}
	return list
}
