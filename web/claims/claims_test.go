package claims_test

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/postlogin/web/claims"
)

func TestPretty(t *testing.T) {
	for raw, want := range map[string]string{
		`{}`:                      `{}`,
		` [ ] `:                   `[]`,
		`{"a":{}, "b":[ [] ,{}]}`: "{\n  \"a\": {},\n  \"b\": [\n    [],\n    {}\n  ]\n}",
		`{"z":1,"a":1e400}`:       "{\n  \"z\": 1,\n  \"a\": 1e400\n}",
		`"Link\u00f6ping \u003cx\u003e \"q\" \\"`: `"Linköping <x> \"q\" \\"`,
		`"{,}:[]"`: `"{,}:[]"`,
		`"\ud800"`: `"` + "\uFFFD" + `"`,
		`{"a":`:    `{"a":`, // not JSON
		"\"\xff\"": "\"\uFFFD\"",
		``:         ``,
	} {
		if got := claims.Pretty([]byte(raw)); got != want {
			t.Errorf("Pretty(%q) = %q, want %q", raw, got, want)
		}
	}
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	if got := claims.Pretty([]byte(deep)); got != deep {
		t.Errorf("Pretty of 9000 nested lists has %d bytes, want %d", len(got), len(deep))
	}
}

// FuzzPretty: what is shown means the same as what was sent.
func FuzzPretty(f *testing.F) {
	for _, seed := range []string{`{"a":[1,{}],"b":"\u00e9\n"}`, `[]`, `"\\"`, `[[],{"":""}]`, `{"a" : "b" }`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := claims.Pretty([]byte(raw))
		if !json.Valid([]byte(raw)) {
			return
		}
		var want, have any
		if json.Unmarshal([]byte(raw), &want) != nil {
			return // numbers that float64 can't hold
		}
		if err := json.Unmarshal([]byte(got), &have); err != nil {
			t.Fatalf("Pretty(%q) = %q: %v", raw, got, err)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(have)
		if string(a) != string(b) {
			t.Fatalf("Pretty(%q) = %q", raw, got)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	for _, payload := range []string{``, `null`, `7`, `"x"`, `[]`, `{`, `{"a":1`, `{"a"}`, `{"a":1}{}`, `{"a":1} x`, `{"a":1,"a":1}`, `{"a":1,"\u0061":2}`, `{a:1}`} {
		if cs, err := claims.Parse([]byte(payload)); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", payload, cs)
		}
	}
	cs, err := claims.Parse([]byte(` {"b":1, "a":{"x":[]}} `))
	if err != nil || len(cs) != 2 || cs[0].Name != "b" || string(cs[1].Value) != `{"x":[]}` {
		t.Errorf("Parse = %v, %v", cs, err)
	}
}
