package dashboard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/store"
)

// action makes an Action with this code and as many deployed versions.
func (b *board) action(name, code string, versions int) *store.Action {
	b.t.Helper()
	a := &store.Action{Name: name, Trigger: mockidp.Trigger, Runtime: "node18", Code: code}
	must(b.t, b.idp.Store.CreateAction(b.t.Context(), a))
	for range versions {
		_, err := b.idp.Store.Deploy(b.t.Context(), a.ID, a.CreatedAt)
		must(b.t, err)
	}
	a.DeployedVersion = versions
	return a
}

// row is the text of the list's line for the Action with this name.
func (b *board) row(name string) string {
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "tr" && strings.HasPrefix(read(n), name) {
			return read(n)
		}
	}
	return ""
}

func TestLibraryLists(t *testing.T) {
	b := newBoard(t)
	b.open("actions/library")
	b.says("There are no Actions yet.", "An Action is a small piece of JavaScript that runs while somebody logs in.")
	b.follow("Installed").want(200)
	b.says("There are no items to display.", "Marketplace integrations are not part of this emulator.")

	b.action("draft-only", "// d", 0)
	live := b.action("live", "exports.onExecutePostLogin = async () => {};", 3)
	edited := b.action("Edited later", "// e", 1)
	must(t, b.idp.Store.SaveDraft(t.Context(), edited.ID, "// newer", live.UpdatedAt))
	must(t, b.idp.Store.BindLast(t.Context(), live.ID))
	b.logIn("192.0.2.1")

	b.open("actions/library")
	for name, want := range map[string][]string{
		"draft-only":   {"Login / Post Login", "Draft only", "no", "not in the last logins"},
		"live":         {"Deployed v3", "position 1", "ok"},
		"Edited later": {"Draft differs from deployed v1", "no"},
	} {
		for _, text := range want {
			if got := b.row(name); !strings.Contains(got, text) {
				t.Errorf("row %q lacks %q", got, text)
			}
		}
	}
	if got := b.row("live"); strings.Contains(got, "differs") {
		t.Errorf("row %q", got)
	}
	b.press("Search", url.Values{"q": {"LATER"}})
	if b.row("Edited later") == "" || b.row("live") != "" {
		t.Errorf("the search finds:\n%s", b.main())
	}
	b.press("Search", url.Values{"q": {"<b>"}})
	b.says("No Action's name contains “<b>”.", "Show all 3")
}

func TestLibraryAsCurl(t *testing.T) {
	b := newBoard(t)
	b.open("actions/library")
	b.says("client_id="+b.idp.ClientID, "audience="+b.idp.Issuer+"api/v2/", "curl -s "+b.idp.Issuer+"api/v2/actions/actions")
}

func TestCreateAction(t *testing.T) {
	b := newBoard(t)
	b.open("actions/library")
	b.follow("Build from scratch").want(200)
	for _, label := range []string{"Login / Post Login", "Node 18 (Recommended)", "Node 22"} {
		if b.element("option", label) == nil {
			t.Errorf("no option %q", label)
		}
	}
	if other := b.element("option", "Pre User Registration (not in this emulator yet)"); other == nil || !has(other, "disabled") {
		t.Error("a trigger that can't run is to be shown, and not to be had")
	}
	b.press("Create", url.Values{"name": {"  post-login-claims "}})
	b.want(200)
	b.says("Created as a draft. Write its code, then press Deploy.", "post-login-claims", "Login / Post Login", "Node 18", "Draft only")
	if !strings.Contains(b.field("code"), "exports.onExecutePostLogin = async (event, api) => {\n};\n") {
		t.Errorf("code = %q", b.field("code"))
	}
	a, err := b.idp.Store.ActionByName(t.Context(), "post-login-claims")
	must(t, err)
	if a.Trigger != "post-login" || a.Runtime != "node18" || a.DeployedVersion != 0 {
		t.Errorf("Action = %+v", a)
	}

	for _, tt := range []struct {
		name   string
		fields url.Values
		status int
		want   string
	}{
		{"without a name", url.Values{"name": {" "}}, 400, "Give the Action a name."},
		{"a name in use", url.Values{"name": {"post-login-claims"}}, 409, "There is already an Action called post-login-claims."},
		{"markup", url.Values{"name": {"<script>"}}, 400, "A name has letters, digits, spaces, - and _ only."},
		{"a long name", url.Values{"name": {strings.Repeat("é", 256)}}, 400, "at most 255 characters"},
		{"a trigger that is not here", url.Values{"name": {"x"}, "trigger": {"pre-user-registration"}}, 400, "this emulator has no other trigger yet"},
		{"an unknown runtime", url.Values{"name": {"x"}, "runtime": {"node4"}}, 400, "Choose one of the runtimes."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := b.another()
			b.open("actions/library/create")
			b.press("Create", tt.fields)
			b.want(tt.status)
			b.says(tt.want)
			if got := b.field("name"); got != strings.TrimSpace(tt.fields.Get("name")) {
				t.Errorf("the name that was typed comes back as %q", got)
			}
		})
	}
	if list, err := b.idp.Store.Actions(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%d Actions, %v", len(list), err)
	}
}

// Every template can be deployed as it is.
func TestTemplates(t *testing.T) {
	b := newBoard(t)
	b.open("actions/library").follow("Choose a template").want(200)
	var uses []string
	for n := range b.Page.Descendants() {
		if n.Data == "a" && read(n) == "Use this template" {
			uses = append(uses, attribute(n, "href"))
		}
	}
	if len(uses) < 4 {
		t.Fatalf("templates: %q", uses)
	}
	for _, use := range uses {
		b.Get(strings.TrimSuffix(b.idp.Issuer, "/") + use)
		b.want(200)
		b.press("Create", nil)
		b.want(200)
		b.press("Deploy", nil)
		b.want(200)
		b.says("Deployed v1. It is not in the Login flow yet")
	}
	b.Get(b.idp.Issuer + "dashboard/actions/library/create?template=nope")
	b.want(http.StatusNotFound)
}
