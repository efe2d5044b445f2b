// Package clientip finds the address an HTTP request came from, also behind
// reverse proxies that the operator has named.
//
// It owns the reading of X-Forwarded-For and of the list of trusted proxies.
// It reads no other header (Forwarded, X-Real-IP, True-Client-IP: what a proxy
// does not set, a client can), changes nothing in the request, and does not
// know where an address is: see package geoip.
package clientip

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Resolver finds the address a request came from. The zero value trusts no
// proxy: the address is the one of the TCP connection.
type Resolver struct {
	Trusted []netip.Prefix // networks of the proxies whose X-Forwarded-For is believed
}

// Addr returns the address of the TCP peer or, when that is a trusted proxy,
// the rightmost address in X-Forwarded-For that is not one. Proxies append on
// the right, so everything left of that address may be the client's invention.
// An entry that is no address ends the walk at the last good one.
//
// IPv4-mapped IPv6 addresses are returned as IPv4, and without zone. The result
// is the zero Addr when the peer has no IP address, as on a Unix socket.
func (v Resolver) Addr(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	hop := plain(peer.Addr())
	// Several header lines count as one list (RFC 9110 section 5.2).
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0; i-- {
		rest, more := lines[i], true
		for more && v.trusts(hop) {
			var entry string
			rest, entry, more = cutLast(rest)
			next, ok := parseHop(entry)
			if !ok {
				return hop
			}
			hop = next
		}
	}
	return hop
}

func (v Resolver) trusts(a netip.Addr) bool {
	for _, p := range v.Trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// plain makes one address out of the forms it can have, so that prefixes match it.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// cutLast splits list at its last comma.
func cutLast(list string) (before, last string, found bool) {
	i := strings.LastIndexByte(list, ',')
	if i < 0 {
		return "", list, false
	}
	return list[:i], list[i+1:], true
}

// parseHop reads one entry: an address, or one with a port as some load
// balancers write it (192.0.2.1:4711, [2001:db8::1]:4711, [2001:db8::1]).
func parseHop(entry string) (netip.Addr, bool) {
	entry = strings.Trim(entry, " \t")
	if a, err := netip.ParseAddr(entry); err == nil {
		return plain(a), true
	}
	if ap, err := netip.ParseAddrPort(entry); err == nil {
		return plain(ap.Addr()), true
	}
	if inner, ok := strings.CutPrefix(entry, "["); ok {
		if inner, ok = strings.CutSuffix(inner, "]"); ok {
			if a, err := netip.ParseAddr(inner); err == nil && a.Is6() {
				return plain(a), true
			}
		}
	}
	return netip.Addr{}, false
}

// ParsePrefixes reads a list of networks, separated by commas or white space:
// "127.0.0.1, 10.0.0.0/8 fd00::/8". A single address is the network of itself.
// Empty text gives no networks. The error has one line for each wrong entry.
func ParsePrefixes(text string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	var wrong []error
	separator := func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }
	for _, entry := range strings.FieldsFunc(text, separator) {
		p, err := parsePrefix(entry)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		prefixes = append(prefixes, p)
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return prefixes, nil
}

func parsePrefix(entry string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(entry); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("%q has a zone; write %s", entry, a.WithZone(""))
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(entry)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network; write for example 127.0.0.1, 10.0.0.0/8 or fd00::/8", entry)
	}
	// Requests have their mapped addresses unmapped, so a mapped network
	// would match nothing.
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return netip.Prefix{}, fmt.Errorf("%q covers more than the IPv4-mapped addresses; write the IPv4 network, for example 10.0.0.0/8", entry)
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	// Who to trust must not be a guess: one machine or its whole network?
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q has bits set behind its prefix; write %s for the network or %s for the one address", entry, p.Masked(), p.Addr())
	}
	return p, nil
}
