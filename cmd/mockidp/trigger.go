package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"

	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// trigger is "mockidp trigger post-login": one whole login without a browser, on
// the configured database. It counts, and stands in the history and among the
// runs, as any other.
type trigger struct {
	config
	name                         []string
	user, password, from, client string
	json                         bool

	sources map[string]string // of the Actions that ran, by name
}

func runTrigger(ctx context.Context, args, environ []string, stdout, stderr io.Writer) error {
	t := &trigger{config: config{set: settings.New("mockidp trigger", "MOCKIDP_", stderr)}}
	s := t.set
	s.Operands(&t.name)
	s.Call(`mockidp trigger post-login [--user EMAIL] [--from "CITY, COUNTRY"] [flags]`)
	s.Text(&t.user, "user", "", "", "email of the user who logs in; default "+defaultUser)
	s.Text(&t.password, "password", "", mockidp.TestPassword, "the user's password", settings.Secret)
	s.Text(&t.from, "from", "", "", `where from: "London, GB", or an IP address`)
	s.Text(&t.client, "client", "", "", "client_id of the application; default: the seeded one")
	s.Switch(&t.json, "json", "print one JSON object")
	if err := t.read(args, environ, stderr); err != nil {
		return err
	}
	if len(t.name) != 1 || t.name[0] != mockidp.Trigger {
		return fmt.Errorf("expected the one trigger there is: mockidp trigger %s --user EMAIL, got %q", mockidp.Trigger, t.name)
	}
	r, err := t.run(ctx, stderr)
	if no, ok := errors.AsType[*refusal](err); ok && t.json {
		return errors.Join(printJSON(stdout, refusedReport(no)), err)
	}
	if err != nil {
		return err
	}
	if t.json {
		err = printJSON(stdout, r)
	} else {
		err = (&text{sources: t.sources, goOn: r.at}).print(stdout, r)
	}
	return errors.Join(err, r.err())
}

func (t *trigger) run(ctx context.Context, stderr io.Writer) (*report, error) {
	o := t.options
	// The report has what the log would say of the login; only what broke is left.
	o.Log = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: max(t.logLevel, slog.LevelError)}))
	o.SimulateIP, o.TestPassword, o.Version = true, mockidp.TestPassword, settings.Version()
	o.Runtime.Workers = 1
	idp, err := mockidp.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer idp.Close()
	// Not on stdout, which may be for a program; and at once, for the rest may fail. What
	// is in memory is always new.
	if idp.Seeded && o.DatabaseURL != "memory:" {
		fmt.Fprintf(stderr, madeText, o.DatabaseURL, o.Seed)
	}
	client, err := t.application(ctx, idp.Store)
	if err != nil {
		return nil, err
	}
	user, err := userNamed(ctx, idp.Store, t.user)
	if err != nil {
		return nil, fmt.Errorf("--user: %w", err)
	}
	from, err := addressOf(idp.Locations(), t.from)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	return t.logIn(ctx, idp, client, user.Email, from)
}

func (t *trigger) application(ctx context.Context, st *store.Store) (*store.Client, error) {
	id := cmp.Or(t.client, t.options.Client.ID)
	c, err := st.Client(ctx, id)
	if !errors.Is(err, store.ErrNotFound) {
		return c, err
	}
	all, err := st.Clients(ctx)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, c := range all {
		known = append(known, c.ID)
	}
	return nil, fmt.Errorf("--client: no application %q: did you mean %s? There are %s", id, settings.Nearest(id, known), listed(known))
}

// logIn goes the way of a browser and of the application behind it, and reports
// the run of the login flow that it leaves.
func (t *trigger) logIn(ctx context.Context, idp *mockidp.Instance, client *store.Client, email string, from netip.Addr) (*report, error) {
	app, stop, err := newVisit(idp, t.options.Issuer, client)
	if err != nil {
		return nil, err
	}
	defer stop()
	answer, err := app.login(ctx, email, t.password, from)
	if err != nil {
		return nil, err
	}
	ev, out, err := runOf(ctx, idp.Store, app.state)
	if err != nil {
		return nil, err
	}
	if out == nil && answer.denied == nil {
		return nil, errors.New("the login has left no run of the login flow")
	}
	if out == nil { // refused before any Action ran
		return nil, &refusal{who: "the application is told", code: answer.code, says: *answer.denied}
	}
	t.sources = map[string]string{}
	var flow []actions.Action
	for _, run := range out.Runs {
		v, err := idp.Store.Version(ctx, run.ID, run.Version)
		if err != nil {
			return nil, fmt.Errorf("load Action %s: %w", run.Name, err)
		}
		t.sources[run.Name] = v.Code
		flow = append(flow, actions.Action{Secrets: v.Secrets})
	}
	if answer.denied != nil { // the record has no secrets, and this is one of its kind
		text := actions.MaskFor(flow, ev).Text(*answer.denied)
		answer.denied = &text
	}
	r := newReport(ev, out, answer.denied)
	r.code = answer.code
	if answer.at != "" {
		r.at = " A browser would be at " + answer.at
	}
	if answer.denied == nil && answer.claims != nil {
		r.IDToken = answer.claims
		if r.AccessToken, err = json.Marshal(out.AccessToken); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// runOf finds the run whose authorization request had this state, which is
// random: others may log in at the same time. The newest part of a login has
// what the parts before it did.
func runOf(ctx context.Context, st *store.Store, state string) (*actions.Event, *actions.Outcome, error) {
	runs, err := st.Runs(ctx, 100)
	if err != nil {
		return nil, nil, err
	}
	for _, run := range runs {
		var rec struct {
			Event  *actions.Event   `json:"event"`
			Result *actions.Outcome `json:"result"`
		}
		if err := json.Unmarshal(run.Record, &rec); err != nil {
			return nil, nil, fmt.Errorf("run %s: %w", run.ID, err)
		}
		if rec.Event != nil && rec.Event.Transaction != nil && rec.Event.Transaction.State == state {
			return rec.Event, rec.Result, nil
		}
	}
	return nil, nil, nil
}
