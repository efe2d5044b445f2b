package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const versionColumns = `action_id, name, number, runtime, code, secrets, dependencies, created_at`

func (v *Version) columns() []any {
	return []any{&v.ActionID, &v.Name, &v.Number, &v.Runtime, &v.Code, toJSON{&v.Secrets}, toJSON{&v.Dependencies}, toTime{&v.CreatedAt}}
}

// Deploy snapshots the draft, its secrets included, as the next version and
// makes that one live. It does not compile it: package actions does, before.
// ErrNotFound.
func (s *Store) Deploy(ctx context.Context, id string, now time.Time) (*Version, error) {
	return s.deploy(ctx, id, func(*Version) error { return nil }, now)
}

// DeployCode is [Store.Deploy] for a draft whose code was checked: it returns
// ErrChanged, and deploys nothing, when the draft's code is another one by now.
func (s *Store) DeployCode(ctx context.Context, id, code string, now time.Time) (*Version, error) {
	return s.deploy(ctx, id, func(v *Version) error {
		if v.Code != code {
			return ErrChanged
		}
		return nil
	}, now)
}

// deploy undoes the deployment when check refuses it.
func (s *Store) deploy(ctx context.Context, id string, check func(*Version) error, now time.Time) (*Version, error) {
	v := &Version{ActionID: id, CreatedAt: now}
	err := s.tx(ctx, func(l *lane) error {
		if err := l.deploy(ctx, v); err != nil {
			return err
		}
		return check(v)
	}, dropFlows)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// deploy makes the draft of v.ActionID its next version, and fills v with it.
func (l *lane) deploy(ctx context.Context, v *Version) error {
	err := l.row(ctx, `UPDATE actions SET deployed_version = deployed_version + 1 WHERE id = $1 RETURNING name, deployed_version, runtime, code, secrets, dependencies`, []any{v.ActionID},
		&v.Name, &v.Number, &v.Runtime, &v.Code, toJSON{&v.Secrets}, toJSON{&v.Dependencies})
	if err != nil {
		return err
	}
	_, err = l.exec(ctx, `INSERT INTO action_versions (`+versionColumns+`) SELECT $1, name, deployed_version, runtime, code, secrets, dependencies, CAST($2 AS BIGINT) FROM actions WHERE id = $1`, v.ActionID, ms(v.CreatedAt))
	if err != nil {
		return err
	}
	return l.dropVersions(ctx, v.ActionID, int64(v.Number))
}

// KeepVersions is how many versions an Action has at most; the oldest are dropped, as
// on Auth0 (Actions limitations). Whatever deploys in a loop would fill the disk.
const KeepVersions = 50

// dropVersions drops the versions that are too many when newest has been added.
func (l *lane) dropVersions(ctx context.Context, actionID string, newest int64) error {
	return l.change(ctx, nil, `DELETE FROM action_versions WHERE action_id = $1 AND number <= $2`, actionID, newest-KeepVersions)
}

// Versions returns the Action's deployed versions, the newest first.
func (s *Store) Versions(ctx context.Context, id string) (versions []*Version, err error) {
	err = s.list(ctx, func(l *lane) error {
		versions, err = l.versions(ctx, `SELECT `+versionColumns+` FROM action_versions WHERE action_id = $1 ORDER BY number DESC`, id)
		return err
	})
	return versions, err
}

// Version returns one deployed version of the Action, or ErrNotFound. Callers
// must not change its secrets.
func (s *Store) Version(ctx context.Context, actionID string, number int) (*Version, error) {
	v := new(Version)
	err := s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT `+versionColumns+` FROM action_versions WHERE action_id = $1 AND number = $2`, []any{actionID, number}, v.columns()...)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (l *lane) versions(ctx context.Context, query, key string) (versions []*Version, err error) {
	err = l.rows(ctx, query, []any{key}, func(r *sql.Rows) error {
		versions = append(versions, new(Version))
		return r.Scan(versions[len(versions)-1].columns()...)
	})
	return versions, err
}

// Bind replaces the flow of trigger by the Actions with these ids, in order.
// An Action that does not exist or is made for another trigger is ErrNotFound,
// and the flow stays as it was.
func (s *Store) Bind(ctx context.Context, trigger string, actionIDs []string) error {
	return s.tx(ctx, func(l *lane) error { return l.bind(ctx, trigger, actionIDs) }, dropFlows)
}

func (l *lane) bind(ctx context.Context, trigger string, actionIDs []string) error {
	if _, err := l.exec(ctx, `DELETE FROM bindings WHERE trigger_id = $1`, trigger); err != nil {
		return err
	}
	for i, id := range actionIDs {
		err := l.change(ctx, ErrNotFound, `INSERT INTO bindings (trigger_id, position, action_id) SELECT trigger_id, CAST($2 AS BIGINT), id FROM actions WHERE id = $3 AND trigger_id = $1`, trigger, i, id)
		if err != nil {
			return fmt.Errorf("bind Action %q to %s: %w", id, trigger, err)
		}
	}
	return l.noteFlow(ctx)
}

// Flow returns the live versions bound to trigger, in order. An Action that was
// never deployed is left out. It comes from a cache: callers must not change it.
func (s *Store) Flow(ctx context.Context, trigger string) ([]*Version, error) {
	return cached(ctx, s,
		func(c *cache) ([]*Version, bool) { v, ok := c.flows[trigger]; return v, ok },
		func(l *lane) ([]*Version, error) {
			return l.versions(ctx, `SELECT v.action_id, v.name, v.number, v.runtime, v.code, v.secrets, v.dependencies, v.created_at
				FROM bindings b JOIN actions a ON a.id = b.action_id JOIN action_versions v ON v.action_id = a.id AND v.number = a.deployed_version
				WHERE b.trigger_id = $1 ORDER BY b.position`, trigger)
		},
		func(c *cache, v []*Version) { c.flows[trigger] = v })
}

func dropFlows(c *cache) { clear(c.flows) }
