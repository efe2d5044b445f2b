package actions

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// canRedirect is false where nobody sits at a browser (Auth0: "Redirect with Actions").
func (c *apiCall) canRedirect() goja.Value {
	f := c.r.known()
	can := f.Request.Query["prompt"] != "none"
	if f.Transaction != nil && slices.Contains([]string{"oauth2-resource-owner", "oauth2-refresh-token", "oauth2-password", "oauth2-webauthn"}, f.Transaction.Protocol) {
		can = false
	}
	return c.w.rt.ToValue(can)
}

// sendUserTo suspends the login after this Action. The parameter state is added
// by whoever redirects.
func (c *apiCall) sendUserTo() goja.Value {
	target := c.newURL(c.arg(0))
	if options, ok := c.option(1, "query").(*goja.Object); ok {
		params := target.Get("searchParams").(*goja.Object)
		set, _ := goja.AssertFunction(params.Get("set"))
		for _, name := range options.Keys() {
			value := options.Get(name)
			if value == nil { // a getter before it has removed it
				value = goja.Undefined()
			}
			_, err := set(params, c.w.rt.ToValue(name), value)
			rethrow(err)
		}
	}
	href := text(target.Get("href"))
	if c.r.calls.renders > 0 {
		c.abort("Redirect and render commands cannot be used in the same action.")
		return c.r.api
	}
	c.r.calls.redirects++
	c.accept(quoteJSON(href))
	return c.r.api
}

// newURL is new URL(v) of the WHATWG, which must have a host here: a browser has
// to go there.
func (c *apiCall) newURL(v goja.Value) *goja.Object {
	class := c.w.need("url").Get("globals").(*goja.Object).Get("URL")
	u, err := c.w.rt.New(class, v)
	rethrow(err)
	if text(u.Get("host")) == "" {
		c.w.throw("TypeError", "Invalid URL")
	}
	return u
}

// defaultTokenLife is expiresInSeconds of encodeToken.
const defaultTokenLife = 900

// encodeToken makes a session token: a JWT signed with HS256. What the payload
// holds goes before the standard claims.
func (c *apiCall) encodeToken() goja.Value {
	secret := c.secret()
	life := int64(defaultTokenLife)
	if v := c.option(0, "expiresInSeconds"); !absent(v) {
		life = v.ToInteger()
	}
	f, now := c.r.known(), c.r.now().Unix()
	claims := map[string]json.RawMessage{
		"iat": fmt.Append(nil, now), "exp": fmt.Append(nil, now+life),
		"iss": quoteJSON(f.Request.Hostname), "sub": quoteJSON(f.User.UserID), "ip": quoteJSON(f.Request.IP),
	}
	if payload := c.w.toJSON(c.option(0, "payload")); payload != nil {
		if err := json.Unmarshal(payload, &claims); err != nil {
			c.w.throw("TypeError", "The payload of the session token must be an object")
		}
	}
	body, err := json.Marshal(claims)
	if err != nil {
		c.w.throw("Error", err.Error())
	}
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + enc.EncodeToString(body)
	return c.w.rt.ToValue(signed + "." + enc.EncodeToString(sign(secret, signed)))
}

func (c *apiCall) secret() string {
	v := c.option(0, "secret")
	if absent(v) || v.String() == "" {
		c.w.throw("Error", "A secret is required to sign and to verify session tokens: pass { secret: event.secrets.… }")
	}
	return v.String()
}

func sign(secret, text string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// validateToken checks the session token that came back to /continue, and
// returns its payload.
func (c *apiCall) validateToken() goja.Value {
	secret, name := c.secret(), "session_token"
	if v := c.option(0, "tokenParameterName"); !absent(v) {
		name = v.String()
	}
	f := c.r.known()
	token, found := f.Request.Body[name]
	if !found {
		token, found = f.Request.Query[name]
	}
	if !found || token == "" {
		c.w.throw("Error", fmt.Sprintf("There is no parameter called '%s' available in either the POST body or query string.", name))
	}
	body, reason := openToken(token, secret, f, c.r.now())
	if reason != "" {
		c.w.throw("Error", "The session token is invalid: "+reason)
	}
	v, err := c.w.buildJSON(body, nil)
	if err != nil {
		c.w.throw("Error", "The session token is invalid: Unexpected token payload type")
	}
	return v
}

// openToken returns the payload, or what is wrong with the token. The signature
// comes first: nothing of a token that others wrote is looked at.
func openToken(token, secret string, f *facts, now time.Time) (payload []byte, reason string) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, "Failed signature validation"
	}
	enc := base64.RawURLEncoding
	header, err1 := enc.DecodeString(parts[0])
	payload, err2 := enc.DecodeString(parts[1])
	signature, err3 := enc.DecodeString(parts[2])
	var h struct {
		Alg string `json:"alg"`
	}
	if err1 != nil || err2 != nil || err3 != nil || json.Unmarshal(header, &h) != nil || h.Alg != "HS256" ||
		!hmac.Equal(signature, sign(secret, parts[0]+"."+parts[1])) {
		return nil, "Failed signature validation"
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(payload, &members) != nil || members == nil {
		return nil, "Unexpected token payload type"
	}
	var claims struct {
		Sub, Iss, State *string
		Exp, Iat        *float64
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Sub == nil || claims.Iss == nil || claims.Exp == nil || claims.Iat == nil {
		return nil, "Missing or invalid standard claims"
	}
	state := f.Request.Query["state"]
	if s, ok := f.Request.Body["state"]; ok {
		state = s
	}
	switch {
	case claims.State == nil || *claims.State != state:
		return nil, "State in the token does not match the /continue state."
	case float64(now.Unix()) >= *claims.Exp:
		return nil, "Token has expired."
	case *claims.Iss != f.Request.Hostname:
		return nil, "The iss claim does not match the hostname."
	case *claims.Sub != f.User.UserID:
		return nil, "The sub claim does not match the user_id."
	}
	return payload, ""
}

// maxPrompt bounds the options of one form in bytes.
const maxPrompt = 24576

// render shows a form and suspends the login after this Action.
func (c *apiCall) render() goja.Value {
	id := c.arg(0)
	if !goja.IsString(id) || id.String() == "" {
		c.w.throw("TypeError", "The form's id must be a non-empty string")
	}
	fields, vars := c.w.toJSON(c.option(1, "fields")), c.w.toJSON(c.option(1, "vars"))
	if len(fields)+len(vars) > maxPrompt {
		c.w.throw("Error", fmt.Sprintf("The total size of the prompt options exceeds the limit of %d bytes.", maxPrompt))
	}
	switch {
	case c.r.calls.redirects > 0:
		return c.abort("Redirect and render commands cannot be used in the same action.")
	case c.r.calls.renders > 0:
		return c.abort("Only 1 render command per action is allowed.")
	}
	c.r.calls.renders++
	for _, part := range []*json.RawMessage{&fields, &vars} {
		if *part == nil {
			*part = json.RawMessage("{}")
		}
	}
	c.accept(quoteJSON(id.String()), fields, vars)
	return goja.Undefined()
}
