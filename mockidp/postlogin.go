package mockidp

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// The outcomes of a run of the flow, as store.Run.Outcome has them.
const (
	outcomeOK     = "ok"
	outcomeDenied = "denied"
	outcomeFailed = "failed"
)

// record is what is kept of one run: the event that the Actions got, without
// their secrets, and what they asked for.
type record struct {
	Event   *actions.Event   `json:"event"`
	Outcome *actions.Outcome `json:"result"`
}

// postLogin takes one authorization through the login flow: it builds the event,
// runs the deployed Actions in order, saves the metadata they changed, and says
// which claims the tokens get. Package provider calls it after the login was
// counted and before the grant exists.
func (s *Server) postLogin(ctx context.Context, l provider.Login) (provider.Result, error) {
	flow, err := s.flow(ctx)
	if err != nil {
		return provider.Result{}, err
	}
	ev := s.event(l)
	out, err := s.cfg.Actions.PostLogin(ctx, flow, ev)
	if err != nil {
		return provider.Result{}, fmt.Errorf("run login flow: %w", err)
	}
	res := provider.Result{IDClaims: inOrder(out, "id_token", out.IDToken), ATClaims: inOrder(out, "access_token", out.AccessToken)}
	run := &store.Run{
		ID: l.TransactionID, Kind: l.Kind, UserID: l.User.ID, ClientID: l.Client.ID, LoginID: l.LoginID,
		At: l.At, Outcome: outcomeOK,
	}
	switch {
	case out.Denied != nil:
		run.Outcome = outcomeDenied
		res.Deny = &provider.Deny{Code: "access_denied", Description: out.Denied.Reason}
	case out.Failed != nil:
		run.Outcome = outcomeFailed
		res.Deny = &provider.Deny{Code: "access_denied", Description: out.Failed.Description()}
	}
	if err := s.saveMetadata(ctx, l.User.ID, out); err != nil {
		return provider.Result{}, err
	}
	if run.Record, err = json.Marshal(record{Event: ev, Outcome: out}); err != nil {
		return provider.Result{}, fmt.Errorf("record run: %w", err)
	}
	res.Run = run
	s.report(ctx, run, out)
	return res, nil
}

// flow is the live version of each bound Action.
func (s *Server) flow(ctx context.Context) ([]actions.Action, error) {
	versions, err := s.cfg.Store.Flow(ctx, Trigger)
	if err != nil {
		return nil, fmt.Errorf("load login flow: %w", err)
	}
	flow := make([]actions.Action, len(versions))
	for i, v := range versions {
		flow[i] = actions.Action{ID: v.ActionID, Name: v.Name, Version: v.Number, Source: v.Code, Secrets: v.Secrets}
	}
	return flow, nil
}

// saveMetadata writes what the Actions set, also when the last of them denied
// the login, in one update at the end of the flow (Auth0: "Manage user metadata
// with the post-login trigger").
func (s *Server) saveMetadata(ctx context.Context, userID string, out *actions.Outcome) error {
	if out.Failed != nil || len(out.AppMetadata)+len(out.UserMetadata) == 0 {
		return nil
	}
	_, err := s.cfg.Store.PatchMetadata(ctx, userID, store.MetadataPatch{App: out.AppMetadata, User: out.UserMetadata}, s.now())
	if err != nil {
		return fmt.Errorf("save metadata: %w", err)
	}
	return nil
}

// inOrder lists the claims that a token gets in the order in which the Actions
// first set them.
func inOrder(out *actions.Outcome, token string, values map[string]json.RawMessage) store.Claims {
	claims := make(store.Claims, 0, len(values))
	for _, r := range out.Runs {
		for _, c := range r.Claims {
			if value, ok := values[c.Name]; ok && c.Token == token && !claims.Has(c.Name) {
				claims = append(claims, store.Claim{Name: c.Name, Value: value})
			}
		}
	}
	return claims
}

// report logs what a person who wonders about a missing claim must see: failures
// and dropped claims, with the Action's line. The texts are the Action's own, so
// they are never more than attributes.
func (s *Server) report(ctx context.Context, run *store.Run, out *actions.Outcome) {
	for _, r := range out.Runs {
		for _, w := range r.Warnings {
			s.log.WarnContext(ctx, "Action warning", "action", r.Name, "version", r.Version, "line", w.Line, "text", w.Text, "transaction", run.ID)
		}
		if r.Error != nil {
			s.log.WarnContext(ctx, "Action failed", "action", r.Name, "version", r.Version, "line", r.Error.Line, "error", r.Error.Error(), "transaction", run.ID)
		}
	}
	if s.log.Enabled(ctx, slog.LevelInfo) {
		s.log.InfoContext(ctx, "login flow", "transaction", run.ID, "kind", run.Kind, "user", run.UserID, "client", run.ClientID, "outcome", run.Outcome, "actions", len(out.Runs))
	}
}

// lookup asks the location database. A database that can't answer for an address
// costs the claims, never the login.
func (s *Server) lookup(addr netip.Addr) geoip.Place {
	if !addr.IsValid() {
		return geoip.Place{}
	}
	place, err := s.cfg.GeoIP.Lookup(addr)
	if err != nil {
		s.log.Warn("location lookup failed", "ip", addr, "err", err)
		return geoip.Place{}
	}
	return place
}

// place is lookup for the login history.
func (s *Server) place(addr netip.Addr) store.Place {
	p := s.lookup(addr)
	return store.Place{City: p.CityName, CountryCode: p.CountryCode, Country: p.CountryName, Latitude: p.Latitude, Longitude: p.Longitude}
}
