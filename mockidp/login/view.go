package login

import (
	"net/url"

	"example.com/postlogin/mockidp/ui"
)

// view is what the login page shows.
type view struct {
	ui.Frame
	State    string // the authorization request
	ClientID string
	App      string

	People  []person
	Partial bool   // there are more users than People
	Picked  string // email of the selected user, "" for the typed address
	Email   string // in the field of the typed address

	TestPassword string
	From         *origins // nil: no picker, the real address counts
	Asked        []parameter
	No           refusal // the zero value complains of nothing
}

// pageURL is the address of a login's page, also for its form: the browser stays there
// when the form is refused, and who opens the address anew is to find the login. What
// counts of a post is what is in its body.
func pageURL(base, path, state string) string {
	return base + path + "?" + url.Values{"state": {state}}.Encode()
}

// The places that can get the focus when the page is shown.
const (
	focusBlocked  = "blocked"
	focusWho      = "who"
	focusPassword = "password"
	focusFrom     = "from"
)

// focus is the first wrong field; "" leaves the focus to the browser.
func (v *view) focus() string {
	switch {
	case v.No.Blocked:
		return focusBlocked
	case v.No.Who != "":
		return focusWho
	case v.No.Password != "":
		return focusPassword
	case v.No.From != "":
		return focusFrom
	}
	return ""
}

// passwordHelp lists the ids of what is said about the password, as
// aria-describedby wants them.
func (v *view) passwordHelp() string {
	switch {
	case v.No.Password != "" && v.TestPassword != "":
		return "password-error password-hint"
	case v.No.Password != "":
		return "password-error"
	case v.TestPassword != "":
		return "password-hint"
	}
	return ""
}
