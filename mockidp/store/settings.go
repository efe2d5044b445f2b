package store

import "context"

// Setting returns the value of key, or ErrNotFound.
func (s *Store) Setting(ctx context.Context, key string) (value string, err error) {
	err = s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT value FROM settings WHERE key = $1`, []any{key}, &value)
	})
	return value, err
}

// PutSetting sets key to value.
func (s *Store) PutSetting(ctx context.Context, key, value string) error {
	return s.write(ctx, func(l *lane) error { return l.putSetting(ctx, key, value) })
}

func (l *lane) putSetting(ctx context.Context, key, value string) error {
	return l.change(ctx, nil, `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2`, key, value)
}
