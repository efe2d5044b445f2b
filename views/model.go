// Package views renders the pages of the demo app.
//
// The types in this file are all that a page knows: plain values that package
// web has already looked up, checked and put into words. A view calls no
// service, reads no clock and decides nothing but looks. Each page is one templ
// component that takes its model: HomePage(Home), ProfilePage(Profile),
// LogoutPage(Logout), LoggedOutPage(LoggedOut) and ErrorPage(Error).
//
// Every string here may come from outside (claims, provider answers), so it is
// text: never HTML, never a script, never a style. The only addresses are those
// in fields called URL, and they are made by package web.
package views

import (
	"time"

	"github.com/a-h/templ"
)

// Layout is what the frame around every page needs. Each page model embeds it.
type Layout struct {
	PageTitle string // document title without the app's name, e.g. "Your profile"
	Active    string // which entry of the navigation is this page: "home", "profile" or ""
	User      string // display name of the person logged in here; "" when nobody is
	Initials  string // one or two letters for the drawn avatar; "" when nobody is logged in
	Version   string // version of the program, for the footer
	RequestID string // id of this request in the server's log
	Theme     string // "light" or "dark" when the visitor has chosen that; "": as the system is
	// ProviderURL is the page of a mock identity provider, for the navigation; ""
	// with any other, which has no page for visitors.
	ProviderURL string
}

// Home is the start page, for visitors and for people who are logged in
// (Layout.User is set).
type Home struct {
	Layout
	LoginURL    string // where the button "Log in" leads
	Issuer      string // the configured issuer, exactly as configured
	ClientID    string
	CallbackURL string
	Provider    Provider
}

// Provider says how the identity provider is doing, as far as this app knows.
type Provider struct {
	State   string // "reachable", "unreachable" or "unknown" (not asked yet)
	Latency string // "3 ms"; "" unless reachable
	// Title and Text explain a provider that is not reachable, in words for a
	// person: "Your identity provider does not answer", "Nothing listens at …".
	Title, Text string
	// Note is one more sentence about the connection, or "".
	Note string
}

// Profile is the page of a person who is logged in.
type Profile struct {
	Layout
	Name      string    // whom to greet
	Verified  string    // how long ago the ID token was checked: "2 seconds ago"
	ExpiresAt time.Time // end of the ID token's life (claim exp)
	ValidFor  string    // time that the ID token still lives: "9 h 59 min"; "" when it has expired
	// Expired is the whole text of the banner above the page when the ID token has
	// expired while the session lives on. Until it has (IsExpired is false) the banner
	// is there but hidden, and a script shows it when ExpiresAt comes.
	Expired   string
	IsExpired bool
	Cards     []Card  // the three values of the workshop, in order
	JSON      string  // the user profile as JSON, two spaces of indent, custom claims first
	JSONURL   string  // the same and more, as application/json
	Claims    []Claim // every claim of the ID token: custom, then standard, then protocol
	// Inspector is how the ID token was checked (TokenInspector), and Happened the steps
	// of the login (WhatHappened), nil when none are known. Both are long and never
	// change, so whoever keeps the login keeps them, too (Once).
	Inspector, Happened templ.Component
	// Told is the logins whose steps Happened can be, that of this session first; empty
	// when there is no other. Other is the one whose they are, nil: that of this session.
	// NotKept is a sentence when steps were asked for that are not there, or "".
	Told    []Told
	Other   *Told
	NotKept string
	// Seen is the logins of this person that this app has seen (LoginsSeen), kept in the
	// same way.
	Seen       templ.Component
	CanRefresh bool       // whether POST /refresh can get new tokens
	Refresh    *Refresh   // what the last refresh changed; nil: there was none
	UserInfo   []Compared // what the UserInfo endpoint said; empty: nothing
	// LoginAgainURL starts a new login that asks for the password again.
	LoginAgainURL string
}

// Card shows one claim large. It is always there, also when the claim is not.
type Card struct {
	Claim string // the claim's name; also the value's data-testid
	Label string // "Login count"
	// Value is what to show: the claim, "unknown city" when it is there but empty, or
	// missing because the city is not known, or else "not in your ID token".
	Value string
	State string // "present", "empty" (null or "") or "missing"
	// Caption is one line under the value, e.g. the country's name; or "".
	Caption string
	// Why explains a value that is empty or missing, for a "Why?" that opens; or "".
	Why    string
	WhyURL string // the provider's page that says why and what to do; or ""
}

// Claim is one line of the table of claims.
type Claim struct {
	// Name is the whole name. For a name that is an address
	// ("https://app.example/roles"), Prefix is its muted front part
	// ("https://app.example/") and Local the rest; otherwise Prefix is "" and
	// Local is Name.
	Name, Prefix, Local string
	Value               string    // JSON, as it stands in the token
	Short               string    // the first 200 characters of Value when it is longer; otherwise ""
	Kind                string    // "custom", "standard" or "protocol"
	Time                time.Time // the value as a time, for claims that are times; zero otherwise
	SetBy               string    // who set it, in words, `code` between backquotes; "not known" is possible
	Reading             string    // a time or other value in words, "in 9 h 59 min"; or ""
	// Row is the line itself where it is kept (Once), which a line with a reading can't
	// be; nil: it is drawn from the other fields.
	Row templ.Component
}

// Refresh is what the last refresh of the tokens changed.
type Refresh struct {
	When    string // "2 seconds ago"
	Note    string // one more sentence, or ""
	Changes []Change
}

