package main

import (
	"context"
	"strings"
	"testing"
)

// whatHappened looks at the timeline, as a list and drawn as a picture, without
// scripts: the switch is the style sheet's.
func whatHappened(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.withoutJavaScript()
	b.open(s.appURL + "/login")
	b.logIn("London")

	const step = `[data-step="token"]`
	if got := b.text(step); !strings.Contains(got, "back channel") || !strings.Contains(got, "POST "+s.issuer+"oauth/token → 200") {
		t.Errorf("the token step says %q", got)
	}
	b.press(step + " summary")
	if got := b.text(step + " .params"); !strings.Contains(got, "code_verifier") || !strings.Contains(got, "(used up)") {
		t.Errorf("the token request says %q", got)
	}
	// In the picture, a step stands between the lanes that it connects.
	centre := func(sel string) float64 {
		return evaluate[float64](b, `(r => (r.left + r.right) / 2)(document.querySelector('`+sel+`').getBoundingClientRect())`)
	}
	b.press("#drawn-picture")
	b.text(".lanes")
	app, idp := centre(".lanes b:nth-child(2)"), centre(".lanes b:nth-child(3)")
	if got := centre(step + " .head"); got <= app || got >= idp {
		t.Errorf("the token step is drawn at %v, want it between %v and %v", got, app, idp)
	}
	if got := centre(`[data-step="verify"] .head`); got < app-1 || got > app+1 {
		t.Errorf("the checks are drawn at %v, want the app's lane at %v", got, app)
	}
}
