package actions

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const keyOfThree = `-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj
MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu
-----END PRIVATE KEY-----
`

func TestMask(t *testing.T) {
	ev := &Event{Client: Client{ClientID: "demo-app"}, Request: Request{Hostname: "localhost:9400"}}
	flow := []Action{
		{Secrets: map[string]string{"A": "opensesame", "LONGER": "opensesame-and-more", "SHORT": "eu-1", "CLIENT_ID": "demo-app", "DOMAIN": "localhost:9400"}},
		{Secrets: map[string]string{"PEM": keyOfThree, "SAME": "opensesame", "QUOTED": `a"b\c/d`}},
	}
	m := MaskFor(flow, ev)
	tests := []struct{ name, text, want string }{
		{"as it is, of every Action of the flow, by the same name", "xopensesamex a\"b\\c/d", "x[secret A]x [secret QUOTED]"},
		{"the longest first", "opensesame-and-more", "[secret LONGER]"},
		{"a short one and public ones stay", "demo-app at localhost:9400 in eu-1", "demo-app at localhost:9400 in eu-1"},
		{"as JSON", `{"k":"a\"b\\c/d"}`, `{"k":"[secret QUOTED]"}`},
		{"in addresses", "a%22b%5Cc%2Fd a%22b%5Cc/d a%22b\\c/d", "[secret QUOTED] [secret QUOTED] [secret QUOTED]"},
		{"in base64 behind three bytes", "bWU6b3BlbnNlc2FtZQ==", "bWU6[secret A]Q=="},
		{"in base64 behind one byte", "eG9wZW5zZXNhbWU=", "eG[secret A]U="},
		{"the lines of a key, as console.log breaks it", `'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n' +`, `'[secret PEM]\n' +`},
		{"but not what all keys begin with", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.Text(tt.text); got != tt.want {
				t.Errorf("masked %q, want %q", got, tt.want)
			}
		})
	}
	if m.Text(keyOfThree) != "[secret PEM]" {
		t.Errorf("the whole key: %q", m.Text(keyOfThree))
	}
	if m := MaskFor([]Action{{Secrets: map[string]string{"SHORT": "eu-1"}}, {}}, ev); m != nil || m.Text("eu-1") != "eu-1" || string(m.JSON([]byte(`"x"`))) != `"x"` {
		t.Error("a flow without secrets that are long enough has a mask")
	}
}

// FuzzMaskLeavesJSON: whatever the secret and the value are, what comes out is JSON
// of the same shape, and no string in it has the secret.
func FuzzMaskLeavesJSON(f *testing.F) {
	f.Add(`n\"abcdef`, `{"k":"\n\"abcdef","n\\\"abcdef":[1.5,"n\\\"abcdef"]}`)
	f.Add("123456", `[123456,"123456","\u0031\u0032\u0033\u0034\u0035\u0036"]`)
	f.Add("secret NAME", `"secret NAMEsecret NAME"`)
	f.Add("123456", `[1e999,"123456",1`+strings.Repeat("0", 400)+`]`)
	f.Fuzz(func(t *testing.T, secret, value string) {
		if len(secret) < minSecret || strings.Contains(placeholder("NAME"), secret) || !json.Valid([]byte(value)) {
			return
		}
		m := MaskFor([]Action{{Secrets: map[string]string{"NAME": secret}}}, &Event{})
		got := m.JSON(json.RawMessage(value))
		var v any
		dec := json.NewDecoder(bytes.NewReader(got))
		dec.UseNumber() // JSON's numbers have no limit, and they are none of a mask's business
		if err := dec.Decode(&v); err != nil || !json.Valid(got) {
			t.Fatalf("%s became %s: %v", value, got, err)
		}
		holds := func(s string) bool {
			return strings.Contains(strings.ReplaceAll(s, placeholder("NAME"), "\x00"), secret) && !strings.Contains(secret, "\x00")
		}
		var search func(v any)
		search = func(v any) {
			switch v := v.(type) {
			case string:
				if holds(v) {
					t.Errorf("%q is left in %q", secret, v)
				}
			case []any:
				for _, e := range v {
					search(e)
				}
			case map[string]any:
				for k, e := range v {
					search(k)
					search(e)
				}
			}
		}
		search(v)
	})
}

// BenchmarkMask is what the record of one login costs more when its Action has a
// secret, and when it has none.
func BenchmarkMask(b *testing.B) {
	ev := &Event{User: User{AppMetadata: json.RawMessage(`{"plan":"gold","seats":[1,2,3]}`)}}
	out := newOutcome()
	for range 3 {
		out.IDToken["city"] = json.RawMessage(`"London"`)
		out.Runs = append(out.Runs, ActionRun{
			Console:  []ConsoleLine{{Text: strings.Repeat("a line of text ", 20)}},
			Commands: []Command{{Name: "idToken.setCustomClaim", Args: []json.RawMessage{[]byte(`"city"`), []byte(`"London"`)}}},
			Claims:   []Claim{{Name: "city", Value: []byte(`"London"`)}},
		})
	}
	for name, secrets := range map[string]map[string]string{"none": nil, "one": {"API_KEY": "sk_live_51H8xN2eZvKYlo2C"}, "key": {"PEM": keyOfThree}} {
		b.Run(name, func(b *testing.B) {
			flow := []Action{{Secrets: secrets}}
			b.ReportAllocs()
			for b.Loop() {
				m := MaskFor(flow, ev)
				m.Outcome(out)
				m.Event(ev, false)
			}
		})
	}
}
