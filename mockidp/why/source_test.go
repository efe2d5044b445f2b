package why

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	tests := []struct {
		name, code string
		mentions   bool   // "plan"
		calls      string // token claim = value @line
		returns    []int  // before the first call
	}{
		{"plain", "api.idToken.setCustomClaim('plan', event.a.b);", true, "id_token plan = event.a.b @1", nil},
		{"other quotes and breaks", "api\n .accessToken\n .setCustomClaim(\n `plan`, f(1, ')') )", true, "access_token plan = f(1, ')') @2", nil},
		{"a comment", "// plan\n/* plan\nidToken.setCustomClaim('plan', 1) */ x", false, "", nil},
		{"what looks like a comment", "const u = 'http://x'; idToken.setCustomClaim('plan', 1)", true, "id_token plan = 1 @1", nil},
		{"a regular expression", "const r = /[/'\"]\\//; idToken.setCustomClaim('plan', 1)", true, "id_token plan = 1 @1", nil},
		{"a division", "const r = a / 2; // plan /\n", false, "", nil},
		{"part of a word", "myplan; plans; $plan", false, "", nil},
		{"a key", "const all = { plan: 1 }", true, "", nil},
		{"within a template", "`${ `${x}` + 'plan' }`", true, "", nil},
		{"a comment in a template is text", "`// ` + plan", true, "", nil},
		{"no value", "idToken.setCustomClaim('plan')", true, "id_token plan =  @1", nil},
		{"returns", "async (event) => {\nif (a) return;\nif (b) {\nreturn 1 }\nx.map((y) => { return y })\nfor (;;) {\nidToken.setCustomClaim('plan', 1) }\nreturn\n}", true, "id_token plan = 1 @7", []int{2, 4}},
		{"functions of another kind", "async function f() {\nclass A { m() {\nreturn 1 } }\nfunction g() {\nreturn }\nx.return;\nidToken.setCustomClaim('plan', 1) }", true, "id_token plan = 1 @7", nil},
		{"not JavaScript", "}}}) `${ ' /", false, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := scan(tt.code)
			if got := s.mentions("plan"); got != tt.mentions {
				t.Errorf("mentions = %v, want %v", got, tt.mentions)
			}
			var calls []string
			for _, c := range s.calls {
				calls = append(calls, fmt.Sprintf("%s %s = %s @%d", c.token, c.claim, c.value, c.line))
			}
			if got := strings.Join(calls, "; "); got != tt.calls {
				t.Errorf("calls = %q, want %q", got, tt.calls)
			}
			if len(s.calls) == 0 {
				return
			}
			if got := s.returnsBefore(s.calls[0].line); !slices.Equal(got, tt.returns) {
				t.Errorf("returns = %v, want %v", got, tt.returns)
			}
		})
	}
}

func TestAlike(t *testing.T) {
	for pair, want := range map[string]bool{
		"login_count login_cuont": true, "login_count loginCount": true, "login_count logins_count": true, "login_count login-coun": true,
		"plan plan": true, "plan plot": false, "login_count logout": false, "a _": false, "_ _": false,
	} {
		a, b, _ := strings.Cut(pair, " ")
		if got := alike(a, b); got != want {
			t.Errorf("alike(%q, %q) = %v, want %v", a, b, got, want)
		}
	}
}

// Any text can be an Action: reading it ends, and reads the text.
func FuzzScan(f *testing.F) {
	f.Add("exports.onExecutePostLogin = async (event, api) => { api.idToken.setCustomClaim('plan', `${event.user.name}`); };", "plan")
	f.Add("/* ` ${ { ' \\", "https://example.com/plan")
	f.Fuzz(func(t *testing.T, code, claim string) {
		s := scan(code)
		if len(s.plain) != len(code) || strings.Count(s.plain, "\n") != strings.Count(code, "\n") {
			t.Fatal("offsets and lines have moved")
		}
		line := s.where(claim)
		if line > 1+strings.Count(code, "\n") {
			t.Fatalf("line %d of %q", line, code)
		}
		for _, r := range s.returnsBefore(line) {
			s.about(r, "client", nil)
		}
		s.eventPath(s.valueAt(claim, line))
	})
}

// The largest Action there can be, made of what costs most.
func BenchmarkScan(b *testing.B) {
	piece := "()=>{if(a)return;idToken.setCustomClaim('x',(1"
	code := strings.Repeat(piece, 100_000/len(piece))
	for b.Loop() {
		scan(code)
	}
}
