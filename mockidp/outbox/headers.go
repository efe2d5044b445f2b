package outbox

import (
	"net/http"
	"strings"
)

// maxHeaders is how many bytes the headers of a request or an answer may have.
const maxHeaders = 32 << 10

func headerSize(h map[string]string) (n int) {
	for name, value := range h {
		n += len(name) + len(value)
	}
	return n
}

// hopByHop are the headers that concern one connection only (RFC 9110 section
// 7.6.1), by their lower-case names.
func hopByHop(name string) bool {
	switch name {
	case "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade":
		return true
	}
	return false
}

// requestHeader is h as it goes over the network: without what concerns the
// connection and what net/http works out itself. A host header is not taken
// from the Action: it would reach another site at an allowed address.
func requestHeader(h map[string]string) http.Header {
	out, named := http.Header{}, connectionOptions(h)
	for name, value := range h {
		switch key := strings.ToLower(name); {
		case hopByHop(key) || named[key]:
		case key == "host" || key == "content-length" || key == "expect" || key == "accept-encoding":
		default:
			out.Set(name, value)
		}
	}
	return out
}

// connectionOptions are the headers that a Connection header declares hop-by-hop too.
func connectionOptions(h map[string]string) map[string]bool {
	named := map[string]bool{}
	for name, value := range h {
		if strings.EqualFold(name, "connection") {
			for option := range strings.SplitSeq(value, ",") {
				named[strings.ToLower(strings.TrimSpace(option))] = true
			}
		}
	}
	return named
}

// answerHeader is h as an Action reads it: names in lower case, several lines
// as one list (RFC 9110 section 5.3; Set-Cookie can't be told apart then).
func answerHeader(h http.Header) map[string]string {
	flat := map[string]string{}
	for name, values := range h {
		flat[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	named := connectionOptions(flat)
	for name := range flat {
		if hopByHop(name) || named[name] {
			delete(flat, name)
		}
	}
	return flat
}
