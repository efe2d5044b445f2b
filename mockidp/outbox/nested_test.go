package outbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
)

// asker is an Action that asks the provider, and tells what came of it.
const asker = `
	exports.onExecutePostLogin = async (event, api) => {
		const said = await fetch('http://localhost:9400/oauth/token', { method: 'POST' }).then((r) => r.text(), (e) => 'failed: ' + e.message);
		api.idToken.setCustomClaim('said', said);
	};`

// As many logins at once as there may be workers, each of which makes the
// provider start another login: what waits for a worker gives up in time, and
// every outer login ends well.
func TestLoginsThatStartLoginsDoNotWaitForEachOther(t *testing.T) {
	t.Run("one login", func(t *testing.T) {
		said, err := nested(t, 1, time.Minute)(t.Context())
		check(t, err)
		contains(t, "the outer Action", said, "inner: ")
		contains(t, "the inner Action", said, "cannot ask it again")
	})
	t.Run("sixteen logins", func(t *testing.T) {
		const workers = 16
		login := nested(t, workers, 300*time.Millisecond)
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				said, err := login(t.Context())
				if err != nil {
					t.Error(err)
				} else if !strings.Contains(said, "inner: ") && !strings.Contains(said, "no complete answer within") {
					t.Errorf("the Action was told %s", said)
				}
			})
		}
		wg.Wait()
	})
}

// nested returns a login that runs asker and returns what it was told. The
// provider answers asker with another such login, once together of its requests
// have come.
func nested(t *testing.T, together int, timeout time.Duration) func(context.Context) (string, error) {
	var runner *actions.Runner
	login := func(ctx context.Context) (string, error) {
		out, err := runner.PostLogin(ctx, []actions.Action{{ID: "1", Name: "asker", Version: 1, Source: asker}}, &actions.Event{})
		if err != nil {
			return "", err
		}
		if out.Failed != nil {
			return "", fmt.Errorf("failed: %s", out.Failed.Description())
		}
		return string(out.IDToken["said"]), nil
	}
	var came atomic.Int64
	all := make(chan struct{})
	b := start(t, outbox.Config{OwnHosts: []string{"localhost:9400"}, Timeout: timeout, Own: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if came.Add(1) == int64(together) {
			close(all)
		}
		select {
		case <-all:
		case <-r.Context().Done():
		}
		said, err := login(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		io.WriteString(w, "inner: "+said)
	})})
	var err error
	runner, err = actions.New(actions.Config{InProcess: true, Workers: 1, Fetch: b.Fetch})
	check(t, err)
	t.Cleanup(func() { runner.Close() })
	return login
}
