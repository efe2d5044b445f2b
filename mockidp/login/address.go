package login

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// The values of the field "ip" that are no address.
const (
	realAddress  = ""      // the address that the request came from
	otherAddress = "other" // the one in the field "ip_other"
)

// mayChoose reports whether the person at peer may choose an address: only on
// this machine and on a private network. From the internet it would be a way to
// hide from the login history.
func mayChoose(peer netip.Addr) bool {
	peer = peer.Unmap()
	return peer.IsLoopback() || peer.IsPrivate() || peer.IsLinkLocalUnicast()
}

// parseAddress reads an IP address that a person typed: blanks around it are
// dropped, an IPv6 address may stand in brackets, its zone is dropped (it means
// something on one machine only), and ::ffff:192.0.2.1 is 192.0.2.1. What is no
// address gives a complaint, a sentence for the page.
func parseAddress(text string) (addr netip.Addr, complaint string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return netip.Addr{}, "Type an IP address, such as 192.0.2.1 or 2001:db8::1."
	}
	bare := text
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		bare = text[1 : len(text)-1]
	}
	addr, err := netip.ParseAddr(bare)
	if err != nil {
		return netip.Addr{}, fmt.Sprintf("“%s” is not an IP address. Write one such as 192.0.2.1 or 2001:db8::1.", clip(text, 60))
	}
	return addr.WithZone("").Unmap(), ""
}

// peerAddr is the TCP peer of r, for a Config without ClientIP. It knows
// nothing of proxies.
func peerAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // a test's request without a connection
	}
	return ap.Addr().WithZone("").Unmap()
}
