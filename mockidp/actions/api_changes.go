package actions

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/dop251/goja"
)

// Limits of what Actions change (Auth0: "Actions Limitations").
const (
	maxScope          = 280 // characters
	maxScopes         = 1000
	maxTransactionKey = 64        // characters
	maxTransaction    = 16 << 10  // bytes of all transaction metadata
	maxTransactionVal = 8 << 10   // bytes of one value
	maxTokenKeys      = 25        // metadata of a session or a refresh token
	maxTokenValue     = 255       // characters
	maxSafeInteger    = 1<<53 - 1 // Number.MAX_SAFE_INTEGER
)

// changeScope is accessToken.addScope and removeScope.
func (c *apiCall) changeScope() goja.Value {
	v := c.arg(0)
	if !goja.IsString(v) {
		c.w.throw("TypeError", "The value for the scope must be a string.")
	}
	scope := strings.TrimSpace(v.String())
	switch {
	case scope == "":
		c.w.throw("Error", "The value for the scope is required.")
	case len([]rune(scope)) > maxScope:
		c.w.throw("Error", fmt.Sprintf("The value for the scope exceeds the allowed maximum of %d characters.", maxScope))
	case strings.ContainsAny(scope, " \t\r\n\v\f\u00a0"):
		c.w.throw("Error", "The value for the scope must not have whitespace.")
	}
	if c.name == "accessToken.addScope" {
		if c.r.calls.scopes++; c.r.calls.scopes+c.r.known().extra.Scopes > maxScopes {
			c.w.throw("Error", fmt.Sprintf("The number of scopes exceeds the allowed maximum of %d.", maxScopes))
		}
	}
	c.accept(quoteJSON(scope))
	return goja.Undefined()
}

// setTransactionMetadata is seen at once, also by later Actions and after a
// redirect; null removes the key.
func (c *apiCall) setTransactionMetadata() goja.Value {
	t := c.r.known().Transaction
	no := func(format string, args ...any) {
		c.w.throw("Error", "Failed to set transaction metadata: "+fmt.Sprintf(format, args...))
	}
	if t == nil {
		no("there is no transaction.")
	}
	key, v := c.arg(0), c.arg(1)
	if !goja.IsString(key) || key.String() == "" || len([]rune(key.String())) > maxTransactionKey {
		no("the key must be a string of 1 to %d characters.", maxTransactionKey)
	}
	name := key.String()
	if absent(v) {
		delete(t.Metadata, name)
		c.mirror(nil, name, "transaction", "metadata")
		c.accept(quoteJSON(name), json.RawMessage("null"))
		return goja.Undefined()
	}
	_, isBool := v.Export().(bool)
	switch {
	case goja.IsNumber(v):
		f := v.ToFloat()
		if math.IsNaN(f) || math.IsInf(f, 0) || f == math.Trunc(f) && math.Abs(f) > maxSafeInteger {
			no("the number %s can't be kept exactly.", v)
		}
	case !goja.IsString(v) && !isBool:
		no("the value must be a string, a number, a boolean or null.")
	}
	value := c.w.toJSON(v)
	if len(value) > maxTransactionVal {
		no("the value exceeds the maximum of %d bytes.", maxTransactionVal)
	}
	size := len(name) + len(value)
	for k, old := range t.Metadata {
		if k != name {
			size += len(k) + len(old)
		}
	}
	if size > maxTransaction {
		no("the metadata exceeds the maximum of %d bytes.", maxTransaction)
	}
	t.Metadata[name] = value
	c.mirror(v, name, "transaction", "metadata")
	c.accept(quoteJSON(name), value)
	return goja.Undefined()
}

// tokenMetadata is the metadata of the session or refresh token that c is about,
// and where it stands in the event.
func (c *apiCall) tokenMetadata() (metadata map[string]string, what, member string) {
	f := c.r.known()
	if strings.HasPrefix(c.name, "session.") {
		if f.Session == nil {
			c.w.throw("Error", "Failed to set session metadata: Cannot set metadata on a session that does not exist.")
		}
		return f.Session.Metadata, "session", "session"
	}
	if f.RefreshToken == nil { // the one that this login may issue
		return f.tokenMetadata, "refresh token", ""
	}
	return f.RefreshToken.Metadata, "refresh token", "refresh_token"
}

var tokenKey = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

