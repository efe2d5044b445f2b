package main

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// themeButton is a button at the foot of each page of the app.
func themeButton(label string) string {
	return `//footer//button[normalize-space()="` + label + `"]`
}

// chooseTheme goes to a theme button with the keyboard alone and presses it.
func (b *tab) chooseTheme(label string) {
	b.t.Helper()
	b.tabTo(themeButton(label))
	if status := b.load("press Enter on "+label, chromedp.KeyEvent(kb.Enter)); status >= 400 {
		b.t.Errorf("%s leads to %s with status %d", label, b.address(), status)
	}
}

// wantColours checks that the page is light or dark: its paper, the scroll bars and
// fields that the browser draws, and the map where there is one.
func (b *tab) wantColours(want string) {
	b.t.Helper()
	got := evaluate[string](b, `(() => {
		const canvas = document.createElement("canvas").getContext("2d");
		const seen = colour => {
			canvas.fillStyle = colour;
			canvas.fillRect(0, 0, 1, 1);
			const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
			return r + g + b > 384 ? "light" : "dark";
		};
		const e = document.createElement("i"), land = document.querySelector(".map path");
		e.style = "color: CanvasText; background: Canvas";
		document.body.append(e);
		const all = [seen(getComputedStyle(document.documentElement).backgroundColor), seen(getComputedStyle(e).backgroundColor)];
		e.remove();
		if (land) all.push(seen(getComputedStyle(land).fill));
		return [...new Set(all)].join(" and ");
	})()`)
	if got != want {
		b.t.Errorf("%s is %s, want %s", b.address(), got, want)
	}
}

// themeByKeyboard chooses dark on a system that is light, and the other way round,
// without scripts; then leaves it to the system again.
func themeByKeyboard(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.withoutJavaScript()
	b.open(s.appURL + "/login")
	b.logIn("London")
	for _, tt := range []struct{ system, label, want string }{
		{"light", "Dark", "dark"}, {"light", "System", "light"}, {"dark", "Light", "light"}, {"dark", "System", "dark"},
	} {
		b.scheme(tt.system)
		b.open(s.appURL + "/profile")
		b.chooseTheme(tt.label)
		if at := b.address(); at != s.appURL+"/profile#theme" {
			t.Errorf("%s leads to %s, want back to the profile's foot", tt.label, at)
		}
		b.wantColours(tt.want)
		if !evaluate[bool](b, string(pick(themeButton(tt.label)))+`.matches("[aria-pressed=true]")`) {
			t.Errorf("%s is not marked as chosen", tt.label)
		}
		for _, path := range []string{"/", "/docs/errors", "/nowhere", "/callback", "/logout"} {
			b.open(s.appURL + path)
			b.wantColours(tt.want)
		}
	}
}

// themedPages looks at the pages in a theme that the system does not have.
func themedPages(t *testing.T, browser context.Context) {
	s := openStack(t)
	for _, theme := range []string{"light", "dark"} {
		b := ownCookies(t, browser)
		b.setCookie(s.appURL, "demo_theme", theme)
		b.page("home in "+theme, 200, b.open(s.appURL+"/"))
		b.page("docs in "+theme, 200, b.open(s.appURL+"/docs"))
		b.wantPage("E-404", 404, b.open(s.appURL+"/nowhere"))
		b.open(s.appURL + "/login")
		b.page("profile in "+theme, 200, b.logIn("London"))
		for _, system := range []string{"light", "dark"} {
			b.scheme(system)
			b.wantColours(theme)
		}
		b.page("log out in "+theme, 200, b.open(s.appURL+"/logout"))
	}
}

// themeNotRepeated chooses a theme on pages that are not for a second visit: the
// address of an answer of the provider, and what a form was answered with.
func themeNotRepeated(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(s.appURL + "/login")
	b.logIn("London")
	callback := b.asked(s.appURL + "/callback?code=")
	if len(callback) != 1 {
		t.Fatalf("callbacks: %q, want one", callback)
	}
	b.wantCode("E-STATE-3", b.open(callback[0]), 400)
	b.chooseTheme("Dark")
	b.wantHome(s)

	b.open(s.appURL + "/")
	evaluate[bool](b, `document.querySelector("#theme").action = "/refresh", true`) // any form that is refused
	status := b.click(themeButton("Dark"))
	b.wantCode("E-REF-1", status, 409)
	b.chooseTheme("Dark")
	b.wantHome(s)
	if got := b.asked(s.appURL + "/callback?code="); len(got) != 2 {
		t.Errorf("the callback was asked for %d times, want the login's and the test's", len(got))
	}
}

// wantHome checks that the tab shows the start page, in the dark.
func (b *tab) wantHome(s *stack) {
	b.t.Helper()
	if at := b.address(); at != s.appURL+"/#theme" {
		b.t.Errorf("the theme leads to %s, want the start page", at)
	}
	b.wantColours("dark")
}
