package actions

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/dop251/goja"
)

// mfaProviders are the providers of api.multifactor.enable.
func mfaProviders() []string {
	return []string{"none", "guardian", "google-authenticator", "duo", "any"}
}

// enableMFA asks for a second factor when all Actions have run.
func (c *apiCall) enableMFA() goja.Value {
	provider := c.arg(0).String()
	if !slices.Contains(mfaProviders(), provider) {
		c.w.throw("Error", fmt.Sprintf("Invalid multifactor provider: %s. Valid values are %s.", provider, strings.Join(mfaProviders(), ", ")))
	}
	options := c.w.toJSON(c.arg(1))
	if options == nil {
		options = json.RawMessage("{}")
	}
	c.accept(quoteJSON(provider), options)
	return c.r.api
}

// factorTypes are the factors that can be challenged or enrolled.
func factorTypes() []string {
	return []string{"otp", "email", "phone", "push-notification", "recovery-code", "webauthn-roaming", "webauthn-platform"}
}

// factor reads one factor object as JSON.
func (c *apiCall) factor(v goja.Value) json.RawMessage {
	o, ok := v.(*goja.Object)
	if !ok {
		c.w.throw("TypeError", fmt.Sprintf("api.%s expects factors such as { type: 'otp' }, got %s", c.name, v))
	}
	kind := o.Get("type")
	if kind == nil {
		kind = goja.Undefined()
	}
	if !slices.Contains(factorTypes(), kind.String()) {
		c.w.throw("Error", fmt.Sprintf("Invalid factor type: %v. Valid values are %s.", kind, strings.Join(factorTypes(), ", ")))
	}
	return c.w.toJSON(o)
}

func (c *apiCall) factors(v goja.Value) json.RawMessage {
	list := []json.RawMessage{}
	if !c.isArray(v) {
		c.w.throw("TypeError", fmt.Sprintf("api.%s expects an array of factors", c.name))
	}
	c.w.rt.ForOf(v, func(v goja.Value) bool {
		list = append(list, c.factor(v))
		return len(list) < 20
	})
	b, err := json.Marshal(list)
	if err != nil {
		c.w.throw("Error", err.Error())
	}
	return b
}

func (c *apiCall) isArray(v goja.Value) bool {
	o, ok := v.(*goja.Object)
	return ok && o.ClassName() == "Array"
}

// factorWith asks for one factor, with others on offer beside it: the login is
// suspended after this Action.
func (c *apiCall) factorWith() goja.Value {
	first, more := c.factor(c.arg(0)), json.RawMessage("[]")
	if v := c.option(1, "additionalFactors"); !absent(v) {
		more = c.factors(v)
	}
	c.accept(first, more)
	return goja.Undefined()
}

// factorWithAny lets the person choose.
func (c *apiCall) factorWithAny() goja.Value {
	list := c.factors(c.arg(0))
	if string(list) == "[]" {
		c.w.throw("Error", fmt.Sprintf("api.%s expects at least one factor", c.name))
	}
	c.accept(list)
	return goja.Undefined()
}

// recordMethod adds a method of the Action's own to the session.
func (c *apiCall) recordMethod() goja.Value {
	if !c.r.resume {
		c.w.throw("Error", "api.authentication.recordMethod can only be called in onContinuePostLogin")
	}
	u, err := url.Parse(c.arg(0).String())
	if err != nil || u.Scheme == "" || u.Host == "" {
		c.w.throw("TypeError", "Invalid URL")
	}
	c.accept(quoteJSON(c.arg(0).String()))
	return c.r.api
}

// maxPrimary bounds the id of setPrimaryUser in characters.
const maxPrimary = 128

// setPrimaryUser makes a linked account the subject of the login.
func (c *apiCall) setPrimaryUser() goja.Value {
	id := c.arg(0)
	switch {
	case !goja.IsString(id) || id.String() == "":
		c.w.throw("Error", "The provided primary_user_id must be a non-empty string")
	case len([]rune(id.String())) > maxPrimary:
		c.w.throw("Error", "The provided primary_user_id exceeds the maximum length.")
	case c.r.calls.primary > 0 || c.r.known().extra.PrimarySet:
		c.w.throw("Error", "The primary user can only be altered once per transaction")
	}
	c.r.calls.primary++
	c.accept(quoteJSON(id.String()))
	return goja.Undefined()
}

// maxValidation bounds code and message of validation.error in characters.
const maxValidation = 100

// validationError ends the login with an error of the Action's own.
func (c *apiCall) validationError() goja.Value {
	var wrong []string
	for i, name := range []string{"errorCode", "errorMessage"} {
		switch v := c.arg(i); {
		case !goja.IsString(v):
			wrong = append(wrong, name+" must be string")
		case len([]rune(v.String())) > maxValidation:
			wrong = append(wrong, fmt.Sprintf("%s must NOT have more than %d characters", name, maxValidation))
		}
	}
	if len(wrong) > 0 {
		c.w.throw("Error", strings.Join(wrong, "; "))
	}
	c.accept(quoteJSON(c.arg(0).String()), quoteJSON(c.arg(1).String()))
	return c.r.api
}
