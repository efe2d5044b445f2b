package dashboard_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
)

const good = "exports.onExecutePostLogin = async (event, api) => {\n  api.idToken.setCustomClaim(\"n\", 1);\n};\n"

// write fills the editor and presses a button.
func (b *board) write(code, button string) *board {
	b.t.Helper()
	return b.press(button, url.Values{"code": {code}})
}

func TestSaveAndDeploy(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", "// first", 0)
	b.open("actions/library/details/" + a.ID)
	if got := b.field("code"); got != "// first" {
		t.Errorf("code = %q", got)
	}
	b.write("\n// a draft\r\nthat is no program (", "Save draft")
	b.want(200)
	b.says("Saved as a draft. Logins don't run drafts: press Deploy.", "Draft only")
	if got := b.field("code"); got != "\n// a draft\nthat is no program (" {
		t.Errorf("code = %q", got)
	}
	b.write(good, "Deploy")
	b.says("Deployed v1. It is not in the Login flow yet, so it will not run.", "Deployed v1")
	b.press("Add to flow", nil)
	b.says("It is in the Login flow, at position 1. The next login runs it.")
	b.write(good+"// more\n", "Save draft")
	b.says("Saved as a draft. Logins still run v1.", "Draft differs from deployed v1")
	b.press("Deploy", nil)
	b.says("Deployed v2. The next login runs it.")
	b.logIn("192.0.2.1")
	b.open("")
	b.says("1 claim added to the ID token")
}

// A member that does not exist stops nobody from deploying, and is named at once.
func TestDeployTellsOfSlips(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", "// first", 0)
	b.open("actions/library/details/"+a.ID).write(on(`  api.idToken.setCustomClaim("login_count", event.stats.login_count);`), "Deploy")
	b.want(200)
	b.says("Deployed v1.", "Line 2: event.stats.login_count does not exist: did you mean logins_count?")
	b.write("not a program (", "Save draft")
	b.want(200)
	b.saysNot("does not exist")
}

func TestDeployRefusesWhatCannotRun(t *testing.T) {
	broken, err := os.ReadFile("../actions/testdata/workshop-broken.js")
	must(t, err)
	for _, tt := range []struct{ name, code, want string }{
		{"the workshop's brace too many", string(broken), "Not deployed: line 8, column 1: Unexpected token '}'"},
		{"no handler", "const x = 1;", "Not deployed: Nothing would run: this trigger calls exports.onExecutePostLogin"},
		{"a handler that is not async", "exports.onExecutePostLogin = (event, api) => {};", "The handler must be an async function."},
		{"markup in the line", "<script>alert(1)</script>", "Not deployed: line 1, column 1:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBoard(t)
			a := b.action("claims", "", 0)
			b.open("actions/library/details/"+a.ID).write(tt.code, "Deploy")
			b.want(http.StatusUnprocessableEntity)
			b.says(tt.want, "The text was saved as a draft.", "Draft only")
			if got := b.field("code"); got != tt.code {
				t.Errorf("code = %q, want what was written", got)
			}
			kept, err := b.idp.Store.Action(t.Context(), a.ID)
			must(t, err)
			if kept.Code != tt.code || kept.DeployedVersion != 0 {
				t.Errorf("stored: %+v", kept)
			}
			if b.element("script", "alert(1)") != nil {
				t.Error("text of an Action is markup")
			}
		})
	}
}

// Two people edit one draft: nobody's text is lost.
func TestTwoPeopleEdit(t *testing.T) {
	for _, button := range []string{"Save draft", "Deploy"} {
		t.Run(button, func(t *testing.T) {
			b := newBoard(t)
			a := b.action("claims", "// first", 0)
			one, two := b.another(), b.another()
			one.open("actions/library/details/" + a.ID)
			two.open("actions/library/details/" + a.ID)
			one.write(good+"// one", "Save draft")
			one.want(200)
			two.write(good+"// two", button)
			two.want(http.StatusConflict)
			two.says("Somebody else saved this draft", "// one")
			if got := two.field("code"); got != good+"// two" {
				t.Errorf("the second text comes back as %q", got)
			}
			if kept, err := b.idp.Store.Action(t.Context(), a.ID); err != nil || kept.Code != good+"// one" || kept.DeployedVersion != 0 {
				t.Errorf("stored: %+v, %v", kept, err)
			}
			// Who has seen both decides; what was pressed is then done.
			two.press("Keep mine", nil)
			two.want(200)
			kept, err := b.idp.Store.Action(t.Context(), a.ID)
			must(t, err)
			if kept.Code != good+"// two" || (kept.DeployedVersion == 1) != (button == "Deploy") {
				t.Errorf("stored: %+v", kept)
			}
			one.write(good+"// three", "Save draft")
			one.want(http.StatusConflict)
			one.follow("Load theirs").want(200)
			if got := one.field("code"); got != good+"// two" {
				t.Errorf("theirs = %q", got)
			}
		})
	}
}

// A button that has nothing to do with the text does not lose it.
func TestAddToFlowKeepsTheText(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", good, 1)
	b.open("actions/library/details/"+a.ID).write(good+"// unsaved", "Add to flow")
	b.want(200)
	b.says("at position 1", "Your text is not saved yet.")
	if got := b.field("code"); got != good+"// unsaved" {
		t.Errorf("code = %q", got)
	}
	b.press("Save draft", nil)
	b.says("Saved as a draft. Logins still run v1.")
}

func TestEditorRefusesNonsense(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", good, 0)
	at := b.idp.Issuer + "dashboard/actions/library/details/" + a.ID
	for _, tt := range []struct {
		target string
		values url.Values
		status int
	}{
		{at, url.Values{"op": {"nope"}, "code": {"x"}, "base": {"b"}}, 400},
		{at, url.Values{"op": {"save"}, "code": {"x"}}, 400},
		{at, url.Values{"op": {"bind"}, "code": {"x"}, "base": {"b"}}, 400}, // never deployed
		{at, url.Values{"op": {"save"}, "code": {strings.Repeat("x", 3<<20)}, "base": {"b"}}, 413},
		{at + "0", url.Values{"op": {"save"}, "code": {"x"}, "base": {"b"}}, 404},
	} {
		b.post(tt.target, tt.values)
		if b.Status != tt.status {
			t.Errorf("%s %.60v: status %d, want %d", tt.target, tt.values, b.Status, tt.status)
		}
	}
	if kept, err := b.idp.Store.Action(t.Context(), a.ID); err != nil || kept.Code != good {
		t.Errorf("stored: %+v, %v", kept, err)
	}
}

func TestDeleteAction(t *testing.T) {
	b := newBoard(t)
	a := b.action("claims", mockidp.PostLoginClaims, 2)
	must(t, b.idp.Store.BindLast(t.Context(), a.ID))
	b.open("actions/library/details/" + a.ID).follow("Delete this Action").want(200)
	b.says("Delete claims?", "its 2 versions", "It is in the Login flow, and is taken out of it.")
	b.press("Delete", nil)
	b.want(200)
	b.says("There are no Actions yet.")
	b.Get(b.idp.Issuer + "dashboard/actions/library/details/" + a.ID)
	b.want(404)
}
