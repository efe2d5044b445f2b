package main

import (
	"context"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/postlogin/mockidp"
)

// hand is how somebody uses a page: with a mouse, or with the keyboard alone.
type hand struct {
	follow func(sel string) int // presses what leads to another page
	press  func(sel string)     // presses what stays in the page
	into   func(sel string)     // puts the focus into a field
	put    func()               // "Drag and drop your action to the flow (last item)."
	script bool                 // JavaScript is on
}

func challengeByMouse(t *testing.T, browser context.Context) {
	s, b := emptyTenant(t, browser)
	h := b.mouse()
	h.put = func() { b.drag(`[data-testid="palette-post-login-claims"]`, `[data-testid="flow-complete"]`) }
	b.challenge04(s, h)
}

func challengeByKeyboard(t *testing.T, browser context.Context) {
	s, b := emptyTenant(t, browser)
	h := b.keyboard()
	h.put = func() { h.press(`[data-testid="palette-post-login-claims"] button`) }
	b.challenge04(s, h)
}

func challengeWithoutJavaScript(t *testing.T, browser context.Context) {
	s, b := emptyTenant(t, browser)
	b.withoutJavaScript()
	h := b.mouse()
	h.script = false
	h.put = func() { b.click(`[data-testid="palette-post-login-claims"] button`) }
	b.challenge04(s, h)
}

func emptyTenant(t *testing.T, browser context.Context) (*stack, *tab) {
	t.Helper()
	b := ownCookies(t, browser)
	b.width(1280)
	return openStack(t, func(o *options) { o.seed = mockidp.SeedEmpty }), b
}

// challenge04 follows the workshop's text, step by step; each is quoted.
func (b *tab) challenge04(s *stack, h hand) {
	b.t.Helper()
	b.open(s.issuer + "dashboard")

	// "From the Auth0 Dashboard, go to Actions > Library"
	h.follow(menuLink("Library"))
	// "Click Create Action > Build from Scratch."
	h.press(`//main//summary[normalize-space()="Create Action"]`)
	scratch := `//main//details//a[normalize-space()="Build from scratch"]`
	if h.script {
		h.press(scratch)
	} else {
		h.follow(scratch)
	}
	// "Name: post-login-claims", "Trigger: Login/Post Login", "Runtime: Node 18 (recommended)"
	h.into("#name")
	b.insert("post-login-claims")
	if got := evaluate[string](b, `["trigger", "runtime"].map(id => document.getElementById(id).selectedOptions[0].textContent.trim()).join(", ")`); got != "Login / Post Login, Node 18 (Recommended)" {
		b.t.Errorf("chosen are %q", got)
	}
	// "Click Create."
	h.follow(labelled("Create"))
	// "Add the code:"
	if h.script {
		h.into(codeEditor)
	} else {
		h.into("#code")
	}
	b.paste(mockidp.PostLoginClaims)
	b.do("leave the editor, where Tab indents", chromedp.KeyEvent(kb.Escape))

	// "Click Deploy"
	if status := h.follow(labelled("Deploy")); status != 200 {
		b.t.Errorf("Deploy: status %d", status)
	}
	if got := b.text(`[data-testid="state"]`); got != "Deployed v1" {
		b.t.Errorf("after Deploy the state is %q", got)
	}
	if a, err := s.idp.Store.ActionByName(b.t.Context(), "post-login-claims"); err != nil || a.Code != strings.TrimSuffix(mockidp.PostLoginClaims, "\n") {
		b.t.Errorf("what was deployed is not what was pasted: %+v, %v", a, err)
	}
	// "On the left menu, click Actions > Flows."
	h.follow(menuLink("Flows"))
	// "Click Login"
	h.follow(labelled("Login"))
	// "Click Custom"
	if custom := `//main//button[normalize-space()="Custom"]`; h.script {
		h.press(custom)
	} else {
		h.follow(custom)
	}
	// "Drag and drop your action to the flow (last item)."
	h.put()
	b.waitForFlow("post-login-claims")
	b.wantFocus()
	// "Click Apply"
	h.follow(labelled("Apply"))
	if got := b.text("main .note"); !strings.HasPrefix(got, "Applied. The next login runs: 1 post-login-claims.") {
		b.t.Errorf("after Apply the page says %q", got)
	}
	// "Navigate to your application."
	h.follow(`//header//a[normalize-space()="Open Demo app"]`)
	// "Click Login", "Login"
	h.follow(labelled("Log in"))
	b.choose(`select[name="ip"]`, "Georgetown")
	h.follow(labelled("Log in"))
	// "After login, scroll down to the user profile section and confirm that the
	// login count, last login city and country are displayed."
	b.do("scroll to the user profile", chromedp.ScrollIntoView(pick("#user-profile")))
	b.wantProfile(profile{"1", "Georgetown", "US"})
}

