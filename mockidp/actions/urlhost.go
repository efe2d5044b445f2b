package actions

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"
	"golang.org/x/net/idna"
)

// urlParts is a parsed URL (WHATWG URL). It is what the prelude's URL class shows.
type urlParts struct {
	scheme             string
	username, password string
	host, port         string
	hasHost            bool
	path               []string // segments
	opaque             string   // the path of a URL such as mailto:x, which has no segments
	isOpaque           bool
	query, fragment    *string
}

var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21", "file": ""}

func (u *urlParts) special() bool {
	_, ok := defaultPorts[u.scheme]
	return ok
}

var (
	errURL     = scriptError("Invalid URL")
	urlScheme  = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)
	urlRemoved = strings.NewReplacer("\t", "", "\n", "", "\r", "")
)

// parseURL is the basic URL parser; base may be nil.
func parseURL(input string, base *urlParts) (*urlParts, error) {
	s := urlRemoved.Replace(strings.Trim(input, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "))
	u := &urlParts{}
	s, u.fragment = cutPart(s, "#", fragmentSet)
	scheme := urlScheme.FindString(s)
	if scheme != "" {
		u.scheme = strings.ToLower(strings.TrimSuffix(scheme, ":"))
		s = s[len(scheme):]
	}
	querySet := querySet
	if u.special() || scheme == "" && base != nil && base.special() {
		querySet += "'"
	}
	s, u.query = cutPart(s, "?", querySet)
	switch {
	case scheme == "" && base == nil:
		return nil, errURL
	case scheme == "":
		return u, u.relative(s, base)
	case u.special():
		s = strings.ReplaceAll(s, `\`, "/")
		if u.scheme != "file" && base != nil && base.scheme == u.scheme && !strings.HasPrefix(s, "/") {
			return u, u.relative(s, base)
		}
		if u.scheme == "file" {
			s = strings.TrimPrefix(s, "//")
		} else {
			s = strings.TrimLeft(s, "/")
		}
		return u, u.authority(s)
	case strings.HasPrefix(s, "//"):
		return u, u.authority(s[2:])
	case strings.HasPrefix(s, "/"):
		u.setPath(nil, s)
		return u, nil
	}
	u.isOpaque, u.opaque = true, escape(s, "")
	return u, nil
}

// cutPart cuts s at mark and returns the escaped part behind it, nil without mark.
func cutPart(s, mark, escaped string) (string, *string) {
	head, tail, found := strings.Cut(s, mark)
	if !found {
		return s, nil
	}
	tail = escape(tail, escaped)
	return head, &tail
}

// relative resolves s, which has no scheme, against base.
func (u *urlParts) relative(s string, base *urlParts) error {
	if base.isOpaque {
		if s != "" || u.query != nil || u.fragment == nil {
			return errURL
		}
		fragment := u.fragment
		*u = *base
		u.fragment = fragment
		return nil
	}
	u.scheme = base.scheme
	if u.special() {
		s = strings.ReplaceAll(s, `\`, "/")
	}
	if strings.HasPrefix(s, "//") {
		return u.authority(s[2:])
	}
	u.username, u.password, u.host, u.port, u.hasHost = base.username, base.password, base.host, base.port, base.hasHost
	switch {
	case s == "":
		u.path = base.path
		if u.query == nil {
			u.query = base.query
		}
	case strings.HasPrefix(s, "/"):
		u.setPath(nil, s)
	default:
		u.setPath(base.path[:max(0, len(base.path)-1)], "/"+s)
	}
	return nil
}

// authority parses user:password@host:port/path.
func (u *urlParts) authority(s string) error {
	auth, path := s, ""
	if i := strings.IndexByte(s, '/'); i >= 0 {
		auth, path = s[:i], s[i:]
	}
	if i := strings.LastIndexByte(auth, '@'); i >= 0 {
		user, password, _ := strings.Cut(auth[:i], ":")
		u.username, u.password = escape(user, userinfoSet), escape(password, userinfoSet)
		auth = auth[i+1:]
	}
	host, port := auth, ""
	if i := strings.LastIndexByte(auth, ':'); i >= 0 && !strings.HasSuffix(auth, "]") {
		host, port = auth[:i], auth[i+1:]
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return errURL
		}
		if port = strconv.FormatUint(n, 10); port == defaultPorts[u.scheme] && u.special() {
			port = ""
		}
	}
	var err error
	if u.host, err = parseHost(host, u.special()); err != nil {
		return err
	}
	if u.host == "" && (u.special() && u.scheme != "file" || u.username != "" || port != "") {
		return errURL
	}
	u.port, u.hasHost = port, true
	u.setPath(nil, path)
	return nil
}

// parseHost is the host parser: names by IDNA, IPv4 in all its notations, IPv6.
func parseHost(host string, special bool) (string, error) {
	if strings.HasPrefix(host, "[") {
		addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" || !strings.HasSuffix(host, "]") {
			return "", errURL
		}
		return "[" + addr.String() + "]", nil
	}
	if !special {
		if strings.ContainsAny(host, "\x00 #/<>?@[\\]^|") {
			return "", errURL
		}
		return escape(host, ""), nil
	}
	if host == "" {
		return "", nil
	}
	plain, err := url.PathUnescape(host)
	if err != nil {
		return "", errURL
	}
	name, err := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false)).ToASCII(plain)
	if err != nil || strings.ContainsAny(name, "\x00\t\n\r #%/:<>?@[\\]^|\x7f") || name == "" {
		return "", errURL
	}
	last := name[strings.LastIndexByte(strings.TrimSuffix(name, "."), '.')+1:]
	if last = strings.TrimSuffix(last, "."); isNumber(last) {
		return parseIPv4(strings.TrimSuffix(name, "."))
	}
	return name, nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 0, 64)
	return err == nil || s != "" && strings.Trim(s, "0123456789") == ""
}

// parseIPv4 takes 127.1, 0x7f.1 and 2130706433 for what they are.
func parseIPv4(s string) (string, error) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return "", errURL
	}
	var addr uint64
	for i, p := range parts {
		if p == "0x" || p == "0X" {
			p = "0"
		}
		n, err := strconv.ParseUint(p, 0, 64)
		if err != nil || strings.HasPrefix(p, "0b") || strings.HasPrefix(p, "0o") {
			return "", errURL
		}
		if i == len(parts)-1 {
			if n >= 1<<(8*(5-len(parts))) {
				return "", errURL
			}
			addr += n
			break
		}
		if n > 255 {
			return "", errURL
		}
		addr += n << (8 * (3 - i))
	}
	return netip.AddrFrom4([4]byte{byte(addr >> 24), byte(addr >> 16), byte(addr >> 8), byte(addr)}).String(), nil
}

// setPath sets the path to base followed by the segments of s, which is empty or
// begins with a slash, with . and .. resolved.
func (u *urlParts) setPath(base []string, s string) {
	path := append([]string{}, base...)
	if s == "" {
		if u.special() {
			path = append(path, "")
		}
		u.path = path
		return
	}
	segments := strings.Split(s[1:], "/")
	for i, seg := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(seg), "%2e", ".") {
		case ".":
			if last {
				path = append(path, "")
			}
		case "..":
			path = path[:max(0, len(path)-1)]
			if last {
				path = append(path, "")
			}
		default:
			path = append(path, escape(seg, pathSet))
		}
	}
	u.path = path
}

// The percent-encode sets, beyond the C0 control set.
const (
	fragmentSet = " \"<>`"
	querySet    = " \"#<>"
	pathSet     = querySet + "?`{}"
	userinfoSet = pathSet + "/:;=@[\\]^|"
)

func escape(s, set string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= 0x1f || c >= 0x7f || strings.IndexByte(set, c) >= 0 {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hostURL parses a URL: text, base or undefined. It returns the parts as the
// URL class names them, undefined for a URL that is not valid.
func hostURL(w *world, args hostArgs) goja.Value {
	var base *urlParts
	var err error
	if !goja.IsUndefined(args.at(1)) {
		if base, err = parseURL(args.text(1), nil); err != nil {
			return nil
		}
	}
	u, err := parseURL(args.text(0), base)
	if err != nil {
		return nil
	}
	o := w.rt.NewObject()
	set := func(name, value string) { o.Set(name, value) }
	set("protocol", u.scheme+":")
	set("username", u.username)
	set("password", u.password)
	set("hostname", u.host)
	set("port", u.port)
	set("pathname", u.pathname())
	set("search", marked("?", u.query))
	set("hash", marked("#", u.fragment))
	o.Set("hasHost", u.hasHost)
	o.Set("special", u.special() && u.scheme != "file")
	return o
}

func (u *urlParts) pathname() string {
	if u.isOpaque {
		return u.opaque
	}
	if len(u.path) == 0 {
		return ""
	}
	return "/" + strings.Join(u.path, "/")
}

func marked(mark string, part *string) string {
	if part == nil || *part == "" {
		return ""
	}
	return mark + *part
}
