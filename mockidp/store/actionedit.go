package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

var (
	// ErrBound: the Action is in a flow.
	ErrBound = errors.New("store: the Action is bound to a trigger")
	// ErrNoValue: a secret is to keep its value and has none.
	ErrNoValue = errors.New("store: the secret has no value yet")
	// ErrChanged: somebody else has changed meanwhile what is to be changed.
	ErrChanged = errors.New("store: it was changed by somebody else meanwhile")
)

// ActionPatch changes an Action's draft. Nil members change nothing.
type ActionPatch struct {
	Name, Runtime, Code *string
	Secrets             map[string]*string // the whole set; nil keeps the value that the draft has
	Dependencies        *[]Dependency

	// Base, when it is not empty, is the [HashCode] of the code that the draft must
	// still have: the editor's text began as that one. Else the edit is ErrChanged.
	Base string
}

// EditAction applies p to the draft and returns the Action as it then is. The
// deployed version stays as it is, its name too. ErrNotFound, ErrExists for a
// name in use, ErrNoValue, ErrChanged. Edits at the same time all take effect, but
// for those with a Base that one of them has changed.
func (s *Store) EditAction(ctx context.Context, id string, p ActionPatch, now time.Time) (*Action, error) {
	a := new(Action)
	err := s.tx(ctx, func(l *lane) error {
		// An UPDATE reads the row, so that it is locked until it is written.
		err := l.row(ctx, `UPDATE actions SET updated_at = $2 WHERE id = $1 RETURNING `+actionColumns, []any{id, ms(now)}, a.columns()...)
		if err != nil {
			return err
		}
		if p.Base != "" && p.Base != HashCode(a.Code) {
			return ErrChanged
		}
		if err := a.apply(p); err != nil {
			return err
		}
		secrets, err := asJSON(a.Secrets)
		if err != nil {
			return err
		}
		dependencies, err := asJSON(a.Dependencies)
		if err != nil {
			return err
		}
		_, err = l.exec(ctx, `UPDATE actions SET name = $2, runtime = $3, code = $4, secrets = $5, dependencies = $6 WHERE id = $1`,
			id, a.Name, a.Runtime, a.Code, secrets, dependencies)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (a *Action) apply(p ActionPatch) error {
	for _, f := range []struct{ to, from *string }{{&a.Name, p.Name}, {&a.Runtime, p.Runtime}, {&a.Code, p.Code}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if p.Dependencies != nil {
		a.Dependencies = *p.Dependencies
	}
	if p.Secrets == nil {
		return nil
	}
	secrets := make(map[string]string, len(p.Secrets))
	for name, value := range p.Secrets {
		if value != nil {
			secrets[name] = *value
			continue
		}
		kept, ok := a.Secrets[name]
		if !ok {
			return fmt.Errorf("%w: %s", ErrNoValue, name)
		}
		secrets[name] = kept
	}
	a.Secrets = secrets
	return nil
}

// Rollback deploys version number once more, as a new version with the Action's
// present name, and returns that (Auth0: "Manage Versions"). The draft stays as
// it is, unless draft is set: then it becomes a copy too. ErrNotFound.
func (s *Store) Rollback(ctx context.Context, id string, number int, draft bool, now time.Time) (*Version, error) {
	v := new(Version)
	err := s.tx(ctx, func(l *lane) error {
		var next int64
		err := l.row(ctx, `UPDATE actions SET deployed_version = deployed_version + 1 WHERE id = $1 RETURNING deployed_version`, []any{id}, toInt{&next})
		if err != nil {
			return err
		}
		err = l.change(ctx, ErrNotFound, `INSERT INTO action_versions (`+versionColumns+`)
			SELECT v.action_id, a.name, a.deployed_version, v.runtime, v.code, v.secrets, v.dependencies, CAST($3 AS BIGINT)
			FROM action_versions v JOIN actions a ON a.id = v.action_id WHERE v.action_id = $1 AND v.number = $2`, id, number, ms(now))
		if err != nil {
			return err
		}
		err = l.row(ctx, `SELECT `+versionColumns+` FROM action_versions WHERE action_id = $1 AND number = $2`, []any{id, next}, v.columns()...)
		if err != nil {
			return err
		}
		if err := l.dropVersions(ctx, id, next); err != nil || !draft {
			return err
		}
		_, err = l.exec(ctx, `UPDATE actions SET (runtime, code, secrets, dependencies, updated_at) =
			(SELECT runtime, code, secrets, dependencies, CAST($3 AS BIGINT) FROM action_versions WHERE action_id = $1 AND number = $2) WHERE id = $1`, id, next, ms(now))
		return err
	}, dropFlows)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// DeleteAction deletes the Action with its versions; ErrNotFound. One that is
// in a flow is ErrBound, unless force takes it out of it first.
func (s *Store) DeleteAction(ctx context.Context, id string, force bool) error {
	return s.tx(ctx, func(l *lane) error {
		var bound int64
		if err := l.row(ctx, `SELECT COUNT(*) FROM bindings WHERE action_id = $1`, []any{id}, toInt{&bound}); err != nil {
			return err
		}
		if bound > 0 && !force {
			return ErrBound
		}
		if err := l.change(ctx, ErrNotFound, `DELETE FROM actions WHERE id = $1`, id); err != nil || bound == 0 {
			return err
		}
		return l.noteFlow(ctx)
	}, dropFlows)
}

// Binding is an Action's place in a flow.
type Binding struct {
	ActionID    string
	DisplayName string // empty: the Action's name
}

// Bindings returns the flow of trigger in order, Actions that were never
// deployed included: [Store.Flow] returns what runs.
func (s *Store) Bindings(ctx context.Context, trigger string) (list []*Binding, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT action_id, display_name FROM bindings WHERE trigger_id = $1 ORDER BY position`, []any{trigger}, func(r *sql.Rows) error {
			b := new(Binding)
			list = append(list, b)
			return r.Scan(&b.ActionID, &b.DisplayName)
		})
	})
	return list, err
}

// SetBindings is [Store.Bind] with display names.
func (s *Store) SetBindings(ctx context.Context, trigger string, list []*Binding) error {
	return s.ReplaceBindings(ctx, trigger, nil, list)
}

// ReplaceBindings is [Store.SetBindings] for somebody who has seen the flow
// before: it returns ErrChanged, and changes nothing, when the flow's Actions are
// no longer these, in this order. A nil seen replaces any flow.
func (s *Store) ReplaceBindings(ctx context.Context, trigger string, seen []string, list []*Binding) error {
	return s.tx(ctx, func(l *lane) error {
		// The DELETE reads them, so that nobody changes them until the end.
		was := map[int64]string{}
		err := l.rows(ctx, `DELETE FROM bindings WHERE trigger_id = $1 RETURNING position, action_id`, []any{trigger}, func(r *sql.Rows) error {
			var position int64
			var id string
			err := r.Scan(&position, &id)
			was[position] = id
			return err
		})
		if err != nil {
			return err
		}
		if seen != nil && !slices.Equal(seen, inPosition(was)) {
			return ErrChanged
		}
		for i, b := range list {
			err := l.change(ctx, ErrNotFound, `INSERT INTO bindings (trigger_id, position, action_id, display_name)
				SELECT trigger_id, CAST($2 AS BIGINT), id, CAST($4 AS TEXT) FROM actions WHERE id = $3 AND trigger_id = $1`, trigger, i, b.ActionID, b.DisplayName)
			if err != nil {
				return fmt.Errorf("bind Action %q to %s: %w", b.ActionID, trigger, err)
			}
		}
		return l.noteFlow(ctx)
	}, dropFlows)
}

func inPosition(ids map[int64]string) []string {
	list := make([]string, 0, len(ids))
	for _, position := range slices.Sorted(maps.Keys(ids)) {
		list = append(list, ids[position])
	}
	return list
}

// BindLast puts the Action at the end of its trigger's flow, unless it is in it
// already; ErrNotFound. Nobody else's change of the flow is undone by it.
func (s *Store) BindLast(ctx context.Context, id string) error {
	return s.tx(ctx, func(l *lane) error {
		var trigger string
		if err := l.row(ctx, `SELECT trigger_id FROM actions WHERE id = $1`, []any{id}, &trigger); err != nil {
			return err
		}
		added, err := l.exec(ctx, `INSERT INTO bindings (trigger_id, position, action_id)
			SELECT a.trigger_id, (SELECT COALESCE(MAX(position), -1) + 1 FROM bindings WHERE trigger_id = $2), a.id
			FROM actions a WHERE a.id = $1 AND NOT EXISTS (SELECT 1 FROM bindings WHERE trigger_id = $2 AND action_id = $1)`, id, trigger)
		if err != nil || added == 0 {
			return err
		}
		return l.noteFlow(ctx)
	}, dropFlows)
}

// Unbind takes the Action out of every flow. One that is in none is no error.
func (s *Store) Unbind(ctx context.Context, id string) error {
	return s.tx(ctx, func(l *lane) error {
		removed, err := l.exec(ctx, `DELETE FROM bindings WHERE action_id = $1`, id)
		if err != nil || removed == 0 {
			return err
		}
		return l.noteFlow(ctx)
	}, dropFlows)
}
