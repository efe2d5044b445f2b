package mockidp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// knowledge is what the store knows of a user beside the account itself.
type knowledge struct {
	logins         []*store.Login // the newest first, the one in progress included
	authenticators []*store.Authenticator
	roles          []actions.DirectoryRole
	identities     []actions.Identity // linked accounts
	organization   *actions.Organization
}

// know reads it. Each part is one indexed read.
func (s *Server) know(ctx context.Context, l provider.Login) (k *knowledge, err error) {
	k = &knowledge{}
	if k.logins, err = s.cfg.Store.Logins(ctx, l.User.ID, riskHistory+1); err != nil {
		return nil, fmt.Errorf("login history: %w", err)
	}
	if k.authenticators, err = s.cfg.Store.Authenticators(ctx, l.User.ID); err != nil {
		return nil, fmt.Errorf("second factors: %w", err)
	}
	roles, err := s.cfg.Store.UserRoles(ctx, l.User.ID)
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	for _, r := range roles {
		k.roles = append(k.roles, actions.DirectoryRole{ID: r.ID, Name: r.Name, Type: "user"})
	}
	identities, err := s.cfg.Store.Identities(ctx, l.User.ID)
	if err != nil {
		return nil, fmt.Errorf("identities: %w", err)
	}
	for _, i := range identities {
		k.identities = append(k.identities, actions.Identity{Connection: i.Connection, Provider: i.Provider, UserID: i.UserID, IsSocial: i.Provider != strategy, ProfileData: i.ProfileData})
	}
	return k, s.knowOrganization(ctx, k, l)
}

// knowOrganization finds the organization that was asked for. One that does not
// exist was refused before the login page.
func (s *Server) knowOrganization(ctx context.Context, k *knowledge, l provider.Login) error {
	if l.Organization == "" {
		return nil
	}
	o, err := s.cfg.Store.Organization(ctx, l.Organization)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("organization: %w", err)
	}
	k.organization = &actions.Organization{ID: o.ID, Name: o.Name, DisplayName: o.DisplayName, Metadata: o.Metadata}
	return nil
}

func (k *knowledge) roleNames() []string {
	names := make([]string, len(k.roles))
	for i, r := range k.roles {
		names[i] = r.Name
	}
	return names
}

// linked reports whether the account id is an identity of u.
func (s *Server) linked(ctx context.Context, u *store.User, id string) (bool, error) {
	identities, err := s.cfg.Store.Identities(ctx, u.ID)
	if err != nil {
		return false, fmt.Errorf("identities: %w", err)
	}
	for _, i := range identities {
		if i.Provider+"|"+i.UserID == id {
			return true, nil
		}
	}
	return false, nil
}

// lookup asks the location database. A database that can't answer for an address
// costs the claims, never the login; of a damaged file the first failure is
// logged and the others are not.
func (s *Server) lookup(addr netip.Addr) geoip.Place {
	if !addr.IsValid() {
		return geoip.Place{}
	}
	place, err := s.cfg.GeoIP.Lookup(addr)
	if err != nil {
		level := slog.LevelWarn
		if failed, ok := errors.AsType[*geoip.LookupError](err); ok && !failed.First {
			level = slog.LevelDebug
		}
		s.log.Log(context.Background(), level, "location lookup failed", "ip", addr, "err", err)
		return geoip.Place{}
	}
	return place
}

// place is lookup for the login history.
func (s *Server) place(addr netip.Addr) store.Place {
	p := s.lookup(addr)
	return store.Place{City: p.CityName, CountryCode: p.CountryCode, Country: p.CountryName, Latitude: p.Latitude, Longitude: p.Longitude}
}