// codeEditor is where code is typed when the page's script runs; else it is #code.
const codeEditor = ".cm-content"

func menuLink(label string) string { return `//nav[@id="menu"]//a[normalize-space()="` + label + `"]` }

func (b *tab) mouse() hand {
	return hand{
		follow: b.click, press: b.press, script: true,
		into: func(sel string) { b.press(sel) },
	}
}

func (b *tab) keyboard() hand {
	return hand{
		script: true, into: b.tabTo,
		follow: func(sel string) int {
			b.t.Helper()
			b.tabTo(sel)
			return b.load("press Enter on "+sel, chromedp.KeyEvent(kb.Enter))
		},
		press: func(sel string) {
			b.t.Helper()
			b.tabTo(sel)
			b.do("press Enter on "+sel, chromedp.KeyEvent(kb.Enter))
		},
	}
}

// insert puts text into the field in focus, as pasting does.
func (b *tab) insert(text string) {
	b.t.Helper()
	b.do("insert text", command(input.InsertText, input.InsertTextParams{Text: text}))
}

// paste replaces what is in the field in focus by text, as Ctrl+A and Ctrl+V do:
// the text is copied from another tab first, which does not copy a last line break.
func (b *tab) paste(text string) {
	b.t.Helper()
	edit := func(name string) chromedp.Action[chromedp.Void] {
		return command(input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Commands: []string{name}})
	}
	other := newTab(b.t, b.ctx)
	other.open("data:text/html;charset=utf-8," + url.PathEscape("<!doctype html><title>lesson</title><pre>"+html.EscapeString(text)+"</pre>"))
	other.do("copy", edit("selectAll"), edit("copy"))
	b.do("paste", edit("selectAll"), edit("paste"))
}

// drag takes the first element to the second with the mouse: real drag events.
func (b *tab) drag(from, to string) {
	b.t.Helper()
	b.do("drag "+from+" to "+to, chromedp.DragAndDrop(pick(from), pick(to)))
}

// waitForFlow waits until this is the pending order of the flow's page, by names.
func (b *tab) waitForFlow(order string) {
	b.t.Helper()
	b.waitUntil(`[...document.querySelectorAll("[data-flow] .node")].map(n => n.dataset.name).join(" ") === "` + order + `"`)
}

// wantFocus checks that the focus is on something, once a script is done.
func (b *tab) wantFocus() {
	b.t.Helper()
	if got := evaluate[string](b, `document.activeElement.tagName`); got == "BODY" && b.scripted() {
		b.t.Errorf("the focus is lost at %s", b.address())
	}
}

// scripted reports whether the flow's script runs: only then is its search shown.
func (b *tab) scripted() bool {
	b.t.Helper()
	return evaluate[bool](b, `[...document.querySelectorAll("[data-filter]")].some(e => !e.hidden)`)
}

