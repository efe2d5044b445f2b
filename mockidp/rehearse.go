package mockidp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/provider"
	"example.com/postlogin/mockidp/store"
)

// Rehearsal is a login that is gone through for the sake of its Actions: without
// a page, a password, and tokens.
type Rehearsal struct {
	User      string     // id
	ClientID  string     // an application of the tenant
	From      netip.Addr // where the person is, as if chosen on the login page
	UserAgent string
	Language  string // Accept-Language

	// Change gets the event as the Actions of a real login would, and may change
	// it; nil leaves it.
	Change func(*actions.Event) error

	// Returns answer what the Actions ask of the person, one after the other: the
	// query that somebody else's page comes back with, or the fields of a form. A
	// second factor needs an answer, too, and takes nothing from it: the first one
	// on offer is passed.
	Returns []url.Values
}

// Rehearsed is what came of a Rehearsal.
type Rehearsed struct {
	provider.Result                  // what the tokens would get, or a denial, or a step that is not answered
	Event           *actions.Event   // that the last Actions got
	Outcome         *actions.Outcome // what the Actions did, without the values of their secrets
	Mask            *actions.Mask    // hides those in what else is shown
}

// Rehearse takes a login through the login flow as it does real ones: the request
// is validated, the login is counted and gets a session, the event is built from
// the store, and what the Actions ask for is carried out. So it writes to the
// Server's Store, which should be one of its own. It issues no grant and leaves no run.
func (s *Server) Rehearse(ctx context.Context, r Rehearsal) (*Rehearsed, error) {
	l, err := s.rehearsedLogin(ctx, r)
	if err != nil {
		return nil, err
	}
	for i := 0; ; i++ {
		f, err := s.newLoginFlow(ctx, *l)
		if err != nil {
			return nil, err
		}
		if r.Change != nil {
			if err := r.Change(f.event); err != nil {
				return nil, err
			}
		}
		if err := f.run(ctx); err != nil {
			return nil, fmt.Errorf("run login flow: %w", err)
		}
		res, err := f.conclude(ctx)
		if err != nil {
			return nil, err
		}
		if res.Suspend == nil || i == len(r.Returns) {
			return &Rehearsed{res, f.event, f.mask.Outcome(f.out), f.mask}, nil
		}
		if l.Step, err = s.rehearsedStep(ctx, l, *res.Suspend, r.Returns[i]); err != nil {
			return nil, err
		}
	}
}

// rehearsedLogin is the login as package provider hands it to the login flow.
func (s *Server) rehearsedLogin(ctx context.Context, r Rehearsal) (*provider.Login, error) {
	c, err := s.cfg.Store.Client(ctx, r.ClientID)
	if err != nil {
		return nil, fmt.Errorf("application %q: %w", r.ClientID, err)
	}
	if len(c.RedirectURIs) == 0 {
		return nil, fmt.Errorf("application %q has no callback address", r.ClientID)
	}
	u, err := s.cfg.Store.User(ctx, r.User)
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", r.User, err)
	}
	if u.Blocked {
		return nil, errors.New(u.Email + " is blocked: no login of theirs gets as far as an Action")
	}
	query := url.Values{
		"client_id": {c.ID}, "redirect_uri": {c.RedirectURIs[0]}, "response_type": {"code"},
		"scope": {"openid profile email"}, "state": {"rehearsal"},
	}
	if c.Public() { // RFC 9700 section 2.1.1; the challenge is that of RFC 7636 appendix B
		query.Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
		query.Set("code_challenge_method", "S256")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.Issuer+"authorize?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", r.UserAgent)
	req.Header.Set("Accept-Language", r.Language)
	q, c, err := s.provider.Ask(req)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Store.CreateRequest(ctx, q); err != nil {
		return nil, err
	}
	if _, err := s.login.Admit(ctx, q, u, r.From, true, r.UserAgent, nil); err != nil {
		return nil, err
	}
	now := s.now()
	if q, err = s.cfg.Store.TakeRequest(ctx, q.ID, now); err != nil {
		return nil, err
	}
	session, err := s.cfg.Store.Session(ctx, q.SessionID, now)
	if err != nil {
		return nil, err
	}
	if u, err = s.cfg.Store.User(ctx, u.ID); err != nil { // with this login counted
		return nil, err
	}
	l := provider.BrowserLogin(req, provider.KindLogin, q, c, session, u, r.From, now)
	return &l, nil
}

// rehearsedStep is step as the person's answer leaves it.
func (s *Server) rehearsedStep(ctx context.Context, l *provider.Login, step store.Step, answer url.Values) (*store.Step, error) {
	step.Done = true
	switch step.Kind {
	case store.StepRedirect:
		step.Method, step.Query = http.MethodGet, url.Values{"state": {l.TransactionID}}
		maps.Copy(step.Query, answer)
	case store.StepForm:
		b, err := json.Marshal(map[string]any{"fields": flatten(answer)})
		if err != nil {
			return nil, err
		}
		step.Answer = b
	case store.StepMFA:
		now := s.now()
		passed := store.SessionChanges{AddMethods: []store.Method{{Name: "mfa", Type: step.MFA.Factors[0], Timestamp: now}}}
		session, err := s.cfg.Store.UpdateSession(ctx, l.Session.ID, passed, now)
		if err != nil {
			return nil, err
		}
		l.Session = session
	default:
		return nil, fmt.Errorf("a step of kind %q can't be answered here", step.Kind)
	}
	return &step, nil
}
