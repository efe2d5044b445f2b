package store

import (
	"context"
	"errors"
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

// stepTTL is how long the browser has for a step, unless the caller says otherwise.
const stepTTL = 10 * time.Minute

// SuspendRequest keeps r, which was taken, again under its id until the browser
// has done r.Step, which begins unanswered. A zero ExpiresAt means ten minutes
// from now. The caller must not change r's lists and maps afterwards; a request
// that is still kept is ErrExists.
func (s *Store) SuspendRequest(ctx context.Context, r *Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.ID == "" || r.Step == nil {
		return errors.New("store: a suspended request needs an id and a step")
	}
	kept, step := *r, *r.Step
	step.Done, step.Answer, step.Method, step.Query, step.Body = false, nil, "", nil, nil
	kept.Step = &step
	if kept.ExpiresAt.IsZero() {
		kept.ExpiresAt = time.Now().Add(stepTTL)
	}
	return s.pending.add(kept)
}

// waits reports whether the request waits for its browser to do a step.
func (r *Request) waits() bool { return r.Step != nil && !r.Step.Done }

// AnswerStep notes that the browser has done what the request's step asked for,
// with what came of it: Answer, Method, Query and Body of answer. Of several
// callers the first wins; the others, and who comes after the request was taken
// or has expired at now, get ErrGone, and so does an answer of another Kind than
// the step's: a page that comes back from elsewhere is no second factor.
func (s *Store) AnswerStep(ctx context.Context, id string, answer Step, now time.Time) error {
	w, err := s.pending.claim(ctx, id)
	if err != nil {
		return err
	}
	defer w.lock.Unlock()
	r := *w.req.Load()
	if !r.waits() || r.Step.Kind != answer.Kind || !now.Before(r.ExpiresAt) {
		return ErrGone
	}
	step := *r.Step
	step.Done, step.Answer, step.Method, step.Query, step.Body = true, answer.Answer, answer.Method, answer.Query, answer.Body
	r.Step = &step
	s.pending.replace(w, r)
	return nil
}

// TakeRequest deletes the request and returns it. Of several callers the one
// that claims it first wins; the others get ErrGone, and so do callers that
// come after it has expired at now or while its step is not answered: who was
// late for a request that has been suspended meanwhile must not get past its step.
func (s *Store) TakeRequest(ctx context.Context, id string, now time.Time) (*Request, error) {
	w, err := s.pending.claim(ctx, id)
	if err != nil {
		return nil, err
	}
	defer w.lock.Unlock()
	r := *w.req.Load()
	if !now.Before(r.ExpiresAt) || r.waits() && r.ErrorCode == "" {
		return nil, ErrGone
	}
	s.pending.drop(w)
	return &r, nil
}
