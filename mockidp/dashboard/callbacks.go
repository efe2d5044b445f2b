package dashboard

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// addresses reads a list of URLs, one in each line, and says what is wrong with the
// first one that is none.
func addresses(text string) (list []string, wrong string) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		uri := strings.TrimSpace(line)
		if uri == "" || slices.Contains(list, uri) {
			continue
		}
		if wrong := wrongAddress(uri); wrong != "" {
			return list, fmt.Sprintf("Line %d: %s", n, wrong)
		}
		list = append(list, uri)
	}
	return list, ""
}

// wrongAddress says why a URL can't be redirected to (RFC 6749 section 3.1.2).
func wrongAddress(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil || strings.ContainsAny(uri, " \t<>\""):
		return "This is no URL."
	case u.Scheme == "":
		return "It must begin with a scheme: http://localhost:3000/callback."
	case u.Scheme == "localhost" || u.Host == "" && (u.Scheme == "http" || u.Scheme == "https"):
		return "It must begin with http:// or https:// and a host."
	case strings.Contains(uri, "#"):
		return "It may have no fragment, which is what follows the #."
	case strings.Contains(uri, "*"):
		return "Wildcards are not possible: callbacks are compared letter by letter."
	case slices.Contains([]string{"javascript", "data", "vbscript", "file", "blob", "about"}, u.Scheme):
		return "Nothing is redirected to an address that begins with " + u.Scheme + ":"
	}
	return ""
}

// callbackHints tell of callbacks that are good, and differ from what a browser may
// send in a way that is easily overlooked: the host's name, the last slash, the port.
func callbackHints(list []string) (hints []string) {
	for i, a := range list {
		u, err := url.Parse(a)
		if err != nil {
			continue
		}
		for _, b := range list[i+1:] {
			if strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/") {
				hints = append(hints, a+" and "+b+" differ in the last slash. Both are allowed now.")
			}
		}
		if twin := otherName(u); twin != "" && !slices.Contains(list, twin) {
			hints = append(hints, fmt.Sprintf("An application that is opened as %s sends another callback, %s, which is not allowed. localhost and 127.0.0.1 are two names, also for cookies.", origin(twin), twin))
		}
		if u.Scheme == "http" && isLocal(u.Hostname()) && u.Port() == "" {
			hints = append(hints, a+" has no port, so it means port 80. Most applications listen on another one, such as 3000.")
		}
		if u.Path == "" || u.Path == "/" {
			hints = append(hints, a+" is the start page. Is your callback not a page of its own, such as /callback?")
		}
	}
	return hints
}

func origin(uri string) string {
	if u, err := url.Parse(uri); err == nil {
		return u.Scheme + "://" + u.Host
	}
	return uri
}

// otherName is the URL with this machine's other name; "" for other machines.
func otherName(u *url.URL) string {
	other := *u
	name := "localhost"
	switch u.Hostname() {
	case "localhost":
		name = "127.0.0.1"
	case "127.0.0.1":
	default:
		return ""
	}
	other.Host = name
	if port := u.Port(); port != "" {
		other.Host += ":" + port
	}
	return other.String()
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
