package outbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// guarded is a transport that connects to permitted addresses only. It asks no
// proxy: that would resolve names itself. It keeps no connection for later, so
// that every request passes the check and an Outbox needs no Close.
func (o *Outbox) guarded() http.RoundTripper {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            o.dial,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaders,
		TLSHandshakeTimeout:    5 * time.Second,
	}
}

// dial connects to address, a host and a port. It looks the name up once and
// connects to the addresses it has checked, by number: a name that resolves to
// something else a moment later (DNS rebinding) changes nothing.
func (o *Outbox) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := o.addresses(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("find the address of %s: %w", host, err)
	}
	listed := o.allow.names(host, port)
	var failure error
	for _, a := range addrs {
		if err := reachable(a, host, port, listed); err != nil {
			if failure == nil {
				failure = err
			}
			continue
		}
		d := net.Dialer{Timeout: dialTime}
		conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		failure = err // says more than that another address is not permitted
	}
	return nil, failure
}

// dialTime leaves time for the next address when one swallows everything.
const dialTime = 3 * time.Second

// addresses are the addresses of host, at least one.
func (o *Outbox) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	found, err := o.resolve(ctx, host)
	if err == nil && len(found) == 0 {
		err = errors.New("it has none")
	}
	addrs := make([]netip.Addr, len(found))
	for i, a := range found {
		addrs[i] = a.Unmap().WithZone("")
	}
	return addrs, err
}

// at names host and the address it has, once where they are the same.
func at(host string, a netip.Addr) string {
	if host == a.String() {
		return host
	}
	return host + " has the address " + a.String() + ", which"
}
