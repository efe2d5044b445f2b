package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	// keepRuns is how many runs Prune leaves: a workshop's day, some 5 MB.
	keepRuns = 1000
	// pruneBatch is how many rows Prune deletes before it lets a login in.
	pruneBatch = 200
)

// Prune deletes what has expired at now (requests, sessions, tokens, grants
// whose code and tokens have all expired) and all but the last 1000 runs.
// Users, logins and Actions are kept. The owner of a Store calls it every
// minute; logins get in between.
func (s *Store) Prune(ctx context.Context, now time.Time) error {
	s.pending.prune(now)
	for _, t := range []struct{ table, key string }{{"sessions", "id"}, {"tokens", "hash"}, {"grants", "id"}} {
		if err := s.pruneTable(ctx, t.table, t.key, now); err != nil {
			return err
		}
	}
	return s.writeSoon(ctx, func(l *lane) error {
		return l.change(ctx, nil, `DELETE FROM runs WHERE seq <= (SELECT MAX(seq) FROM runs) - $1`, keepRuns)
	})
}

// pruneTable finds the expired rows on a reader's connection, because there is
// no index to find them by: it would cost every login a write.
func (s *Store) pruneTable(ctx context.Context, table, key string, now time.Time) error {
	for {
		var keys []string
		err := s.list(ctx, func(l *lane) error {
			return l.rows(ctx, `SELECT `+key+` FROM `+table+` WHERE expires_at <= $1 LIMIT $2`, []any{ms(now), pruneBatch}, func(r *sql.Rows) error {
				keys = append(keys, "")
				return r.Scan(&keys[len(keys)-1])
			})
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		err = s.txSoon(ctx, func(l *lane) error {
			for _, k := range keys {
				// A grant may have got new tokens meanwhile, hence the time again.
				if _, err := l.exec(ctx, `DELETE FROM `+table+` WHERE `+key+` = $1 AND expires_at <= $2`, k, ms(now)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(keys) < pruneBatch {
			return err
		}
	}
}
