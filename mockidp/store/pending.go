package store

import (
	"container/list"
	"context"
	"database/sql"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"
)

// maxPending bounds the memory that abandoned requests can take, at some 2 kB
// each; beyond it the oldest makes room.
const maxPending = 16384

// pending holds the authorization requests that wait for their browser. They
// live in memory: each is written, read and deleted within minutes, and one
// that is lost in a crash costs a person a second click on "Log in". A store
// that is closed saves them, so that a restart loses none. They belong to one
// process: several servers on one database would need them in a table.
type pending struct {
	mu   sync.Mutex
	byID map[string]*waiting // nil when closed
	age  *list.List          // of *waiting, the oldest in front
}

// waiting is one request. Who wants to answer it holds lock; the request
// itself is never changed but replaced, so that a reader does not wait for a
// login that is being written to disk.
type waiting struct {
	lock sync.Mutex
	gone bool // dropped; under lock
	req  atomic.Pointer[Request]
	el   *list.Element // under pending.mu
}

func newPending() *pending { return &pending{byID: map[string]*waiting{}, age: list.New()} }

func (p *pending) add(r Request) error {
	w := new(waiting)
	w.req.Store(&r)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil {
		return errClosed
	}
	if p.byID[r.ID] != nil {
		return ErrExists
	}
	p.byID[r.ID], w.el = w, p.age.PushBack(w)
	if len(p.byID) > maxPending {
		p.remove(p.age.Front().Value.(*waiting))
	}
	return nil
}

// remove forgets w; p.mu is held.
func (p *pending) remove(w *waiting) {
	id := w.req.Load().ID
	if p.byID[id] == w {
		delete(p.byID, id)
		p.age.Remove(w.el)
	}
}

func (p *pending) find(id string) *waiting {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byID[id]
}

// claim returns the request with its lock held, or ErrGone.
func (p *pending) claim(ctx context.Context, id string) (*waiting, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := p.find(id)
	if w == nil {
		return nil, ErrGone
	}
	w.lock.Lock()
	if w.gone {
		w.lock.Unlock()
		return nil, ErrGone
	}
	return w, nil
}

// drop forgets w, whose lock is held: whoever waits for the lock gets ErrGone.
func (p *pending) drop(w *waiting) {
	w.gone = true
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(w)
}

// prune forgets what has expired at now.
func (p *pending) prune(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.byID {
		if !now.Before(w.req.Load().ExpiresAt) {
			p.remove(w)
		}
	}
}

// save writes the waiting requests to the database and forgets them.
func (p *pending) save(ctx context.Context, s *Store) error {
	p.mu.Lock()
	waiting := p.byID
	p.byID = nil
	p.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	return s.tx(ctx, func(l *lane) error {
		for _, w := range waiting {
			r := w.req.Load()
			doc, err := json.Marshal(r)
			if err != nil {
				return err
			}
			_, err = l.exec(ctx, `INSERT INTO requests (id, expires_at, doc) VALUES ($1, $2, $3)`, r.ID, ms(r.ExpiresAt), string(doc))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// load takes them back. It deletes them in the same transaction, so that of two
// processes one gets them.
func (p *pending) load(ctx context.Context, s *Store) error {
	var saved int64
	err := s.read(ctx, func(l *lane) error { return l.row(ctx, `SELECT COUNT(*) FROM requests`, nil, toInt{&saved}) })
	if err != nil || saved == 0 {
		return err
	}
	return s.tx(ctx, func(l *lane) error {
		err := l.rows(ctx, `SELECT doc FROM requests ORDER BY expires_at`, nil, func(rows *sql.Rows) error {
			var r Request
			if err := rows.Scan(toJSON{&r}); err != nil {
				return err
			}
			return p.add(r)
		})
		if err != nil {
			return err
		}
		_, err = l.exec(ctx, `DELETE FROM requests`)
		return err
	})
}
