package outbox_test

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"example.com/postlogin/mockidp/outbox"
)

// forbidden are ways to write or to resolve to an address that is not public,
// and what each is called.
var forbidden = map[string]string{
	"0.0.0.0":                "an address of this machine",
	"10.0.0.1":               "a private address",
	"100.64.0.1":             "a private address",
	"127.0.0.1":              "a loopback address",
	"127.8.8.8":              "a loopback address",
	"169.254.169.254":        "a link-local address",
	"172.16.0.1":             "a private address",
	"172.31.255.255":         "a private address",
	"192.0.0.1":              "a reserved address",
	"192.0.2.1":              "a documentation address",
	"192.88.99.1":            "a reserved address",
	"192.168.0.1":            "a private address",
	"198.18.0.1":             "a reserved address",
	"198.51.100.1":           "a documentation address",
	"203.0.113.1":            "a documentation address",
	"224.0.0.1":              "a multicast address",
	"240.0.0.1":              "a reserved address",
	"255.255.255.255":        "a reserved address",
	"::":                     "an address of this machine",
	"::1":                    "a loopback address",
	"::7f00:1":               "a reserved address", // IPv4-compatible 127.0.0.1
	"::ffff:127.0.0.1":       "a loopback address",
	"::ffff:10.0.0.1":        "a private address",
	"::ffff:0:127.0.0.1":     "a reserved address",
	"64:ff9b::7f00:1":        "a reserved address", // NAT64 of 127.0.0.1
	"64:ff9b:1::7f00:1":      "a reserved address",
	"100::1":                 "a reserved address",
	"2001::1":                "a reserved address", // Teredo
	"2001:db8::1":            "a documentation address",
	"2002:7f00:1::":          "a reserved address", // 6to4 of 127.0.0.1
	"3fff::1":                "a documentation address",
	"5f00::1":                "a reserved address",
	"fc00::1":                "a private address",
	"fd12:3456::1":           "a private address",
	"fe80::1":                "a link-local address",
	"fe80::1%eth0":           "a link-local address",
	"fec0::1":                "a reserved address",
	"ff02::1":                "a multicast address",
	"fd00:ec2::254":          "a private address", // a cloud's metadata service
	"::ffff:169.254.169.254": "a link-local address",
}

func TestAnAllowedHostReachesNoSpecialAddress(t *testing.T) {
	s := openStore(t, "memory:")
	for address, kind := range forbidden {
		host := address
		if netip.MustParseAddr(address).Is6() {
			host = "[" + address + "]"
		}
		b := start(t, outbox.Config{Store: s, Allow: []string{address, "named.example"}, Resolve: resolver(address)})
		b.refused((&url.URL{Scheme: "http", Host: host, Path: "/"}).String(), kind)
		b.refused("http://named.example/", "named.example has the address ")
		b.refused("https://named.example/", kind)
	}
}

// Names that some resolvers take for numbers: the address they stand for is what counts.
func TestAnOddNumberIsAnAddress(t *testing.T) {
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "localhost.localdomain"} {
		b := start(t, outbox.Config{Allow: []string{host}, Resolve: resolver("127.0.0.1")})
		b.refused("http://"+host+"/", host+" has the address 127.0.0.1, which is a loopback address: to reach it, name its port too, as in MOCKIDP_OUTBOX=allow:"+host+":80")
	}
}

func TestANameWithItsPortReachesPrivateNetworksOnly(t *testing.T) {
	s := openStore(t, "memory:")
	for address, kind := range forbidden {
		b := start(t, outbox.Config{Store: s, Allow: []string{"named.example:1"}, Resolve: resolver(address)})
		switch kind {
		case "a private address", "a loopback address":
			continue // called, and whether something answers there is not known
		}
		b.refused("http://named.example:1/", "named.example has the address ")
		b.refused("http://named.example:1/", kind+", where a name must not lead")
	}
}

// A name that resolves to a permitted address for the check and to another one
// for the connection: there is one look-up, and it is the connection's.
func TestANameIsLookedUpOnce(t *testing.T) {
	good, hits := serve(t, text("good")), 0
	find := resolver("127.0.0.1")
	b := start(t, outbox.Config{Allow: []string{"named.example:" + portOf(t, good)}, Resolve: func(ctx context.Context, host string) ([]netip.Addr, error) {
		hits++
		return find(ctx, host)
	}})
	_, err := b.get("http://named.example:" + portOf(t, good))
	check(t, err)
	equal(t, "look-ups", hits, 1)
}

func TestAnAllowedHostCannotRedirectElsewhere(t *testing.T) {
	secret := serve(t, never(t))
	for to, want := range map[string]string{
		"http://" + secret + "/":                "the answer redirected to " + secret + ", which is not allowed",
		"http://localhost:" + portOf(t, secret): "which is not allowed",
		"http://named.example/":                 "named.example has the address 127.0.0.1, which is a loopback address",
		"//169.254.169.254/latest/meta-data":    "the answer redirected to 169.254.169.254:80, which is not allowed",
		"file:///etc/passwd":                    "only http: and https:",
		"https://elsewhere.example/":            "the answer redirected to elsewhere.example:443, which is not allowed",
	} {
		host := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
		start(t, outbox.Config{Allow: []string{host, "named.example"}, Resolve: resolver("127.0.0.1")}).refused("http://"+host, want)
	}
}
