package mockidp

import (
	"net"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
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
func (s *Server) event(l provider.Login) *actions.Event {
	ev := &actions.Event{
		Authorization: &actions.Authorization{},
		Client:        actions.Client{ClientID: l.Client.ID, Name: l.Client.Name, Metadata: l.Client.Metadata},
		Connection:    actions.Connection{ID: connectionID, Name: connectionName, Strategy: strategy},
		Request:       s.eventRequest(l),
		Stats:         actions.Stats{LoginsCount: loginsCount(l)},
		Tenant:        actions.Tenant{ID: tenant},
		Transaction:   eventTransaction(l),
		User:          eventUser(l.User),
	}
	if l.Audience != "" {
		ev.ResourceServer = &actions.ResourceServer{Identifier: l.Audience}
	}
	if l.Session != nil {
		ev.Session = eventSession(l.Session)
		ev.Authentication = eventAuthentication(l.Session)
	}
	if l.Grant != nil {
		ev.RefreshToken = &actions.RefreshToken{
			ID: l.Grant.ID, UserID: l.User.ID, ClientID: l.Client.ID, SessionID: l.Grant.SessionID,
			CreatedAt: actions.At(l.Grant.CreatedAt), Rotating: true, Access: "offline",
		}
	}
	return ev
}

// loginsCount is the number of this very login. The user's row may be further
// already: somebody else may have logged in with the account meanwhile.
func loginsCount(l provider.Login) int64 {
	if l.Request != nil && l.Request.LoginN > 0 {
		return l.Request.LoginN
	}
	return l.User.LoginsCount
}

func (s *Server) eventRequest(l provider.Login) actions.Request {
	p := s.lookup(l.IP)
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

func eventTransaction(l provider.Login) *actions.Transaction {
	t := &actions.Transaction{ID: l.TransactionID, RequestedScopes: l.Scopes, Protocol: "oauth2-refresh-token"}
	if r := l.Request; r != nil {
		t.ACRValues, t.UILocales, t.Prompt = r.ACRValues, r.UILocales, r.Prompt
		t.Locale, t.LoginHint, t.RedirectURI, t.State = "en", r.LoginHint, r.RedirectURI, r.State
		t.ResponseMode, t.ResponseType = r.ResponseMode, strings.Fields(r.ResponseType)
		t.Protocol = protocol(r.ResponseType)
	}
	return t
}

func protocol(responseType string) string {
	switch responseType {
	case "id_token":
		return "oidc-implicit-profile"
	case "code id_token":
		return "oidc-hybrid-profile"
	}
	return "oidc-basic-profile"
}

func eventUser(u *store.User) actions.User {
	_, id, _ := strings.Cut(u.ID, "|")
	return actions.User{
		UserID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, Name: u.Name, Nickname: u.Nickname,
		GivenName: u.GivenName, FamilyName: u.FamilyName, Picture: u.Picture,
		CreatedAt: actions.At(u.CreatedAt), UpdatedAt: actions.At(u.UpdatedAt),
		AppMetadata: u.AppMetadata, UserMetadata: u.UserMetadata,
		Identities: []actions.Identity{{Connection: connectionName, Provider: strategy, UserID: id}},
	}
}

func eventSession(ss *store.Session) *actions.Session {
	out := &actions.Session{
		ID: ss.ID, UserID: ss.UserID, CreatedAt: actions.At(ss.CreatedAt), UpdatedAt: actions.At(ss.CreatedAt),
		AuthenticatedAt: actions.At(ss.AuthTime), ExpiresAt: actions.At(ss.ExpiresAt),
		Device: &actions.Device{
			InitialIP: ss.IP.String(), LastIP: ss.IP.String(), InitialUserAgent: ss.UserAgent, LastUserAgent: ss.UserAgent,
		},
		Cookie: &actions.SessionCookie{Mode: "persistent"},
	}
	for _, id := range ss.Clients {
		out.Clients = append(out.Clients, actions.SessionClient{ClientID: id})
	}
	return out
}

func eventAuthentication(ss *store.Session) *actions.Authentication {
	a := &actions.Authentication{}
	for _, m := range ss.Methods {
		a.Methods = append(a.Methods, actions.Method{Name: m.Name, Type: m.Type, Timestamp: actions.At(m.Timestamp)})
	}
	return a
}
