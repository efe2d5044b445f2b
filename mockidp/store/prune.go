package store

import (
	"context"
	"time"
)

// keepRuns is how many runs Prune leaves: a long workshop day, in some 10 MB.
const keepRuns = 2000

// Prune deletes what has expired at now (requests, sessions, tokens, grants
// whose code and tokens have all expired) and all but the last 2000 runs.
// Users, logins and Actions are kept. The owner of a Store calls it every
// minute. Each statement stands alone, so that logins get in between.
func (s *Store) Prune(ctx context.Context, now time.Time) error {
	s.pending.prune(now)
	for _, table := range []string{"sessions", "tokens", "grants"} {
		if err := s.change(ctx, nil, `DELETE FROM `+table+` WHERE expires_at <= $1`, ms(now)); err != nil {
			return err
		}
	}
	return s.change(ctx, nil, `DELETE FROM runs WHERE seq <= (SELECT MAX(seq) FROM runs) - $1`, keepRuns)
}
