package dashboard

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

// sentences say what a command does; $1 and $2 are its arguments as JSON.
var sentences = map[string]string{
	"idToken.setCustomClaim":     "Set ID token claim $1 = $2",
	"accessToken.setCustomClaim": "Set access token claim $1 = $2",
	"accessToken.addScope":       "Add scope $1 to the access token",
	"accessToken.removeScope":    "Take scope $1 from the access token",
	"access.deny":                "Deny access: $1",
	"user.setAppMetadata":        "Set app_metadata.$1 = $2",
	"user.setUserMetadata":       "Set user_metadata.$1 = $2",
	"multifactor.enable":         "Ask for a second factor ($1)",
	"redirect.sendUserTo":        "Send the person to $1",
	"prompt.render":              "Show the form $1",
	"cache.set":                  "Keep $1 in the cache",
	"transaction.setMetadata":    "Set transaction.metadata.$1 = $2",
	"validation.error":           "End the login with the error $1: $2",
}

// inWords says a command; claim is what became of a setCustomClaim, nil for others.
func inWords(c actions.Command, claim *actions.Claim) said {
	arg := func(i int) string {
		if i >= len(c.Args) {
			return "undefined"
		}
		return compact(c.Args[i])
	}
	text, known := sentences[c.Name]
	if known {
		// A name reads better without its quotation marks.
		text = strings.NewReplacer("$1", strings.Trim(arg(0), `"`), "$2", arg(1)).Replace(text)
	} else {
		list := make([]string, len(c.Args))
		for i := range c.Args {
			list[i] = arg(i)
		}
		text = "api." + c.Name + "(" + strings.Join(list, ", ") + ")"
	}
	s := said{Text: text, Line: c.Line}
	if claim != nil && claim.Dropped != "" {
		s.Text, s.Bad = s.Text+", which is not in the token: see Warnings", true
	}
	return s
}

// claimOf is the claim that the i-th command set: the Claims are the
// setCustomClaim commands in their order.
func claimOf(claims []actions.Claim, commands []actions.Command, i int) *actions.Claim {
	isClaim := func(c actions.Command) bool { return strings.HasSuffix(c.Name, ".setCustomClaim") }
	if !isClaim(commands[i]) {
		return nil
	}
	n := 0
	for _, c := range commands[:i] {
		if isClaim(c) {
			n++
		}
	}
	if n >= len(claims) {
		return nil
	}
	return &claims[n]
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

// idToken is the ID token's payload that would result, without what only the
// provider knows (times, nonce, hashes): what the Action has set comes first.
func (d *Dashboard) idToken(ev *actions.Event, out *actions.Outcome) []member {
	list := members(out.IDToken, true)
	standard := map[string]any{
		"iss": d.cfg.Issuer, "sub": ev.User.UserID, "aud": ev.Client.ClientID,
		"email": ev.User.Email, "email_verified": ev.User.EmailVerified, "name": ev.User.Name, "nickname": ev.User.Nickname,
		"given_name": ev.User.GivenName, "family_name": ev.User.FamilyName, "picture": ev.User.Picture,
	}
	rest := map[string]json.RawMessage{}
	for name, value := range standard {
		if _, set := out.IDToken[name]; set || value == "" {
			continue
		}
		rest[name], _ = json.Marshal(value) // strings and a bool: it can't fail
	}
	return append(list, members(rest, false)...)
}

func members(claims map[string]json.RawMessage, set bool) []member {
	var list []member
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		list = append(list, member{Name: name, Value: compact(claims[name]), Set: set})
	}
	return list
}
