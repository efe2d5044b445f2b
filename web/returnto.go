package web

import (
	"net/url"
	"strings"
)

// afterLogin is where a login leads that was asked for without saying where to.
const afterLogin = "/profile"

// returnTo returns next when it is a path on this site, and otherwise afterLogin:
// a link to the login must not be able to send people elsewhere after it (RFC 9700
// section 4.11.1). It is strict rather than clever, because browsers read "\", tabs
// and line ends in addresses in their own way: only printable ASCII, no "\", one
// slash in front, at most 1024 bytes.
func returnTo(next string) string {
	if len(next) > 1024 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return afterLogin
	}
	for i := range len(next) {
		if c := next[i]; c <= ' ' || c == '\\' || c > '~' {
			return afterLogin
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return afterLogin
	}
	// The decoded path, too, must not begin like another host, for whoever
	// decodes it once more on the way.
	if strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\\t\r\n\x00") {
		return afterLogin
	}
	// "/x/..//e.example" must not be cleaned into "//e.example" on the way.
	if strings.Contains(u.Path, "//") || strings.Contains(u.Path, "/../") || strings.HasSuffix(u.Path, "/..") || strings.Contains(u.Path, "/./") {
		return afterLogin
	}
	return u.String()
}

// anotherUser is the address of a login that asks who it is even when the provider
// knows, because a login that an Action refused would be refused again.
const anotherUser = "/login?prompt=login"

// loginURL is the address that begins a login which ends at next.
func loginURL(next string) string {
	if next == "" || next == afterLogin {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(next)
}
