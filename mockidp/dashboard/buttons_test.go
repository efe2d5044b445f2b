package dashboard_test

import (
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/store"
)

// broken is what somebody types who has forgotten a comma.
const broken = "exports.onExecutePostLogin = async (event, api) => {\n  api.idToken.setCustomClaim(\"n\" 1);\n};\n"

// Run says what Deploy says, and the text stays.
func TestRunRefusesWhatCannotRun(t *testing.T) {
	b := editing(t, good)
	b.write(broken, "Run")
	b.want(http.StatusUnprocessableEntity)
	b.says("Not run: line 2, column 34:", `api.idToken.setCustomClaim("n" 1);`, "Your text is not saved yet.")
	b.saysNot("The text was saved as a draft.")
	if got := b.field("code"); got != broken {
		t.Errorf("code = %q, want what was written", got)
	}
	b.write("const x = 1;", "Run")
	b.want(http.StatusUnprocessableEntity)
	b.says("Not run: Nothing would run")
	b.press("Export it", nil).says("Mended.")
}

// Whatever is in the fields, a button answers with what is wrong with it, and never
// with a failure of the dashboard's own.
func TestNoButtonFails(t *testing.T) {
	all := func(text string) func(url.Values, map[string]bool) {
		return func(form url.Values, typed map[string]bool) {
			for name := range typed {
				form.Set(name, text)
			}
		}
	}
	for name, change := range map[string]func(form url.Values, typed map[string]bool){
		"as the page has it":     func(url.Values, map[string]bool) {}, // the draft has a syntax error
		"empty":                  all(""),
		"more than an Action":    all(strings.Repeat("x", 200_000)),
		"cut JSON":               all(`{"user": {"email":`),
		"null":                   all("null"),
		"wrong members":          all(`{"user": null, "client": null, "request": {"geoip": 7}, "stats": [], "authentication": null, "secrets": {"A": 1}}`),
		"bytes that are no text": all("\x00\xff\xfe"),
		"no fields":              func(form url.Values, _ map[string]bool) { clear(form) },
		"values that are in no list": func(form url.Values, _ map[string]bool) {
			for name := range form {
				form.Set(name, "nope")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBoard(t)
			for _, path := range b.furnish() {
				b.open(path)
				for i := range len(b.postButtons()) {
					b.Get(b.idp.Issuer + "dashboard/" + path)
					list := b.postButtons()
					if b.Status != http.StatusOK || i >= len(list) {
						break // the button before has taken away what the page was about
					}
					form := b.formOf(list[i])
					values := b.controls(form)
					change(values, b.typedIn(form))
					b.send(list[i], form, values)
					if b.Status >= 500 {
						t.Errorf("%s: the button %q: status %d:\n%.1000s", path, read(list[i])+" "+attribute(list[i], "value"), b.Status, read(b.Page))
					}
				}
			}
		})
	}
}

// An order without any Action is an order, too.
func TestAPendingFlowMayBeEmpty(t *testing.T) {
	b := newBoard(t)
	b.bound("claims", good)
	b.open("actions/flows/login").press("Remove claims", nil).press("Installed", nil).want(http.StatusOK)
	b.open("why?claim=n").says("Nobody has logged in yet.") // and not: something went wrong
}

