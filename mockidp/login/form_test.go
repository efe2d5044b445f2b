package login_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// suspendForm is suspend for a form of an Action.
func (b *browser) suspendForm(fields, vars string) string {
	b.t.Helper()
	form := &store.FormStep{ID: "ap_company", Action: "ask-for-company", Fields: json.RawMessage(fields), Vars: json.RawMessage(vars)}
	return b.suspend(ada, store.Step{Kind: store.StepForm, Form: form})
}

func (b *browser) form(id string) *answer {
	b.t.Helper()
	return b.do(http.MethodGet, b.url+login.FormPath+"?state="+id, nil)
}

const someFields = `{"first_name":"Jane","age":42,"newsletter":true,"terms":false,"address":{"city":"Georgetown"},"note":null,"story":"one\ntwo"}`

func TestTheFormShowsWhatTheActionFilledIn(t *testing.T) {
	b := newTenant(t).browser()
	id := b.suspendForm(someFields, `{"external_user_id":"123456789","limits":[1,2]}`)
	page := b.form(id).wantStatus(http.StatusOK).wantTitle("Form ap_company")
	if got := text(page.one("p", "class", "lead")); got != "The Action ask-for-company asks for it before you can go on to Demo app." {
		t.Errorf("lead = %q", got)
	}
	if got := text(page.one("main")); !strings.Contains(got, "This is a stand-in: the design of your form is at Auth0, not here.") {
		t.Errorf("the page does not say what it is: %q", got)
	}
	var labels []string
	for n := range page.one("form").Descendants() {
		if n.Data == "label" {
			labels = append(labels, text(n))
		}
	}
	if got, want := strings.Join(labels, ", "), "first_name, age, newsletter, terms, address, note, story, Other fields of the form"; got != want {
		t.Errorf("fields %q, want %q", got, want)
	}
	if n := page.one("input", "name", "field.age"); attr(n, "value") != "42" || attr(n, "inputmode") != "decimal" {
		t.Errorf("age: %v", n.Attr)
	}
	if !has(page.one("input", "name", "field.newsletter"), "checked") || has(page.one("input", "name", "field.terms"), "checked") {
		t.Error("boxes are ticked wrong")
	}
	if got := raw(page.one("textarea", "name", "field.story")); strings.TrimPrefix(got, "\n") != "one\ntwo" {
		t.Errorf("story = %q", got)
	}
	vars := text(page.one("dl"))
	for _, want := range []string{"vars.external_user_id", `"123456789"`, "vars.limits", "[1,2]"} {
		if !strings.Contains(vars, want) {
			t.Errorf("variables %q, want %q in them", vars, want)
		}
	}
}

