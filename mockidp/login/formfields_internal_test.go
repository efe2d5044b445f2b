package login

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

func TestFieldsKeepTheTypeThatTheActionGaveThem(t *testing.T) {
	for _, tt := range []struct {
		name, value string // as the Action filled it in
		kind, shown string
		posted      string // "-": nothing, as an unticked box
		want, error string
	}{
		{"text", `"Jane"`, fieldText, "Jane", "Ada \"A\"", `"Ada \"A\""`, ""},
		{"text that looks like a number stays text", `"007"`, fieldText, "007", "007", `"007"`, ""},
		{"cleared text", `"Jane"`, fieldText, "Jane", "", `""`, ""},
		{"line breaks of browsers", `"a\nb"`, fieldText, "a\nb", "a\r\nb", `"a\nb"`, ""},
		{"number", `42`, fieldNumber, "42", " -1.5e3 ", `-1.5e3`, ""},
		{"cleared number", `42`, fieldNumber, "42", "", `null`, ""},
		{"no number", `42`, fieldNumber, "42", "forty", "", "Type a number, such as 42 or -1.5."},
		{"JSON that is no number", `42`, fieldNumber, "42", "true", "", "Type a number, such as 42 or -1.5."},
		{"ticked", `false`, fieldBool, "", "true", `true`, ""},
		{"unticked", `true`, fieldBool, "true", "-", `false`, ""},
		{"null stays null", `null`, fieldText, "", "", `null`, ""},
		{"null becomes text", `null`, fieldText, "", "x", `"x"`, ""},
		{"object", `{"a":1}`, fieldJSON, "{\n  \"a\": 1\n}", "{\"a\": [2,\r\n 3]}", `{"a":[2,3]}`, ""},
		{"list", `[]`, fieldJSON, `[]`, `[`, "", "This is not JSON."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fields, err := formFields(json.RawMessage(`{"x y":` + tt.value + `}`))
			if err != nil || len(fields) != 1 {
				t.Fatal(fields, err)
			}
			f := fields[0]
			if f.Name != "x y" || f.Kind != tt.kind || f.Value != tt.shown {
				t.Errorf("field = %+v, want kind %s showing %q", f, tt.kind, tt.shown)
			}
			posted := url.Values{f.Input(): {tt.posted}}
			if tt.posted == "-" {
				posted = url.Values{}
			}
			if got := string(f.read(posted)); got != tt.want || f.Error != tt.error {
				t.Errorf("read = %s, error %q; want %s, %q", got, f.Error, tt.want, tt.error)
			}
		})
	}
}

func TestMembersOfWhatIsNoObject(t *testing.T) {
	for text, want := range map[string]string{
		`[1]`:           "not one whole object",
		`"a"`:           "not one whole object",
		`{"a":1} x`:     "invalid character",
		`{"a":1}{}`:     "not one whole object",
		`{"a":1`:        "not one whole object",
		`{"a" 1}`:       "at character",
		`{a: 1}`:        "at character",
		`{"a": 'text'}`: "at character",
	} {
		if _, err := members([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("members(%s): err = %v, want %q in it", text, err, want)
		}
	}
	for _, text := range []string{"", " \n", "{}", " { } "} {
		if list, err := members([]byte(text)); len(list) != 0 || err != nil {
			t.Errorf("members(%q) = %v, %v; want none", text, list, err)
		}
	}
}

func TestMembersKeepTheirOrder(t *testing.T) {
	list, err := members([]byte(`{"z":1,"a":{"y":0,"b":1},"z":"last \u0041"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(object(list)), `{"z":"last \u0041","a":{"y":0,"b":1}}`; got != want {
		t.Errorf("object = %s, want %s", got, want)
	}
}

func FuzzAFormThatIsPostedAsItStandsChangesNothing(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":"x","b":1,"c":true,"d":null,"e":{"f":[1e3,"\u2028"]}}`, `{"":""}`, `{"a":"<\/script>\n\r"}`, `{"a":-0.0}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fields, err := formFields(json.RawMessage(text))
		if err != nil || !json.Valid([]byte(text)) {
			return
		}
		var posted = url.Values{}
		for _, f := range fields {
			if f.Kind != fieldBool || f.Value != "" {
				posted.Set(f.Input(), f.Value)
			}
		}
		v := formView{Fields: fields}
		got := object(v.read(posted))
		if v.invalid() != "" {
			t.Fatalf("form of %s complains of %q", text, v.invalid())
		}
		if !json.Valid(got) {
			t.Fatalf("form of %s gives %s", text, got)
		}
		if strings.Contains(text, `\r`) {
			return // browsers make one line break of those
		}
		if want, _ := members([]byte(text)); len(want) != len(fields) || normal(t, got) != normal(t, object(want)) {
			t.Errorf("form of %s gives %s", text, got)
		}
	})
}

// normal is one spelling for all spellings of a JSON value.
func normal(t *testing.T, doc []byte) string {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(string(doc)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