// Addresses and ops that no page has are refused, and fail nowhere.
func TestNoPostFails(t *testing.T) {
	b := newBoard(t)
	b.furnish()
	a, err := b.idp.Store.ActionByName(t.Context(), "broken")
	must(t, err)
	at := b.idp.Issuer + "dashboard/"
	var targets []string
	for _, id := range []string{a.ID, "nope", "%00", "%ff", strings.Repeat("x", 5000)} {
		for _, path := range []string{"actions/library/details/", "users/", "applications/", "logs/"} {
			targets = append(targets, at+path+id)
		}
		targets = append(targets, at+"actions/library/details/"+id+"/check", at+"users/"+id+"/delete")
	}
	for _, path := range []string{"actions/library/create", "actions/flows/login", "actions/flows/login/pending", "applications/create", "outbox", "keys", "users/create", "enter"} {
		targets = append(targets, at+path)
	}
	ops := []string{"", "nope", "save", "deploy", "bind", "enter:", "show:nope", "event:", "event:nope", "event:run:nope", "run:", "secret:", "secret:nope", "unsecret:", "unsecret:nope", "depend:", "undepend:nope",
		"compare:", "compare:-1", "compare:99999999999999999999", "rollback:", "rollback:0", "fix:nope", "fix:brace", "apply", "add:nope", "up:nope", "down:", "remove:nope", "tab:nope",
		"rotate", "remove", "rule", "unrule:nope", "clear", "details", "count", "reset", "app_metadata", "user_metadata", "password", "sessions", "factor:nope"}
	for _, target := range targets {
		for _, op := range ops {
			for _, code := range []string{broken, ""} {
				b.post(target, url.Values{"op": {op}, "code": {code}, "base": {"nope"}, "order": {"nope"}, "event": {"{}"}})
				if b.Status >= 500 {
					t.Errorf("%.80s with op %q and %d bytes of code: status %d:\n%.500s", target, op, len(code), b.Status, read(b.Page))
				}
			}
		}
	}
}

// furnish fills the tenant, with an Action whose draft does not compile, and returns
// the pages that have buttons. Those that take something away are the last.
func (b *board) furnish() []string {
	b.t.Helper()
	ctx, st := b.t.Context(), b.idp.Store
	b.bound("claims", sends)
	b.logIn("192.0.2.1")
	must(b.t, st.AddFailure(ctx, &store.Failure{Type: store.FailedUser, UserName: "nobody@example.test", ClientID: b.idp.ClientID, IP: netip.MustParseAddr("192.0.2.1")}))
	deployed := b.action("broken", good, 2) // what runs is good, the draft is not
	_, err := st.EditAction(ctx, deployed.ID, store.ActionPatch{Code: new(broken), Dependencies: &[]store.Dependency{{Name: "axios", Version: "1.0.0"}}}, deployed.CreatedAt)
	must(b.t, err)
	must(b.t, st.SetSecret(ctx, deployed.ID, "KEY", "value"))
	must(b.t, st.BindLast(ctx, deployed.ID))
	draft := b.action("draft", broken, 0)
	ada := b.idp.User("ada@example.test")
	runs, err := st.Runs(ctx, 1)
	must(b.t, err)
	b.open("outbox").press("Add rule", url.Values{"url": {"example.com"}})
	return []string{"actions/library", "actions/library/create", "actions/library/create?template=add-claims", "actions/flows/login", "logs/" + runs[0].ID, "why?claim=n", "why?claim=answer",
		"applications/create", "applications/" + b.idp.ClientID, "users/create", "users/" + url.PathEscape(ada.ID), "outbox", "keys",
		"actions/library/details/" + deployed.ID, "actions/library/details/" + draft.ID,
		"users/" + url.PathEscape(ada.ID) + "/delete", "actions/library/details/" + deployed.ID + "/delete"}
}

// postButtons are the page's buttons that post a form.
func (b *board) postButtons() (list []*html.Node) {
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "button" && !has(n, "disabled") && attribute(n, "type") != "button" {
			if form := b.formOf(n); form != nil && strings.EqualFold(attribute(form, "method"), "post") {
				list = append(list, n)
			}
		}
	}
	return list
}

// typedIn are the names of the form's fields that somebody types text into.
func (b *board) typedIn(form *html.Node) map[string]bool {
	names := map[string]bool{}
	kinds := []string{"", "text", "password", "email", "search"}
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "textarea" || n.Data == "input" && slices.Contains(kinds, attribute(n, "type"))) && b.formOf(n) == form {
			names[attribute(n, "name")] = true
		}
	}
	maps.DeleteFunc(names, func(name string, _ bool) bool { return name == "" })
	return names
}
