package store

import (
	"container/list"
	"context"
	"database/sql"
	"encoding/json"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxPending bounds the memory that abandoned requests can take, at some 2 kB
	// each; beyond it the oldest makes room.
	maxPending = 16384
	// maxPendingBytes bounds what they keep besides: parameters, of which anybody may
	// send 64 kB; of suspended ones the state of their flow, up to 200 kB of claims,
	// and the forms that answer them.
	maxPendingBytes = 64 << 20
)

// pending holds the authorization requests that wait for their browser. They
// live in memory: each is written, read and deleted within minutes, and one
// that is lost in a crash costs a person a second click on "Log in". A store
// that is closed saves them, so that a restart loses none. They belong to one
// process: several servers on one database would need them in a table.
type pending struct {
	mu   sync.Mutex
	byID map[string]*waiting // nil when closed
	age  *list.List          // of *waiting, the oldest in front
	size int                 // of all, see Request.size
}

// waiting is one request. Who wants to answer it holds lock; the request
// itself is never changed but replaced, so that a reader does not wait for a
// login that is being written to disk.
type waiting struct {
	lock sync.Mutex
	gone bool // dropped; under lock
	req  atomic.Pointer[Request]
	el   *list.Element // under pending.mu
	size int           // under pending.mu
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
	p.weigh(w)
	return nil
}

// replace puts r in the place of w's request; w's lock is held.
func (p *pending) replace(w *waiting, r Request) {
	w.req.Store(&r)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID[r.ID] == w {
		p.weigh(w)
	}
}

// weigh notes what w keeps now, and lets the oldest make room for it; p.mu is held.
func (p *pending) weigh(w *waiting) {
	size := w.req.Load().size()
	p.size += size - w.size
	w.size = size
	for len(p.byID) > maxPending || p.size > maxPendingBytes && len(p.byID) > 1 {
		p.remove(p.age.Front().Value.(*waiting))
	}
}

// size is roughly how many bytes the request keeps of what others have sent.
func (r *Request) size() int {
	n := sizeOf(r.Query) + len(r.UserAgent) + len(r.Language) + r.Step.size()
	for _, asked := range r.Claims {
		for name, v := range asked {
			n += len(name) + len(v)
		}
	}
	return n
}

func (s *Step) size() int {
	if s == nil {
		return 0
	}
	n := len(s.URL) + len(s.State) + len(s.Answer) + sizeOf(s.Query) + sizeOf(s.Body)
	if s.Form != nil {
		n += len(s.Form.Fields) + len(s.Form.Vars)
	}
	return n
}

func sizeOf(list url.Values) (n int) {
	const entry = 100 // a map's entry and its slice: of many short parameters most of what they take
	for name, values := range list {
		n += entry + len(name)
		for _, v := range values {
			n += len(v)
		}
	}
	return n
}

// remove forgets w; p.mu is held.
func (p *pending) remove(w *waiting) {
	id := w.req.Load().ID
	if p.byID[id] == w {
		delete(p.byID, id)
		p.age.Remove(w.el)
		p.size -= w.size
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
