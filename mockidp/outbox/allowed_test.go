package outbox_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/outbox"
)

func TestAnAllowedHostIsReallyCalled(t *testing.T) {
	var got *http.Request
	var body string
	host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		check(t, err)
		got, body = r, string(b)
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		w.Header().Set("Keep-Alive", "timeout=5")
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, "made")
	})
	b := start(t, outbox.Config{Allow: []string{host}})
	res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "PATCH", URL: "http://" + host + "/a%2Fb?q=1#part", Body: "hi", Headers: map[string]string{
		"authorization": "Bearer s3cret", "content-type": "text/plain", "x-own": "1",
		"host": "other.example", "connection": "x-hop", "x-hop": "1", "proxy-authorization": "Basic x", "te": "trailers", "transfer-encoding": "chunked", "expect": "100-continue", "content-length": "99",
	}})
	check(t, err)
	equal(t, "answer", fmt.Sprint(res.Status, res.StatusText, res.Body, res.Headers["x-two"], res.URL), "201Createdmadea, b")
	equal(t, "connection's headers in the answer", res.Headers["keep-alive"], "")

	equal(t, "request", got.Method+" "+got.Host+" "+got.RequestURI+" "+body, "PATCH "+host+" /a%2Fb?q=1 hi")
	equal(t, "headers that arrived", slices.Sorted(maps.Keys(got.Header)), []string{"Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type", "User-Agent", "X-Own"})
	equal(t, "connection", got.Header.Get("Connection"), "close")
	equal(t, "length", got.ContentLength, 2)
	r := b.kept()
	equal(t, "on record", fmt.Sprint(r.Mode, r.Status, r.Answer, r.Headers["authorization"]), "allowed201madeBearer s3cret")
}

func TestOnlyTheNamedPortIsAllowed(t *testing.T) {
	allowed, other := serve(t, text("ok")), serve(t, never(t))
	b := start(t, outbox.Config{Allow: []string{allowed, "127.0.0.1"}})
	for _, address := range []string{"http://" + other + "/", "http://localhost:" + portOf(t, allowed) + "/"} {
		res, err := b.get(address)
		check(t, err)
		equal(t, address, b.kept().Mode+res.Body, "captured{}")
	}
}

func TestAnAllowedNameIsResolvedAndCalled(t *testing.T) {
	port := portOf(t, serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	b := start(t, outbox.Config{Allow: []string{"API.example:" + port}, Resolve: resolver("198.18.0.1", "127.0.0.1")})
	res, err := b.get("http://api.Example.:" + port)
	check(t, err)
	equal(t, "host header", res.Body, "api.example:"+port)
}

func TestAPackedAnswerIsUnpacked(t *testing.T) {
	host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "plain text")
		z.Close()
	})
	b := start(t, outbox.Config{Allow: []string{host}})
	res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: "GET", URL: "http://" + host, Headers: map[string]string{"accept-encoding": "gzip, br"}})
	check(t, err)
	equal(t, "answer", res.Body+res.Headers["content-encoding"], "plain text")
}

func TestCredentialsInTheAddressAreSentAsBasic(t *testing.T) {
	host := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Authorization")) })
	b := start(t, outbox.Config{Allow: []string{host}})
	res, err := b.get("http://me:pw@" + host)
	check(t, err)
	equal(t, "authorization", res.Body, "Basic bWU6cHc=")
}

func TestAnAnswerHasALimit(t *testing.T) {
	fill := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("x", n)) }
	}
	full := serve(t, fill(1<<20))
	endless := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for block := []byte(strings.Repeat("x", 32<<10)); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	bomb := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(make([]byte, 1<<20+1))
		z.Close()
	})
	headers := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Huge", strings.Repeat("h", 100<<10))
	})
	b := start(t, outbox.Config{Allow: []string{full, endless, bomb, headers}})
	res, err := b.get("http://" + full)
	check(t, err)
	equal(t, "bytes", len(res.Body), 1<<20)
	for host, want := range map[string]string{endless: "larger than 1 MB", bomb: "larger than 1 MB", headers: "exceeded"} {
		_, err := b.get("http://" + host)
		if err == nil {
			t.Errorf("answered, want an error with %q", want)
			continue
		}
		contains(t, "error", err.Error(), want)
		equal(t, "mode", b.kept().Mode, outbox.ModeAllowed)
		equal(t, "error on record", b.kept().Error, err.Error())
	}
}

