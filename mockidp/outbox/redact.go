package outbox

import (
	"regexp"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/store"
)

const hidden = "[redacted]"

// Names are taken by what they contain: X-Api-Key, My-Service-Token. Bodies are
// searched for the members that OAuth and most services keep secrets in. It is a
// courtesy to whoever shows a listing to others, not a proof: what a service
// calls otherwise stays readable.
var (
	secretHeader = regexp.MustCompile(`(?i)authorization|cookie|token|secret|api-?key|password|credential`)
	secretMember = regexp.MustCompile(`(?is)("(?:` + secretNames + `)"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?$)`) // to the end where the body was cut
	secretField  = regexp.MustCompile(`(?i)((?:^|[?&])(?:` + secretNames + `)=)[^&#\s]*`)
	userInfo     = regexp.MustCompile(`([a-zA-Z]://)[^/?#\s"'<>]*@`)
)

const secretNames = `client_secret|client_assertion|access_token|refresh_token|id_token|session_token|token|secret|password|api_?key`

// redacted is a copy of r without its secrets.
func redacted(r *store.Outgoing) *store.Outgoing {
	c := *r
	c.URL, c.AnswerURL = redactText(r.URL), redactText(r.AnswerURL)
	c.Headers, c.AnswerHeaders = redactHeaders(r.Headers), redactHeaders(r.AnswerHeaders)
	c.Body, c.Answer, c.Error = redactText(r.Body), redactText(r.Answer), redactText(r.Error)
	return &c
}

// Redacted is a copy of calls without their secrets, for the record of a login:
// whoever needs them finds them in the outbox.
func Redacted(calls []actions.OutgoingCall) []actions.OutgoingCall {
	list := slices.Clone(calls)
	for i, c := range list {
		list[i].URL, list[i].Headers, list[i].Body, list[i].Error = redactText(c.URL), redactHeaders(c.Headers), redactText(c.Body), redactText(c.Error)
	}
	return list
}

func redactText(s string) string {
	s = userInfo.ReplaceAllString(s, "${1}"+hidden+"@")
	s = secretMember.ReplaceAllString(s, `${1}"`+hidden+`"`)
	return secretField.ReplaceAllString(s, "${1}"+hidden)
}

// redactHeaders leaves the scheme of an Authorization, which tells much and gives away nothing.
func redactHeaders(h map[string]string) map[string]string {
	c := make(map[string]string, len(h))
	for name, value := range h {
		switch scheme, _, ok := strings.Cut(value, " "); {
		case !secretHeader.MatchString(name):
			c[name] = redactText(value)
		case ok && strings.EqualFold(name, "authorization"):
			c[name] = scheme + " " + hidden
		default:
			c[name] = hidden
		}
	}
	return c
}
