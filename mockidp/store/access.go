package store

import "context"

// read runs f, which looks up single rows, on a connection that nobody else
// uses meanwhile. It takes the writer's when nobody writes: there the pages are
// warm, while a reader has to read anew what the last commit changed.
func (s *Store) read(ctx context.Context, f func(*lane) error) error {
	select {
	case l, ok := <-s.pools.writer:
		if !ok {
			return errClosed
		}
		defer func() { s.pools.writer <- l }()
		if err := ctx.Err(); err != nil {
			return err
		}
		return f(l)
	default:
		return s.list(ctx, f)
	}
}

// list runs f, which may read many rows and must not hold up a writer.
func (s *Store) list(ctx context.Context, f func(*lane) error) error {
	l, err := take(ctx, s.pools.readers)
	if err != nil {
		return err
	}
	defer func() { s.pools.readers <- l }()
	return f(l)
}

// write runs f on the connection that writes, each statement on its own: what
// it wrote is on disk when write returns. When f succeeds, then tells the cache
// what has changed, before anybody else can write.
func (s *Store) write(ctx context.Context, f func(*lane) error, then ...func(*cache)) error {
	return s.writing(ctx, true, f, then)
}

// writeSoon is write for what may be lost: it does not wait for the disk. A
// power cut may undo it, until the next write or tx returns; the end of this
// process, however violent, does not.
func (s *Store) writeSoon(ctx context.Context, f func(*lane) error, then ...func(*cache)) error {
	return s.writing(ctx, false, f, then)
}

func (s *Store) writing(ctx context.Context, wait bool, f func(*lane) error, then []func(*cache)) error {
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
	if err := l.waitForDisk(ctx, wait); err != nil {
		return err
	}
	if err := f(l); err != nil {
		return err
	}
	for _, t := range then {
		s.cache.change(t)
	}
	return nil
}

// change runs one write statement and returns none when it changed no row.
func (s *Store) change(ctx context.Context, none error, query string, args ...any) error {
	return s.write(ctx, func(l *lane) error { return l.change(ctx, none, query, args...) })
}

// tx runs f in one write transaction: all of it is on disk when tx returns
// nil, and nothing of it when tx returns an error. then is as for write.
func (s *Store) tx(ctx context.Context, f func(*lane) error, then ...func(*cache)) error {
	return s.write(ctx, func(l *lane) error { return l.tx(ctx, f) }, then...)
}

// txSoon is to tx as writeSoon is to write.
func (s *Store) txSoon(ctx context.Context, f func(*lane) error, then ...func(*cache)) error {
	return s.writeSoon(ctx, func(l *lane) error { return l.tx(ctx, f) }, then...)
}

// txFunc is tx or txSoon.
type txFunc func(ctx context.Context, f func(*lane) error, then ...func(*cache)) error

func (l *lane) tx(ctx context.Context, f func(*lane) error) error {
	// IMMEDIATE takes the write lock at once: a transaction that begins as a
	// reader could not become a writer after another process wrote.
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
	_, err := l.exec(ctx, `COMMIT`)
	committed = err == nil
	return err
}
