package actions

import (
	"fmt"

	"github.com/dop251/goja"
)

// pendingFetch is a request on its way.
type pendingFetch struct {
	resolve, reject func(any) error
	call            int // index in the run's Requests
}

// hostFetch starts an HTTP request ({method, url, headers, body, redirect, line};
// the body is text or an ArrayBuffer, in the answer too) and returns a promise of {status, statusText, headers, body, url}. The request itself is
// made, captured or refused by the server.
func hostFetch(w *world, args hostArgs) goja.Value {
	r := w.run
	if len(r.pending) >= maxPending {
		w.throw("TypeError", fmt.Sprintf("fetch failed: more than %d requests at once", maxPending))
	}
	o := args.at(0).(*goja.Object)
	q := OutgoingRequest{Method: text(o.Get("method")), URL: text(o.Get("url")), Headers: map[string]string{}}
	if body, ok := o.Get("body").(*goja.Object); ok && kindOf(body) == kindBuffer {
		q.Body = string(body.Export().(goja.ArrayBuffer).Bytes())
	} else {
		q.Body = text(o.Get("body"))
	}
	if mode := text(o.Get("redirect")); mode != "follow" {
		q.Redirect = mode
	}
	if h, ok := o.Get("headers").(*goja.Object); ok {
		for _, k := range h.Keys() {
			q.Headers[k] = text(h.Get(k))
			r.output += len(k) + len(q.Headers[k])
		}
	}
	if r.output += len(q.Method) + len(q.URL) + len(q.Body); r.output > maxOutput {
		w.throw("RangeError", "The Action's requests exceed 1 MB")
	}
	if len(r.result.Requests) >= maxRequests {
		w.throw("RangeError", fmt.Sprintf("The Action makes more than %d requests", maxRequests))
	}
	promise, resolve, reject := w.rt.NewPromise()
	if r.pending == nil {
		r.pending = map[int64]*pendingFetch{}
	}
	// Numbered over all runs: a late answer to an earlier run finds nobody.
	r.engine.asked++
	id := r.engine.asked
	r.pending[id] = &pendingFetch{resolve, reject, len(r.result.Requests)}
	r.result.Requests = append(r.result.Requests, OutgoingCall{Method: q.Method, URL: q.URL, Headers: q.Headers, Body: q.Body, Line: int(o.Get("line").ToInteger())})
	binary := packBody(&q.Body)
	r.engine.fetch(fetchMessage{ID: id, Request: q, Binary: binary})
	return w.rt.ToValue(promise)
}

// settleFetch hands an answer to the promise that waits for it.
func (r *run) settleFetch(w *world, m settleMessage) error {
	p := r.pending[m.ID]
	if p == nil {
		return nil
	}
	delete(r.pending, m.ID)
	call := &r.result.Requests[p.call]
	if m.Error != "" {
		call.Error = m.Error
		return p.reject(w.newError("TypeError", "fetch failed: "+m.Error))
	}
	call.Status = m.Response.Status
	headers := w.rt.CreateObject(nil)
	for k, v := range m.Response.Headers {
		headers.Set(k, v)
	}
	answer := w.rt.NewObject()
	answer.Set("status", m.Response.Status)
	answer.Set("statusText", m.Response.StatusText)
	answer.Set("url", m.Response.URL)
	answer.Set("body", m.Response.Body)
	if m.Binary != nil {
		answer.Set("body", w.rt.NewArrayBuffer(m.Binary))
	}
	answer.Set("headers", headers)
	return p.resolve(answer)
}
