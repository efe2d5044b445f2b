package provider

import (
	"encoding/json"
	"slices"

	"example.com/postlogin/mockidp/store"
)

// acrMultiFactor is the context class of a login with a second factor (OpenID
// Provider Authentication Policy Extension 1.0; Auth0: "Step-up authentication").
const acrMultiFactor = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"

// passedFactor reports whether session s has passed a second factor.
func passedFactor(s *store.Session) bool {
	return slices.ContainsFunc(s.Methods, func(m store.Method) bool { return m.Name == "mfa" })
}

// authContext is what the tokens tell of how session s logged in, as Auth0 does:
// amr is ["mfa"] after a second factor and absent after a password alone; acr is
// there when it was asked for. Asking, by acr_values or the claims parameter,
// challenges nobody: an Action does (event.transaction.acr_values). Only when
// the class is essential, a login without it is refused (OIDC Core 5.5.1.1).
//
// auth_time stays that of the password: max_age asks for the whole login, and a
// second factor does not make an old password young.
func authContext(q *store.Request, s *store.Session) (amr []string, acr string, err error) {
	asked := askedACR(q.Claims[claimsIDToken]["acr"])
	if !passedFactor(s) {
		if asked.Essential && len(asked.values()) > 0 {
			err = refuse(unmetRequirements, "the login has not passed the second factor that was asked for")
		}
		return nil, "", err
	}
	if slices.Contains(q.ACRValues, acrMultiFactor) || slices.Contains(asked.values(), acrMultiFactor) {
		acr = acrMultiFactor
	}
	return []string{"mfa"}, acr, nil
}

// wantedACR is a request for the claim acr (OIDC Core 5.5.1).
type wantedACR struct {
	Essential bool     `json:"essential"`
	Value     string   `json:"value"`
	Values    []string `json:"values"`
}

// askedACR reads one; nothing was asked for when it can't be read.
func askedACR(raw json.RawMessage) (w wantedACR) {
	if len(raw) == 0 || json.Unmarshal(raw, &w) != nil {
		return wantedACR{}
	}
	return w
}

func (w wantedACR) values() []string {
	if w.Value == "" {
		return w.Values
	}
	return append([]string{w.Value}, w.Values...)
}

// possible reports whether a login here can satisfy w.
func (w wantedACR) possible() bool {
	return !w.Essential || len(w.values()) == 0 || slices.Contains(w.values(), acrMultiFactor)
}
