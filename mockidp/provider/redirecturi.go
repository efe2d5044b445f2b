package provider

import (
	"cmp"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// checkRedirectURI decides where answers to an authorization request may go. Its
// errors are pages: an address that nobody registered is never redirected to.
func checkRedirectURI(c *store.Client, uri string) error {
	if redirectAllowed(c, uri) {
		return nil
	}
	e := &PageError{
		Status: http.StatusBadRequest, Title: "This callback URL is not allowed",
		Hint: "Correct redirect_uri in the application's settings, or add this URL to its allowed callback URLs.",
	}
	allowed := " Allowed: " + strings.Join(c.RedirectURIs, ", ") + "."
	switch {
	case len(c.RedirectURIs) == 0:
		e.Detail = displayName(c) + " has no allowed callback URL."
	case uri == "": // OIDC Core 3.1.2.1: required, even when only one is registered
		e.Detail = "The login request of " + displayName(c) + " has no redirect_uri." + allowed
	default:
		nearest, how := nearestURI(c.RedirectURIs, uri)
		e.Detail = uri + " is not an allowed callback URL of " + displayName(c) + "." + allowed
		if len(c.RedirectURIs) == 1 {
			e.Detail += " They differ in " + how + "."
		} else {
			e.Detail += " The nearest is " + nearest + ": they differ in " + how + "."
		}
	}
	return e
}

// redirectAllowed compares character by character (RFC 9700 section 2.1). Only a
// native client's loopback address may vary, in its port (RFC 8252 section 7.3).
func redirectAllowed(c *store.Client, uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || !u.IsAbs() || strings.Contains(uri, "#") {
		return false // RFC 6749 section 3.1.2: absolute, no fragment
	}
	switch u.Scheme {
	case "javascript", "data", "vbscript", "file", "blob", "about":
		return false // would run or show text in a browser; not even when registered
	}
	if slices.Contains(c.RedirectURIs, uri) {
		return true
	}
	if !c.Native || u.Scheme != "http" || u.User != nil {
		return false
	}
	// An IP literal only: "localhost" may resolve elsewhere (RFC 8252 section 8.3).
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || !ip.IsLoopback() {
		return false
	}
	return slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		v, err := url.Parse(registered)
		return err == nil && v.Scheme == "http" && v.User == nil && v.Hostname() == u.Hostname() &&
			v.EscapedPath() == u.EscapedPath() && v.RawQuery == u.RawQuery
	})
}

// nearestURI returns the allowed URI that shares most with uri, and in words
// where the two differ.
func nearestURI(allowed []string, uri string) (nearest, how string) {
	fewest := 0
	for i, candidate := range allowed {
		parts := differences(candidate, uri)
		if i == 0 || len(parts) < fewest {
			nearest, how, fewest = candidate, join(parts), len(parts)
		}
	}
	return nearest, how
}

// differences names the parts of two URIs that are not the same.
func differences(a, b string) []string {
	switch {
	case strings.EqualFold(a, b):
		return []string{"upper and lower case"}
	case strings.TrimSuffix(a, "/") == strings.TrimSuffix(b, "/"):
		return []string{"the last slash"}
	}
	u, err1 := url.Parse(a)
	v, err2 := url.Parse(b)
	if err1 != nil || err2 != nil {
		return []string{"their form: one of them is not a URL"}
	}
	var parts []string
	for _, part := range []struct{ name, a, b string }{
		{"the scheme", u.Scheme, v.Scheme},
		{"the user name", u.User.String(), v.User.String()},
		{"the host name", u.Hostname(), v.Hostname()},
		{"the port", cmp.Or(u.Port(), defaultPort(u.Scheme)), cmp.Or(v.Port(), defaultPort(v.Scheme))},
		{"the path", u.EscapedPath() + u.Opaque, v.EscapedPath() + v.Opaque},
		{"the query", u.RawQuery, v.RawQuery},
		{"the fragment", u.EscapedFragment(), v.EscapedFragment()},
	} {
		if part.a != part.b {
			parts = append(parts, part.name)
		}
	}
	if len(parts) == 0 {
		return []string{"their spelling"} // an explicit default port, say
	}
	return parts
}

func defaultPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	}
	return ""
}

// join writes a list as English does.
func join(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// displayName is how a client is called in sentences.
func displayName(c *store.Client) string { return cmp.Or(c.Name, c.ID) }
