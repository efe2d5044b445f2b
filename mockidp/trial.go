package mockidp

import (
	"context"
	"net/netip"
	"net/url"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/dashboard"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// trialEvent is the event of a login that nobody makes: the next one of u, at
// client, from ip. It is built as that of a real one, and nothing is counted.
func (s *Server) trialEvent(ctx context.Context, u *store.User, client *store.Client, ip netip.Addr) (*actions.Event, error) {
	const scope = "openid profile email"
	now, id := s.now(), "a-login-that-is-only-a-test"
	query := url.Values{"client_id": {client.ID}, "response_type": {"code"}, "scope": {scope}, "state": {"test"}}
	request := &store.Request{
		ID: id, ClientID: client.ID, ResponseType: "code", ResponseMode: "query", Scope: scope, State: "test", MaxAge: -1,
		Query: query, LoginN: u.LoginsCount + 1, CreatedAt: now,
	}
	if len(client.RedirectURIs) > 0 {
		request.RedirectURI = client.RedirectURIs[0]
		query.Set("redirect_uri", request.RedirectURI)
	}
	issuer, err := url.Parse(s.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	return s.event(ctx, provider.Login{
		Kind: provider.KindLogin, TransactionID: id, User: u, Client: client, Request: request,
		Session: &store.Session{
			ID: "a-session-that-is-only-a-test", UserID: u.ID, AuthTime: now, IP: ip, Simulated: true,
			Methods: []store.Method{{Name: "pwd", Timestamp: now}}, CreatedAt: now,
		},
		IP: ip, Simulated: true, HTTPMethod: "GET", Host: issuer.Host, UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		Language: "en", Query: query, Scopes: []string{"openid", "profile", "email"}, At: now,
	})
}

// trialPlaces are the places of the login page's list.
func (s *Server) trialPlaces() []dashboard.Place {
	var list []dashboard.Place
	for _, l := range s.Locations() {
		list = append(list, dashboard.Place(l))
	}
	return list
}
