package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// maxPicture keeps the repository and the README light.
const maxPicture = 150 << 10

// TestScreenshots takes the README's pictures into the folder $SCREENSHOTS
// ("make screenshots"), and of every page of the dashboard, light, dark and on a
// telephone, into $SCREENSHOTS_ALL when that names a folder: they are to be looked
// at, and not kept. Without the first there is nothing to do.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		t.Skip("SCREENSHOTS names no folder")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	// The ports of the README, so that addresses in the pictures are those a
	// reader sees.
	s := openStack(t, func(o *options) { o.appListen, o.idpListen = "127.0.0.1:3000", "127.0.0.1:9400" })
	b := ownCookies(t, startBrowser(t))
	b.scheme("light")
	b.open(s.appURL + "/")
	b.picture(filepath.Join(dir, "home.png"), 460)
	b.click(labelled("Log in"))
	b.picture(filepath.Join(dir, "login.png"), 810)
	b.logIn("")
	b.picture(filepath.Join(dir, "profile.png"), 720)

	board := s.issuer + "dashboard/"
	a, err := s.idp.Store.ActionByName(t.Context(), "post-login-claims")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []struct {
		name, path string
		height     int64
		inDocs     bool
	}{
		{"dashboard", "", 620, true}, {"library", "actions/library", 420, false}, {"editor", "actions/library/details/" + a.ID, 820, true}, {"flow", "actions/flows/login", 540, true},
		{"create", "actions/library/create", 560, false}, {"templates", "actions/library/templates", 760, false}, {"flows", "actions/flows", 480, false},
	} {
		b.open(board + page.path)
		if page.inDocs {
			b.pictureOf(filepath.Join(dir, page.name+".png"), 1200, page.height)
		}
		if all := os.Getenv("SCREENSHOTS_ALL"); all != "" {
			b.pictureOf(filepath.Join(all, page.name+"-light.png"), 1200, page.height)
			b.scheme("dark")
			b.pictureOf(filepath.Join(all, page.name+"-dark.png"), 1200, page.height)
			b.scheme("light")
			b.pictureOf(filepath.Join(all, page.name+"-narrow.png"), 390, 900)
		}
	}
}

// keepPictures saves the page as a whole, wide and narrow, light and dark, into
// the folder $PAGE_PICTURES ("make pictures"): for people to look at, since no
// check knows whether a page is beautiful.
func (b *tab) keepPictures(name string) {
	b.t.Helper()
	dir := os.Getenv("PAGE_PICTURES")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	name = strings.Map(func(c rune) rune {
		if c == '/' || c == ' ' || c == ',' {
			return '-'
		}
		return c
	}, strings.TrimPrefix(b.t.Name(), "TestBrowser/")+"--"+name)
	for _, width := range []int64{1200, 390} {
		b.width(width)
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
			png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			cancel()
			if err != nil {
				b.fail("take a picture of "+name, err)
			}
			file := filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, scheme))
			if err := os.WriteFile(file, png, 0o644); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	b.width(1280)
	b.scheme("light")
}

// picture saves the top of the page, height pixels of it.
func (b *tab) picture(file string, height int64) {
	b.t.Helper()
	b.pictureOf(file, 960, height)
}

func (b *tab) pictureOf(file string, width, height int64) {
	b.t.Helper()
	b.do("set the size", chromedp.EmulateViewport(width, height))
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.fail("take "+file, err)
	}
	if len(png) > maxPicture {
		b.t.Errorf("%s has %d bytes, want at most %d", file, len(png), maxPicture)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
