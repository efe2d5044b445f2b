package mockidp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/outbox"
	"example.com/postlogin/mockidp/store"
)

// pruneEvery is how often expired rows are deleted.
const pruneEvery = time.Minute

// Options says what Open opens. Store, GeoIP, Actions, Trial and Outbox of Config
// are set by Open, and Runtime.Fetch is the outbox's.
type Options struct {
	Config
	DatabaseURL string         // "file:./mockidp.db" or "memory:"
	Seed        string         // SeedDemo or SeedEmpty: what an empty database is filled with
	Rehearsal   bool           // for Rehearse only: no password is hashed and no key is made at start, which take most of its time
	Client      *store.Client  // the seeded application; nil: DemoClient()
	GeoIPPath   string         // a city .mmdb; empty: the built-in one
	Runtime     actions.Config // limits and mode of the Action runtime
	Allow       []string       // hosts that Actions really reach, see outbox.ParseMode; none: nothing leaves the machine
}

// Instance is a running Server together with everything it stands on.
type Instance struct {
	*Server
	Store   *store.Store
	GeoIP   *geoip.DB
	Actions *actions.Runner
	Seeded  bool // the database was empty, and Open has filled it

	outbox *outbox.Outbox
	trial  *actions.Runner

	stop context.CancelFunc
	work sync.WaitGroup
}

// Open opens the database, the location database and the Action runtime, seeds
// an empty database, and returns a Server that is ready to serve. Close the
// Instance after the last request. ctx bounds the opening, not the Instance.
func Open(ctx context.Context, o Options) (_ *Instance, err error) {
	in := &Instance{}
	defer func() {
		if err != nil {
			in.Close()
		}
	}()
	log := cmp.Or(o.Log, slog.Default())
	// The workers start while the rest opens: the first login finds them warm.
	o.Runtime.Log = cmp.Or(o.Runtime.Log, log)
	o.Runtime.Fetch = in.fetch
	issuer, err := url.Parse(o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("mockidp: Issuer: %w", err)
	}
	o.Runtime.Host = issuer.Host
	if in.Actions, err = actions.New(o.Runtime); err != nil {
		return nil, fmt.Errorf("action runtime: %w", err)
	}
	if in.trial, err = actions.New(trialRuntime(o.Runtime)); err != nil {
		return nil, fmt.Errorf("action runtime: %w", err)
	}
	started := make(chan error, 1)
	go func() { started <- in.Actions.Start(ctx) }()
	defer func() { err = errors.Join(err, <-started) }()

	if in.GeoIP, err = geoip.Open(geoip.Config{Path: o.GeoIPPath, Log: log}); err != nil {
		return nil, err
	}
	if in.Store, err = store.Open(ctx, o.DatabaseURL); err != nil {
		return nil, err
	}
	if in.Seeded, err = seed(ctx, in.Store, o.Seed, cmp.Or(o.Client, DemoClient()), o.Rehearsal); err != nil {
		return nil, err
	}
	if in.outbox, err = in.openOutbox(o, issuer, log); err != nil {
		return nil, err
	}
	o.Config.Store, o.Config.GeoIP, o.Config.Actions, o.Config.Outbox = in.Store, in.GeoIP, in.Actions, in.outbox
	o.Config.Trial = in.trial
	if in.Server, err = New(o.Config); err != nil {
		return nil, err
	}
	if !o.Rehearsal { // a key that is needed after all is made then
		if err := in.Server.Start(ctx); err != nil {
			return nil, err
		}
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	in.stop = stop
	in.work.Go(func() { in.GeoIP.Watch(background) })
	in.work.Go(func() { in.prune(background, log) })
	return in, nil
}

// trialRuntime is the runtime of tests in the editor: one worker, started at the
// first test, a fresh world for each, and requests that are answered 200 {}. Each
// test that hangs keeps a worker process busy, so only a few run at once.
func trialRuntime(c actions.Config) actions.Config {
	c.Workers, c.Cold, c.Fetch, c.AtOnce = 1, true, nil, 4
	return c
}

// openOutbox makes the outbox, which serves the provider's own hosts in this process.
func (in *Instance) openOutbox(o Options, issuer *url.URL, log *slog.Logger) (*outbox.Outbox, error) {
	own := []string{issuer.Host}
	if port := issuer.Port(); port != "" { // the other names that guard knows
		own = append(own, "localhost:"+port, "127.0.0.1:"+port, "[::1]:"+port)
		// Auth0's domains have no port, so Actions make https: addresses of
		// event.request.hostname alone. They mean the provider, unless the operator
		// has a server of their own there.
		if name := issuer.Hostname(); !slices.ContainsFunc(o.Allow, func(entry string) bool { return hostname(entry) == name }) {
			own = append(own, net.JoinHostPort(name, "443"))
		}
	}
	return outbox.New(outbox.Config{
		Store: in.Store, Allow: o.Allow, OwnHosts: own, Log: log, Now: o.Now,
		Own: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { in.Server.ServeHTTP(w, r) }),
	})
}

// fetch is how Actions reach the outbox, which is made after their runtime.
func (in *Instance) fetch(ctx context.Context, q actions.OutgoingRequest) (actions.OutgoingResponse, error) {
	return in.outbox.Fetch(ctx, q)
}

func (in *Instance) prune(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := in.Store.Prune(ctx, in.now()); err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "could not delete expired rows", "err", err)
			}
		}
	}
}

// Close ends the background work, the workers and the database.
func (in *Instance) Close() error {
	var errs []error
	if in.stop != nil {
		in.stop()
		in.work.Wait()
	}
	if in.Actions != nil {
		errs = append(errs, in.Actions.Close())
	}
	if in.trial != nil {
		errs = append(errs, in.trial.Close())
	}
	if in.Store != nil {
		errs = append(errs, in.Store.Close())
	}
	return errors.Join(errs...)
}
