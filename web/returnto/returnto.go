// Package returnto decides where a login may lead when it is over: to a path of this
// site and nowhere else, whatever the link to the login says.
//
// Package web asks it before a login begins (login.go) and keeps the answer on the
// server until the end. Package theme asks it where its form was.
package returnto

import (
	"net/url"
	"strings"
)

// Default is where a login leads that was asked for without saying where to.
const Default = "/profile"

// maxLength is how many bytes a path may have.
const maxLength = 1024

// Path returns next when it is a path on this site, and otherwise Default:
// a link to the login must not be able to send people elsewhere after it (RFC 9700
// section 4.11.1). It is strict rather than clever, because browsers read "\", tabs
// and line ends in addresses in their own way: only printable ASCII, no "\", one
// slash in front, at most 1024 bytes, with what is escaped in the answer too.
func Path(next string) string {
	if len(next) > maxLength || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return Default
	}
	for i := range len(next) {
		if c := next[i]; c <= ' ' || c == '\\' || c > '~' {
			return Default
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return Default
	}
	// The decoded path, too, must not begin like another host, for whoever
	// decodes it once more on the way.
	if strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\\t\r\n\x00") {
		return Default
	}
	// "/x/..//e.example" must not be cleaned into "//e.example" on the way.
	if strings.Contains(u.Path, "//") || strings.Contains(u.Path, "/../") || strings.HasSuffix(u.Path, "/..") || strings.Contains(u.Path, "/./") {
		return Default
	}
	path := u.String()
	if len(path) > maxLength {
		return Default
	}
	return path
}

// AnotherUser is the address of a login that asks who it is even when the provider
// knows, because a login that an Action refused would be refused again.
const AnotherUser = "/login?prompt=login"

// LoginURL is the address that begins a login which ends at next.
func LoginURL(next string) string {
	if next == "" || next == Default {
		return "/login"
	}
	return "/login?next=" + url.QueryEscape(next)
}
