package actions

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestManyLoginsAtOnceGetTheirOwnAnswers(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		a := handler("act_1", "", `
			await null;
			api.idToken.setCustomClaim("r", [event.stats.logins_count, event.user.email]);`)
		var wait sync.WaitGroup
		for i := range 200 {
			wait.Go(func() {
				ev := *sampleEvent(t)
				ev.Stats.LoginsCount, ev.User.Email = int64(i), fmt.Sprintf("user%d@example.test", i)
				out, err := r.PostLogin(t.Context(), []Action{a}, &ev)
				if err != nil || out.Failed != nil {
					t.Error(out, err)
					return
				}
				if got, want := string(out.IDToken["r"]), fmt.Sprintf(`[%d,"user%d@example.test"]`, i, i); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
		wait.Wait()
		if n := r.pool.total; n > 3 {
			t.Errorf("%d sandboxes serve what one could", n)
		}
	})
}

// AtOnce flows run, one more is refused, and the next one runs as soon as one ends.
func TestOnlySoManyFlowsAtOnce(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	fetch := func(context.Context, OutgoingRequest) (OutgoingResponse, error) {
		asked <- struct{}{}
		<-answer
		return OutgoingResponse{Status: 200}, nil
	}
	r := newRunner(t, Config{Workers: 1, AtOnce: 2, Fetch: fetch})
	var running sync.WaitGroup
	for range 2 {
		running.Go(func() {
			out, err := r.PostLogin(t.Context(), []Action{handler("slow", "", `await fetch("https://example.com/")`)}, sampleEvent(t))
			if err != nil || out.Failed != nil {
				t.Error(out, err)
			}
		})
		<-asked
	}
	if _, err := healthyLogin(t, r); !errors.Is(err, ErrBusy) {
		t.Errorf("one more than AtOnce gave %v, want ErrBusy", err)
	}
	close(answer)
	running.Wait()
	if _, err := healthyLogin(t, r); err != nil {
		t.Error(err)
	}
}

func TestOthersNeedNotWaitForHangingActions(t *testing.T) {
	r := newRunner(t, Config{Workers: 1, Limits: unhurried})
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var hanging sync.WaitGroup
	for range 3 {
		hanging.Go(func() {
			_, err := r.PostLogin(ctx, []Action{handler("hang", "", "while (true) {}")}, sampleEvent(t))
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a cancelled login gave %v", err)
			}
		})
	}
	for range 3 {
		if _, err := healthyLogin(t, r); err != nil {
			t.Error(err)
		}
	}
	cancel()
	start := time.Now()
	hanging.Wait()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("cancelled logins took %s to end", took)
	}
}

func TestACancelledLoginLeavesAUsableWorker(t *testing.T) {
	bothWays(t, Config{}, func(t *testing.T, r *Runner) {
		for _, body := range []string{`while (true) {}`, `await new Promise((resolve) => setTimeout(resolve, 60000));`} {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			_, err := r.PostLogin(ctx, []Action{handler("hang", "", body)}, sampleEvent(t))
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s gave %v", body, err)
			}
			if _, err := healthyLogin(t, r); err != nil {
				t.Error(err)
			}
		}
	})
}

// watchStarts records the worker processes that r starts from now on.
func watchStarts(r *Runner) (started func() []*process) {
	var mu sync.Mutex
	var all []*process
	start := r.pool.start
	r.pool.start = func() (sandbox, error) {
		s, err := start()
		if p, ok := s.(*process); ok && err == nil {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, p)
		}
		return s, err
	}
	return func() []*process {
		mu.Lock()
		defer mu.Unlock()
		return append([]*process{}, all...)
	}
}

