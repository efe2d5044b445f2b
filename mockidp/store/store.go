// Package store keeps the tenant: users, clients, sessions, authorization
// requests, grants, tokens, keys, Actions with their versions, the login flow,
// logins and the runs of Actions. It decides who wins a race (one code, one
// winner; logins counted 1, 2, 3 …) and knows no protocol: what may be asked
// for, checked or answered is up to packages provider and login, what a run
// records up to mockidp.
//
// One type, [Store], on SQLite. The queries and the migrations are written in
// the subset that PostgreSQL shares; see lane.stmt for the one difference.
//
//	store.go, dsn.go     opening; what a DSN means
//	pools.go, lane.go    connections: one that writes, four that read
//	access.go            reading, writing, transactions; what waits for the disk
//	cache.go             rows that every login reads
//	pending.go           requests that wait for their browser: in memory
//	migrate.go           the schema: migrations/, explained column by column
//	users.go, …          one file per table
//
// Times are kept in milliseconds and come back in UTC. Of visitors' secrets
// only digests come here, see [HashSecret].
package store

import (
	"context"
	"errors"
	"fmt"
)

var (
	// ErrNotFound: no such row, or it has expired.
	ErrNotFound = errors.New("store: not found")
	// ErrGone: the row existed but somebody else used it first, or it has expired.
	ErrGone = errors.New("store: already used or expired")
	// ErrExists: a unique value (email, Action name, client id) is taken.
	ErrExists = errors.New("store: already exists")
)

// Store is one tenant's database. It is safe for use by many goroutines.
type Store struct {
	pools   *pools
	pending *pending
	cache   *cache
}

// Open opens dsn and brings its schema up to date:
//
//	file:./mockidp.db                     SQLite; created 0600, in a 0700 directory
//	file:./mockidp.db?synchronous=normal  a power cut may cost the last logins: for load tests
//	memory:                               SQLite in memory, a private one for each call
//
// A file that a newer version of this program has written is refused.
func Open(ctx context.Context, dsn string) (*Store, error) {
	src, err := parseDSN(dsn)
	if err != nil {
		return nil, err
	}
	p, err := openPools(ctx, src)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", src, err)
	}
	s := &Store{pools: p, pending: newPending(), cache: newCache(src.path != "")}
	if err := s.pending.load(ctx, s); err != nil {
		p.close()
		return nil, fmt.Errorf("%w (taking over the requests of the last run from %s)", err, src)
	}
	return s, nil
}

// Close saves the requests that wait for their browser, waits for the calls in
// progress and closes the database. Calls made after it fail.
func (s *Store) Close() error {
	err := s.pending.save(context.Background(), s)
	return errors.Join(err, s.pools.close())
}

// Ping reports whether the database can be read now.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, func(l *lane) error { return l.row(ctx, `SELECT 1`, nil, new(int64)) })
}
