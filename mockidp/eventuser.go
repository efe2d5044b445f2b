package mockidp

import (
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// eventUser is the account. Upstream tokens and the password's hash are not in it.
func eventUser(u *store.User, known *knowledge) actions.User {
	_, id, _ := strings.Cut(u.ID, "|")
	user := actions.User{
		UserID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, Name: u.Name, Nickname: u.Nickname,
		GivenName: u.GivenName, FamilyName: u.FamilyName, Picture: u.Picture,
		CreatedAt: actions.At(u.CreatedAt), UpdatedAt: actions.At(u.UpdatedAt),
		AppMetadata: u.AppMetadata, UserMetadata: u.UserMetadata,
		Identities: []actions.Identity{{Connection: connectionName, Provider: strategy, UserID: id}},
	}
	user.Identities = append(user.Identities, known.identities...)
	for _, t := range enrolledTypes(&store.User{}, known.authenticators) {
		user.EnrolledFactors = append(user.EnrolledFactors, actions.EnrolledFactor{Type: t})
	}
	if len(user.EnrolledFactors) > 0 {
		user.Multifactor = []string{"guardian"} // Auth0's own provider of factors
	}
	return user
}

// eventSession is the sign-on session; nil without one.
func eventSession(ss *store.Session) *actions.Session {
	if ss == nil {
		return nil
	}
	out := &actions.Session{
		ID: ss.ID, UserID: ss.UserID, CreatedAt: actions.At(ss.CreatedAt), UpdatedAt: actions.At(ss.CreatedAt),
		AuthenticatedAt: actions.At(ss.AuthTime), ExpiresAt: actions.At(ss.ExpiresAt), IdleExpiresAt: actions.At(ss.IdleEnd()),
		LastInteractedAt: actions.At(ss.LastUsedAt),
		Device: &actions.Device{
			InitialIP: ss.IP.String(), LastIP: ss.IP.String(), InitialUserAgent: ss.UserAgent, LastUserAgent: ss.UserAgent,
		},
		Cookie:   &actions.SessionCookie{Mode: "persistent"},
		Metadata: ss.Metadata,
	}
	if !ss.UpdatedAt.IsZero() {
		out.UpdatedAt = actions.At(ss.UpdatedAt)
	}
	if ss.LastUsedAt.IsZero() {
		out.LastInteractedAt = out.AuthenticatedAt
	}
	if ss.LastIP.IsValid() {
		out.Device.LastIP, out.Device.LastUserAgent = ss.LastIP.String(), ss.LastUserAgent
	}
	if ss.CookieMode != "" {
		out.Cookie.Mode = ss.CookieMode
	}
	for _, id := range ss.Clients {
		out.Clients = append(out.Clients, actions.SessionClient{ClientID: id})
	}
	return out
}

// eventAuthentication lists the methods of the session; without one, those of
// the login that the token or grant goes back to.
func eventAuthentication(l provider.Login) *actions.Authentication {
	a := &actions.Authentication{}
	switch {
	case l.Session != nil:
		for _, m := range l.Session.Methods {
			method := actions.Method{Name: m.Name, Type: m.Type, Timestamp: actions.At(m.Timestamp)}
			if strings.Contains(m.Name, "://") { // api.authentication.recordMethod
				method.URL = m.Name
			}
			a.Methods = append(a.Methods, method)
		}
	case l.Grant != nil:
		a.Methods = append(a.Methods, actions.Method{Name: "pwd", Timestamp: actions.At(l.Grant.AuthTime)})
		if slices.Contains(l.Grant.AMR, "mfa") {
			a.Methods = append(a.Methods, actions.Method{Name: "mfa", Timestamp: actions.At(l.Grant.AuthTime)})
		}
	default:
		a.Methods = append(a.Methods, actions.Method{Name: "pwd", Timestamp: actions.At(l.At)})
	}
	return a
}

// eventRefreshToken is the token that is exchanged; nil in every other flow,
// also where one is about to be issued.
func eventRefreshToken(l provider.Login) *actions.RefreshToken {
	g := l.Grant
	if g == nil {
		return nil
	}
	t := &actions.RefreshToken{
		ID: g.ID, UserID: l.User.ID, ClientID: l.Client.ID, SessionID: g.SessionID,
		CreatedAt: actions.At(g.CreatedAt), IdleExpiresAt: actions.At(g.RefreshIdle),
		LastExchangedAt: actions.At(g.LastExchangedAt), Rotating: true, Access: "offline", Metadata: g.RefreshMetadata,
		Device: &actions.Device{InitialUserAgent: g.UserAgent, LastUserAgent: g.LastUserAgent},
	}
	if l.Token != nil {
		t.ExpiresAt = actions.At(l.Token.ExpiresAt)
	}
	if g.IP.IsValid() {
		t.Device.InitialIP = g.IP.String()
	}
	if g.LastIP.IsValid() {
		t.Device.LastIP = g.LastIP.String()
	} else { // the first exchange: it was last used where it was issued
		t.Device.LastIP, t.Device.LastUserAgent = t.Device.InitialIP, t.Device.InitialUserAgent
	}
	if g.Audience != "" {
		t.ResourceServers = []actions.TokenResourceServer{{Audience: g.Audience, Scopes: g.Scope}}
	}
	return t
}