func TestMemoryBombsEndAtTheLimit(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector needs more memory than the limits allow")
	}
	r := newRunner(t, Config{Workers: 1, Limits: unhurried})
	started := watchStarts(r)
	for _, body := range []string{
		`const a = []; for (;;) a.push({ n: a.length });`,
		`const a = []; for (;;) a.push("x".repeat(2 ** 20) + a.length);`,
		`const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });`,
		`let s = "x"; for (;;) s += s + "é";`,
		`const a = []; for (;;) a.push(new Uint8Array(2 ** 20).fill(1));`,
		`new ArrayBuffer(2 ** 40);`,
		`new Array(2 ** 28).fill(0).map((_, i) => [i]);`,
		`let a = []; for (let i = 0; i < 3e6; i++) a = [a]; JSON.stringify(a);`,
	} {
		out := login(t, r, handler("bomb", "", body))
		if out.Failed == nil {
			t.Errorf("%s ended well", body)
			continue
		}
		if k := out.Failed.Kind; k != OutcomeMemory && k != OutcomeThrew {
			t.Errorf("%s: %s, %s", body, k, out.Failed.Description())
		}
		if _, err := healthyLogin(t, r); err != nil {
			t.Error(err)
		}
	}
	r.Close()
	for _, p := range started() {
		if used := peakMemory(p.cmd.ProcessState); used > 600<<20 {
			t.Errorf("a worker used %d MB", used>>20)
		}
	}
}

func TestASlowLeakRetiresTheWorkerAndFailsNoLogin(t *testing.T) {
	r := newRunner(t, Config{Workers: 1, Limits: Limits{Soft: 48 << 20}})
	started := watchStarts(r)
	leak := handler("leak", "const kept = [];", `kept.push(new Uint8Array(1e6).fill(1));`)
	for range 150 {
		if out := login(t, r, leak); out.Failed != nil {
			t.Fatal(out.Failed.Description())
		}
	}
	if n := len(started()); n < 2 {
		t.Errorf("%d workers were started", n)
	}
}

func TestAWorkerKilledWhileIdleFailsNoLogin(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	for range 3 {
		if _, err := healthyLogin(t, r); err != nil {
			t.Fatal(err)
		}
		r.pool.mu.Lock()
		p := r.pool.idle[0].(*process)
		r.pool.mu.Unlock()
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		p.cmd.Wait()
	}
	if err := r.Compile(t.Context(), "x", workshopSource(t)); err != nil {
		t.Error(err)
	}
}

func TestAWorkerKilledAtWorkFailsThatLoginOnly(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	started := watchStarts(r)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	kill := func(ctx context.Context, q OutgoingRequest) (OutgoingResponse, error) {
		return OutgoingResponse{Status: 200}, started()[0].cmd.Process.Kill()
	}
	started()[0].fetch = kill
	out := login(t, r, handler("a", "", `await fetch("https://x.test"); await new Promise((resolve) => setTimeout(resolve, 60000));`))
	if out.Failed == nil || out.Failed.Kind != OutcomeCrashed {
		t.Errorf("%+v", out.Failed)
	}
	if _, err := healthyLogin(t, r); err != nil {
		t.Error(err)
	}
}

// An Action that ends by itself just when its worker is to be ended for it must not
// leave that worker to the next login.
func TestAWorkerThatIsBeingEndedServesNobody(t *testing.T) {
	r := newRunner(t, Config{Workers: 1, Limits: Limits{Time: 20 * time.Millisecond, Grace: time.Millisecond}})
	hang := handler("hang", "", "while (true) {}")
	for range 100 {
		if out := login(t, r, hang); out.Failed == nil || out.Failed.Kind != OutcomeTimeout {
			t.Fatalf("the hanging Action: %+v", out.Failed)
		}
		if _, err := healthyLogin(t, beside(r)); err != nil {
			t.Fatalf("the next login: %v", err)
		}
	}
}

func TestAWorkerHasNothingOfTheServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc")
	}
	t.Setenv("SECRET_OF_THE_SERVER", "x")
	r := newRunner(t, Config{Workers: 1})
	started := watchStarts(r)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	proc := fmt.Sprintf("/proc/%d/", started()[0].cmd.Process.Pid)
	read := func(name string) string {
		b, err := os.ReadFile(proc + name)
		if err != nil {
			t.Skip(err)
		}
		return string(b)
	}
	for _, v := range strings.Split(strings.Trim(read("environ"), "\x00"), "\x00") {
		if name, _, _ := strings.Cut(v, "="); !strings.Contains(" GOGC GOMAXPROCS GOTRACEBACK TZ "+workerEnv+" ", " "+name+" ") {
			t.Errorf("the worker's environment has %s", v)
		}
	}
	if got := strings.TrimSpace(read("oom_score_adj")); got != "1000" {
		t.Errorf("oom_score_adj is %s", got)
	}
	for _, line := range strings.Split(read("limits"), "\n") {
		if strings.HasPrefix(line, "Max file size") && strings.Fields(line)[3] != "0" {
			t.Error(line)
		}
	}
	files, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Skip(err)
	}
	for _, f := range files {
		target, _ := os.Readlink(proc + "fd/" + f.Name())
		if !strings.HasPrefix(target, "pipe:") && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/sys/fs/cgroup/") && target != "/dev/null" {
			t.Errorf("the worker has %s open as %s", target, f.Name())
		}
	}
}

