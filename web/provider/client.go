package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/words"
)

// maxBody is how many bytes of an answer of the provider are read. The largest
// honest one is a token answer with many claims; the libraries read without limit.
const maxBody = 1 << 20

// newClient makes the only HTTP client that talks to the provider. It gives up
// after cfg.Timeout, refuses answers above maxBody, follows no redirect (a
// provider's endpoint that redirects would carry the code and the secret
// elsewhere) and, with cfg.ConnectTo, dials another address for the issuer's host.
func newClient(cfg Config) *http.Client {
	dialer := &net.Dialer{Timeout: cfg.Timeout}
	issuer := HostPort(cfg.Issuer)
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if cfg.ConnectTo != "" && addr == issuer {
				addr = cfg.ConnectTo
			}
			return dialer.DialContext(ctx, network, addr)
		},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 32,
		IdleConnTimeout:     30 * time.Second,
		TLSHandshakeTimeout: cfg.Timeout,
	}
	if cfg.ConnectTo != "" {
		transport.Proxy = nil // the address to dial has been given
	}
	return &http.Client{
		Transport:     limited{transport},
		Timeout:       cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// limited is a transport whose answers fail when they are longer than maxBody.
// When the request's context carries an exchange, it is filled in.
type limited struct{ *http.Transport }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	res, err := l.Transport.RoundTrip(r)
	if x, ok := r.Context().Value(exchangeKey{}).(*Exchange); ok {
		where := url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: r.URL.Path}
		*x = Exchange{Method: r.Method, URL: where.String(), Took: time.Since(began), Sent: sent(r)}
		if res != nil {
			x.Status, x.Type, x.Transaction = res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Mockidp-Transaction")
		}
	}
	if err == nil {
		res.Body = &limitedBody{ReadCloser: res.Body, left: maxBody}
	}
	return res, err
}

var errTooLong = errors.New("the answer is longer than 1 MiB")

// limitedBody fails, and does not just end, when there is more: half an answer
// must not look like a whole one.
type limitedBody struct {
	io.ReadCloser
	left int
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLong
	}
	if len(p) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// An Exchange is what a page may say about one request to the provider: no query,
// no bodies, and no secret that is not cut.
type Exchange struct {
	Method, URL string
	Status      int    // 0: no answer came
	Type        string // Content-Type
	Took        time.Duration
	Sent        []timeline.Parameter // the form and how this app proved who it is
	Transaction string               // the header Mockidp-Transaction, which only a mock sends
}

// sent explains what a request carries beside its address.
func sent(r *http.Request) []timeline.Parameter {
	form := url.Values{}
	if r.GetBody != nil && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		if body, err := r.GetBody(); err == nil {
			text, _ := io.ReadAll(body)            // it lies in memory
			form, _ = url.ParseQuery(string(text)) // the library made it
		}
	}
	list := timeline.Parameters(form, "grant_type", "code", "refresh_token", "redirect_uri", "code_verifier")
	if id, _, ok := r.BasicAuth(); ok {
		auth := timeline.Explain("Authorization", "Basic "+id+":… (the secret is not shown)")
		list = append([]timeline.Parameter{auth}, list...)
	} else if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		list = append(list, timeline.Parameter{Name: "Authorization", Value: "Bearer " + timeline.Cut(token), Why: "The access token (RFC 6750)."})
	}
	return list
}

type exchangeKey struct{}

// WithExchange returns a context whose next request to the provider is noted in x.
func WithExchange(ctx context.Context, x *Exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// String is for people: "POST http://…/oauth/token answered 500 with text/html
// after 12 ms".
func (x Exchange) String() string {
	if x.Status == 0 {
		return fmt.Sprintf("%s %s was not answered within %s", x.Method, x.URL, words.Took(x.Took))
	}
	kind := x.Type
	if kind == "" {
		kind = "no content type"
	}
	return fmt.Sprintf("%s %s answered %d with %s after %s", x.Method, x.URL, x.Status, words.Shorten(kind, 80), words.Took(x.Took))
}
