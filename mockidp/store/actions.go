package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"
)

const actionColumns = `id, name, trigger_id, runtime, code, secrets, deployed_version, created_at, updated_at, dependencies`

func (a *Action) columns() []any {
	return []any{&a.ID, &a.Name, &a.Trigger, &a.Runtime, &a.Code, toJSON{&a.Secrets}, &a.DeployedVersion, toTime{&a.CreatedAt}, toTime{&a.UpdatedAt}, toJSON{&a.Dependencies}}
}

// CreateAction stores a as a draft. It fills ID, CreatedAt and UpdatedAt when
// they are empty, and sets DeployedVersion to 0. A name in use is ErrExists.
func (s *Store) CreateAction(ctx context.Context, a *Action) error {
	return s.write(ctx, func(l *lane) error { return l.insertAction(ctx, a) })
}

func (l *lane) insertAction(ctx context.Context, a *Action) error {
	if a.ID == "" {
		a.ID = newUUID()
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = time.Now()
	}
	if a.UpdatedAt.IsZero() {
		a.UpdatedAt = a.CreatedAt
	}
	a.DeployedVersion = 0
	secrets, err := asJSON(a.Secrets)
	if err != nil {
		return err
	}
	dependencies, err := asJSON(a.Dependencies)
	if err != nil {
		return err
	}
	_, err = l.exec(ctx, `INSERT INTO actions (`+actionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		a.ID, a.Name, a.Trigger, a.Runtime, a.Code, secrets, 0, ms(a.CreatedAt), ms(a.UpdatedAt), dependencies)
	return err
}

// newUUID is a random UUID (RFC 9562 section 5.4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// SaveDraft replaces the Action's draft; the deployed version stays. ErrNotFound.
func (s *Store) SaveDraft(ctx context.Context, id, code string, now time.Time) error {
	return s.change(ctx, ErrNotFound, `UPDATE actions SET code = $2, updated_at = $3 WHERE id = $1`, id, code, ms(now))
}

// SetSecret sets one secret of the draft, or deletes it when value is empty. A
// deployed version keeps the secrets it was deployed with. ErrNotFound.
func (s *Store) SetSecret(ctx context.Context, id, name, value string) error {
	return s.tx(ctx, func(l *lane) error {
		secrets := map[string]string{}
		// An UPDATE reads them, so that the row is locked until they are written.
		err := l.row(ctx, `UPDATE actions SET updated_at = $2 WHERE id = $1 RETURNING secrets`, []any{id, ms(time.Now())}, toJSON{&secrets})
		if err != nil {
			return err
		}
		secrets[name] = value
		if value == "" {
			delete(secrets, name)
		}
		text, err := asJSON(secrets)
		if err != nil {
			return err
		}
		_, err = l.exec(ctx, `UPDATE actions SET secrets = $2 WHERE id = $1`, id, text)
		return err
	})
}

// Action returns the Action with id, or ErrNotFound.
func (s *Store) Action(ctx context.Context, id string) (*Action, error) {
	return s.action(ctx, `SELECT `+actionColumns+` FROM actions WHERE id = $1`, id)
}

// ActionByName returns the Action with this name, or ErrNotFound.
func (s *Store) ActionByName(ctx context.Context, name string) (*Action, error) {
	return s.action(ctx, `SELECT `+actionColumns+` FROM actions WHERE name = $1`, name)
}

func (s *Store) action(ctx context.Context, query, key string) (*Action, error) {
	a := new(Action)
	err := s.read(ctx, func(l *lane) error { return l.row(ctx, query, []any{key}, a.columns()...) })
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Actions returns all Actions, the oldest first.
func (s *Store) Actions(ctx context.Context) (actions []*Action, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+actionColumns+` FROM actions ORDER BY created_at, name`, nil, func(r *sql.Rows) error {
			actions = append(actions, new(Action))
			return r.Scan(actions[len(actions)-1].columns()...)
		})
	})
	return actions, err
}
