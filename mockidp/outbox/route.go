package outbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/mockidp/actions"
)

// answer is what a request got, and from whom.
type answer struct {
	actions.OutgoingResponse
	mode  string
	delay time.Duration // to wait before the Action gets it
}

// refusal is the error of a request that may not be made.
type refusal string

func (r refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

const maxRedirects = 5

// follow answers q, through redirects as the Fetch standard has them ("HTTP-redirect fetch").
func (o *Outbox) follow(ctx context.Context, q actions.OutgoingRequest) (answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, fmt.Errorf("no complete answer within %v", o.timeout))
	defer cancel()
	var delay time.Duration
	for n := 0; ; n++ {
		a, err := o.hop(ctx, q, n > 0)
		if err != nil {
			if _, ok := errors.AsType[refusal](err); ok {
				a.mode = ModeRefused
			}
			return a, err
		}
		delay += a.delay
		next, ok, err := redirect(q, a)
		if err != nil {
			return a, err
		}
		if ok && q.Redirect == "error" {
			return a, errors.New("unexpected redirect")
		}
		if !ok || q.Redirect == "manual" {
			if a.delay = delay; n > 0 {
				a.URL = q.URL
			}
			return a, nil
		}
		if n == maxRedirects {
			return answer{mode: ModeRefused}, refuse("the answer redirected more than %d times, at last to %s", maxRedirects, next.URL)
		}
		q = next
	}
}

// hop answers q itself. Its mode is set also when it fails.
func (o *Outbox) hop(ctx context.Context, q actions.OutgoingRequest, redirected bool) (answer, error) {
	u, err := target(q)
	if err != nil {
		return answer{}, err
	}
	rule, err := o.rule(ctx, q.Method, u)
	switch {
	case err != nil:
		return answer{mode: ModeRule}, fmt.Errorf("read the outbox rules: %w", err)
	case rule != nil:
		return byRule(rule), nil
	case o.ownHosts.has(u):
		res, err := o.serve(ctx, q, u)
		return answer{OutgoingResponse: res, mode: ModeOwn}, err
	case o.allow.has(u):
		res, err := o.call(ctx, q, u)
		return answer{OutgoingResponse: res, mode: ModeAllowed}, err
	case redirected:
		return answer{}, refuse("the answer redirected to %s, which is not allowed: add it to MOCKIDP_OUTBOX=allow:… or to the rules", hostPort(u))
	}
	return captured(), nil
}

func captured() answer {
	res := actions.OutgoingResponse{Status: 200, StatusText: "OK", Headers: map[string]string{"content-type": "application/json; charset=utf-8"}, Body: "{}"}
	return answer{OutgoingResponse: res, mode: ModeCaptured}
}

// target is the address of q, its host in the form that [hosts] compares.
func target(q actions.OutgoingRequest) (*url.URL, error) {
	u, err := url.Parse(q.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, refuse("only http: and https: addresses can be fetched, got %s", cut(q.URL, 200))
	case headerSize(q.Headers) > maxHeaders:
		return nil, refuse("the request's headers are larger than %d kB", maxHeaders>>10)
	case q.Method == http.MethodConnect || q.Method == http.MethodTrace:
		return nil, refuse("a request cannot have the method %s", q.Method) // Fetch standard, "forbidden method"
	}
	host, err := plainHost(u.Hostname())
	if err != nil {
		return nil, refuse("%s is not a host name", u.Hostname())
	}
	port := u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if u.Host = host; port != "" {
		u.Host += ":" + port
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// redirect is the request that the answer a to q asks for, if it does.
func redirect(q actions.OutgoingRequest, a answer) (next actions.OutgoingRequest, ok bool, err error) {
	location := a.Headers["location"]
	switch a.Status {
	case 301, 302, 303, 307, 308:
	default:
		return q, false, nil
	}
	if location == "" {
		return q, false, nil
	}
	from, err := url.Parse(q.URL)
	if err != nil {
		return q, false, err
	}
	to, err := from.Parse(location)
	if err != nil {
		return q, false, fmt.Errorf("the answer redirected to %q, which is no address", cut(location, 200))
	}
	next = q
	next.URL = to.String()
	drop := map[string]bool{}
	if (a.Status == 301 || a.Status == 302) && q.Method == http.MethodPost || a.Status == 303 && q.Method != http.MethodGet && q.Method != http.MethodHead {
		next.Method, next.Body = http.MethodGet, ""
		for _, name := range []string{"content-encoding", "content-language", "content-location", "content-type", "content-length"} {
			drop[name] = true
		}
	}
	if from.Scheme != to.Scheme || hostPort(from) != hostPort(to) {
		// What is meant for one origin is not told to another.
		for _, name := range []string{"authorization", "cookie", "host", "proxy-authorization"} {
			drop[name] = true
		}
	}
	next.Headers = map[string]string{}
	for name, value := range q.Headers {
		if !drop[strings.ToLower(name)] {
			next.Headers[name] = value
		}
	}
	return next, true, nil
}
