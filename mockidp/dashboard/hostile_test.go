package dashboard_test

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/store"
)

// hostile would run, or change the page, anywhere it is taken for markup.
const hostile = `</textarea></pre><img src=x onerror=alert(1)><script>alert(1)</script>"><b onclick="alert(1)">`

// Security I26: nothing of users, Actions or browsers is ever markup.
func TestTextIsOnlyText(t *testing.T) {
	b := newBoard(t)
	client, err := b.idp.Store.Client(t.Context(), b.idp.ClientID)
	must(t, err)
	client.Name = hostile
	must(t, b.idp.Store.PutClient(t.Context(), client))
	must(t, b.idp.Store.CreateUser(t.Context(), &store.User{Email: "eve@example.test", Name: hostile}))

	quoted, err := json.Marshal(hostile)
	must(t, err)
	a := b.action(hostile, "// "+hostile, 1)
	must(t, b.idp.Store.SaveDraft(t.Context(), a.ID, "exports.onExecutePostLogin = async (event, api) => {\n  const text = "+string(quoted)+
		";\n  console.log(text);\n  api.idToken.setCustomClaim(text, text);\n  fetch(\"https://example.com/\" + text);\n  api.access.deny(text);\n};", a.CreatedAt))
	must(t, b.idp.Store.SetSecret(t.Context(), a.ID, hostile, "x"))
	_, err = b.idp.Store.EditAction(t.Context(), a.ID, store.ActionPatch{Dependencies: &[]store.Dependency{{Name: hostile, Version: hostile}}}, a.CreatedAt)
	must(t, err)
	must(t, b.idp.Store.BindLast(t.Context(), a.ID))

	editor := "actions/library/details/" + a.ID
	for _, path := range []string{"", "actions/library", "actions/library?q=" + strings.ReplaceAll(hostile, " ", "%20"), "actions/flows/login", editor, editor + "/delete"} {
		b.open(path)
		b.wantNoMarkup()
	}
	b.open(editor).press("Run", nil)
	b.reports("alert(1)")
	b.wantNoMarkup()
	b.press("Compare with v1", nil)
	b.wantNoMarkup()
	b.write("const = "+hostile, "Deploy")
	b.wantNoMarkup()
	b.open("actions/flows/login").press("Remove "+hostile, nil)
	b.wantNoMarkup()
}

func (b *board) wantNoMarkup() {
	b.t.Helper()
	for n := range b.Page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "img" && attribute(n, "src") == "x" || n.Data == "script" && attribute(n, "src") == "" || has(n, "onclick") || has(n, "onerror") || has(n, "style") {
			b.t.Errorf("%s: the text of somebody has become <%s> %v", b.URL, n.Data, n.Attr)
		}
	}
}

// An Action's own requests are served in this process and have no peer: they must
// not come in as this machine.
func TestActionsStayOut(t *testing.T) {
	b := newBoard(t)
	b.idp.Deploy("intruder", `exports.onExecutePostLogin = async (event, api) => {
  const answer = await fetch("`+b.idp.Issuer+`dashboard/");
  api.idToken.setCustomClaim("status", answer.status);
};`)
	b.logIn("192.0.2.1")
	runs, err := b.idp.Store.Runs(t.Context(), 1)
	must(t, err)
	if !strings.Contains(string(runs[0].Record), `"status":401`) {
		t.Errorf("record = %s", runs[0].Record)
	}
}
