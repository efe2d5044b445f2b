package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// onPaper looks at the profile in the ways of looking at it that have no page of
// their own: printed, enlarged, and without motion.
func onPaper(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.setCookie(s.appURL, "demo_theme", "dark")
	b.open(s.appURL + "/login")
	b.logIn("London")

	t.Run("printed by somebody who likes it dark", func(t *testing.T) {
		b := b.in(t)
		b.do("look at it as on paper", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		}))
		b.width(718) // A4 less its margins, in CSS pixels
		if over := b.overflow(); over > 0 {
			t.Errorf("%d px stand beyond the paper: %s", over, b.widest())
		}
		for sel, want := range map[string]bool{"#user-profile": true, `[data-testid="login_count"]`: true, `[data-claim-row="iss"]`: true,
			`[data-check="signature"]`: true, `[data-step="token"]`: true, ".top nav": false, ".btn": false, ".filter": false} {
			if got := evaluate[bool](b, fmt.Sprintf(`document.querySelector('%s').checkVisibility()`, sel)); got != want {
				t.Errorf("%s is on the paper: %t, want %t", sel, got, want)
			}
		}
		// Paper is white, and browsers print no backgrounds.
		if got := evaluate[[]string](b, paleTexts); len(got) > 0 {
			t.Errorf("hardly to be read on white: %q", got)
		}
		b.keepPaper()
	})
	b.scheme("light")
	for _, width := range []int64{1280, 390} {
		t.Run(fmt.Sprintf("text twice as large on %d px", width), func(t *testing.T) {
			b := b.in(t)
			b.width(width)
			evaluate[bool](b, `document.documentElement.style.fontSize = "200%", true`)
			defer evaluate[bool](b, `document.documentElement.style.fontSize = "", true`)
			if over := b.overflow(); over > 0 {
				t.Errorf("%d px stand beyond the window: %s", over, b.widest())
			}
		})
	}
	t.Run("without motion", func(t *testing.T) {
		b := b.in(t)
		b.width(1280)
		moving := evaluate[[]string](b, `[...document.querySelectorAll("*")].filter(e => {
			const s = getComputedStyle(e);
			return s.animationName !== "none" || s.transitionDuration.split(", ").some(d => d !== "0s") || s.scrollBehavior !== "auto";
		}).map(e => e.outerHTML.slice(0, 80))`)
		if len(moving) > 0 {
			t.Errorf("these move although motion is not wanted: %q", moving)
		}
	})
}

// paleTexts are the texts whose contrast to white is below 4.5 (WCAG 2.2, 1.4.3).
const paleTexts = `(() => {
	const lum = c => { const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
	const rgb = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
	const pale = new Set();
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) {
		const e = texts.currentNode.parentElement;
		if (!texts.currentNode.data.trim() || !e.checkVisibility()) continue;
		if (1.05 / (lum(rgb(getComputedStyle(e).color)) + 0.05) < 4.5) pale.add(e.tagName + "." + e.className + " " + texts.currentNode.data.trim().slice(0, 30));
	}
	return [...pale];
})()`

// keepPaper prints the page into the folder $PAGE_PICTURES.
func (b *tab) keepPaper() {
	b.t.Helper()
	dir := os.Getenv("PAGE_PICTURES")
	if dir == "" {
		return
	}
	var printed []byte
	b.do("print", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		r, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
		printed = r.Data
		return err
	}))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "profile.pdf"), printed, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
