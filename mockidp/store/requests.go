package store

import (
	"context"
	"time"
)

// CreateRequest keeps r until it is answered or has expired. It fills ID and
// CreatedAt when they are empty. The caller must not change r's lists and maps
// afterwards. Requests are kept in memory, see type pending; ErrExists.
func (s *Store) CreateRequest(ctx context.Context, r *Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = randomHex(16)
	}
	if r.CreatedAt.IsZero() {
		r.CreatedAt = time.Now()
	}
	return s.pending.add(*r)
}

// Request returns the request with id; ErrNotFound also when it has expired at now.
func (s *Store) Request(ctx context.Context, id string, now time.Time) (*Request, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := s.pending.find(id)
	if w == nil {
		return nil, ErrNotFound
	}
	r := *w.req.Load()
	if !now.Before(r.ExpiresAt) {
		return nil, ErrNotFound
	}
	return &r, nil
}

// RefuseRequest makes the request end in an OAuth error: the dispatcher answers
// with code and text. A request that a login has answered, and one that was
// taken, are ErrGone; refusing twice is no error, the last one counts.
func (s *Store) RefuseRequest(ctx context.Context, id, code, text string) error {
	w, err := s.pending.claim(ctx, id)
	if err != nil {
		return err
	}
	defer w.lock.Unlock()
	r := *w.req.Load()
	if r.LoginID != "" {
		return ErrGone
	}
	r.ErrorCode, r.ErrorText = code, text
	w.req.Store(&r)
	return nil
}

// TakeRequest deletes the request and returns it. Of several callers the one
// that claims it first wins; the others get ErrGone, and so do callers that
// come after it has expired at now.
func (s *Store) TakeRequest(ctx context.Context, id string, now time.Time) (*Request, error) {
	w, err := s.pending.claim(ctx, id)
	if err != nil {
		return nil, err
	}
	defer w.lock.Unlock()
	r := *w.req.Load()
	if !now.Before(r.ExpiresAt) {
		return nil, ErrGone
	}
	s.pending.drop(w)
	return &r, nil
}