// reorderFlow uses everything that the flow's page does by script.
func reorderFlow(t *testing.T, browser context.Context) {
	s, b := emptyTenant(t, browser)
	for _, name := range []string{"a", "b", "c"} {
		if err := mockidp.Deploy(t.Context(), s.idp.Store, name, "exports.onExecutePostLogin = async () => {};"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.idp.Store.Bind(t.Context(), mockidp.Trigger, nil); err != nil {
		t.Fatal(err)
	}
	want := func(order, said string) {
		t.Helper()
		b.waitForFlow(order)
		b.waitFor("[data-live]", said)
	}
	card := func(name string) string { return `[data-testid="flow-` + name + `"]` }
	b.open(s.issuer + "dashboard/actions/flows/login")
	if got := b.text("[data-nothing]"); !strings.HasPrefix(got, "Nothing runs at login yet.") {
		t.Errorf("an empty flow says %q", got)
	}

	b.drag(`[data-testid="palette-a"]`, `[data-testid="flow-complete"]`)
	want("a", "a added, position 1 of 1.")
	b.drag(`[data-testid="palette-b"]`, card("a")+" .what") // above its middle: before it
	want("b a", "b added, position 1 of 2.")
	b.drag(card("b")+" .what", `[data-testid="flow-complete"]`)
	want("a b", "b moved to position 2 of 2.")
	b.press(`[data-testid="palette-c"] button`)
	want("a b c", "c added, position 3 of 3.")
	b.wantFocus()

	b.tabTo(`//main//button[@aria-label="Move up a"]/following-sibling::button`) // Move down a
	alt := func(key string) {
		t.Helper()
		b.do("press Alt and an arrow", chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierAlt)))
		b.wantFocus()
	}
	alt(kb.ArrowDown)
	want("b a c", "a moved to position 2 of 3.")
	alt(kb.ArrowDown)
	want("b c a", "a moved to position 3 of 3.")
	alt(kb.ArrowUp)
	want("b a c", "a moved to position 2 of 3.")
	if got := evaluate[string](b, `document.activeElement.closest(".node").dataset.name`); got != "a" {
		t.Errorf("the focus is in the card of %q", got)
	}
	for _, name := range []string{"b", "a", "c"} {
		b.press(`//main//button[@aria-label="Remove ` + name + `"]`)
		b.wantFocus()
	}
	want("", "c removed from the flow.")
	if evaluate[bool](b, `!document.querySelector("[data-apply]").disabled`) {
		t.Error("Apply can be pressed while nothing differs from what is applied")
	}
	b.press(`[data-testid="palette-b"] button`)
	b.checkPage()
	b.click(labelled("Apply"))
	if flow, err := s.idp.Store.Flow(t.Context(), mockidp.Trigger); err != nil || len(flow) != 1 || flow[0].Name != "b" {
		t.Errorf("applied: %v, %v", flow, err)
	}
	b.wantFocus()
}

