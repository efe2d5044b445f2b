package store

import (
	"context"
	"database/sql"
)

const runColumns = `id, kind, user_id, client_id, login_id, at, outcome, record`

func (r *Run) columns() []any {
	return []any{&r.ID, &r.Kind, &r.UserID, &r.ClientID, &r.LoginID, toTime{&r.At}, &r.Outcome, toRaw{&r.Record}}
}

// AddRun stores the run of a denied or failed login, which makes no grant to
// store it with. A power cut may lose it.
func (s *Store) AddRun(ctx context.Context, r *Run) error {
	return s.writeSoon(ctx, func(l *lane) error { return insertRun(ctx, l, r) })
}

func insertRun(ctx context.Context, l *lane, r *Run) error {
	if r == nil {
		return nil
	}
	_, err := l.exec(ctx, `INSERT INTO runs (seq, `+runColumns+`) VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM runs), $1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, r.Kind, r.UserID, r.ClientID, r.LoginID, ms(r.At), r.Outcome, string(r.Record))
	return err
}

// Runs returns the last runs, the newest first; a limit of 0 means all that are kept.
func (s *Store) Runs(ctx context.Context, limit int) (runs []*Run, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+runColumns+` FROM runs ORDER BY seq DESC LIMIT $1`, []any{rowLimit(limit)}, func(r *sql.Rows) error {
			runs = append(runs, new(Run))
			return r.Scan(runs[len(runs)-1].columns()...)
		})
	})
	return runs, err
}

// RunsAfter returns the runs that came after the one with this Seq, the oldest first;
// 0 means from the beginning. It is quick when there are none: who follows the log
// asks again and again.
func (s *Store) RunsAfter(ctx context.Context, seq int64, limit int) (runs []*Run, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT seq, `+runColumns+` FROM runs WHERE seq > $1 ORDER BY seq LIMIT $2`, []any{seq, rowLimit(limit)}, func(r *sql.Rows) error {
			run := new(Run)
			runs = append(runs, run)
			return r.Scan(append([]any{toInt{&run.Seq}}, run.columns()...)...)
		})
	})
	return runs, err
}

// LogType is the run's type code in the tenant's log (Auth0: "Log Event Type
// Codes").
func (r *Run) LogType() string {
	ok, failed := "s", "f"
	switch r.Kind {
	case "sso", "silent":
		ok, failed = "ssa", "fsa"
	case "refresh":
		ok, failed = "sertft", "fertft"
	case "password":
		ok, failed = "sepft", "fepft"
	}
	if r.Outcome != "ok" {
		return failed
	}
	return ok
}

// Run returns the run with id, or ErrNotFound. A login that was suspended has
// one for each part of its way: the last one is returned, which tells it all.
func (s *Store) Run(ctx context.Context, id string) (*Run, error) {
	run := new(Run)
	err := s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT `+runColumns+` FROM runs WHERE id = $1 AND seq = (SELECT MAX(seq) FROM runs WHERE id = $1)`, []any{id}, run.columns()...)
	})
	if err != nil {
		return nil, err
	}
	return run, nil
}
