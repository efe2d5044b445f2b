package management

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"example.com/postlogin/mockidp/store"
)

// postLogin is the only trigger here.
const postLogin = "post-login"

// trigger names what an Action is made for.
type trigger struct {
	ID      string `json:"id"`
	Version string `json:"version"`
}

// secretName is a secret as it is shown: its value never is.
type secretName struct {
	Name      string `json:"name"`
	UpdatedAt stamp  `json:"updated_at"`
}

// action is an Action's draft and, once deployed, the version that is live.
type action struct {
	ID                 string             `json:"id"`
	Name               string             `json:"name"`
	SupportedTriggers  []trigger          `json:"supported_triggers"`
	Code               string             `json:"code"`
	Dependencies       []store.Dependency `json:"dependencies"`
	Runtime            string             `json:"runtime"`
	Secrets            []secretName       `json:"secrets"`
	Status             string             `json:"status"`
	DeployedVersion    *version           `json:"deployed_version,omitempty"`
	AllChangesDeployed bool               `json:"all_changes_deployed"`
	BuiltAt            stamp              `json:"built_at"`
	CreatedAt          stamp              `json:"created_at"`
	UpdatedAt          stamp              `json:"updated_at"`
}

func triggers(id string) []trigger { return []trigger{{ID: id, Version: "v3"}} }

func secretNames(secrets map[string]string, changed stamp) []secretName {
	list := []secretName{}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		list = append(list, secretName{name, changed})
	}
	return list
}

// actionJSON shows a. Its status is always built: there is nothing to build, and
// what does not compile is refused.
func (a *API) actionJSON(ctx context.Context, row *store.Action) (*action, error) {
	out := &action{
		ID: row.ID, Name: row.Name, SupportedTriggers: triggers(row.Trigger), Code: row.Code, Runtime: row.Runtime, Status: "built",
		Dependencies: append([]store.Dependency{}, row.Dependencies...), Secrets: secretNames(row.Secrets, stamp(row.UpdatedAt)),
		BuiltAt: stamp(row.UpdatedAt), CreatedAt: stamp(row.CreatedAt), UpdatedAt: stamp(row.UpdatedAt),
	}
	if row.DeployedVersion == 0 {
		return out, nil
	}
	v, err := a.cfg.Store.Version(ctx, row.ID, row.DeployedVersion)
	if err != nil {
		return nil, noAction(err) // deleted meanwhile
	}
	out.DeployedVersion = versionJSON(v, row, false)
	out.AllChangesDeployed = v.Name == row.Name && v.Code == row.Code && v.Runtime == row.Runtime &&
		maps.Equal(v.Secrets, row.Secrets) && slices.Equal(v.Dependencies, row.Dependencies)
	return out, nil
}

func (a *API) actionOf(r *http.Request) (*store.Action, error) {
	row, err := a.cfg.Store.Action(r.Context(), r.PathValue("id"))
	return row, noAction(err)
}

func (a *API) getAction(r *http.Request) (any, error) {
	row, err := a.actionOf(r)
	if err != nil {
		return nil, err
	}
	return a.actionJSON(r.Context(), row)
}

func (a *API) listActions(r *http.Request) (any, error) {
	rows, err := a.cfg.Store.Actions(r.Context())
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	deployed, err := boolean(q, "deployed")
	if err != nil {
		return nil, err
	}
	list := []*action{}
	for _, row := range rows {
		if row.Name != cmp.Or(q.Get("actionName"), row.Name) || row.Trigger != cmp.Or(q.Get("triggerId"), row.Trigger) ||
			q.Has("deployed") && deployed != (row.DeployedVersion > 0) {
			continue
		}
		out, err := a.actionJSON(r.Context(), row)
		if err != nil {
			return nil, err
		}
		list = append(list, out)
	}
	return pagedAction(r, "actions", list)
}

// deleteAction refuses while the Action is in the flow, unless force is given.
func (a *API) deleteAction(r *http.Request) (any, error) {
	force, err := boolean(r.URL.Query(), "force")
	if err != nil {
		return nil, err
	}
	err = a.cfg.Store.DeleteAction(r.Context(), r.PathValue("id"), force)
	if errors.Is(err, store.ErrBound) {
		return nil, refuse(http.StatusConflict, "action_bound", "The Action is bound to a trigger: unbind it first, or delete it with force=true")
	}
	return nil, noAction(err)
}

// testAction runs the draft with an event of the caller's.
func (a *API) testAction(r *http.Request) (any, error) {
	var b struct {
		Payload object `json:"payload"`
	}
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if !b.Payload.set || b.Payload.null {
		return nil, badBody("Missing required property: payload")
	}
	row, err := a.actionOf(r)
	if err != nil {
		return nil, err
	}
	if a.cfg.Test == nil {
		return nil, refuse(http.StatusNotImplemented, "", "This server was started without a way to test Actions: use mockidp actions test FILE")
	}
	payload := cmp.Or(string(b.Payload.raw()), "{}")
	result, err := a.cfg.Test(r.Context(), row, json.RawMessage(payload))
	if code, ok := errors.AsType[*CodeError](err); ok {
		return nil, codeProblem(row.Name, code)
	}
	if errors.Is(err, ErrBusy) {
		return nil, refuse(http.StatusTooManyRequests, "too_many_requests", "Other tests of Actions are still running. Try again in a moment")
	}
	if wrong, ok := errors.AsType[*PayloadError](err); ok {
		return nil, badBody("%s' on property 'payload", wrong.Message)
	}
	if err != nil {
		return nil, err
	}
	return map[string]json.RawMessage{"payload": result}, nil
}
