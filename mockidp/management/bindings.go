package management

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"example.com/postlogin/mockidp/store"
)

// triggerInfo is what GET /actions/triggers tells.
type triggerInfo struct {
	ID                 string    `json:"id"`
	Version            string    `json:"version"`
	Status             string    `json:"status"`
	Runtimes           []string  `json:"runtimes"`
	DefaultRuntime     string    `json:"default_runtime"`
	CompatibleTriggers []trigger `json:"compatible_triggers"`
	BindingPolicy      string    `json:"binding_policy"`
}

func (a *API) listTriggers(*http.Request) (any, error) {
	return map[string]any{"triggers": []triggerInfo{{ID: postLogin, Version: "v3", Status: "CURRENT", Runtimes: runtimes(), DefaultRuntime: "node22",
		CompatibleTriggers: []trigger{}, BindingPolicy: "trigger-bound"}}}, nil
}

// binding is an Action's place in the flow.
type binding struct {
	ID          string  `json:"id"`
	TriggerID   string  `json:"trigger_id"`
	DisplayName string  `json:"display_name"`
	Action      *action `json:"action"`
	CreatedAt   stamp   `json:"created_at"`
	UpdatedAt   stamp   `json:"updated_at"`
}

func checkTrigger(r *http.Request) error {
	if id := r.PathValue("trigger"); id != postLogin {
		return refuse(http.StatusNotFound, "", "The trigger %q is not known here: only %s is", id, postLogin)
	}
	return nil
}

func (a *API) bindings(ctx context.Context) ([]binding, error) {
	rows, err := a.cfg.Store.Bindings(ctx, postLogin)
	if err != nil {
		return nil, err
	}
	list := []binding{}
	for _, row := range rows {
		of, err := a.cfg.Store.Action(ctx, row.ActionID)
		if err != nil {
			return nil, noAction(err)
		}
		out, err := a.actionJSON(ctx, of)
		if err != nil {
			return nil, err
		}
		// Nobody asks when an Action was bound, and the store does not keep it.
		list = append(list, binding{ID: versionID(postLogin+"/"+of.ID, 0), TriggerID: postLogin, DisplayName: cmp.Or(row.DisplayName, of.Name),
			Action: out, CreatedAt: out.UpdatedAt, UpdatedAt: out.UpdatedAt})
	}
	return list, nil
}

func (a *API) listBindings(r *http.Request) (any, error) {
	if err := checkTrigger(r); err != nil {
		return nil, err
	}
	list, err := a.bindings(r.Context())
	if err != nil {
		return nil, err
	}
	return pagedAction(r, "bindings", list)
}

// sentBinding names an Action by its id or by its name.
type sentBinding struct {
	Ref struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	} `json:"ref"`
	DisplayName string   `json:"display_name"`
	Secrets     []secret `json:"secrets"` // belongs to a feature that Auth0 has given up
}

// setBindings replaces the whole flow.
func (a *API) setBindings(r *http.Request) (any, error) {
	var b struct {
		Bindings *[]sentBinding `json:"bindings"`
	}
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if err := checkTrigger(r); err != nil {
		return nil, err
	}
	if b.Bindings == nil {
		return nil, badBody("Missing required property: bindings")
	}
	var list []*store.Binding
	for _, sent := range *b.Bindings {
		row, err := a.bound(r.Context(), sent)
		if err != nil {
			return nil, err
		}
		list = append(list, &store.Binding{ActionID: row.ID, DisplayName: sent.DisplayName})
	}
	if err := a.cfg.Store.SetBindings(r.Context(), postLogin, list); err != nil {
		return nil, noAction(err)
	}
	out, err := a.bindings(r.Context())
	return map[string]any{"bindings": out}, err
}

// bound is the Action that a binding names. It must have been deployed: a flow
// with a draft in it would silently skip that.
func (a *API) bound(ctx context.Context, b sentBinding) (row *store.Action, err error) {
	switch b.Ref.Type {
	case "action_id":
		row, err = a.cfg.Store.Action(ctx, b.Ref.Value)
	case "action_name":
		row, err = a.cfg.Store.ActionByName(ctx, b.Ref.Value)
	default:
		return nil, badBody("Expected action_id or action_name but found %q' on property 'bindings.ref.type", b.Ref.Type)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, refuse(http.StatusBadRequest, "invalid_body", "The Action %q does not exist", b.Ref.Value)
	case err != nil:
		return nil, err
	case row.DeployedVersion == 0:
		return nil, refuse(http.StatusBadRequest, "invalid_body", "The Action %q must be deployed before it can be bound", row.Name)
	}
	return row, nil
}