func TestTheFormAnswersWithItsFields(t *testing.T) {
	for _, tt := range []struct {
		name, fields string
		set          []string // what the person changes
		want         string
	}{
		{"as it stands", someFields, nil, `{"fields":` + someFields + `}`},
		{"changed", `{"first_name":"Jane","age":42,"terms":false}`, []string{"field.first_name", "Ada", "field.age", "36", "field.terms", "true"}, `{"fields":{"first_name":"Ada","age":36,"terms":true}}`},
		{"with fields of the design", `{"first_name":"Jane"}`, []string{"more", "{\r\n \"company\": \"Example\", \"accepted\": true }"}, `{"fields":{"first_name":"Jane","company":"Example","accepted":true}}`},
		{"which win", `{"first_name":"Jane"}`, []string{"more", `{"first_name":"Grace"}`}, `{"fields":{"first_name":"Grace"}}`},
		{"without any", ``, nil, `{"fields":{}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTenant(t).browser()
			id := b.suspendForm(tt.fields, "")
			page := b.form(id)
			b.press(page, "continue", tt.set...).wantResume(id)
			b.wantAnswer(id, tt.want)
			// A second click leads on and changes nothing.
			b.press(page, "continue", "more", `{"x":1}`).wantResume(id)
			b.wantAnswer(id, tt.want)
			b.form(id).wantResume(id)
		})
	}
}

func TestCancelAtAForm(t *testing.T) {
	b := newTenant(t).browser()
	id := b.suspendForm(`{"age":42}`, "")
	b.press(b.form(id), "cancel", "field.age", "nonsense", "more", "nonsense").wantResume(id)
	b.wantAnswer(id, `{"cancelled":true}`)
}

func TestWrongFieldsOfAFormAreNamed(t *testing.T) {
	b := newTenant(t).browser()
	id := b.suspendForm(`{"name":"Jane","age":42,"address":{"city":"x"}}`, "")
	page := b.press(b.form(id), "continue", "field.name", "Ada", "field.age", "old", "field.address", "{", "more", `{"a" 1}`).wantStatus(http.StatusBadRequest)
	page.wantText("field-1-error", "Type a number, such as 42 or -1.5.")
	page.wantText("field-2-error", "This is not JSON.")
	if got := page.byID("more-error"); !strings.HasPrefix(got, `Write a JSON object, such as {"company": "Example"}: `) || !strings.Contains(got, "at character ") {
		t.Errorf("#more-error says %q", got)
	}
	focus := page.one("", "autofocus", "")
	if attr(focus, "name") != "field.age" || attr(focus, "aria-invalid") != "true" || attr(focus, "aria-describedby") != "field-1-error" || attr(focus, "value") != "old" {
		t.Errorf("focus is on %v, want the first wrong field as it was typed", focus.Attr)
	}
	if got := attr(page.one("input", "name", "field.name"), "value"); got != "Ada" {
		t.Errorf("name holds %q, want what was typed", got)
	}
	b.wantAnswer(id, "")
	// One may not add members that the server did not offer under a field's name.
	b.do(http.MethodPost, b.url+login.FormPath, url.Values{"state": {id}, "field.role": {"admin"}, "field.age": {"1"}, "field.address": {"{}"}, "field.name": {""}}).wantResume(id)
	b.wantAnswer(id, `{"fields":{"name":"","age":1,"address":{}}}`)
}

func TestWhatAnActionGivesAFormIsTextAndNeverMarkup(t *testing.T) {
	const evil = `\"><script>alert(1)</script></textarea><img src=x>`
	b := newTenant(t).browser()
	id := b.suspendForm(`{"`+evil+`":"`+evil+`","long":"`+evil+strings.Repeat("x", 100)+`"}`, `{"`+evil+`":"`+evil+`"}`)
	for _, page := range []*answer{b.form(id), b.press(b.form(id), "continue", "more", `</textarea><script>`)} {
		if scripts, images := page.all("script"), page.all("img"); len(scripts) != 0 || len(images) != 1 { // the image is the mark in the header
			t.Errorf("%d scripts and %d images, want 0 and 1", len(scripts), len(images))
		}
	}
}

// The same rules as for the login page: labels, ids, nothing that the policy
// stops, and the first button is the one that Enter should press.
func TestStepPagesWorkWithoutScriptAndUnderTheirPolicy(t *testing.T) {
	tn := newTenant(t)
	tn.otpOf(ada)
	tn.has(ada, store.Authenticator{Type: "phone", Target: "+12025550123"})
	b := tn.browser()
	ask := b.suspendMFA(ada, store.MFAStep{Factors: []string{"otp", "phone", "recovery-code"}, AllowRemember: true})
	set := b.suspendMFA(grace, store.MFAStep{Factors: []string{"otp", "phone", "push-notification", "recovery-code"}, Enroll: true, Choose: true, AllowRemember: true})
	form := b.suspendForm(someFields, `{"a":1}`)
	pages := map[string]*answer{
		"app":             b.mfa(ask),
		"wrong code":      b.press(b.mfa(ask), "continue", "code", "000000"),
		"phone":           b.mfa(ask, "factor", "phone"),
		"recovery code":   b.mfa(ask, "factor", "recovery-code"),
		"list":            b.mfa(ask, "factor", "choose"),
		"list to set up":  b.mfa(set),
		"set up app":      b.mfa(set, "factor", "otp"),
		"set up phone":    b.mfa(set, "factor", "phone"),
		"wrong phone":     b.press(b.mfa(set, "factor", "phone"), "send", "target", "x"),
		"set up push":     b.mfa(set, "factor", "push-notification"),
		"set up recovery": b.mfa(set, "factor", "recovery-code"),
		"form":            b.form(form),
		"wrong form":      b.press(b.form(form), "continue", "field.age", "x", "more", "x"),
	}
	pages["new recovery code"] = b.press(pages["set up push"], "continue")
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			page.wellMade()
			if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "; form-action 'self' http://localhost:3000; ") {
				t.Errorf("policy %q", csp)
			}
			if got := page.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control = %q", got)
			}
			if buttons := page.all("button"); len(buttons) > 1 && attr(buttons[0], "class") != "btn pri" {
				t.Errorf("first button is %q", text(buttons[0]))
			}
			if got, want := text(page.one("title")), page.title()+" · Mock identity provider"; got != want {
				t.Errorf("title = %q, want %q", got, want)
			}
		})
	}
	if n := pages["app"].one("input", "name", "code"); attr(n, "autocomplete") != "one-time-code" || attr(n, "inputmode") != "numeric" {
		t.Errorf("code field: %v", n.Attr)
	}
}

