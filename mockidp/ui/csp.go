package ui

import (
	"net/url"
	"slices"
	"strings"
)

// CSP is the Content-Security-Policy of a page whose forms may end at this
// server and at the given sources, which come from [FormSource]. Empty sources
// are skipped.
//
// Browsers apply form-action to the redirects after a form was posted, too
// (CSP 3 section 6.4.1): without the application's origin the browser would
// stop a login at its very last step and show nothing.
func CSP(formActions ...string) string {
	var b strings.Builder
	b.WriteString("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'")
	for i, source := range formActions {
		if source != "" && !slices.Contains(formActions[:i], source) {
			b.WriteByte(' ')
			b.WriteString(source)
		}
	}
	b.WriteString("; base-uri 'none'; frame-ancestors 'none'")
	return b.String()
}

// StyleNonce adds to a policy of [CSP] that style elements with this nonce are
// applied: an editor makes its own. The nonce must be new for each answer (CSP 3
// section 7.1).
func StyleNonce(policy, nonce string) string {
	return strings.Replace(policy, "style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1)
}

// FormSource turns the address that a form's redirects end at into a CSP
// source: the origin of an http or https URL ("http://localhost:3000"), else
// the scheme ("com.example.app:"). It returns "" for what is neither; the
// caller must have checked that uri is registered (OIDC Core 3.1.2.1).
func FormSource(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return ""
	}
	scheme := u.Scheme + ":"
	if u.Scheme != "http" && u.Scheme != "https" {
		return scheme
	}
	if !hostSource(u.Host) {
		// CSP 3 has no way to write an IPv6 address (section 2.3.1, host-char), and
		// a URL's host may hold ";" and ",", which end a directive.
		return scheme
	}
	return scheme + "//" + strings.ToLower(u.Host)
}

// hostSource reports whether host consists of what CSP allows in a host source.
func hostSource(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(c rune) bool {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == ':':
			return false
		}
		return true
	})
}
