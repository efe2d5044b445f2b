package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// maxPicture keeps the repository and the README light.
const maxPicture = 150 << 10

// TestScreenshots takes the README's pictures into the folder $SCREENSHOTS
// ("make screenshots"). Without it there is nothing to do.
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
}

// picture saves the top of the page, height pixels of it.
func (b *tab) picture(file string, height int64) {
	b.t.Helper()
	b.do("set the size", chromedp.EmulateViewport(960, height))
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
