package views_test

import (
	"strings"
	"time"

	"example.com/postlogin/views"
)

// The models in this file are those of a real login, as package web makes them.

const idTokenHeader = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImstMjAyNi0xMSIsInR5cCI6IkpXVCJ9"

func layout(title, active string) views.Layout {
	return views.Layout{PageTitle: title, Active: active, Version: "0.1.0", RequestID: "7f3a9c51"}
}

func loggedIn(title, active string) views.Layout {
	l := layout(title, active)
	l.User, l.Initials = "Ada Lovelace", "AL"
	return l
}

func home() views.Home {
	return views.Home{
		Layout:      layout("", "home"),
		LoginURL:    "/login",
		Issuer:      "http://localhost:9400/",
		ClientID:    "demo-app",
		CallbackURL: "http://localhost:3000/callback",
		Provider:    views.Provider{State: "reachable", Latency: "3 ms"},
	}
}

func homeUnreachable() views.Home {
	m := home()
	m.Provider = views.Provider{
		State: "unreachable",
		Title: "Your identity provider does not answer",
		Text:  "Nothing listens at http://localhost:9400/. Start it with `go run ./cmd/mockidp`, then reload.",
	}
	return m
}

func homeRealProvider() views.Home {
	m := home()
	m.Layout = loggedIn("", "home")
	m.Issuer = "https://dev-8f2k1b7c.eu.auth0.com/"
	m.Provider = views.Provider{
		State: "reachable", Latency: "84 ms",
		Note: "Connected to a real identity provider. Who set a claim, and which Actions ran, can't be shown.",
	}
	return m
}

func cards() []views.Card {
	return []views.Card{
		{Claim: "login_count", Label: "Login count", Value: "4", State: "present"},
		{Claim: "last_login_city", Label: "Last login city", Value: "Georgetown", State: "present"},
		{Claim: "last_login_country", Label: "Last login country", Value: "US", State: "present", Caption: "United States"},
	}
}

func checks() []views.Check {
	const issuer, state = "http://localhost:9400/", "the state of a login that this browser started"
	return []views.Check{
		{ID: "state", State: "pass", Expected: state, Got: state, Why: "The answer belongs to a login that this very browser started here. Without it, a stranger could log you in as himself."},
		{ID: "callback_iss", State: "pass", Expected: issuer, Got: issuer, Why: "The answer comes from the provider that was asked (RFC 9207)."},
		{ID: "alg", State: "pass", Expected: "RS256", Got: "RS256", Why: "The token is signed in the one way that this app accepts."},
		{ID: "signature", State: "pass", Expected: "made by a key in http://localhost:9400/.well-known/jwks.json", Got: "RS256, key k-2026-11", Why: "The token was signed with a key that the provider publishes."},
		{ID: "iss", State: "pass", Expected: issuer, Got: issuer, Why: "The token was issued by the provider that this app trusts."},
		{ID: "aud", State: "pass", Expected: "demo-app and nobody else", Got: `["demo-app"]`, Why: "One issued for another app must not log anyone in here."},
		{ID: "azp", State: "not done", Got: "it is not in the token", Why: "When the token names the app that asked for it, it is this one."},
		{ID: "exp", State: "pass", Expected: "later than 22 Nov 2026 21:14:05 UTC", Got: "23 Nov 2026 07:14:05 UTC", Why: "The token is still valid."},
		{ID: "iat", State: "pass", Expected: "at most 10 minutes ago", Got: "22 Nov 2026 21:14:05 UTC, just now", Why: "The token was made just now."},
		{ID: "nonce", State: "pass", Expected: "the value this browser started with", Got: "the value this browser started with", Why: "The token was made for this login."},
		{ID: "sub", State: "pass", Expected: "1 to 255 characters", Got: "auth0|6639170c78d8297cd9fb1813", Why: "The token says who it is about."},
		{ID: "auth_time", State: "not done", Got: "this app did not ask for max_age", Why: "When this app asked for a fresh login, the person entered the password recently enough."},
		{ID: "at_hash", State: "pass", Expected: "Ckd3mWBzq1Zl0q1pN8kR2A", Got: "Ckd3mWBzq1Zl0q1pN8kR2A", Why: "The access token that came along belongs to this ID token."},
	}
}

