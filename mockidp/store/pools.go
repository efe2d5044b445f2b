package store

import (
	"context"
	"database/sql"
	"errors"
)

// pools are a store's connections: one that writes and, for a file, four that
// only read, so that a reader never waits for an fsync and writers queue in Go
// instead of in SQLite's busy handler, which starves some for seconds.
type pools struct {
	dbs     []*sql.DB
	writer  chan *lane
	readers chan *lane // of a store in memory: the writer
}

const readLanes = 4

func openPools(ctx context.Context, src source) (_ *pools, err error) {
	p := &pools{writer: make(chan *lane, 1)}
	defer func() {
		if err != nil {
			p.closeDBs()
		}
	}()
	if src.path == "" {
		w, err := p.add(src.sqlite("page_size(8192)", "foreign_keys(1)", "temp_store(2)"), 1)
		if err != nil {
			return nil, err
		}
		p.readers = p.writer
		p.writer <- &lane{db: w}
		return p, migrate(ctx, w)
	}
	if err := src.create(); err != nil {
		return nil, err
	}
	// busy_timeout comes first: switching to WAL takes a lock.
	w, err := p.add(src.sqlite("busy_timeout(5000)", "journal_mode(WAL)", "synchronous("+src.synchronous+")", "foreign_keys(1)", "temp_store(2)"), 1)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, w); err != nil {
		return nil, err
	}
	p.writer <- &lane{db: w}
	r, err := p.add(src.sqlite("busy_timeout(5000)", "query_only(1)", "temp_store(2)"), readLanes)
	if err != nil {
		return nil, err
	}
	p.readers = make(chan *lane, readLanes)
	for range readLanes {
		p.readers <- &lane{db: r}
	}
	return p, nil
}

func (p *pools) add(dsn string, conns int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	p.dbs = append(p.dbs, db)
	return db, nil
}

// take takes a lane out of its channel, or gives up with ctx.
func take(ctx context.Context, lanes chan *lane) (*lane, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case l, ok := <-lanes:
		if !ok {
			return nil, errClosed
		}
		return l, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errClosed = errors.New("store: closed")

// close collects every lane, so that no call is in progress, and closes them.
func (p *pools) close() error {
	drain(p.writer)
	if p.readers != p.writer {
		drain(p.readers)
	}
	return p.closeDBs()
}

func drain(lanes chan *lane) {
	for range cap(lanes) {
		l, ok := <-lanes
		if !ok {
			return
		}
		if l.conn != nil {
			l.conn.Close()
		}
	}
	close(lanes)
}

func (p *pools) closeDBs() error {
	var errs []error
	for _, db := range p.dbs {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// read runs f on a connection that nobody else uses meanwhile. Once f runs,
// statements are not cancelled with ctx: they take microseconds.
//
// It takes the writer's connection when nobody writes: there the pages are
// warm, while a reader has to read anew what the last commit changed.
func (s *Store) read(ctx context.Context, f func(*lane) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	lanes := s.pools.readers
	var l *lane
	select {
	case l = <-s.pools.writer:
		lanes = s.pools.writer
	default:
		var err error
		if l, err = take(ctx, lanes); err != nil {
			return err
		}
	}
	if l == nil {
		return errClosed
	}
	defer func() { lanes <- l }()
	return f(l)
}

// write runs f on the connection that writes, each statement on its own. When
// f succeeds, then tells the cache what has changed, before anybody else can
// write.
func (s *Store) write(ctx context.Context, f func(*lane) error, then ...func(*cache)) error {
	l, err := take(ctx, s.pools.writer)
	if err != nil {
		return err
	}
	defer func() {
		if s.cache.due() {
			s.cache.look(ctx, l) // fails when the connection does, as the next call will say
		}
		s.pools.writer <- l
	}()
	if err := f(l); err != nil {
		return err
	}
	for _, t := range then {
		s.cache.change(t)
	}
	return nil
}

// tx runs f in one write transaction: all of it is on disk when tx returns
// nil, and nothing of it when tx returns an error. then is as for write.
func (s *Store) tx(ctx context.Context, f func(*lane) error, then ...func(*cache)) error {
	return s.write(ctx, func(l *lane) (err error) {
		// IMMEDIATE takes the write lock at once: a transaction that begins
		// as a reader could not become a writer after another process wrote.
		if _, err := l.exec(ctx, `BEGIN IMMEDIATE`); err != nil {
			return err
		}
		committed := false
		defer func() {
			if !committed {
				l.exec(ctx, `ROLLBACK`) // also after a panic and a failed COMMIT
			}
		}()
		if err := f(l); err != nil {
			return err
		}
		_, err = l.exec(ctx, `COMMIT`)
		committed = err == nil
		return err
	}, then...)
}

// change runs one write statement and returns none when it changed no row.
func (s *Store) change(ctx context.Context, none error, query string, args ...any) error {
	return s.write(ctx, func(l *lane) error { return l.change(ctx, none, query, args...) })
}
