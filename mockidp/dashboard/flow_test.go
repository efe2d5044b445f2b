package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp"
)

// pending is the order of the page's canvas, by names.
func (b *board) pending() string {
	var names []string
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "li" && attribute(n, "class") == "node" && attribute(n, "data-id") != "" {
			names = append(names, attribute(n, "data-name"))
		}
	}
	return strings.Join(names, " ")
}

// applied is the flow that logins run.
func (b *board) applied() string {
	b.t.Helper()
	flow, err := b.idp.Store.Flow(b.t.Context(), mockidp.Trigger)
	must(b.t, err)
	var names []string
	for _, v := range flow {
		names = append(names, v.Name)
	}
	return strings.Join(names, " ")
}

func (b *board) wantOrder(pending, applied string) {
	b.t.Helper()
	if got := b.pending(); got != pending {
		b.t.Errorf("the page shows %q, want %q", got, pending)
	}
	if got := b.applied(); got != applied {
		b.t.Errorf("logins run %q, want %q", got, applied)
	}
}

// focused is the accessible name of what has the focus when the page is shown.
func (b *board) focused() string {
	for n := range b.Page.Descendants() {
		if has(n, "autofocus") {
			return attribute(n, "aria-label")
		}
	}
	return ""
}

func TestFlowWithoutJavaScript(t *testing.T) {
	b := newBoard(t)
	for _, name := range []string{"a", "b", "c"} {
		b.action(name, good, 1)
	}
	b.action("draft", good, 0)
	b.open("actions/flows")
	b.says("Choose flow", "0 Actions", "Pre User Registration")
	b.follow("Login").want(200)
	b.says("Customize the login flow for your applications.", "Start User Logged In", "Complete Token Issued", "Nothing runs at login yet. Drag an Action here, or press Add.",
		"Deploy it first.")
	if b.element("button", "Add draft") != nil {
		t.Error("an Action that was never deployed can be added")
	}
	if apply := b.element("button", "Apply"); !has(apply, "disabled") {
		t.Error("Apply can be pressed while there is nothing to apply")
	}

	b.press("Add a", nil)
	b.press("Add b", nil)
	b.press("Add c", nil)
	b.wantOrder("a b c", "")
	b.says("c added, position 3 of 3.", "Changes not applied yet")
	if !has(b.element("button", "In flow: a"), "disabled") || b.element("button", "Add a") != nil {
		t.Error("an Action can be added twice")
	}
	b.press("Move up c", nil)
	b.wantOrder("a c b", "")
	b.says("c moved to position 2 of 3.")
	if got := b.focused(); got != "Move up c" {
		t.Errorf("focus on %q", got)
	}
	b.press("Move up c", nil)
	b.wantOrder("c a b", "")
	if got := b.focused(); got != "Move down c" { // Move up can't be pressed any more
		t.Errorf("focus on %q", got)
	}
	b.press("Move down a", nil)
	b.press("Remove c", nil)
	b.wantOrder("b a", "")
	b.says("c removed from the flow.")
	if got := b.focused(); got != "Add c" {
		t.Errorf("focus on %q", got)
	}
	b.press("Installed", nil)
	b.wantOrder("b a", "")
	b.press("Custom", nil)
	b.press("Apply", nil)
	b.want(200)
	b.wantOrder("b a", "b a")
	b.says("Applied. The next login runs: 1 b, 2 a.", "Try it: open Demo app")
	if dirty := b.element("span", "Changes not applied yet"); !has(dirty, "hidden") {
		t.Error("what is applied is shown as not applied")
	}

	b.press("Remove b", nil)
	b.follow("Discard").want(200)
	b.wantOrder("b a", "b a")
	b.press("Remove b", nil)
	b.press("Remove a", nil)
	b.press("Apply", nil)
	b.says("Applied. The next login runs no Action.")
	b.wantOrder("", "")
}

func TestTwoPeopleChangeTheFlow(t *testing.T) {
	b := newBoard(t)
	for _, name := range []string{"a", "b", "c"} {
		b.action(name, good, 1)
	}
	one, two := b.another(), b.another()
	one.open("actions/flows/login")
	two.open("actions/flows/login")
	one.press("Add a", nil)
	one.press("Apply", nil)
	two.press("Add b", nil)
	two.press("Add c", nil)
	two.press("Apply", nil)
	two.want(http.StatusConflict)
	two.says("The flow was changed by somebody else", "Theirs: a.")
	two.wantOrder("b c", "a")
	two.press("Keep mine", nil)
	two.want(200)
	two.wantOrder("b c", "b c")
	one.press("Remove a", nil)
	one.press("Apply", nil)
	one.want(http.StatusConflict)
	one.says("Theirs: b, c.")
	one.follow("Load theirs").want(200)
	one.wantOrder("b c", "b c")
}

func TestFlowSaysWhatItCannotApply(t *testing.T) {
	b := newBoard(t)
	a := b.action("a", good, 1)
	draft := b.action("draft", good, 0)
	b.open("actions/flows/login").press("Add a", nil)
	at := b.URL.String()
	must(t, b.idp.Store.DeleteAction(t.Context(), a.ID, false))
	b.press("Apply", nil)
	b.want(http.StatusConflict)
	b.says("Not applied: 1 Action of your order was deleted meanwhile and is left out.")
	b.wantOrder("", "")
	b.post(at, url.Values{"op": {"apply"}, "order": {draft.ID}})
	b.want(http.StatusUnprocessableEntity)
	b.says("Not applied: draft was never deployed. Deploy it first.")
	b.wantOrder("draft", "")
	b.post(at, url.Values{"op": {"nope"}})
	b.want(http.StatusBadRequest)
}

// The same Action twice, and names that Auth0's API has given, survive the page.
func TestFlowKeepsWhatItDoesNotShow(t *testing.T) {
	b := newBoard(t)
	a, c := b.action("a", good, 1), b.action("c", good, 1)
	must(t, b.idp.Store.BindLast(t.Context(), a.ID))
	bound, err := b.idp.Store.Bindings(t.Context(), mockidp.Trigger)
	must(t, err)
	bound[0].DisplayName = "Shown in Auth0"
	must(t, b.idp.Store.SetBindings(t.Context(), mockidp.Trigger, bound))
	b.open("actions/flows/login")
	b.post(b.URL.String(), url.Values{"op": {"apply"}, "base": {a.ID}, "order": {c.ID, a.ID, c.ID}})
	b.want(200)
	b.wantOrder("c a", "c a")
	bound, err = b.idp.Store.Bindings(t.Context(), mockidp.Trigger)
	must(t, err)
	if bound[1].DisplayName != "Shown in Auth0" {
		t.Errorf("bindings = %+v", bound)
	}
}