func claims() []views.Claim {
	exp := time.Date(2026, 11, 23, 7, 14, 5, 0, time.UTC)
	return []views.Claim{
		{Name: "login_count", Local: "login_count", Value: "4", Kind: "custom"},
		{Name: "last_login_city", Local: "last_login_city", Value: `"Georgetown"`, Kind: "custom"},
		{Name: "last_login_country", Local: "last_login_country", Value: `"US"`, Kind: "custom"},
		{Name: "https://app.example/roles", Prefix: "https://app.example/", Local: "roles", Value: `["admin","editor"]`, Kind: "custom"},
		{Name: "email", Local: "email", Value: `"ada@example.test"`, Kind: "standard"},
		{Name: "email_verified", Local: "email_verified", Value: `true`, Kind: "standard"},
		{Name: "name", Local: "name", Value: `"Ada Lovelace"`, Kind: "standard"},
		{Name: "nickname", Local: "nickname", Value: `"ada"`, Kind: "standard"},
		{Name: "iss", Local: "iss", Value: `"http://localhost:9400/"`, Kind: "protocol"},
		{Name: "sub", Local: "sub", Value: `"auth0|6639170c78d8297cd9fb1813"`, Kind: "protocol"},
		{Name: "aud", Local: "aud", Value: `"demo-app"`, Kind: "protocol"},
		{Name: "iat", Local: "iat", Value: "1795382045", Kind: "protocol", Time: exp.Add(-10 * time.Hour), Reading: "2 seconds ago"},
		{Name: "exp", Local: "exp", Value: "1795418045", Kind: "protocol", Time: exp, Reading: "in 9 h 59 min"},
		{Name: "nonce", Local: "nonce", Value: `"s7Jd0aPq3nXyT1vWb8ZrKg"`, Kind: "protocol"},
	}
}

func idToken() views.Token {
	return views.Token{
		Raw:        true,
		Header:     idTokenHeader,
		Payload:    strings.Repeat("eyJsb2dpbl9jb3VudCI6NCwibGFzdF9sb2dpbl9jaXR5IjoiR2VvcmdldG93biJ9", 6),
		Signature:  strings.Repeat("c2lnbmF0dXJlX29mX3RoaXNfdG9rZW4", 11),
		HeaderJSON: "{\n  \"alg\": \"RS256\",\n  \"kid\": \"k-2026-11\",\n  \"typ\": \"JWT\"\n}",
		PayloadJSON: `{
  "iss": "http://localhost:9400/",
  "sub": "auth0|6639170c78d8297cd9fb1813",
  "aud": "demo-app",
  "iat": 1795382045,
  "exp": 1795418045,
  "login_count": 4,
  "last_login_city": "Georgetown",
  "last_login_country": "US"
}`,
	}
}

func profile() views.Profile {
	return views.Profile{
		Layout:    loggedIn("Your profile", "profile"),
		Name:      "Ada Lovelace",
		Verified:  "2 seconds ago",
		ExpiresAt: time.Date(2026, 11, 23, 7, 14, 5, 0, time.UTC),
		ValidFor:  "9 h 59 min",
		Cards:     cards(),
		JSON: `{
  "login_count": 4,
  "last_login_city": "Georgetown",
  "last_login_country": "US",
  "https://app.example/roles": [
    "admin",
    "editor"
  ],
  "nickname": "ada",
  "name": "Ada Lovelace",
  "email": "ada@example.test",
  "email_verified": true,
  "sub": "auth0|6639170c78d8297cd9fb1813"
}`,
		JSONURL:       "/api/me",
		Claims:        claims(),
		Inspector:     views.TokenInspector(checks(), idToken()),
		Happened:      views.WhatHappened(steps("a text")),
		LoginAgainURL: "/login?prompt=login",
	}
}