func TestAnAnswerHasATime(t *testing.T) {
	gone := make(chan struct{})
	var once sync.Once
	drip := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "x")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		once.Do(func() { close(gone) })
	})
	b := start(t, outbox.Config{Allow: []string{drip}, Timeout: 3 * time.Second}) // time for the request to get there on a busy machine
	_, err := b.get("http://" + drip)
	if err == nil {
		t.Fatal("answered")
	}
	equal(t, "error", err.Error(), "no complete answer within 3s")
	equal(t, "mode", b.kept().Mode, outbox.ModeAllowed)
	<-gone // the connection is closed, not left behind
}

func TestAHostThatIsNotThereIsAnError(t *testing.T) {
	s := serve(t, text(""))
	b := start(t, outbox.Config{Allow: []string{"127.0.0.1:1", "nowhere.example", s}, Resolve: resolver()})
	for address, want := range map[string]string{
		"http://127.0.0.1:1/":     "connection refused",
		"http://nowhere.example/": "find the address of nowhere.example: it has none",
		"https://" + s + "/":      "does not look like a TLS handshake",
	} {
		_, err := b.get(address)
		if err == nil {
			t.Errorf("%s was answered", address)
			continue
		}
		contains(t, address, err.Error(), want)
		equal(t, "mode", b.kept().Mode, outbox.ModeAllowed)
	}
}

func TestRedirectsAreFollowedAsTheFetchStandardSays(t *testing.T) {
	type seen struct{ method, body, contentType, authorization string }
	var last seen
	note := func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		check(t, err)
		last = seen{r.Method, string(b), r.Header.Get("Content-Type"), r.Header.Get("Authorization")}
	}
	other := serve(t, note)
	host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var status int
		if n, _ := fmt.Sscanf(r.URL.Path, "/%d", &status); n == 0 {
			note(w, r)
			return
		}
		w.Header().Set("Location", r.URL.Query().Get("to"))
		w.WriteHeader(status)
	})
	b := start(t, outbox.Config{Allow: []string{host, other}})
	whole := seen{"POST", "hi", "text/plain", "Bearer x"}
	emptied := seen{"GET", "", "", "Bearer x"}
	for _, tt := range []struct {
		status, method, to string
		want               seen
	}{
		{"301", "POST", "/end", emptied},
		{"302", "POST", "end", emptied},
		{"303", "POST", "/end", emptied},
		{"303", "PUT", "/end", emptied},
		{"307", "POST", "/end", whole},
		{"308", "POST", "http://" + host + "/end", whole},
		{"302", "PUT", "/end", seen{"PUT", "hi", "text/plain", "Bearer x"}},
		{"307", "POST", "http://" + other + "/end", seen{"POST", "hi", "text/plain", ""}},
		{"303", "POST", "http://" + other + "/end", seen{"GET", "", "", ""}},
	} {
		last = seen{}
		res, err := b.Fetch(t.Context(), actions.OutgoingRequest{Method: tt.method, URL: "http://" + host + "/" + tt.status + "?to=" + tt.to, Body: "hi", Headers: map[string]string{"Content-Type": "text/plain", "Authorization": "Bearer x"}})
		check(t, err)
		equal(t, tt.status+" "+tt.method+" to "+tt.to, last, tt.want)
		if !strings.HasSuffix(res.URL, "/end") || b.kept().AnswerURL != res.URL {
			t.Errorf("answered by %s, on record %s, want …/end", res.URL, b.kept().AnswerURL)
		}
	}
}

func TestRedirectsHaveALimit(t *testing.T) {
	calls := 0
	host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/", http.StatusFound)
	})
	start(t, outbox.Config{Allow: []string{host}}).refused("http://"+host, "redirected more than 5 times")
	equal(t, "calls", calls, 6)
}
