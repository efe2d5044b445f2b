package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// findChromium looks in $CHROMIUM and on the PATH, as .ci/setup does.
func findChromium() (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return exec.LookPath(path)
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no chromium, chromium-browser or google-chrome on the PATH. Install one (Debian: apt-get install chromium) or name it in CHROMIUM")
}

// browserRequired is true where a skipped browser test would go unnoticed.
func browserRequired() bool {
	return os.Getenv("CI") == "true" || os.Getenv("REQUIRE_BROWSER") == "1"
}

// startBrowser starts a headless Chromium that ends with the test, and returns
// the chromedp context that tabs are opened from. Without a Chromium the test is
// skipped, or fails where the browser is required.
//
// The browser can reach this machine only: it resolves no other name. Its sandbox
// is off because it needs privileges that containers and CI rarely give, and the
// only pages it opens are ours.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := findChromium()
	if err != nil && browserRequired() {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		// A cold disk and a busy machine: the first start has been seen to take 15 s.
		chromedp.WSURLReadTimeout(90*time.Second),
	)
	// Not t.Context(): it ends before the cleanup that closes the browser properly.
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil {
			t.Logf("closing the browser: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	return browser
}