// editorPanes uses what the editor's page does by script.
func editorPanes(t *testing.T, browser context.Context) {
	s, b := emptyTenant(t, browser)
	if err := mockidp.Deploy(t.Context(), s.idp.Store, "claims", mockidp.PostLoginClaims); err != nil {
		t.Fatal(err)
	}
	a, err := s.idp.Store.ActionByName(t.Context(), "claims")
	if err != nil {
		t.Fatal(err)
	}
	page := s.issuer + "dashboard/actions/library/details/" + a.ID
	b.open(page)
	b.press(codeEditor)
	b.paste("exports.onExecutePostLogin = async (event, api) => { console.log('hello', event.user.name); };")
	b.do("press Ctrl+Enter", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if got := b.text("#result .console"); got != "log hello Ada Lovelace (line 1)" {
		t.Errorf("the console says %q", got)
	}
	if got := evaluate[string](b, `document.activeElement.id`); got != "result" {
		t.Errorf("the focus is on %q, want the result", got)
	}
	b.checkPage()
	for _, tab := range []string{"Secrets", "Dependencies", "Versions", "Help"} {
		b.press(`//main//button[@role="tab"][normalize-space()="` + tab + `"]`)
		b.checkPage()
	}
	b.press(`//main//button[@data-insert="event.stats.logins_count"]`)
	if !evaluate[bool](b, `new FormData(document.getElementById("editor")).get("code").includes("event.stats.logins_count")`) {
		t.Error("a path of Help is not inserted")
	}
	b.press(`//main//button[normalize-space()="Versions"]`)
	b.press(`//main//button[@aria-label="Compare with v1"]`)
	if got := b.text("#result .added"); !strings.Contains(got, "hello") {
		t.Errorf("the comparison says %q", got)
	}
	b.checkPage()
	if stored, err := s.idp.Store.Action(t.Context(), a.ID); err != nil || stored.Code != mockidp.PostLoginClaims {
		t.Errorf("a test has stored the text: %+v, %v", stored, err)
	}

	// A line that fails in a test is marked in the text.
	b.press(codeEditor)
	b.paste("exports.onExecutePostLogin = async (event, api) => {\n  event.nothing.plan;\n};")
	b.do("press Ctrl+Enter", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if got := b.text("#result .note"); !strings.Contains(got, "TypeError") || !strings.Contains(got, "(line 2)") {
		t.Errorf("the failure says %q", got)
	}
	if got := b.text(".cm-lintRange-error"); got != "event.nothing.plan;" {
		t.Errorf("marked is %q", got)
	}

	// A text that is no program is not run; and what the server refuses is said in the page.
	b.press(codeEditor)
	b.paste("exports.onExecutePostLogin = async (event, api) => {\n  event..plan;\n};")
	b.do("press Ctrl+Enter", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	if got := b.text("#notes .note.bad"); !strings.HasPrefix(got, "Not run: line 2, column 9:") {
		t.Errorf("the page says %q", got)
	}
	b.checkPage()
	evaluate[bool](b, `document.querySelector("[data-run]").value = "nope", true`)
	b.press("[data-run]")
	b.waitUntil(`document.querySelector("#notes").textContent.startsWith("The form can't be read. Its field op names nothing that the editor can do. Request id: ")`)
	b.press(codeEditor)
	b.paste("exports.onExecutePostLogin = async (event, api) => { console.log('hello'); };")

	// The browser goes away without a word; the text is offered back.
	again := newTab(t, b.ctx)
	again.width(1280)
	again.open(page)
	again.press(`//main//button[normalize-space()="Take it"]`)
	if !evaluate[bool](again, `new FormData(document.getElementById("editor")).get("code").includes("hello")`) {
		t.Error("the text that was left is not taken")
	}
	again.click(labelled("Save draft"))
	if got := again.text(`[data-testid="state"]`); got != "Draft differs from deployed v1" {
		t.Errorf("state = %q", got)
	}
}

// codeEditing uses what CodeMirror adds to the text field.
func codeEditing(t *testing.T, browser context.Context) {
	s, b := emptyTenant(t, browser)
	if err := mockidp.Deploy(t.Context(), s.idp.Store, "claims", "exports.onExecutePostLogin = async (event, api) => {\n"); err != nil {
		t.Fatal(err)
	}
	a, err := s.idp.Store.ActionByName(t.Context(), "claims")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.idp.Store.SetSecret(t.Context(), a.ID, "API_KEY", "x"); err != nil {
		t.Fatal(err)
	}
	text := func() string {
		t.Helper()
		return evaluate[string](b, `new FormData(document.getElementById("editor")).get("code").replaceAll("\r\n", "\n")`)
	}
	b.open(s.issuer + "dashboard/actions/library/details/" + a.ID)
	// The line that does not compile is marked, as Deploy would say.
	b.text(".cm-lint-marker-error")

	b.press(codeEditor)
	b.do("go to the end", chromedp.KeyEvent(kb.End, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	for typed, want := range map[string]string{
		"event.request.geoip.cityN": "event.request.geoip.cityName",
		"api.idToken.setC":          "api.idToken.setCustomClaim(name, value)",
		"event.secrets.A":           "event.secrets.API_KEY",
	} {
		b.do("type", chromedp.KeyEvent(typed))
		label, _, _ := strings.Cut(want, "(")
		b.waitFor(".cm-tooltip-autocomplete li[aria-selected] .cm-completionLabel", label)
		// CodeMirror takes no key for a list that has just come up (interactionDelay,
		// 75 ms), so the list's line is clicked, which it takes at once.
		b.press(".cm-tooltip-autocomplete li[aria-selected]")
		if got := text(); !strings.Contains(got, want) {
			t.Errorf("after taking %s the text is %q", want, got)
		}
		b.do("next line", chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.End), chromedp.KeyEvent(kb.Enter))
	}
	b.checkPage()

	b.press(`//main//button[normalize-space()="Use a plain text box"]`)
	if !evaluate[bool](b, `document.getElementById("code").checkVisibility() && document.activeElement.id === "code"`) {
		t.Error("the plain text box is not shown, or has not the focus")
	}
	b.click(labelled("Save draft"))
	if !evaluate[bool](b, `document.getElementById("code").checkVisibility()`) {
		t.Error("the choice of the plain text box is forgotten")
	}
}

// waitFor waits until the element has this text.
func (b *tab) waitFor(sel, text string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.PollFunction[bool](`(sel, text) => document.querySelector(sel)?.textContent === text`, chromedp.WithPollingArgs(sel, text)))
	if err != nil {
		b.fail("wait for "+text, err)
	}
}
