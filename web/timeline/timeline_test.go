package timeline_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/postlogin/web/timeline"
)

func TestStepsAreNumberedInTheirOrder(t *testing.T) {
	start := time.Date(2026, 11, 22, 21, 14, 5, 0, time.UTC)
	l := timeline.Begin(start)
	l.Add(start, timeline.Step{ID: "login"})
	l.Add(start.Add(time.Second), timeline.Step{ID: "authorize"})
	l.Add(start.Add(3*time.Second), timeline.Step{ID: "callback"})
	l.AddAfter("authorize", timeline.Step{ID: "actions", Channel: timeline.Inside})
	l.Took("authorize", 2*time.Second)
	var ids []string
	for i, s := range l.Steps {
		ids = append(ids, s.ID)
		if s.N != i+1 {
			t.Errorf("step %s has the number %d, want %d", s.ID, s.N, i+1)
		}
	}
	if want := []string{"login", "authorize", "actions", "callback"}; !slices.Equal(ids, want) {
		t.Errorf("steps = %q, want %q", ids, want)
	}
	if l.Steps[1].TookMS != 2000 || l.Steps[2].MS != 1000 || l.Steps[3].MS != 3000 {
		t.Errorf("times = %+v", l.Steps)
	}
}

// A clock that was set back meanwhile must not make a step that happened before
// the login.
func TestTimeNeverRunsBackwards(t *testing.T) {
	start := time.Now()
	l := timeline.Begin(start)
	l.Add(start.Add(-time.Hour), timeline.Step{ID: "callback"})
	if l.Steps[0].MS != 0 {
		t.Errorf("ms = %d, want 0", l.Steps[0].MS)
	}
}

func TestSecretsAreCut(t *testing.T) {
	const secret = "Ab3-a-secret-of-some-length-that-ends-in-9f"
	for _, name := range []string{"state", "nonce", "code", "code_verifier", "client_secret", "access_token", "id_token", "refresh_token"} {
		for _, value := range []string{secret, "short"} {
			p := timeline.Explain(name, value)
			if strings.Contains(p.Value, value) || strings.Contains(p.Value, value[:5]) {
				t.Errorf("%s = %q shows %q", name, p.Value, value)
			}
			if p.Why == "" {
				t.Errorf("%s is not explained", name)
			}
		}
	}
	if got := timeline.Cut(secret); got != "Ab3…9f" {
		t.Errorf("Cut = %q, want Ab3…9f", got)
	}
	if got := timeline.Explain("code", secret).Value; got != "Ab3…9f (used up)" {
		t.Errorf("code = %q, want it marked as used up", got)
	}
}

// Bytes that are not UTF-8 become one character together, however many they are.
func TestLongValuesAreShortened(t *testing.T) {
	for value, want := range map[string]string{
		strings.Repeat("é", 300):          strings.Repeat("é", 300),
		strings.Repeat("é", 301):          strings.Repeat("é", 300) + "…",
		"a" + strings.Repeat("\xfe", 301): "a\uFFFD",
		strings.Repeat("\xfe a", 301):     strings.Repeat("\uFFFD a", 100) + "…",
	} {
		if got := timeline.Explain("iss", value).Value; got != want {
			t.Errorf("Explain(%.20q) = %q, want %q", value, got, want)
		}
	}
}

func TestParametersStandInAGivenOrder(t *testing.T) {
	q := url.Values{"z": {"1"}, "scope": {"openid"}, "client_id": {"demo-app"}, "a": {"\xff"}}
	var names []string
	for _, p := range timeline.Parameters(q, "client_id", "scope", "nonce") {
		names = append(names, p.Name)
	}
	if want := []string{"client_id", "scope", "a", "z"}; !slices.Equal(names, want) {
		t.Errorf("names = %q, want %q", names, want)
	}
}
