package outbox

import (
	"net/http"
	"net/netip"
	"testing"
)

// The other side of the guard: public addresses are let through. No test can
// connect to one, so this asks the list itself.
func TestPublicAddressesAreNotSpecial(t *testing.T) {
	for _, text := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
		"169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "::ffff:8.8.8.8",
	} {
		if kind := specialName(netip.MustParseAddr(text)); kind != "" {
			t.Errorf("%s is called %s", text, kind)
		}
		if err := reachable(netip.MustParseAddr(text), "named.example", "443", false); err != nil {
			t.Error(err)
		}
	}
	if specialName(netip.Addr{}) == "" {
		t.Error("no address at all is called public")
	}
}

// A proxy would resolve names itself, past the check. net/http reads the
// environment once per process, so no test could set it for itself alone.
func TestNoProxyIsAsked(t *testing.T) {
	if new(Outbox).guarded().(*http.Transport).Proxy != nil {
		t.Error("the transport asks for a proxy")
	}
}