// wellMade fails the test for what dies under the policy, for fields without a
// label, and for ids that are there twice or not at all.
func (a *answer) wellMade() {
	a.t.Helper()
	ids := map[string]bool{}
	for n := range a.doc.Descendants() {
		for _, at := range n.Attr {
			if at.Key == "style" || strings.HasPrefix(at.Key, "on") || strings.HasPrefix(at.Val, "javascript:") {
				a.t.Errorf("<%s %s=%q> dies under the policy", n.Data, at.Key, at.Val)
			}
			if at.Key == "id" && ids[at.Val] {
				a.t.Errorf("id %q twice", at.Val)
			}
			ids[at.Val] = ids[at.Val] || at.Key == "id"
		}
		field := n.Type == html.ElementNode && (n.Data == "select" || n.Data == "textarea" || n.Data == "input" && attr(n, "type") != "hidden")
		if n.Data == "script" || n.Data == "style" || field && !labelled(a, n) {
			a.t.Errorf("<%s> %v", n.Data, n.Attr)
		}
	}
	for _, n := range a.all("") {
		for id := range strings.FieldsSeq(attr(n, "aria-describedby")) {
			if !ids[id] {
				a.t.Errorf("<%s> is described by #%s, which is not there", n.Data, id)
			}
		}
	}
	if n := len(a.all("", "autofocus", "")); n > 1 {
		a.t.Errorf("%d elements want the focus", n)
	}
}

func TestThePolicyLetsActionsSendTheBrowserAway(t *testing.T) {
	tn := newTenant(t)
	b := tn.browser()
	const narrow = "; form-action 'self' http://localhost:3000; "
	id := b.start()
	if csp := b.open(id).Header.Get("Content-Security-Policy"); !strings.Contains(csp, narrow) {
		t.Errorf("policy %q", csp)
	}
	// Deployed, but not in the flow.
	action := &store.Action{Name: "away", Trigger: "post-login", Code: `exports.onExecutePostLogin = async (e, api) => api.redirect.sendUserTo("https://example.test/")`}
	tn.must(tn.store.CreateAction(t.Context(), action))
	_, err := tn.store.Deploy(t.Context(), action.ID, tn.now())
	tn.must(err)
	if csp := b.open(id).Header.Get("Content-Security-Policy"); !strings.Contains(csp, narrow) {
		t.Errorf("policy %q", csp)
	}
	tn.must(tn.store.Bind(t.Context(), "post-login", []string{action.ID}))
	step := b.suspendMFA(ada, enrol("push-notification"))
	for _, page := range []*answer{b.open(id), b.submit(id, "login", url.Values{"password": {"x"}}), b.mfa(step)} {
		if csp := page.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "; form-action 'self' http://localhost:3000 http: https:; ") {
			t.Errorf("policy %q stops the redirect of an Action", csp)
		}
	}
}
