package outbox

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// ParseMode reads the setting MOCKIDP_OUTBOX:
//
//	capture                       nothing leaves the machine; also the empty setting
//	allow:ntfy.sh,127.0.0.1:8080  these hosts are really called
//
// An entry is a host name or an address, with or without a port. It returns the
// entries for Config.Allow, or an error that names the wrong one.
func ParseMode(setting string) (allow []string, err error) {
	list, ok := strings.CutPrefix(setting, "allow:")
	switch {
	case setting == "" || setting == "capture":
		return nil, nil
	case !ok:
		return nil, fmt.Errorf("expected capture or allow:host,host:port,…, got %q", setting)
	}
	for entry := range strings.SplitSeq(list, ",") {
		allow = append(allow, strings.TrimSpace(entry))
	}
	if _, err := parseHosts(allow); err != nil {
		return nil, err
	}
	return allow, nil
}

// hosts is a set of "host" and "host:port", as plainHost and net.JoinHostPort write them.
type hosts map[string]bool

func parseHosts(entries []string) (hosts, error) {
	set := hosts{}
	for _, entry := range entries {
		host, port, err := splitEntry(entry)
		if err != nil {
			return nil, fmt.Errorf("expected a host like ntfy.sh or a host with a port like 127.0.0.1:8080, got %q", entry)
		}
		if port != "" {
			host = net.JoinHostPort(host, port)
		}
		set[host] = true
	}
	return set, nil
}

func splitEntry(entry string) (host, port string, err error) {
	host = entry
	if a, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil {
		return a.Unmap().WithZone("").String(), "", nil // an IPv6 address has colons, but no port
	}
	if strings.Contains(entry, ":") {
		if host, port, err = net.SplitHostPort(entry); err != nil {
			return "", "", err
		}
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || port[0] == '0' {
			return "", "", fmt.Errorf("no port: %q", port)
		}
	}
	host, err = plainHost(host)
	return host, port, err
}

// plainHost is the one form of a host: an address as netip writes it, a name in
// lower case ASCII (RFC 5891) without the final dot.
func plainHost(host string) (string, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().WithZone("").String(), nil
	}
	// net/http maps names the same way before it connects.
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil && strings.Trim(host, nameChars) == "" {
		name, err = strings.ToLower(strings.TrimSuffix(host, ".")), nil // names with _, or -- inside
	}
	if err != nil || name == "" || strings.Trim(name, nameChars) != "" {
		return "", fmt.Errorf("%q is not a host name", host)
	}
	return name, nil
}

const nameChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

// has reports whether u's host is in the set: with its port, or without one when
// it is the port of a scheme. Which of the two schemes does not matter.
func (h hosts) has(u *url.URL) bool {
	host, port := u.Hostname(), portOf(u)
	return h.names(host, port) || (port == "80" || port == "443") && h[host]
}

// names reports whether the set names this very port of host.
func (h hosts) names(host, port string) bool { return h[net.JoinHostPort(host, port)] }

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

// hostPort is u's host with the port it really stands for.
func hostPort(u *url.URL) string { return net.JoinHostPort(strings.ToLower(u.Hostname()), portOf(u)) }
