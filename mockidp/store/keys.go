package store

import (
	"context"
	"database/sql"
	"time"
)

// AddKey stores k; a key with its ID is ErrExists. It fills CreatedAt when it
// is zero. It does not retire other keys.
func (s *Store) AddKey(ctx context.Context, k *Key) error {
	if k.CreatedAt.IsZero() {
		k.CreatedAt = time.Now()
	}
	return s.write(ctx, func(l *lane) error {
		_, err := l.exec(ctx, `INSERT INTO keys (id, seq, alg, pkcs8, created_at, retired_at) VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM keys), $2, $3, $4, $5)`,
			k.ID, k.Alg, k.PKCS8, ms(k.CreatedAt), ms(k.RetiredAt))
		return err
	})
}

// Keys returns all keys, retired ones included, the newest first.
func (s *Store) Keys(ctx context.Context) (keys []*Key, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT id, alg, pkcs8, created_at, retired_at FROM keys ORDER BY seq DESC`, nil, func(r *sql.Rows) error {
			k := new(Key)
			keys = append(keys, k)
			return r.Scan(&k.ID, &k.Alg, &k.PKCS8, toTime{&k.CreatedAt}, toTime{&k.RetiredAt})
		})
	})
	return keys, err
}

// RetireKey stops the key from signing; it is published until it is deleted.
// ErrNotFound.
func (s *Store) RetireKey(ctx context.Context, kid string, now time.Time) error {
	return s.change(ctx, ErrNotFound, `UPDATE keys SET retired_at = $2 WHERE id = $1`, kid, ms(now))
}

// DeleteRetiredKeys deletes the keys that no longer sign. What they have signed can't
// be verified any more.
func (s *Store) DeleteRetiredKeys(ctx context.Context) error {
	return s.change(ctx, nil, `DELETE FROM keys WHERE retired_at <> 0`)
}
