package management

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// dependency is a package that an Action declares. Where it comes from is the
// operator's choice here, so registry_url is read and dropped.
type dependency struct {
	Name        string `json:"name"`
	Version     string `json:"version"`
	RegistryURL string `json:"registry_url"`
}

// secret is a secret as it is sent: without a value, the one there is stays.
// updated_at is what reading gave, and is dropped.
type secret struct {
	Name      string  `json:"name"`
	Value     *string `json:"value"`
	UpdatedAt string  `json:"updated_at"`
}

// sentTrigger may carry what GET /actions/triggers tells of a trigger.
type sentTrigger struct {
	ID                 string   `json:"id"`
	Version            string   `json:"version"`
	Status             string   `json:"status"`
	Runtimes           []string `json:"runtimes"`
	DefaultRuntime     string   `json:"default_runtime"`
	CompatibleTriggers []any    `json:"compatible_triggers"`
	BindingPolicy      string   `json:"binding_policy"`
}

// actionBody is an Action's body, of a new one too.
type actionBody struct {
	Name              *string        `json:"name"`
	SupportedTriggers *[]sentTrigger `json:"supported_triggers"`
	Code              *string        `json:"code"`
	Dependencies      *[]dependency  `json:"dependencies"`
	Runtime           *string        `json:"runtime"`
	Secrets           *[]secret      `json:"secrets"`
	Deploy            bool           `json:"deploy"`
}

// runtimes are the labels that Auth0 knows. The engine is one and the same.
func runtimes() []string { return []string{"node12", "node16", "node18", "node18-actions", "node22"} }

// patch is the change that the body asks for.
func (b *actionBody) patch() (p store.ActionPatch, err error) {
	p.Name, p.Code, p.Runtime = b.Name, b.Code, b.Runtime
	if b.Name != nil && strings.TrimSpace(*b.Name) == "" {
		return p, badBody("String is too short (0 chars), minimum 1' on property 'name")
	}
	if b.Runtime != nil && !slices.Contains(runtimes(), *b.Runtime) {
		return p, badBody("No enum match for: %s' on property 'runtime", *b.Runtime)
	}
	if b.SupportedTriggers != nil {
		if t := *b.SupportedTriggers; len(t) != 1 || t[0].ID != postLogin {
			return p, badBody("Only one trigger is known here: post-login' on property 'supported_triggers")
		}
	}
	if b.Dependencies != nil {
		list := make([]store.Dependency, len(*b.Dependencies))
		for i, d := range *b.Dependencies {
			list[i] = store.Dependency{Name: d.Name, Version: d.Version}
		}
		p.Dependencies = &list
	}
	if b.Secrets != nil {
		p.Secrets = map[string]*string{}
		for _, s := range *b.Secrets {
			if s.Name == "" {
				return p, badBody("Missing required property: name' on property 'secrets")
			}
			p.Secrets[s.Name] = s.Value
		}
	}
	return p, nil
}

func (a *API) createAction(r *http.Request) (any, error) {
	var b actionBody
	if err := read(r, &b); err != nil {
		return nil, err
	}
	p, err := b.patch()
	switch {
	case err != nil:
		return nil, err
	case b.Name == nil:
		return nil, badBody("Missing required property: name")
	case b.SupportedTriggers == nil:
		return nil, badBody("Missing required property: supported_triggers")
	}
	row := &store.Action{Name: *b.Name, Trigger: postLogin, Runtime: "node22", CreatedAt: a.now()}
	if p.Code == nil {
		p.Code = new("exports.onExecutePostLogin = async (event, api) => {\n};\n")
	}
	if err := a.check(r.Context(), row.Name, *p.Code); err != nil {
		return nil, err
	}
	if err := fillAction(row, p); err != nil {
		return nil, err
	}
	if err := a.cfg.Store.CreateAction(r.Context(), row); err != nil {
		return nil, actionTaken(err)
	}
	if b.Deploy {
		if _, err := a.cfg.Store.Deploy(r.Context(), row.ID, a.now()); err != nil {
			return nil, noAction(err)
		}
	}
	return a.savedAction(r.Context(), row.ID)
}

// fillAction is the patch of an Action that does not exist yet.
func fillAction(row *store.Action, p store.ActionPatch) error {
	row.Code = *p.Code
	if p.Runtime != nil {
		row.Runtime = *p.Runtime
	}
	if p.Dependencies != nil {
		row.Dependencies = *p.Dependencies
	}
	row.Secrets = map[string]string{}
	for name, value := range p.Secrets {
		if value == nil {
			return badBody("Missing required property: value' on property 'secrets.%s", name)
		}
		row.Secrets[name] = *value
	}
	return nil
}

// savedAction answers with the Action as it is now.
func (a *API) savedAction(ctx context.Context, id string) (any, error) {
	row, err := a.cfg.Store.Action(ctx, id)
	if err != nil {
		return nil, noAction(err)
	}
	return a.actionJSON(ctx, row)
}

func actionTaken(err error) error {
	return taken(err, "action_conflict", "An Action with that name already exists.")
}

// check compiles code.
func (a *API) check(ctx context.Context, name, code string) error {
	if a.cfg.Check == nil {
		return nil
	}
	err := a.cfg.Check(ctx, code)
	if wrong, ok := errors.AsType[*CodeError](err); ok {
		return codeProblem(name, wrong)
	}
	return err
}

// patchAction changes the draft. Code that does not compile may be saved: an
// unfinished draft is no mistake, and deploying it says what is wrong.
func (a *API) patchAction(r *http.Request) (any, error) {
	var b actionBody
	if err := read(r, &b); err != nil {
		return nil, err
	}
	p, err := b.patch()
	if err != nil {
		return nil, err
	}
	if b.Deploy {
		return nil, badBody("deploy is for creating an Action: send POST …/deploy after this")
	}
	row, err := a.cfg.Store.EditAction(r.Context(), r.PathValue("id"), p, a.now())
	if errors.Is(err, store.ErrNoValue) {
		return nil, badBody("Missing required property: value' on property 'secrets")
	}
	if err != nil {
		return nil, actionTaken(noAction(err))
	}
	return a.actionJSON(r.Context(), row)
}
