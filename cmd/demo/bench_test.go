//go:build linux

package main

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sys/unix"

	"example.com/postlogin/mockidp"
)

// BenchmarkWholeLogin measures the server's CPU time for one login of a browser
// that has no session: GET /authorize, GET and POST /u/login, GET
// /authorize/resume, POST /oauth/token. The workshop's Action, the location
// lookup and the signature of the ID token are part of it.
//
// The server is a process of its own, so the client's CPU time is not counted;
// its Action workers are. One login's floor is the RSA-2048 signature, so the
// result is also given as a ratio to a bare one, made in turn with the logins:
// both then meet the same neighbours on this machine.
//
//	go test -run '^$' -bench WholeLogin -benchtime 2000x ./cmd/demo
func BenchmarkWholeLogin(b *testing.B) {
	databases := []struct{ name, url string }{
		{"store=memory", "memory:"},
		{"store=file", "file:" + filepath.Join(b.TempDir(), "mockidp.db")},
	}
	for _, d := range databases {
		for _, browsers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/browsers=%d", d.name, browsers), func(b *testing.B) {
				benchmarkLogins(b, startBenchServer(b, d.url), browsers)
			})
		}
	}
}

func benchmarkLogins(b *testing.B, server *benchServer, browsers int) {
	client := newBenchClient(server.issuer, browsers)
	// The first login of a user pays for the password hash, the first run of an
	// Action for its compilation, and new connections for themselves.
	client.logins(b, 40, browsers)
	signer := newSigner(b)
	signer.sign(40)
	signer.spent, signer.count = 0, 0

	var wall time.Duration
	before, workersBefore := server.cpu(b)
	b.ResetTimer()
	const block = 40 // logins, then as many signatures
	for done := 0; done < b.N; done += block {
		n := min(block, b.N-done)
		start := time.Now()
		client.logins(b, n, browsers)
		wall += time.Since(start)
		signer.sign(n)
	}
	b.StopTimer()
	after, workersAfter := server.cpu(b)
	perLogin := milliseconds(after-before) / float64(b.N)
	perSignature := milliseconds(signer.spent) / float64(signer.count)
	b.ReportMetric(0, "ns/op") // has the signatures and the waiting in it
	b.ReportMetric(perLogin, "cpu-ms/login")
	b.ReportMetric(milliseconds(workersAfter-workersBefore)/float64(b.N), "of-that-in-workers")
	b.ReportMetric(perSignature, "cpu-ms/signature")
	b.ReportMetric(perLogin/perSignature, "signatures/login")
	b.ReportMetric(float64(b.N)/wall.Seconds(), "logins/s")
}

// BenchmarkReady measures how long a server process takes from its start to the
// answer 200 at /readyz, on a database that an earlier process has filled. The
// process is this test binary, which is larger than the program mockidp.
//
//	go test -run '^$' -bench Ready -benchtime 20x ./cmd/demo
func BenchmarkReady(b *testing.B) {
	database := "file:" + filepath.Join(b.TempDir(), "mockidp.db")
	first := startBenchServer(b, database)
	newBenchClient(first.issuer, 1).logins(b, 3, 1)
	first.stop(b)
	var (
		took []time.Duration
		cpu  time.Duration
	)
	for b.Loop() {
		start := time.Now()
		server := startBenchServer(b, database)
		resp, err := http.Get(server.issuer + "readyz")
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			b.Fatalf("readyz: %s", resp.Status)
		}
		b.StopTimer()
		spent, _ := server.cpu(b)
		cpu += spent
		server.stop(b)
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(cpu)/float64(len(took)), "cpu-ms/start") // of the server and its workers; does not wait for busy neighbours
	b.ReportMetric(milliseconds(took[len(took)/2]), "ms-median")
	b.ReportMetric(milliseconds(took[0]), "ms-min")
	b.ReportMetric(milliseconds(took[len(took)-1]), "ms-max")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// benchServer is a provider in a process of its own.
type benchServer struct {
	issuer string
	cmd    *exec.Cmd
	stdin  io.Closer // closing it stops the server
	once   sync.Once
}

// startBenchServer starts a server. It returns when the port is open, not when
// the server is ready.
func startBenchServer(b *testing.B, database string) *benchServer {
	b.Helper()
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), benchDatabase+"="+database)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	s := &benchServer{cmd: cmd, stdin: stdin}
	b.Cleanup(func() { s.stop(b) })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatalf("the server did not start: %v", err)
	}
	s.issuer = strings.TrimSpace(line)
	return s
}

func (s *benchServer) stop(b *testing.B) {
	s.once.Do(func() {
		s.stdin.Close()
		if err := s.cmd.Wait(); err != nil {
			b.Errorf("server process: %v", err)
		}
	})
}

