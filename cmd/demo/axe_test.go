package main

import (
	"context"
	_ "embed"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// axeSource is axe-core; testdata/README.md says where it is from.
//
//go:embed testdata/axe.min.js
var axeSource string

// axe returns the accessibility faults that axe-core finds in the page, with the
// rules of WCAG 2.2 A and AA and axe's own good practices. What axe can't decide
// ("incomplete") is not reported.
func (b *tab) axe() []string {
	b.t.Helper()
	if !evaluate[bool](b, `typeof axe === "object"`) { // half a megabyte to read, once for each page
		evaluate[bool](b, axeSource+"; true")
	}
	return evaluate[[]string](b, `axe.run(document, {
		resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html + " " + n.failureSummary)))`)
}

// overflow returns by how many pixels the page is wider than its window.
func (b *tab) overflow() int {
	b.t.Helper()
	return evaluate[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
}

// widest names the elements that reach furthest to the right, for messages.
func (b *tab) widest() string {
	b.t.Helper()
	return evaluate[string](b, `(() => {
		const right = e => e.getBoundingClientRect().right;
		return [...document.body.querySelectorAll("*")].sort((a, b) => right(b) - right(a)).slice(0, 3)
			.map(e => e.outerHTML.slice(0, 120) + " ends at " + Math.round(right(e))).join("\n");
	})()`)
}

// cut names the lists that are wider than their box, so that a part of each row is
// out of sight.
func (b *tab) cut() string {
	b.t.Helper()
	return evaluate[string](b, `[...document.querySelectorAll(":is(.list, .log)")].filter(t => t.offsetWidth > t.parentElement.clientWidth)
		.map(t => t.parentElement.getAttribute("aria-label") + ": a table of " + t.offsetWidth + " px in a box of " + t.parentElement.clientWidth).join("\n")`)
}

// aFaultyPage is what our own checks have to notice, or they prove nothing.
func aFaultyPage(t *testing.T, browser context.Context) {
	elsewhere := "http://192.0.2.1/pixel.png" // TEST-NET-1: never routed, and not this machine
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'none'; img-src *")
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><title>faulty</title><script>document.title = "ran"</script>
			<div><input><table><tr><td>x</td></tr></table></div><pre>`+strings.Repeat("wide", 200)+`</pre>`)
	}))
	defer srv.Close()
	b := ownCookies(t, browser)
	b.open(srv.URL)
	b.width(390)

	if faults := b.axe(); len(faults) == 0 {
		t.Error("axe finds no fault in a field without a label")
	}
	if px := b.overflow(); px <= 0 {
		t.Errorf("overflow = %d px of a page that is too wide", px)
	}
	complaints := strings.Join(b.takeComplaints(), "\n")
	if !strings.Contains(strings.ToLower(complaints), "content security policy") {
		t.Errorf("an inline script against the policy gave the complaints %q", complaints)
	}
	if onThisMachine(elsewhere) || !onThisMachine(srv.URL) || len(b.asked(srv.URL)) == 0 {
		t.Errorf("requests are not told apart: asked for %q", b.asked(""))
	}
}

// checkPage looks at the page that the tab shows: accessibility in light and
// dark, no list that is cut off, and no sideways scrolling on a telephone and on the
// narrowest screen that WCAG 2.2 asks for (1.4.10).
func (b *tab) checkPage() {
	b.t.Helper()
	b.width(1280)
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		for _, fault := range b.axe() {
			b.t.Errorf("%s, %s: axe: %s", b.address(), scheme, fault)
		}
	}
	for _, width := range []int64{1200, 1051, 801, 390, 320} {
		b.width(width)
		if cut := b.cut(); cut != "" {
			b.t.Errorf("%s: at %d px lists are cut off: %s", b.address(), width, cut)
		}
		if px := b.overflow(); px > 0 {
			b.t.Errorf("%s: at %d px the page scrolls sideways by %d px; reaching furthest:\n%s", b.address(), width, px, b.widest())
		}
	}
	b.width(1280)
	b.scheme("light")
}
