package mockidp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/store"
)

// testAction runs the draft of an Action alone with payload as its event, for
// POST …/actions/{id}/test of the Management API, and answers what it asked for.
// None of that is carried out, and nothing is kept: HTTP requests are answered
// 200 {}, as those of a test in the dashboard's editor.
func (s *Server) testAction(ctx context.Context, a *store.Action, payload json.RawMessage) (json.RawMessage, error) {
	if err := s.checkCode(ctx, a.Code); err != nil {
		return nil, err
	}
	ev := new(actions.Event)
	if err := json.Unmarshal(payload, ev); err != nil {
		return nil, &management.PayloadError{Message: err.Error()}
	}
	draft := actions.Action{ID: a.ID, Name: a.Name, Source: a.Code, Secrets: a.Secrets, Dependencies: declared(a.Dependencies)} // no version: that of a draft is 0
	out, err := s.cfg.Trial.PostLogin(ctx, []actions.Action{draft}, ev)
	if errors.Is(err, actions.ErrBusy) {
		return nil, management.ErrBusy
	}
	if err != nil {
		return nil, fmt.Errorf("test Action %s: %w", a.ID, err)
	}
	out = actions.MaskFor([]actions.Action{draft}, ev).Outcome(out)
	out.Runs = withoutSecrets(out.Runs)
	return json.Marshal(out)
}
