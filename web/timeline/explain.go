package timeline

import (
	"strings"

	"example.com/postlogin/web/words"
)

// maxValue is how many characters of a value that is no secret are kept.
const maxValue = 300

// Explain makes the parameter called name: value, cut when it is a secret, and
// what it is for.
func Explain(name, value string) Parameter {
	why, secret := meaning(name)
	switch {
	case name == "client_secret":
		value = "not shown"
	case secret:
		value = Cut(value)
	default:
		value = words.Shorten(value, maxValue)
	}
	if name == "code" {
		value += " (used up)"
	}
	return Parameter{Name: name, Value: strings.ToValidUTF8(value, "\uFFFD"), Why: why}
}

// Cut leaves so much of a secret that two can be told apart, and not enough to
// use it: "Ab3…9f". Signed tokens all begin alike, so only their end is left.
func Cut(secret string) string {
	switch {
	case len(secret) < 20:
		return "…"
	case strings.HasPrefix(secret, "eyJ"):
		return "…" + strings.ToValidUTF8(secret[len(secret)-4:], "")
	}
	return strings.ToValidUTF8(secret[:3], "") + "…" + strings.ToValidUTF8(secret[len(secret)-2:], "")
}

// meaning says what a parameter is for, and whether it is a secret. The first
// group is of the authorization request (Core 3.1.2.1, RFC 7636), then its answer
// (RFC 6749 section 4.1.2, RFC 9207), the token request (4.1.3, 6) and its answer (5.1).
func meaning(name string) (why string, secret bool) {
	switch name {
	case "response_type":
		return "What to answer with: a code, which is worthless without what this app keeps to itself.", false
	case "client_id":
		return "Which app asks.", false
	case "redirect_uri":
		return "Where to send the browser back to. The provider knows it beforehand and accepts no other.", false
	case "scope":
		return "What the app wants to know: `openid` makes it a login, `profile` and `email` ask for those claims.", false
	case "state":
		return "A random value that must come back. It ties the answer to this browser, so that nobody can slip in an answer of their own.", true
	case "nonce":
		return "A random value that must stand in the ID token. It ties the token to this login, so that an old one can't be used again.", true
	case "code_challenge":
		return "The SHA-256 hash of the PKCE verifier, which stays here. Whoever steals the code lacks the verifier.", false
	case "code_challenge_method":
		return "How the challenge was made from the verifier.", false
	case "prompt":
		return "Whether the provider must, or must not, ask the person.", false
	case "max_age":
		return "How many seconds ago the person may have entered the password at most.", false
	case "login_hint":
		return "Whom the provider should suggest.", false
	case "ui_locales":
		return "In which languages to ask.", false
	case "code":
		return "Stands for the login. It works once, for a short time, and only together with the PKCE verifier, and with this app's secret if it has one.", true
	case "iss":
		return "Who answers (RFC 9207), so that the answers of two providers can't be mixed up.", false
	case "Authorization":
		return "How this app proves who it is: its id and its secret.", false
	case "client_secret":
		return "This app's password at the provider.", true
	case "grant_type":
		return "What is handed in for the tokens.", false
	case "code_verifier":
		return "The value whose hash was in the first request. It shows that the app which began the login is the one that ends it.", true
	case "access_token":
		return "The key to the provider's UserInfo endpoint, or to an API. This app does not look into it.", true
	case "id_token":
		return "Who logged in, signed by the provider. The only one of the tokens that is meant for this app.", true
	case "refresh_token":
		return "Gets new tokens without the person. It is there when the scope `offline_access` was granted.", true
	case "token_type":
		return "Whoever has the access token may use it.", false
	case "expires_in":
		return "How many seconds the access token lives.", false
	}
	return "", false
}
