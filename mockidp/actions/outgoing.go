package actions

import "context"

// OutgoingRequest is an HTTP request that an Action wants to make.
type OutgoingRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"` // names in lower case
	Body    string            `json:"body,omitempty"`    // any bytes

	// Redirect is what becomes of an answer that redirects: "" or "follow", or
	// "manual" (it is the answer), or "error" (the request fails).
	Redirect string `json:"redirect,omitempty"`

	// Set by PostLogin, for whoever keeps or answers the request.
	Action        string `json:"-"` // name of the Action that asks
	Version       int    `json:"-"`
	TransactionID string `json:"-"` // event.transaction.id
	Mask          *Mask  `json:"-"` // hides the flow's secrets in what is kept of the request
}

// OutgoingResponse is the answer it gets.
type OutgoingResponse struct {
	Status     int               `json:"status"`
	StatusText string            `json:"status_text,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body,omitempty"` // any bytes
	URL        string            `json:"url,omitempty"`  // after redirects; "" means as asked
}

const (
	maxPending  = 16      // requests in flight of one run
	maxResponse = 4 << 20 // bytes of an answer's body
)

// fetcher answers an Action's HTTP requests. It runs in the server: workers
// have no way to the network.
type fetcher func(ctx context.Context, q OutgoingRequest) (OutgoingResponse, error)

// capture answers every request with 200 {} and lets nothing leave the machine.
func capture(context.Context, OutgoingRequest) (OutgoingResponse, error) {
	return OutgoingResponse{
		Status:     200,
		StatusText: "OK",
		Headers:    map[string]string{"content-type": "application/json; charset=utf-8"},
		Body:       "{}",
	}, nil
}

// asker is who makes requests during one run.
type asker struct {
	action      string
	version     int
	transaction string
	mask        *Mask
}

type askerKey struct{}

func withAsker(ctx context.Context, a asker) context.Context {
	return context.WithValue(ctx, askerKey{}, a)
}

// sign puts on a request who makes it.
func (q *OutgoingRequest) sign(ctx context.Context) {
	if a, ok := ctx.Value(askerKey{}).(asker); ok {
		q.Action, q.Version, q.TransactionID, q.Mask = a.action, a.version, a.transaction, a.mask
	}
}