// setTokenMetadata is session.setMetadata and refreshToken.setMetadata; null
// removes the key.
func (c *apiCall) setTokenMetadata() goja.Value {
	metadata, what, member := c.tokenMetadata()
	no := func(format string, args ...any) {
		c.w.throw("Error", fmt.Sprintf("Failed to set %s metadata: ", what)+fmt.Sprintf(format, args...))
	}
	key, v := c.arg(0), c.arg(1)
	if !goja.IsString(key) || !tokenKey.MatchString(key.String()) {
		no("the key must have 1 to 255 letters, digits, underscores or hyphens.")
	}
	name := key.String()
	if absent(v) {
		return c.dropTokenMetadata(metadata, member, name)
	}
	if !goja.IsString(v) || len([]rune(v.String())) > maxTokenValue {
		no("the value must be a string of at most %d characters.", maxTokenValue)
	}
	if _, known := metadata[name]; !known && len(metadata) >= maxTokenKeys {
		no("at most %d keys are allowed.", maxTokenKeys)
	}
	metadata[name] = v.String()
	c.mirrorToken(v, member, name)
	c.accept(quoteJSON(name), quoteJSON(v.String()))
	return goja.Undefined()
}

// deleteTokenMetadata is deleteMetadata, and evictMetadata, which deletes all.
func (c *apiCall) deleteTokenMetadata() goja.Value {
	metadata, _, member := c.tokenMetadata()
	if !strings.HasSuffix(c.name, ".evictMetadata") {
		return c.dropTokenMetadata(metadata, member, c.arg(0).String())
	}
	for name := range metadata {
		delete(metadata, name)
		c.mirrorToken(nil, member, name)
	}
	c.accept()
	return goja.Undefined()
}

func (c *apiCall) dropTokenMetadata(metadata map[string]string, member, name string) goja.Value {
	delete(metadata, name)
	c.mirrorToken(nil, member, name)
	c.accept(quoteJSON(name), json.RawMessage("null"))
	return goja.Undefined()
}

func (c *apiCall) mirrorToken(v goja.Value, member, name string) {
	if member != "" {
		c.mirror(v, name, member, "metadata")
	}
}

// setExpiry shortens the life of a session or refresh token: unix milliseconds.
func (c *apiCall) setExpiry() goja.Value {
	v := c.arg(0)
	if absent(v) || v.ToFloat() == 0 || math.IsNaN(v.ToFloat()) {
		c.w.throw("Error", "Either inactivity or absolute expiration time must be provided")
	}
	f := c.r.known()
	if strings.HasPrefix(c.name, "refreshToken.") && f.RefreshToken != nil && f.RefreshToken.Access == "online" {
		c.w.throw("Error", "The expiration of an online refresh token cannot be set")
	}
	c.accept(fmt.Append(nil, int64(v.ToFloat())))
	return goja.Undefined()
}

func (c *apiCall) setCookieMode() goja.Value {
	v := c.arg(0)
	switch {
	case absent(v) || v.String() == "":
		c.w.throw("Error", "Cookie mode must be provided")
	case v.String() != "persistent" && v.String() != "non-persistent":
		c.w.throw("Error", fmt.Sprintf("Invalid cookie mode: %s. Valid values are 'persistent' and 'non-persistent'.", v))
	}
	c.mirror(v, "mode", "session", "cookie")
	c.accept(quoteJSON(v.String()))
	return goja.Undefined()
}

// revokeSession ends the session and denies the login.
func (c *apiCall) revokeSession() goja.Value {
	if c.r.known().Session == nil {
		c.w.throw("Error", "Cannot revoke a session that does not exist.")
	}
	preserve := c.option(1, "preserveRefreshTokens").ToBoolean()
	c.refuse(fmt.Append(nil, preserve))
	return goja.Undefined()
}

// revokeRefreshToken revokes the token being exchanged and denies the exchange.
func (c *apiCall) revokeRefreshToken() goja.Value {
	if c.r.known().RefreshToken == nil {
		c.w.throw("Error", "Cannot revoke a refresh token that does not exist.")
	}
	c.refuse()
	return goja.Undefined()
}

// refuse records a call whose first argument is the reason for a denial.
func (c *apiCall) refuse(more ...json.RawMessage) {
	reason := ""
	if v := c.arg(0); !goja.IsUndefined(v) {
		reason = v.String()
	}
	c.accept(append([]json.RawMessage{quoteJSON(reason)}, more...)...)
	c.r.result.Deny = &reason
	c.r.result.Outcome = OutcomeDenied
}
