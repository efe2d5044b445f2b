package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/geoip"
	"example.com/postlogin/mockidp/mockidptest"
	"example.com/postlogin/web/worldmap"
)

// TestMapKnowsThePickersCities: the app has a list of its own, as it knows nothing of
// mockidp. Both must name the same places.
func TestMapKnowsThePickersCities(t *testing.T) {
	for _, c := range geoip.Cities() {
		lat, lon, precision := worldmap.Find(c.Name, c.CountryCode)
		if precision != worldmap.City || math.Abs(lat-c.Lat) > .01 || math.Abs(lon-c.Lon) > .01 {
			t.Errorf("%s is at %v, %v (%q) on the map, and at %v, %v on the login page's list", c.Label(), lat, lon, precision, c.Lat, c.Lon)
		}
	}
}

// TestProfileIsLight weighs all that a browser fetches for the profile, with the map
// and some history, as a compressing server or proxy sends it.
func TestProfileIsLight(t *testing.T) {
	s := openStack(t)
	b := mockidptest.NewBrowser(t)
	for _, city := range []string{"London", "Tokyo", "São Paulo", "Georgetown", "Sydney", "Lagos", "Paris", "Mumbai", "Oslo", "Cairo", "Rome"} {
		fields := url.Values{"action": {"login"}}
		if city != "Oslo" { // not on the list: the page's own choice
			fields.Set("ip", cityIP(t, s, city))
		}
		b.Get(s.appURL + "/login?prompt=login").Submit(fields)
	}
	if b.URL.Path != "/profile" {
		t.Fatalf("at %s", b.URL)
	}
	total := compressed(t, []byte(b.Body))
	t.Logf("profile: %d bytes, compressed %d", len(b.Body), total)
	for _, m := range regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(b.Body, -1) {
		res, err := http.Get(s.appURL + strings.ReplaceAll(m[1], "&amp;", "&"))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", m[1], res.StatusCode, err)
		}
		n := compressed(t, body)
		t.Logf("%s: %d bytes, compressed %d", m[1], len(body), n)
		total += n
	}
	if total > 40_000 {
		t.Errorf("the profile weighs %d bytes, want at most 40000", total)
	}
}

func compressed(t *testing.T, body []byte) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// whereFrom looks at the map and the history after logins from two places.
func whereFrom(t *testing.T, browser context.Context) {
	s := openStack(t)
	b := ownCookies(t, browser)
	b.open(s.appURL + "/login")
	b.logIn("London")
	b.logOut()
	b.open(s.appURL + "/login")
	b.logIn("Tokyo")
	if got := evaluate[string](b, `document.querySelector(".map desc").textContent`); got != "World map. Latest login: Tokyo, Japan. Earlier: London, United Kingdom." {
		t.Errorf("the map's text = %q", got)
	}
	// The dots are drawn where these cities are: London west and north of Tokyo.
	at := func(sel, axis string) float64 {
		return evaluate[float64](b, `document.querySelector('`+sel+`').getBoundingClientRect().`+axis)
	}
	if at(".map circle:not(.now)", "left") >= at(".map .now", "left") || at(".map circle:not(.now)", "top") >= at(".map .now", "top") {
		t.Error("London is not drawn north-west of Tokyo")
	}
	if now, earlier := at(".map .now", "width"), at(".map circle:not(.now)", "width"); now <= earlier {
		t.Errorf("the latest login's dot is %v wide, the earlier one's %v", now, earlier)
	}
	for i, want := range []string{"Tokyo, JP", "London, GB"} {
		if got := evaluate[[]string](b, `[...document.querySelectorAll("[data-visit] td:last-child")].map(e => e.textContent.trim())`); len(got) != 2 || got[i] != want {
			t.Errorf("history = %q, want %q at %d", got, want, i)
		}
	}
}
