package store

import (
	"context"
	"database/sql"
	"errors"
)

// pools are a store's connections: one that writes and, for a file, four that
// only read. So writers queue in Go, in order, instead of in SQLite's busy
// handler, which lets some starve for seconds; and no reader waits for an fsync.
type pools struct {
	dbs     []*sql.DB
	writer  chan *lane
	readers chan *lane // of a store in memory: the writer
}

const readLanes = 4

var errClosed = errors.New("store: closed")

func openPools(ctx context.Context, src source) (_ *pools, err error) {
	p := &pools{writer: make(chan *lane, 1)}
	defer func() {
		if err != nil {
			p.closeDBs()
		}
	}()
	if src.path == "" {
		p.readers = p.writer
		db, err := p.openWriter(src.memory(), false)
		if err != nil {
			return nil, err
		}
		return p, createSchema(ctx, db)
	}
	if err := src.create(); err != nil {
		return nil, err
	}
	db, err := p.openWriter(src.writer(), src.synchronous == "FULL")
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db); err != nil {
		return nil, err
	}
	if db, err = p.add(src.reader(), readLanes); err != nil {
		return nil, err
	}
	p.readers = make(chan *lane, readLanes)
	for range readLanes {
		p.readers <- &lane{db: db}
	}
	return p, nil
}

func (p *pools) openWriter(dsn string, fsyncs bool) (*sql.DB, error) {
	db, err := p.add(dsn, 1)
	if err == nil {
		p.writer <- &lane{db: db, fsyncs: fsyncs}
	}
	return db, err
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

// close waits until no call is in progress and closes the connections.
func (p *pools) close() error {
	drain(p.writer)
	drain(p.readers)
	return p.closeDBs()
}

// drain takes every lane out of lanes for good; a second drain does nothing.
func drain(lanes chan *lane) {
	for range cap(lanes) {
		l, ok := <-lanes
		if !ok {
			return
		}
		l.close()
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
