package outbox

import (
	"net"
	"net/netip"
)

// special names the networks that no public service has its address in: IANA's
// special-purpose registries for IPv4 and IPv6 (RFC 6890), and the IPv6 networks
// that carry an IPv4 address inside, which would lead past this list.
var special = []struct {
	in   netip.Prefix
	name string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "an address of this machine"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
	{netip.MustParsePrefix("100.64.0.0/10"), "a private address"}, // RFC 6598
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address"},
	{netip.MustParsePrefix("169.254.0.0/16"), linkLocal}, // cloud machines serve their credentials here
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
	{netip.MustParsePrefix("192.0.0.0/24"), "a reserved address"},
	{netip.MustParsePrefix("192.0.2.0/24"), "a documentation address"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a reserved address"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
	{netip.MustParsePrefix("198.18.0.0/15"), "a reserved address"},
	{netip.MustParsePrefix("198.51.100.0/24"), "a documentation address"},
	{netip.MustParsePrefix("203.0.113.0/24"), "a documentation address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "a reserved address"},

	{netip.MustParsePrefix("::/128"), "an address of this machine"},
	{netip.MustParsePrefix("::1/128"), "a loopback address"},
	{netip.MustParsePrefix("fc00::/7"), "a private address"},
	{netip.MustParsePrefix("fe80::/10"), linkLocal},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("2001::/23"), "a reserved address"}, // with Teredo
	{netip.MustParsePrefix("2001:db8::/32"), "a documentation address"},
	{netip.MustParsePrefix("2002::/16"), "a reserved address"}, // 6to4
	{netip.MustParsePrefix("3fff::/20"), "a documentation address"},
}

const linkLocal = "a link-local address"

// public6 is what IANA has given out of IPv6 so far; everything else is reserved.
var public6 = netip.MustParsePrefix("2000::/3")

// specialName says what kind of special address a is, "" for a public one.
func specialName(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	for _, s := range special {
		if s.in.Contains(a) {
			return s.name
		}
	}
	if a.Is6() && !public6.Contains(a) || !a.IsValid() {
		return "a reserved address"
	}
	return ""
}

// reachable says why a host may not be called at address a, nil when it may.
// Without its port on the list, public addresses only. With it, the operator
// named a service of their own network: private and loopback addresses too, but
// nothing else that a name may resolve to. An address on the list is taken as it is.
func reachable(a netip.Addr, host, port string, listed bool) error {
	kind := specialName(a)
	if kind == "" {
		return nil
	}
	if !listed {
		return refuse("%s is %s: to reach it, name its port too, as in MOCKIDP_OUTBOX=allow:%s", at(host, a), kind, net.JoinHostPort(host, port))
	}
	if _, err := netip.ParseAddr(host); err == nil || kind == "a private address" || kind == "a loopback address" {
		return nil
	}
	return refuse("%s is %s, where a name must not lead", at(host, a), kind)
}