// profileWithoutClaims is a login while the Action is not in the flow, looked at
// again after the token's end, where the raw token may not be shown.
func profileWithoutClaims() views.Profile {
	m := profile()
	for i := range m.Cards {
		m.Cards[i].State, m.Cards[i].Value, m.Cards[i].Caption = "missing", "not in your ID token", ""
		m.Cards[i].Why = "No Action set this claim. Is `post-login-claims` deployed, and in the Login flow? Did you log in again after that?"
	}
	m.Cards[1].State, m.Cards[1].Value = "empty", "unknown city"
	m.Cards[1].Why = "The location database has no city for this address. The claim is missing because its value was undefined."
	m.JSON = "{\n  \"name\": \"Ada Lovelace\"\n}"
	m.Claims = m.Claims[3:]
	m.IsExpired = true
	m.Expired, m.ValidFor = "This ID token expired 3 minutes ago. The claims are those of your login at 21:14 UTC. Log in again to refresh them.", ""
	token := idToken()
	token.Raw, token.Header, token.Payload, token.Signature = false, "", "", ""
	m.Inspector = views.TokenInspector(checks(), token)
	return m
}

// profileOfAnEarlierLogin shows the steps of a login that is not this session's.
func profileOfAnEarlierLogin() views.Profile {
	m := profile()
	at := time.Date(2026, 11, 22, 21, 14, 5, 0, time.UTC)
	m.Told = []views.Told{
		{Label: "Login 4", At: at, Where: "Georgetown, US", URL: "/profile#what-happened", Session: true},
		{Label: "Login 3", At: at.Add(-time.Hour), Where: "London, GB", URL: "/profile?login=A#what-happened", Here: true, Relation: "This is an earlier login"},
		{Label: "Login", At: at.Add(-2 * time.Hour), URL: "/profile?login=B#what-happened"},
	}
	m.Other = &m.Told[1]
	return m
}

// Strings that must come out as text and nothing else.
const (
	script   = `<script>alert(1)</script>`
	quotes   = `"><img src=x onerror=alert(1)> ' & </dd></main>`
	override = "Ada \u202eecalevoL\u202c \u2066x"
	arabic   = "القاهرة"
	saoPaulo = "São Paulo"
)

var (
	longCity   = strings.Repeat("Llanfairpwllgwyngyll", 4) // 80 letters
	hugeCity   = strings.Repeat("x", 10_000)
	hostile    = []string{script, quotes, override, arabic, saoPaulo, longCity, hugeCity, "javascript:alert(1)", "\x00\x07\u009b31m", ""}
	wrongTypes = []string{`"7"`, "-1", "1e400", "null", `{"a":[1,{"b":null}]}`, "[]", "true"}
)

// profileOf is the profile of somebody whose every text is s.
func profileOf(s string) views.Profile {
	m := profile()
	m.User, m.Name, m.PageTitle = s, s, s
	for i := range m.Cards {
		m.Cards[i].Value, m.Cards[i].Caption, m.Cards[i].Why = s, s, s
	}
	for i := range m.Claims {
		m.Claims[i].Value = s
		if len(s) > 200 {
			m.Claims[i].Short = s[:200]
		}
	}
	m.Claims[0].Name, m.Claims[0].Local, m.Claims[0].Prefix, m.Claims[0].Reading = s, s, s, s
	token, made := idToken(), checks()
	m.JSON, token.PayloadJSON, token.HeaderJSON, token.Payload = s, s, s, s
	for i := range made {
		made[i].Expected, made[i].Got, made[i].Why = s, s+"!", s
	}
	m.Inspector = views.TokenInspector(made, token)
	m.Expired, m.JSONURL, m.LoginAgainURL = s, s, s
	m.Happened = views.WhatHappened(steps(s))
	m.NotKept, m.Told = s, []views.Told{{Label: s, Where: s, URL: s, Session: true}, {Label: s, Where: s, URL: s}}
	m.Seen = views.LoginsSeen(views.Map{}, []views.Visit{{N: "3", Where: s, Note: s, Gap: s, URL: s}}, 10)
	return m
}

// steps has one step of each channel, with text in every field.
func steps(text string) []views.Step {
	var list []views.Step
	for i, channel := range []string{"front", "back", "inside", "app"} {
		list = append(list, views.Step{N: i + 1, ID: channel, Channel: channel, Title: text, Text: text, When: "+0 ms", Took: "6 ms",
			Request: "POST " + text, Answer: "200", ConnectedTo: text, Lines: []string{text}, URL: text, URLLabel: "More",
			Sent: []views.Parameter{{Name: text, Value: text, Why: text}}, Got: []views.Parameter{{Name: text, Value: text}}})
	}
	return list
}
