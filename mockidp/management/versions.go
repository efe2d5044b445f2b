package management

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"example.com/postlogin/mockidp/store"
)

// version is a deployed version of an Action.
type version struct {
	ID                string             `json:"id"`
	ActionID          string             `json:"action_id"`
	Number            int                `json:"number"`
	Code              string             `json:"code"`
	Dependencies      []store.Dependency `json:"dependencies"`
	Runtime           string             `json:"runtime"`
	Secrets           []secretName       `json:"secrets"`
	Status            string             `json:"status"`
	Deployed          bool               `json:"deployed"` // it is the live one
	Errors            []fault            `json:"errors"`
	SupportedTriggers []trigger          `json:"supported_triggers"`
	Action            *versionAction     `json:"action,omitempty"`
	BuiltAt           stamp              `json:"built_at"`
	CreatedAt         stamp              `json:"created_at"`
	UpdatedAt         stamp              `json:"updated_at"`
}

// versionAction is the Action that a version is of.
type versionAction struct {
	ID                string    `json:"id"`
	Name              string    `json:"name"`
	SupportedTriggers []trigger `json:"supported_triggers"`
	CreatedAt         stamp     `json:"created_at"`
	UpdatedAt         stamp     `json:"updated_at"`
}

// versionID is the UUID of a version, which the store knows by its number: a
// name-based one (RFC 9562 section 5.8).
func versionID(actionID string, number int) string {
	b := sha256.Sum256(fmt.Appendf(nil, "%s/%d", actionID, number))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

func versionJSON(v *store.Version, of *store.Action, withAction bool) *version {
	at := stamp(v.CreatedAt)
	out := &version{
		ID: versionID(v.ActionID, v.Number), ActionID: v.ActionID, Number: v.Number, Code: v.Code, Runtime: v.Runtime, Status: "built",
		Dependencies: append([]store.Dependency{}, v.Dependencies...), Secrets: secretNames(v.Secrets, at), Errors: []fault{},
		Deployed: of.DeployedVersion == v.Number, SupportedTriggers: triggers(of.Trigger), BuiltAt: at, CreatedAt: at, UpdatedAt: at,
	}
	if withAction {
		out.Action = &versionAction{of.ID, v.Name, triggers(of.Trigger), stamp(of.CreatedAt), stamp(of.UpdatedAt)}
	}
	return out
}

func (a *API) listVersions(r *http.Request) (any, error) {
	row, err := a.actionOf(r)
	if err != nil {
		return nil, err
	}
	versions, err := a.cfg.Store.Versions(r.Context(), row.ID)
	if err != nil {
		return nil, err
	}
	list := make([]*version, len(versions))
	for i, v := range versions {
		list[i] = versionJSON(v, row, true)
	}
	return pagedAction(r, "versions", list)
}

// versionOf is the version that the path names by its id or, for people, by its number.
func (a *API) versionOf(r *http.Request, row *store.Action) (*store.Version, error) {
	name := r.PathValue("version")
	number, err := strconv.Atoi(name)
	for n := row.DeployedVersion; err != nil && n > 0; n-- { // numbers have no gaps
		if versionID(row.ID, n) == name {
			number, err = n, nil
		}
	}
	v, err := a.cfg.Store.Version(r.Context(), row.ID, number)
	return v, missing(err, "", "That action version does not exist.")
}

func (a *API) getVersion(r *http.Request) (any, error) {
	row, err := a.actionOf(r)
	if err != nil {
		return nil, err
	}
	v, err := a.versionOf(r, row)
	if err != nil {
		return nil, err
	}
	return versionJSON(v, row, true), nil
}

// deployAction makes the draft the live version, if it compiles.
func (a *API) deployAction(r *http.Request) (any, error) {
	row, err := a.actionOf(r)
	if err != nil {
		return nil, err
	}
	if err := a.check(r.Context(), row.Name, row.Code); err != nil {
		return nil, err
	}
	// The code that was checked, or none: a draft saved meanwhile may not compile.
	v, err := a.cfg.Store.DeployCode(r.Context(), row.ID, row.Code, a.now())
	if errors.Is(err, store.ErrChanged) {
		return nil, refuse(http.StatusConflict, "draft_changed", "The draft of the Action was changed while it was deployed. Deploy it again")
	}
	if err != nil {
		return nil, noAction(err)
	}
	row.DeployedVersion = v.Number
	return versionJSON(v, row, true), nil
}

// rollBack deploys an older version once more, as a new one.
func (a *API) rollBack(r *http.Request) (any, error) {
	var b struct {
		UpdateDraft bool `json:"update_draft"`
	}
	if err := readOptional(r, &b); err != nil {
		return nil, err
	}
	row, err := a.actionOf(r)
	if err != nil {
		return nil, err
	}
	old, err := a.versionOf(r, row)
	if err != nil {
		return nil, err
	}
	v, err := a.cfg.Store.Rollback(r.Context(), row.ID, old.Number, b.UpdateDraft, a.now())
	if err != nil {
		return nil, noAction(err)
	}
	row.DeployedVersion = v.Number
	return versionJSON(v, row, true), nil
}
