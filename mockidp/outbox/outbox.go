package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// Who answered a request, as kept in store.Outgoing.Mode.
const (
	ModeCaptured = "captured" // nobody: 200 {}
	ModeRule     = "rule"     // a rule of the operator
	ModeOwn      = "own"      // the provider itself, in this process
	ModeAllowed  = "allowed"  // the host it was sent to, or its network's error
	ModeRefused  = "refused"  // the Action got an error: the request may not be made
)

// Config is what an Outbox needs.
type Config struct {
	// Store keeps requests and rules. Required.
	Store *store.Store
	// Allow lists the hosts that are really called, see [ParseMode]. "host"
	// stands for its ports 80 and 443 on public addresses; "host:port" for that
	// port, on private and loopback addresses too.
	Allow []string
	// Own serves requests for OwnHosts: normally the provider. It is first used
	// when an Action makes such a request, so that it may be a http.HandlerFunc
	// over a variable set later. Required when OwnHosts is not empty.
	Own http.Handler
	// OwnHosts lists the provider's own names, in the forms of Allow.
	OwnHosts []string
	// Timeout is how long one request may take with all its redirects; default
	// 10 s. The delay of a rule does not count.
	Timeout time.Duration
	// Transport carries requests to allowed hosts; nil: one that connects to
	// permitted addresses only. Another one has to look after that itself.
	Transport http.RoundTripper
	// Resolve finds the addresses of a host name; nil: the system's resolver.
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)

	Log *slog.Logger     // default: slog.Default()
	Now func() time.Time // default: time.Now
}

// Outbox answers and keeps the requests of Actions. Make one with New; it is
// safe for use by many goroutines.
type Outbox struct {
	store     *store.Store
	allow     hosts
	own       http.Handler
	ownHosts  hosts
	timeout   time.Duration
	transport http.RoundTripper
	resolve   func(ctx context.Context, host string) ([]netip.Addr, error)
	log       *slog.Logger
	now       func() time.Time
}

// New checks cfg. It does no I/O.
func New(cfg Config) (*Outbox, error) {
	if cfg.Store == nil {
		return nil, errors.New("outbox: Store is required")
	}
	if len(cfg.OwnHosts) > 0 && cfg.Own == nil {
		return nil, errors.New("outbox: OwnHosts are given, so Own is required")
	}
	if cfg.Timeout < 0 {
		return nil, fmt.Errorf("outbox: Timeout is %v: a positive duration expected, or 0 for the default", cfg.Timeout)
	}
	allow, err := parseHosts(cfg.Allow)
	if err != nil {
		return nil, fmt.Errorf("outbox: Allow: %w", err)
	}
	own, err := parseHosts(cfg.OwnHosts)
	if err != nil {
		return nil, fmt.Errorf("outbox: OwnHosts: %w", err)
	}
	o := &Outbox{
		store: cfg.Store, allow: allow, own: cfg.Own, ownHosts: own, timeout: cmp.Or(cfg.Timeout, 10*time.Second),
		transport: cfg.Transport, resolve: cfg.Resolve, log: cmp.Or(cfg.Log, slog.Default()), now: cfg.Now,
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.resolve == nil {
		o.resolve = lookup
	}
	if o.transport == nil {
		o.transport = o.guarded()
	}
	return o, nil
}

func lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// Fetch answers one request of an Action; it is made for actions.Config.Fetch.
// What it answered is on record when it returns, also when ctx has ended: then
// the Action did not wait for the answer, but it did ask. An error is meant for
// the Action's author; nothing was answered then.
func (o *Outbox) Fetch(ctx context.Context, q actions.OutgoingRequest) (actions.OutgoingResponse, error) {
	start := o.now()
	a, err := o.follow(ctx, q)
	if err == nil {
		err = pause(ctx, a.delay)
	}
	o.record(context.WithoutCancel(ctx), q, a, err, start)
	if err != nil {
		return actions.OutgoingResponse{}, err
	}
	return a.OutgoingResponse, nil
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx, ctx.Err())
	}
}

var errEnded = errors.New("the Action ended before the answer came")

// ended is why a request failed with err: the end of ctx says it better, if that
// was the reason.
func ended(ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return err
	case errors.Is(cause, context.Canceled):
		return errEnded
	default:
		return cause
	}
}
