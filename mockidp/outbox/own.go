package outbox

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"example.com/postlogin/mockidp/actions"
)

type fromAction struct{}

// FromAction reports whether a request with this context was made by an Action
// and is served in this process, beside the network. Such a request has no peer
// address: who opens something to this machine must not open it to Actions.
func FromAction(ctx context.Context) bool { return ctx.Value(fromAction{}) != nil }

// noPeer is the address such a request comes from: one that no network has, so
// that nobody takes it for this machine or for a neighbour.
const noPeer = "0.0.0.0:0"

// serve lets the provider itself answer q. The Action that asks holds a worker
// meanwhile, so an answer that needs the login flow's Actions has to get by with
// the others; what they ask of the provider is refused, or it would never end.
func (o *Outbox) serve(ctx context.Context, q actions.OutgoingRequest, u *url.URL) (res actions.OutgoingResponse, err error) {
	if FromAction(ctx) {
		return res, refuse("%s answers an Action's request just now: an Action that runs meanwhile cannot ask it again", u.Host)
	}
	if strings.Contains(path.Clean(u.Path)+"/", "/_mock/") {
		return res, refuse("/_mock/ is for the people who run this emulator, not for Actions")
	}
	req, err := newRequest(context.WithValue(ctx, fromAction{}, true), q, u)
	if err != nil {
		return res, err
	}
	req.RequestURI, req.RemoteAddr, req.Host = u.RequestURI(), noPeer, u.Host
	w := &recorder{header: http.Header{}}
	if err := o.handle(w, req); err != nil {
		return res, err
	}
	if ctx.Err() != nil {
		return res, ended(ctx, ctx.Err()) // whatever was written is half of it, or says just this
	}
	return w.result(q.Method)
}

// handle calls the provider and survives it.
func (o *Outbox) handle(w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			if cause != http.ErrAbortHandler {
				o.log.ErrorContext(r.Context(), "the provider panicked while it answered an Action", "path", r.URL.Path, "panic", cause)
			}
			err = fmt.Errorf("%s closed the connection", r.Host)
		}
	}()
	o.own.ServeHTTP(w, r)
	return nil
}

// recorder is a ResponseWriter that keeps what is written, up to maxAnswer.
type recorder struct {
	header http.Header // what the handler sets
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
	large  bool
}

func (w *recorder) Header() http.Header { return w.header }

// WriteHeader keeps the first final status, as net/http does.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status, w.sent = status, w.header.Clone()
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.body.Len()+len(b) > maxAnswer {
		w.large = true
		return 0, errLarge
	}
	return w.body.Write(b)
}

// result is the answer to a request with this method.
func (w *recorder) result(method string) (res actions.OutgoingResponse, err error) {
	w.WriteHeader(http.StatusOK)
	if w.large {
		return res, errLarge
	}
	body := w.body.String()
	if method == http.MethodHead || w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		body = ""
	}
	if body != "" && w.sent.Get("Content-Type") == "" {
		w.sent.Set("Content-Type", http.DetectContentType(w.body.Bytes()))
	}
	return actions.OutgoingResponse{Status: w.status, StatusText: http.StatusText(w.status), Headers: answerHeader(w.sent), Body: body}, nil
}
