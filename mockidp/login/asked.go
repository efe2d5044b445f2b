package login

import (
	"net/url"
	"slices"
)

// parameter is one line of "What the app asked for".
type parameter struct{ Name, Value, Meaning string }

// meanings explains the parameters of an authorization request, in the order of
// the page (RFC 6749 section 4.1.1, RFC 7636, OIDC Core 3.1.2.1).
var meanings = []struct{ name, meaning string }{
	{"client_id", "Which application asks."},
	{"redirect_uri", "Where the answer goes. It must be registered for the application, character by character."},
	{"response_type", "What the app wants back: “code” is a one-time code that its server exchanges for tokens."},
	{"response_mode", "How the answer travels: in the query, in the fragment, or posted by a form."},
	{"scope", "What the app may know: “openid” brings an ID token, “profile” the name, “email” the address."},
	{"audience", "The API that the access token is meant for."},
	{"state", "A random value that comes back unchanged. By it the app knows its own login again."},
	{"nonce", "A random value that goes into the ID token, so that the app notices an old or a foreign one."},
	{"code_challenge", "The hash of a secret that the app keeps. The code is worth nothing to those who do not know the secret (PKCE)."},
	{"code_challenge_method", "How that hash was made: “S256” is SHA-256."},
	{"prompt", "Which pages must be shown: “login” always asks who you are, “none” shows nothing at all."},
	{"max_age", "After how many seconds an earlier login is too old."},
	{"login_hint", "Who probably logs in. That user is selected for you."},
	{"id_token_hint", "An earlier ID token. Only its user may log in."},
	{"acr_values", "How strong the login should be."},
	{"ui_locales", "Which languages the person reads."},
	{"claims", "Single claims that the app asks for beside the scopes."},
	{"display", "How the page should look. This provider has one look."},
	{"connection", "Which kind of account to log in with. This provider has one kind."},
	{"organization", "Which organization to log in to."},
}

const (
	otherMeaning = "This provider does not know it. Actions find it in event.request.query."
	maxValue     = 300 // bytes of a value that are shown
	maxOthers    = 20  // parameters without a meaning that are shown
)

// asked explains the parameters of an authorization request: known ones first,
// then the others by name.
func asked(query url.Values) []parameter {
	params := make([]parameter, 0, len(query))
	for _, m := range meanings {
		if values, ok := query[m.name]; ok && len(values) > 0 {
			params = append(params, parameter{m.name, clip(values[0], maxValue), m.meaning})
		}
	}
	if len(params) == len(query) {
		return params
	}
	var others []string
	for name := range query {
		if !slices.ContainsFunc(params, func(p parameter) bool { return p.Name == name }) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	for _, name := range others[:min(len(others), maxOthers)] {
		params = append(params, parameter{clip(name, 80), clip(query.Get(name), maxValue), otherMeaning})
	}
	return params
}
