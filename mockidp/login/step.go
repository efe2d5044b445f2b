package login

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/ui"
)

const (
	// MFAPath is where a browser passes the second factor of a [store.StepMFA].
	MFAPath = "/u/mfa"
	// FormPath is where a person fills in the form of a [store.StepForm].
	FormPath = "/u/form"
)

// maxStepBytes bounds the form that a step's page posts. A form of an Action may
// have 24 kB of values, which percent-encoding can triple.
const maxStepBytes = 128 << 10

// pause is one request of a browser whose login waits at a step.
type pause struct {
	req *store.Request
	*challenge
}

// atStep adapts h, which answers a browser whose login waits at a step of kind,
// with the lock of its challenge held. A login that waits for something else, or
// for nothing any more, goes back to the dispatcher, which knows what is next: so
// a double click and the Back button lead on.
func (l *Login) atStep(kind string, h func(http.ResponseWriter, *http.Request, pause) error) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		fields := r.URL.Query()
		if r.Method == http.MethodPost {
			if err := parseForm(w, r, maxStepBytes); err != nil {
				return err
			}
			fields = r.PostForm
		}
		req, err := l.transaction(r, fields.Get("state"), fields.Get("client_id"))
		if err != nil {
			return err
		}
		c := l.challenges.of(req.ID, req.ExpiresAt, l.cfg.Now())
		c.mu.Lock()
		defer c.mu.Unlock()
		// Another post may have been answered while this one waited for the lock.
		if req, err = l.transaction(r, req.ID, req.ClientID); err != nil {
			return err
		}
		if req.ErrorCode != "" || req.Step == nil || req.Step.Done || req.Step.Kind != kind {
			return l.resume(w, r, req)
		}
		return h(w, r, pause{req, c})
	}
}

// answer stores what the step brought: a JSON object.
func (l *Login) answer(ctx context.Context, p pause, answer any) error {
	doc, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	err = l.cfg.Store.AnswerStep(ctx, p.req.ID, store.Step{Kind: p.req.Step.Kind, Answer: doc}, l.cfg.Now())
	if errors.Is(err, store.ErrGone) || errors.Is(err, store.ErrNotFound) {
		return l.over(ctx, p.req.ClientID)
	}
	if err == nil {
		l.challenges.drop(p.req.ID)
	}
	return err
}

// cancelled is the answer of a person who gave up.
type cancelled struct {
	Cancelled bool   `json:"cancelled"`
	Reason    string `json:"reason,omitempty"` // when it was not the person who ended it
}

// cancel ends the step without its result; the Actions' flow then ends, too.
func (l *Login) cancel(w http.ResponseWriter, r *http.Request, p pause, reason string) error {
	if err := l.answer(r.Context(), p, cancelled{Cancelled: true, Reason: reason}); err != nil {
		return err
	}
	return l.resume(w, r, p.req)
}

// person returns who waits at p and the session that the login is answered from:
// the one that the login page made, else the browser's.
func (l *Login) person(r *http.Request, p pause) (u *store.User, s *store.Session, err error) {
	ctx, now := r.Context(), l.cfg.Now()
	switch c, noCookie := r.Cookie(SessionCookie); {
	case p.req.SessionID != "":
		s, err = l.cfg.Store.Session(ctx, p.req.SessionID, now)
	case noCookie == nil && c.Value != "":
		s, err = l.cfg.Store.SessionByHash(ctx, store.HashSecret(c.Value), now)
	default:
		err = store.ErrNotFound
	}
	if err == nil {
		u, err = l.cfg.Store.User(ctx, s.UserID)
	}
	if errors.Is(err, store.ErrNotFound) {
		// Logged out in another tab. Not back to the dispatcher: it would send the
		// browser here again.
		return nil, nil, l.over(ctx, p.req.ClientID)
	}
	return u, s, err
}

// stepAction complains of a button that the page does not have.
func stepAction() error {
	return &pageError{status: http.StatusBadRequest, Problem: ui.Problem{
		Title: "This form can't be read", Detail: "It was not sent by one of the buttons of its page. Go back and send it again.",
	}}
}
