package actions

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// commandWords say what each command asks for. {0} and {1} are its arguments:
// texts of words such as reasons as they are, values as JSON.
func commandWords() map[string]string {
	return map[string]string{
		"access.deny":                     "Deny access: {0}",
		"accessToken.addScope":            "Add scope {0} to the access token",
		"accessToken.removeScope":         "Remove scope {0} from the access token",
		"accessToken.setCustomClaim":      "Set access token claim {0} = {1}",
		"authentication.challengeWith":    "Ask for the second factor {0}",
		"authentication.challengeWithAny": "Ask for one of the second factors {0}",
		"authentication.enrollWith":       "Have the second factor {0} enrolled",
		"authentication.enrollWithAny":    "Have one of the second factors {0} enrolled",
		"authentication.recordMethod":     "Record the authentication method {0}",
		"authentication.setPrimaryUser":   "Make {0} the primary user",
		"cache.delete":                    "Delete cache key {0}",
		"cache.set":                       "Set cache key {0} = {1}",
		"idToken.setCustomClaim":          "Set ID token claim {0} = {1}",
		"multifactor.enable":              "Require a second factor, provider {0}, options {1}",
		"prompt.render":                   "Show form {0} with fields {1}",
		"redirect.sendUserTo":             "Send the user to {0}",
		"refreshToken.deleteMetadata":     "Delete refresh token metadata {0}",
		"refreshToken.evictMetadata":      "Delete all refresh token metadata",
		"refreshToken.revoke":             "Revoke the refresh token and deny access: {0}",
		"refreshToken.setExpiresAt":       "End the refresh token at {0}",
		"refreshToken.setIdleExpiresAt":   "End the refresh token, if unused, at {0}",
		"refreshToken.setMetadata":        "Set refresh token metadata {0} = {1}",
		"session.deleteMetadata":          "Delete session metadata {0}",
		"session.evictMetadata":           "Delete all session metadata",
		"session.revoke":                  "Revoke the session and deny access: {0}",
		"session.setCookieMode":           "Make the session cookie {0}",
		"session.setExpiresAt":            "End the session at {0}",
		"session.setIdleExpiresAt":        "End the session, if unused, at {0}",
		"session.setMetadata":             "Set session metadata {0} = {1}",
		"transaction.setMetadata":         "Set transaction metadata {0} = {1}",
		"user.setAppMetadata":             "Set app metadata {0} = {1}",
		"user.setUserMetadata":            "Set user metadata {0} = {1}",
		"validation.error":                "End the login with error {0}: {1}",
	}
}

// maxWord bounds one argument in Words, in characters.
const maxWord = 400

// Words says in English what the command asks for: "Set ID token claim
// login_count = 4". A value that JSON can't say is "undefined".
func (c Command) Words() string {
	words, known := commandWords()[c.Name]
	if !known {
		words = c.Name
		for i := range c.Args {
			words += " {" + strconv.Itoa(i) + "}"
		}
	}
	var pairs []string
	for i := range max(2, len(c.Args)) {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", c.word(i))
	}
	return strings.NewReplacer(pairs...).Replace(words)
}

// word is one argument as a person reads it.
func (c Command) word(i int) string {
	if i >= len(c.Args) {
		return "undefined"
	}
	arg := c.Args[i]
	var text string
	switch {
	case i == 0 && strings.HasSuffix(c.Name, "With"):
		return factorNames([]byte("[" + string(arg) + "]"))
	case i == 0 && strings.HasSuffix(c.Name, "WithAny"):
		return factorNames(arg)
	case strings.HasSuffix(c.Name, "ExpiresAt"):
		var ms int64
		if json.Unmarshal(arg, &ms) == nil {
			return time.UnixMilli(ms).UTC().Format(time.RFC3339)
		}
	case i == 0 || c.Name == "validation.error":
		if json.Unmarshal(arg, &text) == nil {
			return clip(strings.Join(strings.Fields(text), " "))
		}
	}
	var b bytes.Buffer
	if json.Compact(&b, arg) != nil {
		return clip(string(arg))
	}
	return clip(b.String())
}

func factorNames(list json.RawMessage) string {
	var types []string
	for _, f := range readFactors(list) {
		types = append(types, f.Type)
	}
	return strings.Join(types, ", ")
}

func clip(s string) string {
	if r := []rune(s); len(r) > maxWord {
		return string(r[:maxWord]) + "…"
	}
	return s
}
