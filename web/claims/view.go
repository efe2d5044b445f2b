package claims

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/postlogin/views"
)

// MaxShown is how many characters of a claim the table shows at first.
const MaxShown = 200

// View makes a line of the table of claims.
func View(c Claim) views.Claim {
	v := views.Claim{Name: c.Name, Local: c.Name, Kind: c.Kind, Value: strings.ToValidUTF8(string(c.Value), "\uFFFD")}
	// A claim named by an address is read by its last part (OpenID Connect: "collision-
	// resistant names").
	if i := strings.LastIndexByte(c.Name, '/'); i > 0 && strings.Contains(c.Name, "://") {
		v.Prefix, v.Local = c.Name[:i+1], c.Name[i+1:]
	}
	if utf8.RuneCountInString(v.Value) > MaxShown {
		v.Short = string([]rune(v.Value)[:MaxShown])
	}
	switch c.Name {
	case "exp", "iat", "nbf", "auth_time", "updated_at":
		if t, ok := Time(c.Value); ok {
			v.Time = t
		} else if text, ok := Text(c.Value); ok { // Auth0 sends updated_at as text
			v.Time, _ = time.Parse(time.RFC3339, text) // the zero time when it is none
		}
	}
	return v
}

// Compare compares what UserInfo said with the ID token, member by member.
func Compare(token Set, raw json.RawMessage) (list []views.Compared) {
	info, err := Parse(raw)
	if err != nil {
		return nil // nothing was said
	}
	for _, c := range info {
		v := views.Compared{Name: c.Name, Value: string(c.Value), State: "only in UserInfo"}
		if inToken := token.Raw(c.Name); inToken != nil {
			v.State = "same"
			if !bytes.Equal(inToken, c.Value) {
				v.State = "differs"
			}
		}
		list = append(list, v)
	}
	return list
}

// ViewToken shows a token whose header and payload are decoded already, and the encoded one
// only where that is allowed.
func ViewToken(show bool, raw, header, payload string) views.Token {
	t := views.Token{Raw: show, HeaderJSON: header, PayloadJSON: payload}
	if parts := strings.SplitN(raw, ".", 3); t.Raw && len(parts) == 3 {
		t.Header, t.Payload, t.Signature = parts[0], parts[1], parts[2]
	}
	return t
}
