package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/postlogin/views"
	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/claims"
	"example.com/postlogin/web/returnto"
	"example.com/postlogin/web/session"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/words"
)

// profile shows the person who is logged in. Without a session it leads home, where
// the button to log in is; it does not begin a login by itself, because the Back
// button after a log out must not log in again. A session that has ended says so.
func (s *Server) profile(w http.ResponseWriter, r *http.Request) error {
	if s.prefersJSON(r) {
		return s.me(w, r)
	}
	who, ended, err := s.sessions.Current(r)
	switch {
	case err != nil:
		return err
	case ended:
		return session.ErrEnded()
	case who == nil:
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	seen, err := s.history.Of(who.Claims)
	if err != nil {
		return err
	}
	page := profilePage(who, s.cfg.Now())
	page.Layout, page.Seen = s.layout(r, "Your profile", "profile"), seen.Drawn
	if err := seen.Choose(&page, who.At, who.Refresh.When(), r.URL.Query().Get("login")); err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, views.ProfilePage(page))
	return nil
}

// drawn is what a profile shows of a login at any time: all that follows from the
// login alone. It is made once for each (package session).
func (s *Server) drawn(who *session.Login) views.Profile {
	page := views.Profile{
		Name:  who.Name,
		Cards: []views.Card{loginCount(who), lastCity(who), lastCountry(who)},
		JSON:  who.ProfileText, JSONURL: "/api/me",
		Inspector:     views.Once(views.TokenInspector(checks.View(who.Checks), claims.ViewToken(s.cfg.ShowRawToken, who.IDToken, who.HeaderText, who.PayloadText))),
		LoginAgainURL: returnto.AnotherUser,
		CanRefresh:    who.RefreshToken != "", UserInfo: claims.Compare(who.Claims, who.UserInfo),
	}
	for _, c := range who.Claims.ByKind(claims.Custom, claims.Standard, claims.Protocol) {
		v := claims.View(c)
		v.SetBy = who.Transaction.SetBy(c).String()
		if v.Time.IsZero() { // else it is read as "2 minutes ago"
			v.Row = views.Once(views.ClaimRow(v))
		}
		page.Claims = append(page.Claims, v)
	}
	if len(who.Log.Steps) > 0 {
		page.Happened = views.Once(views.WhatHappened(timeline.View(who.Log.Steps)))
	}
	page.ExpiresAt, _ = who.Claims.Time("exp")
	return page
}

// profilePage is the profile of a login as it is now.
func profilePage(who *session.Login, now time.Time) views.Profile {
	page := who.Page
	from, at := "login", who.At // where the ID token comes from
	if t := who.Refresh.IDToken(); !t.IsZero() {
		from, at = "refresh", t
	}
	page.Verified, page.Refresh = words.Relative(at, now), who.Refresh.View(now)
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
	page.Expired = "This ID token " + expired + ". The claims are those of your " + from + " at " + words.Clock(at) + ". Log in again to refresh them."
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

func loginCount(who *session.Login) views.Card {
	return card(who, "login_count", "Login count", "unknown", "The claim is there, but it has no value.", whyMissing)
}

func lastCity(who *session.Login) views.Card {
	return placeCard(who, "last_login_city", "Last login city", "city")
}

// lastCountry also names the country whose code the claim holds.
func lastCountry(who *session.Login) views.Card {
	c := placeCard(who, "last_login_country", "Last login country", "country")
	if c.State == "present" {
		c.Caption = words.Country(c.Value)
	}
	return c
}

// placeCard makes the card of the city or the country. That the database does not have it
// is known only where the provider has told; elsewhere it is what usually happens.
func placeCard(who *session.Login, name, label, part string) views.Card {
	none := "The location database has no " + part + " for this address."
	c := card(who, name, label, "unknown "+part, "The claim is there, but it has no value. Usual cause: "+none,
		whyMissing+" The value is undefined where the location database has no "+part+" for the address.")
	if c.State == "missing" && who.Transaction.IsUnlocated(name, part) {
		c.Value, c.Why = "unknown "+part, none+" The claim is missing because its value was undefined."
	}
	return c
}

// card makes the card of one claim. empty and whyEmpty are for null and "".
func card(who *session.Login, name, label, empty, whyEmpty, whyMissing string) views.Card {
	c := views.Card{Claim: name, Label: label}
	raw := who.Claims.Raw(name)
	text, isText := claims.Text(raw)
	switch {
	case raw == nil:
		c.State, c.Value, c.Why = "missing", "not in your ID token", who.Transaction.WhyMissing(name, whyMissing)
		c.WhyURL = who.Transaction.WhyMissingURL(name)
	case string(raw) == "null" || isText && text == "":
		c.State, c.Value, c.Why = "empty", empty, whyEmpty
	case isText:
		c.State, c.Value = "present", text
	default: // a number, or something that nobody expects here: as it stands
		c.State, c.Value = "present", words.Shorten(string(raw), claims.MaxShown)
	}
	return c
}
