package clientip_test

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/clientip"
)

// behindProxies trusts loopback and the networks of container bridges.
func behindProxies(t testing.TB) clientip.Resolver {
	t.Helper()
	trusted, err := clientip.ParsePrefixes("127.0.0.0/8 ::1 172.16.0.0/12")
	if err != nil {
		t.Fatal(err)
	}
	return clientip.Resolver{Trusted: trusted}
}

func TestAddr(t *testing.T) {
	none, proxies := clientip.Resolver{}, behindProxies(t)
	tests := []struct {
		name     string
		resolver clientip.Resolver
		peer     string
		forward  []string // one X-Forwarded-For line each
		want     string
	}{
		{"without trusted proxies the header is ignored", none, "203.0.113.9:1", []string{"192.0.2.1"}, "203.0.113.9"},
		{"loopback is not trusted by itself", none, "127.0.0.1:1", []string{"192.0.2.1"}, "127.0.0.1"},
		{"a peer that is no proxy can't forward", proxies, "203.0.113.9:1", []string{"192.0.2.1"}, "203.0.113.9"},
		{"a proxy without the header", proxies, "127.0.0.1:1", nil, "127.0.0.1"},
		{"one proxy", proxies, "127.0.0.1:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"what the client wrote on the left does not count", proxies, "127.0.0.1:1", []string{"1.2.3.4, 192.0.2.1"}, "192.0.2.1"},
		{"nor does a trusted address it wrote there", proxies, "127.0.0.1:1", []string{"127.0.0.1, 192.0.2.1"}, "192.0.2.1"},
		{"several lines are one list", proxies, "127.0.0.1:1", []string{"1.2.3.4", "192.0.2.1"}, "192.0.2.1"},
		{"several lines, the last of them a proxy's", proxies, "127.0.0.1:1", []string{"1.2.3.4, 192.0.2.1", "172.18.0.5"}, "192.0.2.1"},
		{"two proxies", proxies, "127.0.0.1:1", []string{"192.0.2.1, 172.18.0.5"}, "192.0.2.1"},
		{"a proxy in IPv4-mapped form", proxies, "127.0.0.1:1", []string{"192.0.2.1, ::ffff:172.18.0.5"}, "192.0.2.1"},
		{"a peer in IPv4-mapped form", proxies, "[::ffff:127.0.0.1]:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"a client in IPv4-mapped form", proxies, "127.0.0.1:1", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		{"proxies only", proxies, "127.0.0.1:1", []string{"172.18.0.7, 172.18.0.5"}, "172.18.0.7"},
		{"IPv6 in brackets with a port", proxies, "[::1]:1", []string{"[2001:db8:1::7]:4711"}, "2001:db8:1::7"},
		{"IPv6 in brackets", proxies, "[::1]:1", []string{"[2001:db8:1::7]"}, "2001:db8:1::7"},
		{"IPv4 with a port", proxies, "127.0.0.1:1", []string{"192.0.2.1:4711"}, "192.0.2.1"},
		{"tabs and spaces", proxies, "127.0.0.1:1", []string{"1.2.3.4,\t 192.0.2.1 \t"}, "192.0.2.1"},
		{"a zone is dropped", proxies, "127.0.0.1:1", []string{"fe80::1%eth0"}, "fe80::1"},
		{"a peer's zone is dropped", none, "[fe80::1%eth0]:1", nil, "fe80::1"},
		{"markup ends the walk", proxies, "127.0.0.1:1", []string{"192.0.2.1, <script>"}, "127.0.0.1"},
		{"markup behind a proxy ends the walk there", proxies, "127.0.0.1:1", []string{"192.0.2.1, x, 172.18.0.5"}, "172.18.0.5"},
		{"a trailing comma ends the walk", proxies, "127.0.0.1:1", []string{"192.0.2.1,"}, "127.0.0.1"},
		{"an empty line ends the walk", proxies, "127.0.0.1:1", []string{"192.0.2.1", ""}, "127.0.0.1"},
		{"unknown", proxies, "127.0.0.1:1", []string{"unknown"}, "127.0.0.1"},
		{"IPv4 in brackets is no address", proxies, "127.0.0.1:1", []string{"[192.0.2.1]"}, "127.0.0.1"},
		{"leading zeros are no address", proxies, "127.0.0.1:1", []string{"192.0.2.010"}, "127.0.0.1"},
		{"a Unix socket has no address", proxies, "@", []string{"192.0.2.1"}, "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{}}
			for _, line := range tt.forward {
				r.Header.Add("X-Forwarded-For", line)
			}
			if got := tt.resolver.Addr(r).String(); got != tt.want {
				t.Errorf("Addr = %s, want %s", got, tt.want)
			}
			if r.RemoteAddr != tt.peer {
				t.Errorf("RemoteAddr was changed to %s", r.RemoteAddr)
			}
		})
	}
}

func TestOnlyXForwardedForCounts(t *testing.T) {
	r := &http.Request{RemoteAddr: "127.0.0.1:1", Header: http.Header{}}
	for _, name := range []string{"X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Client-Ip"} {
		r.Header.Set(name, "192.0.2.1")
	}
	r.Header.Set("Forwarded", "for=192.0.2.1")
	if got := behindProxies(t).Addr(r).String(); got != "127.0.0.1" {
		t.Errorf("Addr = %s, want the peer", got)
	}
}

func TestParsePrefixes(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"nothing", " , \n", nil},
		{"an address", "127.0.0.1", []string{"127.0.0.1/32"}},
		{"commas, spaces and lines", "10.0.0.0/8,fd00::/8  ::1\n192.0.2.1", []string{"10.0.0.0/8", "fd00::/8", "::1/128", "192.0.2.1/32"}},
		{"IPv4-mapped forms become IPv4", "::ffff:10.0.0.0/104 ::ffff:192.0.2.1", []string{"10.0.0.0/8", "192.0.2.1/32"}},
		{"everything", "0.0.0.0/0 ::/0", []string{"0.0.0.0/0", "::/0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			prefixes, err := clientip.ParsePrefixes(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range prefixes {
				got = append(got, p.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("ParsePrefixes(%q) = %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

func TestParsePrefixesSaysWhatToWrite(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a name", "localhost", `"localhost" is neither an address nor a network; write for example 127.0.0.1`},
		{"a number too large", "10.0.0.300/8", `"10.0.0.300/8" is neither`},
		{"a prefix too long", "10.0.0.0/33", `"10.0.0.0/33" is neither`},
		{"one machine or its network", "10.1.2.3/8", `"10.1.2.3/8" has bits set behind its prefix; write 10.0.0.0/8 for the network or 10.1.2.3 for the one address`},
		{"a zone", "fe80::1%eth0", `"fe80::1%eth0" has a zone; write fe80::1`},
		{"more than the mapped addresses", "::ffff:0:0/90", `covers more than the IPv4-mapped addresses`},
		{"all wrong ones at once", "x, 10.0.0.0/8, y", "\"x\" is neither an address nor a network; write for example 127.0.0.1, 10.0.0.0/8 or fd00::/8\n\"y\" is neither"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			prefixes, err := clientip.ParsePrefixes(tt.text)
			if err == nil || prefixes != nil {
				t.Fatalf("ParsePrefixes(%q) = %v, %v, want an error and nothing else", tt.text, prefixes, err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
		})
	}
}

// FuzzAddr holds Addr to what the operator relies on: an untrusted peer is
// itself, and any other answer was written in the header by a trusted chain.
func FuzzAddr(f *testing.F) {
	proxies := behindProxies(f)
	f.Add("127.0.0.1:1", "1.2.3.4, 5.6.7.8", "172.18.0.5")
	f.Add("203.0.113.9:1", "[::1]:2,", "")
	f.Fuzz(func(t *testing.T, peer, first, second string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {first, second}}}
		got := proxies.Addr(r)
		addrPort, err := netip.ParseAddrPort(peer)
		if err != nil {
			if got.IsValid() {
				t.Fatalf("peer %q has no address, but Addr = %s", peer, got)
			}
			return
		}
		direct := addrPort.Addr().Unmap().WithZone("")
		if got != got.Unmap().WithZone("") || !got.IsValid() {
			t.Fatalf("Addr = %s is not in its plain form", got)
		}
		trusted := slices.ContainsFunc(proxies.Trusted, func(p netip.Prefix) bool { return p.Contains(direct) })
		if !trusted && got != direct {
			t.Fatalf("untrusted peer %s was moved to %s", direct, got)
		}
	})
}

func FuzzParsePrefixes(f *testing.F) {
	f.Add("127.0.0.1, ::ffff:10.0.0.0/104 fd00::/8")
	f.Fuzz(func(t *testing.T, text string) {
		prefixes, err := clientip.ParsePrefixes(text)
		if err != nil && prefixes != nil {
			t.Fatal("both prefixes and an error")
		}
		for _, p := range prefixes {
			if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() {
				t.Fatalf("%s matches nothing", p)
			}
		}
	})
}
