package outbox

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

// rule is the first rule that fits and may still answer, or nil.
func (o *Outbox) rule(ctx context.Context, method string, u *url.URL) (*store.OutboxRule, error) {
	// A request counts against a rule even when its Action no longer waits.
	ctx = context.WithoutCancel(ctx)
	rules, err := o.store.OutboxRules(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		if !fits(r, method, u) {
			continue
		}
		if r.Times == 0 {
			return r, nil
		}
		switch err := o.store.UseOutboxRule(ctx, r.ID); {
		case err == nil:
			return r, nil
		case !errors.Is(err, store.ErrGone):
			return nil, err
		}
	}
	return nil, nil
}

func byRule(r *store.OutboxRule) answer {
	res := actions.OutgoingResponse{Status: int(r.Status), StatusText: http.StatusText(int(r.Status)), Headers: r.Headers, Body: r.Body}
	return answer{OutgoingResponse: res, mode: ModeRule, delay: r.Delay}
}

// fits reports whether r is about this request. Its pattern has the parts of an
// address, of which all but the host may be left out:
//
//	ntfy.sh                   every address of the host, on any port
//	*.example.com/v1/*        a star stands for any characters, also / and none
//	https://ntfy.sh:8443/x    with scheme or port: that one only
//	api.example.com/v1?a=1    with a query: that one only
func fits(r *store.OutboxRule, method string, u *url.URL) bool {
	if r.Method != "*" && !strings.EqualFold(r.Method, method) {
		return false
	}
	p := parsePattern(r.URL)
	return (p.scheme == "" || match(p.scheme, u.Scheme)) &&
		match(p.host, strings.ToLower(u.Hostname())) &&
		(p.port == "" || match(p.port, portOf(u))) &&
		(p.path == "" || match(p.path, u.EscapedPath()) || p.path == "/" && u.Path == "") &&
		(p.query == "" || match(p.query, u.RawQuery))
}

// pattern is the parts of a rule's pattern; an empty one fits everything.
type pattern struct{ scheme, host, port, path, query string }

func parsePattern(text string) (p pattern) {
	rest := text
	if scheme, after, ok := strings.Cut(text, "://"); ok {
		p.scheme, rest = strings.ToLower(scheme), after
	}
	rest, p.query, _ = strings.Cut(rest, "?")
	p.host = rest
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		p.host, p.path = rest[:i], rest[i:]
	}
	p.host = strings.ToLower(p.host)
	// The colons of an IPv6 address stand in brackets.
	if i := strings.LastIndexByte(p.host, ':'); i > strings.LastIndexByte(p.host, ']') {
		p.host, p.port = p.host[:i], p.host[i+1:]
	}
	p.host = strings.TrimSuffix(strings.Trim(p.host, "[]"), ".")
	return p
}

// match reports whether text is like pattern, in which a star stands for any
// characters. It takes time in the order of both lengths multiplied.
func match(pattern, text string) bool {
	p, t, star, again := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, again = p, t
			p++
		case p < len(pattern) && pattern[p] == text[t]:
			p, t = p+1, t+1
		case star >= 0: // the last star takes one character more
			again++
			p, t = star+1, again
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
