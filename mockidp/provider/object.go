package provider

import (
	"encoding/json"
	"strconv"

	"example.com/postlogin/mockidp/store"
)

// object writes one flat JSON object in the order of the calls. Each login
// writes three (ID token, token answer, userinfo): a map[string]any would cost
// reflection and lose the order in which people read a token.
type object struct{ buf []byte }

func newObject(capacity int) *object { return &object{append(make([]byte, 0, capacity), '{')} }

func (o *object) name(name string) {
	if len(o.buf) > 1 {
		o.buf = append(o.buf, ',')
	}
	o.quote(name)
	o.buf = append(o.buf, ':')
}

func (o *object) str(name, value string) {
	o.name(name)
	o.quote(value)
}

// opt is str for values that are left out when they are unknown.
func (o *object) opt(name, value string) {
	if value != "" {
		o.str(name, value)
	}
}

func (o *object) num(name string, value int64) {
	o.name(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
}

func (o *object) boolean(name string, value bool) {
	o.name(name)
	o.buf = strconv.AppendBool(o.buf, value)
}

// raw writes value, which must be valid JSON: the store keeps nothing else.
func (o *object) raw(name string, value json.RawMessage) {
	o.name(name)
	o.buf = append(o.buf, value...)
}

// list writes an array of strings.
func (o *object) list(name string, values ...string) {
	o.name(name)
	o.buf = append(o.buf, '[')
	for i, v := range values {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.quote(v)
	}
	o.buf = append(o.buf, ']')
}

// custom writes claims in their order, without those that skip names.
func (o *object) custom(claims store.Claims, skip func(name string) bool) {
	for _, c := range claims {
		if !skip(c.Name) {
			o.raw(c.Name, c.Value)
		}
	}
}

// bytes ends the object.
func (o *object) bytes() []byte { return append(o.buf, '}') }

// quote writes s as a JSON string. Plain ASCII, nearly all that comes here, is copied.
func (o *object) quote(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s) // mends invalid UTF-8, escapes the rest
			if err != nil {
				panic(err) // a string can always be marshalled
			}
			o.buf = append(o.buf, quoted...)
			return
		}
	}
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, s...)
	o.buf = append(o.buf, '"')
}
