package mockidp

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/provider"
)

// The tenant's only connection: a database of users with passwords.
const (
	connectionID   = "con_mockidp0000000"
	connectionName = "Username-Password-Authentication"
	strategy       = "auth0"
	tenant         = "mock"
)

// event builds what the Actions see of this authorization (Auth0: "Actions
// Triggers: post-login - Event Object"). Secrets are added per Action by package actions.
func (s *Server) event(ctx context.Context, l provider.Login) (*actions.Event, error) {
	known, err := s.know(ctx, l)
	if err != nil {
		return nil, err
	}
	here := s.lookup(l.IP)
	ev := &actions.Event{
		Authentication: eventAuthentication(l),
		Authorization:  &actions.Authorization{Roles: known.roleNames()},
		Client:         actions.Client{ClientID: l.Client.ID, Name: l.Client.Name, Metadata: l.Client.Metadata},
		Connection:     actions.Connection{ID: connectionID, Name: connectionName, Strategy: strategy},
		Organization:   known.organization,
		RefreshToken:   eventRefreshToken(l),
		Request:        eventRequest(l, here),
		Session:        eventSession(l.Session),
		Stats:          actions.Stats{LoginsCount: loginsCount(l)},
		Tenant:         actions.Tenant{ID: tenant},
		Transaction:    eventTransaction(l),
		User:           eventUser(l.User, known),
		Directory:      actions.Directory{Roles: known.roles},
	}
	ev.Authentication.RiskAssessment = riskAssessment(l, here, earlierLogins(known.logins, l.LoginID))
	if l.Audience != "" {
		ev.ResourceServer = &actions.ResourceServer{Identifier: l.Audience}
	}
	return ev, nil
}

// loginsCount is the number of this very login. The user's row may be further
// already: somebody else may have logged in with the account meanwhile.
func loginsCount(l provider.Login) int64 {
	if l.Request != nil && l.Request.LoginN > 0 {
		return l.Request.LoginN
	}
	return l.User.LoginsCount
}

func eventRequest(l provider.Login, p geoip.Place) actions.Request {
	language, _, _ := strings.Cut(l.Language, ",")
	language, _, _ = strings.Cut(language, ";")
	language, _, _ = strings.Cut(language, "-")
	return actions.Request{
		IP: l.IP.String(), Method: l.HTTPMethod, Hostname: hostname(l.Host), Language: strings.TrimSpace(language), UserAgent: l.UserAgent,
		Query: flatten(l.Query), Body: flatten(l.Body),
		GeoIP: actions.GeoIP{
			CityName: p.CityName, ContinentCode: p.ContinentCode, CountryCode: p.CountryCode, CountryCode3: p.CountryCode3,
			CountryName: p.CountryName, Latitude: p.Latitude, Longitude: p.Longitude,
			SubdivisionCode: p.SubdivisionCode, SubdivisionName: p.SubdivisionName, TimeZone: p.TimeZone,
		},
	}
}

// flatten keeps each parameter's first value: Actions see strings. Credentials
// and tokens are no business of an Action, nor of the record of its run.
func flatten(v url.Values) map[string]string {
	out := make(map[string]string, len(v))
	for name := range v {
		switch name {
		case "client_secret", "code", "code_verifier", "refresh_token", "password", "id_token_hint":
		default:
			out[name] = v.Get(name)
		}
	}
	return out
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// eventTransaction describes what was asked for. Its metadata is empty: a flow
// that goes on brings its own.
func eventTransaction(l provider.Login) *actions.Transaction {
	t := &actions.Transaction{ID: l.TransactionID, RequestedScopes: l.Scopes, Protocol: protocol(l)}
	r := l.Request
	if r == nil {
		return t
	}
	t.ACRValues, t.UILocales, t.Prompt = r.ACRValues, r.UILocales, r.Prompt
	t.Locale, t.LoginHint, t.RedirectURI, t.State = "en", r.LoginHint, r.RedirectURI, r.State
	t.ResponseMode, t.ResponseType = r.ResponseMode, strings.Fields(r.ResponseType)
	t.CorrelationID = r.Query.Get("correlation_id")
	if details := r.Query.Get("authorization_details"); json.Valid([]byte(details)) {
		t.RequestedAuthorizationDetails = json.RawMessage(details)
	}
	return t
}

// protocol has Auth0's name of the flow.
func protocol(l provider.Login) string {
	switch {
	case l.Kind == provider.KindRefresh:
		return "oauth2-refresh-token"
	case l.Kind == provider.KindPassword:
		return "oauth2-password"
	case l.Request.ResponseType == "id_token":
		return "oidc-implicit-profile"
	case l.Request.ResponseType == "code id_token":
		return "oidc-hybrid-profile"
	}
	return "oidc-basic-profile"
}