// cpu is the CPU time spent so far by the server and all processes it started,
// those that have ended included, and the part of the processes it started.
func (s *benchServer) cpu(b *testing.B) (all, workers time.Duration) {
	b.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	own, ended, children := map[int]time.Duration{}, map[int]time.Duration{}, map[int][]int{}
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // ended meanwhile
		}
		p := parseStat(b, string(line))
		own[p.pid], ended[p.pid] = p.own, p.ended
		children[p.parent] = append(children[p.parent], p.pid)
	}
	var tree func(pid int) time.Duration
	tree = func(pid int) time.Duration {
		sum := own[pid] + ended[pid]
		for _, child := range children[pid] {
			sum += tree(child)
		}
		return sum
	}
	server := s.cmd.Process.Pid
	all = tree(server)
	return all, all - own[server]
}

// procStat is what counts of one process.
type procStat struct {
	pid, parent int
	own, ended  time.Duration // CPU time of its own and of children that it has waited for
}

// parseStat reads /proc/PID/stat (proc_pid_stat(5)). The kernel gives times in
// ticks of 10 ms but counts finer, so over many logins little is lost.
func parseStat(b *testing.B, line string) procStat {
	b.Helper()
	number := func(text string) int {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatalf("stat: %v in %q", err, line)
		}
		return n
	}
	pid, rest, _ := strings.Cut(line, " ")
	// The name in parentheses may contain anything, also parentheses.
	f := strings.Fields(rest[strings.LastIndexByte(rest, ')')+1:])
	const tick = 10 * time.Millisecond
	return procStat{
		pid: number(pid), parent: number(f[1]),
		own:   time.Duration(number(f[11])+number(f[12])) * tick, // utime, stime
		ended: time.Duration(number(f[13])+number(f[14])) * tick, // cutime, cstime
	}
}

// signer makes bare RSA-2048 signatures as an ID token has one (RS256).
type signer struct {
	b     *testing.B
	key   *rsa.PrivateKey
	count int
	spent time.Duration // CPU time of this thread
}

func newSigner(b *testing.B) *signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	return &signer{b: b, key: key}
}

func (s *signer) sign(n int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	digest := sha256.Sum256([]byte("header.payload"))
	before := threadCPU(s.b)
	for range n {
		if _, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, digest[:]); err != nil {
			s.b.Fatal(err)
		}
	}
	s.spent += threadCPU(s.b) - before
	s.count += n
}

// threadCPU is the CPU time of the calling thread. Not getrusage(2): what that
// says of a running thread is as old as the last tick of the scheduler, which
// leaves out up to 10 ms.
func threadCPU(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// benchClient logs in over and over, each time as a browser without cookies.
type benchClient struct {
	issuer    string
	transport *http.Transport // connections are kept, as browsers and apps keep them
}

func newBenchClient(issuer string, browsers int) *benchClient {
	return &benchClient{issuer, &http.Transport{MaxIdleConnsPerHost: browsers}}
}

// logins makes n logins, so many at a time.
func (c *benchClient) logins(b *testing.B, n, browsers int) {
	b.Helper()
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	var people sync.WaitGroup
	for range browsers {
		people.Go(func() {
			for range work {
				if err := c.login(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	people.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

// login is one login; it checks that the claims have arrived.
func (c *benchClient) login() error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	h := &http.Client{Transport: c.transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), benchCallback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	verifier := oauth2.GenerateVerifier()
	conf := oauth2.Config{
		ClientID: "demo-app", RedirectURL: benchCallback, Scopes: []string{"openid", "profile", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: c.issuer + "authorize"},
	}
	start := conf.AuthCodeURL(rand.Text(), oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", rand.Text()))
	page, err := drain(h.Get(start))
	if err != nil {
		return err
	}
	answer, err := drain(h.PostForm(c.issuer+"u/login", url.Values{
		"state": {page.Request.URL.Query().Get("state")}, "user": {"ada@example.test"}, "password": {mockidp.TestPassword},
		"ip": {"203.0.113.17"}, "action": {"login"},
	}))
	if err != nil {
		return err
	}
	callback, err := answer.Location()
	if err != nil || callback.Query().Get("code") == "" {
		return fmt.Errorf("no code: %s at %s, Location %q", answer.Status, answer.Request.URL.Path, answer.Header.Get("Location"))
	}
	return c.redeem(h, callback.Query().Get("code"), verifier)
}

func (c *benchClient) redeem(h *http.Client, code, verifier string) error {
	resp, err := h.PostForm(c.issuer+"oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"demo-app"}, "client_secret": {"demo-secret"},
		"code": {code}, "redirect_uri": {benchCallback}, "code_verifier": {verifier},
	})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var tokens struct {
		IDToken string `json:"id_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&tokens); err != nil {
		return fmt.Errorf("token endpoint: %s: %w", resp.Status, err)
	}
	parts := strings.Split(tokens.IDToken, ".")
	if len(parts) != 3 {
		return fmt.Errorf("token endpoint: %s without an ID token", resp.Status)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	var claims struct {
		Count int    `json:"login_count"`
		City  string `json:"last_login_city"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return err
	}
	if claims.Count < 1 || claims.City != "Singapore" {
		return fmt.Errorf("claims are missing: %s", payload)
	}
	return nil
}

// drain reads the body to its end, so that the connection can be used again.
func drain(resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, errors.Join(err, resp.Body.Close())
}
