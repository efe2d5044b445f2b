package outbox

import (
	"context"
	"net/url"
	"time"
	"unicode/utf8"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

const (
	keepBody = 64 << 10 // bytes kept of a body, on either side
	keepURL  = 8 << 10  // bytes kept of an address
)

// record keeps what became of q, without the values of the flow's secrets: what
// was sent, and what the Action got, had them. Where it can't, the log says so and the Action
// goes on: what it asked for has happened.
func (o *Outbox) record(ctx context.Context, q actions.OutgoingRequest, a answer, failure error, start time.Time) {
	// Masked first, then cut: half a secret would not be known as one.
	hide := q.Mask.Text
	r := &store.Outgoing{
		TransactionID: q.TransactionID, At: start, Took: o.now().Sub(start), Mode: a.mode, Action: q.Action, Version: int64(q.Version),
		Method: hide(q.Method), URL: cut(hide(q.URL), keepURL), Body: cut(hide(q.Body), keepBody), BodySize: int64(len(q.Body)),
	}
	if headerSize(q.Headers) <= maxHeaders {
		r.Headers = q.Mask.Texts(q.Headers)
	}
	if failure != nil {
		r.Error = cut(hide(failure.Error()), keepURL)
	} else {
		r.Status, r.AnswerURL, r.AnswerHeaders = int64(a.Status), cut(hide(a.URL), keepURL), q.Mask.Texts(a.Headers)
		r.Answer, r.AnswerSize = cut(hide(a.Body), keepBody), int64(len(a.Body))
	}
	if err := o.store.AddOutgoing(ctx, r); err != nil {
		o.log.ErrorContext(ctx, "could not keep an Action's outgoing request", "transaction", q.TransactionID, "action", q.Action, "err", err)
		return
	}
	// The host only: paths, queries and errors may carry what is secret.
	o.log.DebugContext(ctx, "outgoing request of an Action", "id", r.ID, "transaction", q.TransactionID, "action", q.Action, "method", r.Method, "host", q.Mask.Text(hostOf(q.URL)), "mode", r.Mode, "status", r.Status)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// cut is the beginning of s, at most n bytes of it and no half character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