func TestABinaryWithoutServeIfWorkerIsToldSo(t *testing.T) {
	t.Setenv(workerEnv, "1") // what its child would see
	r := newRunner(t, Config{Workers: 1})
	if err := r.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "ServeIfWorker") {
		t.Errorf("got %v", err)
	}
	if _, err := r.PostLogin(t.Context(), []Action{handler("a", "", "")}, sampleEvent(t)); err == nil {
		t.Error("the login went through")
	}
}

func TestClosedRunnersRunNothing(t *testing.T) {
	r := newRunner(t, Config{Workers: 1})
	started := watchStarts(r)
	if _, err := healthyLogin(t, r); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if _, err := r.PostLogin(t.Context(), []Action{handler("a", "", "")}, sampleEvent(t)); !errors.Is(err, errClosed) {
		t.Error(err)
	}
	if p := started()[0]; p.cmd.ProcessState == nil {
		t.Error("the worker still runs")
	}
}

func TestFetchIsTheServers(t *testing.T) {
	answer := func(ctx context.Context, q OutgoingRequest) (OutgoingResponse, error) {
		switch {
		case strings.HasSuffix(q.URL, "/slow"):
			<-ctx.Done()
			return OutgoingResponse{}, ctx.Err()
		case strings.HasSuffix(q.URL, "/refused"):
			return OutgoingResponse{}, errors.New("connect ECONNREFUSED")
		case strings.HasSuffix(q.URL, "/large"):
			return OutgoingResponse{Status: 200, Body: strings.Repeat("x", maxResponse+1)}, nil
		}
		return OutgoingResponse{Status: 404, StatusText: "Not Found", Headers: map[string]string{"x-seen": q.Method + q.Headers["x-a"]}, Body: q.Body}, nil
	}
	cfg := Config{Fetch: answer, Limits: unhurried}
	bothWays(t, cfg, func(t *testing.T, r *Runner) {
		out := login(t, r, handler("a", `const axios = require("axios");`, `
			const x = await fetch("https://api.test/x", { method: "POST", headers: { "X-A": "1" }, body: "héllo" });
			const errors = [];
			for (const path of ["refused", "large"]) try { await fetch("https://api.test/" + path); } catch (e) { errors.push(e.message); }
			try { await axios.get("https://api.test/404"); } catch (e) { errors.push(e.message, e.response.status, e.code); }
			try { await axios.get("https://api.test/slow", { timeout: 20 }); } catch (e) { errors.push(e.message); }
			try { await fetch("https://api.test/slow", { signal: AbortSignal.timeout(20) }); } catch (e) { errors.push(e.name); }
			const all = await Promise.all(Array.from({ length: 10 }, (_, i) => fetch("https://api.test/" + i, { method: "PUT", body: String(i) }).then((r) => r.text())));
			api.idToken.setCustomClaim("r", [x.status, x.ok, x.headers.get("x-seen"), await x.text(), errors, all]);`))
		want := `[404,false,"POST1","héllo",["fetch failed: connect ECONNREFUSED","fetch failed: the answer is larger than 4194304 bytes",` +
			`"Request failed with status code 404",404,"ERR_BAD_REQUEST","timeout of 20ms exceeded","TimeoutError"],["0","1","2","3","4","5","6","7","8","9"]]`
		if got := string(out.IDToken["r"]); got != want {
			t.Errorf("got  %s\nwant %s\n%+v", got, want, out.Failed)
		}
		calls := out.Runs[0].Requests
		if len(calls) != 16 || calls[0].Status != 404 || calls[1].Error == "" || calls[0].Line == 0 {
			t.Errorf("%d requests: %+v", len(calls), calls)
		}
	})
}