// Change is one claim before and after a refresh, as JSON; "": it was not there.
type Change struct{ Name, Before, After string }

// Compared is one claim that UserInfo gave, beside the ID token.
type Compared struct {
	Name  string
	Value string // JSON
	State string // "same", "differs" or "only in UserInfo"
}

// Visit is one line of the login history.
type Visit struct {
	N     string // the login count then, or "–"
	At    time.Time
	Where string // "Georgetown, US"
	Note  string // how exactly the place is known; or ""
	Gap   string // what lies between this login and the one before it; or ""
	URL   string // shows its steps, for a link on N; or ""
}

// Told is a login whose steps can be looked at.
type Told struct {
	Label    string // "Login 3"
	At       time.Time
	Where    string // "Georgetown, US", or ""
	URL      string
	Session  bool   // whether it is that of this session
	Here     bool   // whether its steps are those on the page
	Relation string // how it stands to this session's, when it is Other: "This is an earlier login"
}

// Map is the map of the world with a dot for each place. It is a picture only:
// Text says the same.
type Map struct {
	Land          string // the attribute d of the path of all land
	Width, Height int
	Dots          []Dot // in the order in which to draw them
	Text          string
}

// Dot is a place on the map.
type Dot struct {
	X, Y  string
	Label string // "Georgetown, United States"
	Now   bool   // the latest login
}

// Check is one check of a login, as it was really carried out.
type Check struct {
	ID       string // "state", "signature", "nonce" …; unique in a list
	State    string // "pass", "fail" or "not done"
	Expected string // what would have been right; "" when there is nothing to say
	Got      string // what came; "" when there is nothing to say
	Why      string // one sentence: why it matters
}

// Step is one thing that happened in a login.
type Step struct {
	N       int
	ID      string // "login", "token" …; unique in a list
	Channel string // "front" (the browser moved), "back" (server to server), "inside" (within the provider) or "app" (within this app)
	Title   string
	Text    string // what it was for; `code` between backquotes
	When    string // "0 ms", "+3 224 ms": since the login began
	Took    string // "6 ms"; "" when it is not known
	Request string // "POST http://…/oauth/token"; "" when there was none
	Answer  string // "200"; "" when it is not known here
	// ConnectedTo is the host and port dialled instead of the one in Request; or "".
	ConnectedTo string
	Sent, Got   []Parameter // what was sent and received, secrets cut
	Lines       []string    // further sentences, one below the other
	URL         string      // where more about it can be read; or ""
	URLLabel    string
}

// Parameter is one value of a request or an answer.
type Parameter struct {
	Name, Value string
	Why         string // what it is for; `code` between backquotes
}

// Token is the ID token, taken apart.
type Token struct {
	// Header, Payload and Signature are the three encoded parts, without the
	// dots between them. They are "" when Raw is false.
	Header, Payload, Signature string
	Raw                        bool   // whether the encoded token may be shown
	HeaderJSON                 string // decoded, indented by two spaces
	PayloadJSON                string // decoded, indented by two spaces
}

// Logout is the page that asks before it logs out, because a link alone never
// may. Its form posts to URL, with the field "provider" (a checkbox, value "1",
// on by default) when the provider's own login session shall end as well.
// Without that field only this app's session ends.
type Logout struct {
	Layout
	URL      string
	Issuer   string
	Provider bool // whether the provider can be asked to log out at all; without it no checkbox
}

// LoggedOut says what has been ended.
type LoggedOut struct {
	Layout
	LoginURL string
	// Provider is "yes" when the provider confirmed, "no" when it was not or could not be
	// asked, "asked" when it gives no answer that says so, and "unknown" when its answer is
	// not the expected one.
	Provider string
	Text     string // one sentence that says all of this
}

// Error is the page for everything that went wrong. Its main element carries
// data-code={Code}; tests and help texts go by it.
type Error struct {
	Layout
	Code  string // "E-STATE-2", "E-404"
	Title string // heading, without a full stop
	Text  string // what happened, in one or two plain sentences; never markup
	// Quote holds the provider's own words ("error_description"), at most 300
	// characters, to be shown in quotation marks as its words; or "".
	Quote string
	// Hint says what to do, or what usually causes this; or "".
	Hint    string
	Buttons []Button
	Details []Detail // the table "Details for developers", in order; may be empty
	Checks  []Check  // the check list of a login that failed verification; otherwise empty
	Token   *Token   // the token that was refused, when it may be shown; otherwise nil
	// RetrySeconds is how often the page should try RetryURL again by itself
	// (with a script; without one it says "Reload to try again."). 0: never.
	RetrySeconds int
	RetryURL     string
}

// Docs is a page of the documents that come with the program.
type Docs struct {
	Layout
	Pages []Link          // all documents
	Body  templ.Component // the one to show, our own HTML; nil: none, only the list
}

// Link is an entry of a list of pages; Here is the page itself.
type Link struct {
	URL, Label string
	Here       bool
}

// Button is a link that looks like a button. Exactly one is Primary, if any.
type Button struct {
	Label   string
	URL     string
	Primary bool
}

// Detail is one row of the table for developers. Name is one of "error",
// "error_description", "where it came from", "expected", "got", "request id" or
// a similar short text.
type Detail struct {
	Name  string
	Value string
	URL   string // makes Value a link; or ""
}
