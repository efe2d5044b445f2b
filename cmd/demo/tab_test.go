package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds each single step; a step that can't succeed fails by it.
const patience = 60 * time.Second

// tab is one tab of the browser. Each method fails the test when its step fails.
type tab struct {
	t   *testing.T
	ctx context.Context
	*record
}

// record is what a tab did and what it complained of.
type record struct {
	mu         sync.Mutex
	complaints []string // violations of the content security policy, script errors
	requests   []string // every address asked for, in order
}

// newTab opens a tab. In a browser context made by startBrowser it gets cookies
// of its own; in the context of another tab it shares that one's.
//
// When the test ends, a violation of the content security policy, an error in a
// script or a request that left this machine fails it, whatever the test was about.
func newTab(t *testing.T, parent context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	b := &tab{t: t, record: &record{}}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(b.event))...)
	b.ctx = ctx
	t.Cleanup(func() {
		cancel()
		for _, c := range b.takeComplaints() {
			t.Errorf("the browser complained: %s", c)
		}
		for _, r := range b.asked("") {
			if !onThisMachine(r) {
				t.Errorf("the browser asked for %s", r)
			}
		}
	})
	// The first run makes the tab; it must not carry a deadline.
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, audits.Enable, cdp.Empty{})
		return err
	}))
	if err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	return b
}

// ownCookies opens a tab that shares nothing with other tabs.
func ownCookies(t *testing.T, browser context.Context) *tab {
	t.Helper()
	return newTab(t, browser, chromedp.WithNewBrowserContext())
}

// in is the same tab for a subtest.
func (b *tab) in(t *testing.T) *tab { return &tab{t: t, ctx: b.ctx, record: b.record} }

// event collects what the checks at the end look at.
func (r *record) event(ev any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		r.requests = append(r.requests, ev.Request.URL)
	case *log.EventEntryAdded:
		// Answers with an error status are logged too, as "network": error pages have one.
		if ev.Entry.Source == log.EntrySourceSecurity {
			r.complaints = append(r.complaints, ev.Entry.Text)
		}
	case *audits.EventIssueAdded:
		if d := ev.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil {
			r.complaints = append(r.complaints, fmt.Sprintf("content security policy: %s blocked %s", d.ViolatedDirective, d.BlockedURL))
		}
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if e := ev.ExceptionDetails.Exception; e != nil {
			text += " " + e.Description
		}
		r.complaints = append(r.complaints, "script error: "+text)
	}
}

// takeComplaints returns the complaints so far and forgets them.
func (r *record) takeComplaints() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.complaints
	r.complaints = nil
	return c
}

// asked returns the addresses asked for that contain part.
func (r *record) asked(part string) (urls []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range r.requests {
		if strings.Contains(u, part) {
			urls = append(urls, u)
		}
	}
	return urls
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "data" || u.Scheme == "about" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// do carries out steps, all of them within patience.
func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.fail(what, err)
	}
}

// load carries out steps that lead to another page, and waits until it is loaded.
// It returns the page's HTTP status.
func (b *tab) load(what string, steps ...chromedp.Action[chromedp.Void]) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.fail(what, err)
	}
	return int(resp.Status)
}

// fail ends the test and says where the tab was.
func (b *tab) fail(what string, err error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
	b.t.Fatalf("%s: %v\nat %s the page says:\n%s", what, err, where, text)
}

func (b *tab) open(address string) int {
	b.t.Helper()
	return b.load("open "+address, chromedp.Navigate(address))
}

// pick turns a CSS selector, or an XPath that begins with "//", into a chromedp
// selector of the first element that it finds.
func pick(sel string) chromedp.JSPath {
	if strings.HasPrefix(sel, "//") {
		return chromedp.JSPath(fmt.Sprintf("document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue", sel))
	}
	return chromedp.JSPath(fmt.Sprintf("document.querySelector(%q)", sel))
}

// labelled is the link or button in the page's main part with this text.
func labelled(text string) string {
	return `//main//*[self::a or self::button][normalize-space()="` + text + `"]`
}

// click presses what sel finds and waits for the page that it leads to.
func (b *tab) click(sel string) int {
	b.t.Helper()
	return b.load("click "+sel, chromedp.Click(pick(sel), chromedp.NodeVisible))
}

// press presses what sel finds; no other page follows.
func (b *tab) press(sel string) {
	b.t.Helper()
	b.do("press "+sel, chromedp.Click(pick(sel), chromedp.NodeVisible))
}

// fill replaces the text of the field that sel finds by typing.
func (b *tab) fill(sel, text string) {
	b.t.Helper()
	evaluate[bool](b, string(pick(sel))+`.value = "", true`)
	b.do("fill "+sel, chromedp.SendKeys(pick(sel), text))
}

// choose selects the option of a list whose text contains label.
func (b *tab) choose(sel, label string) {
	b.t.Helper()
	found := evaluate[bool](b, fmt.Sprintf(`(() => {
		const list = document.querySelector(%q);
		const option = [...list.options].find(o => o.textContent.includes(%q));
		if (!option) return false;
		list.value = option.value;
		list.dispatchEvent(new Event("change", {bubbles: true}));
		return true;
	})()`, sel, label))
	if !found {
		b.t.Fatalf("no option of %s contains %q", sel, label)
	}
}

// text returns what a person reads in the first element that sel finds, once it is visible.
func (b *tab) text(sel string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Text(pick(sel), chromedp.NodeVisible))
	if err != nil {
		b.fail("read "+sel, err)
	}
	return strings.TrimSpace(text)
}

// address returns where the tab is.
func (b *tab) address() string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	where, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		b.fail("read the address", err)
	}
	return where
}

// evaluate runs an expression of the test's own in the page. The page's content
// security policy and a switched-off JavaScript don't hold for it.
func evaluate[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.fail("evaluate", err)
	}
	return v
}

// setCookie puts a cookie into the tab's browser.
func (b *tab) setCookie(address, name, value string) {
	b.t.Helper()
	b.do("set the cookie "+name, command(network.SetCookie, network.SetCookieParams{URL: address, Name: name, Value: value}))
}

// withoutJavaScript switches off the scripts of all pages that the tab opens from now on.
func (b *tab) withoutJavaScript() {
	b.t.Helper()
	b.do("switch JavaScript off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// scheme makes the page light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do("set the colour scheme", command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: name},
			// Half-way colours of a transition would be measured otherwise.
			{Name: "prefers-reduced-motion", Value: "reduce"},
		},
	}))
}

// width makes the page that many CSS pixels wide.
func (b *tab) width(pixels int64) {
	b.t.Helper()
	b.do("set the width", chromedp.EmulateViewport(pixels, 900))
}

// command is a protocol command without a result as a step.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}
