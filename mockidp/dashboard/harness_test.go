package dashboard_test

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"example.com/postlogin/mockidp/actions"
	"example.com/postlogin/mockidp/mockidptest"
)

func TestMain(m *testing.M) {
	actions.ServeIfWorker()
	os.Exit(m.Run())
}

// board is a whole provider and a browser without JavaScript at its dashboard.
type board struct {
	*mockidptest.Browser
	t   *testing.T
	idp *mockidptest.Server
}

// newBoard starts a provider without Actions.
func newBoard(t *testing.T, options ...mockidptest.Option) *board {
	t.Helper()
	idp := mockidptest.New(t, append([]mockidptest.Option{mockidptest.Empty}, options...)...)
	return &board{Browser: mockidptest.NewBrowser(t), t: t, idp: idp}
}

// another is one more person's browser at the same dashboard.
func (b *board) another() *board {
	return &board{Browser: mockidptest.NewBrowser(b.t), t: b.t, idp: b.idp}
}

// open opens a page below /dashboard/ and expects it to be there.
func (b *board) open(path string) *board {
	b.t.Helper()
	b.Get(b.idp.Issuer + "dashboard/" + path)
	b.want(http.StatusOK)
	return b
}

func (b *board) want(status int) {
	b.t.Helper()
	if b.Status != status {
		b.t.Fatalf("%s: status %d, want %d:\n%s", b.URL, b.Status, status, b.main())
	}
}

// main is what a person reads on the page.
func (b *board) main() string { return read(b.element("main", "")) }

// says checks that the page has each of these texts.
func (b *board) says(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.main(), text) {
			b.t.Errorf("%s does not say %q:\n%.3000s", b.URL, text, b.main())
		}
	}
}

func (b *board) saysNot(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if strings.Contains(b.main(), text) {
			b.t.Errorf("%s says %q:\n%s", b.URL, text, b.main())
		}
	}
}

// element is the first of that name and, unless it is empty, that accessible
// name: its aria-label or its text.
func (b *board) element(name, label string) *html.Node {
	for n := range b.Page.Descendants() {
		if n.Type == html.ElementNode && n.Data == name && (label == "" || attribute(n, "aria-label") == label || read(n) == label) {
			return n
		}
	}
	return nil
}

// follow opens the link with this text.
func (b *board) follow(label string) *board {
	b.t.Helper()
	a := b.element("a", label)
	if a == nil {
		b.t.Fatalf("%s: no link %q:\n%s", b.URL, label, b.main())
	}
	to, err := b.URL.Parse(attribute(a, "href"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.Get(to.String())
	return b
}

// press sends the form of the button with this label, as a browser without
// JavaScript does: the values in the page, replaced by fields, and the button's own.
func (b *board) press(label string, fields url.Values) *board {
	b.t.Helper()
	button := b.element("button", label)
	if button == nil {
		b.t.Fatalf("%s: no button %q:\n%s", b.URL, label, b.main())
	}
	if has(button, "disabled") {
		b.t.Fatalf("%s: the button %q is disabled", b.URL, label)
	}
	form := b.formOf(button)
	if form == nil {
		b.t.Fatalf("%s: the button %q has no form", b.URL, label)
	}
	values := b.controls(form)
	for name, v := range fields {
		if _, ok := values[name]; !ok {
			b.t.Fatalf("%s: the form of %q has no field %q", b.URL, label, name)
		}
		values[name] = v
	}
	b.send(button, form, values)
	return b
}

// send sends values from form, as button asks for it.
func (b *board) send(button, form *html.Node, values url.Values) {
	b.t.Helper()
	if name := attribute(button, "name"); name != "" {
		values[name] = []string{attribute(button, "value")}
	}
	action := attribute(form, "action")
	if has(button, "formaction") {
		action = attribute(button, "formaction")
	}
	to, err := b.URL.Parse(action)
	if err != nil {
		b.t.Fatal(err)
	}
	if strings.EqualFold(attribute(form, "method"), "post") {
		b.post(to.String(), values)
		return
	}
	to.RawQuery = values.Encode()
	b.Get(to.String())
}

func (b *board) post(target string, values url.Values) {
	b.t.Helper()
	resp, err := b.Client.PostForm(target, values)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := html.Parse(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Status, b.URL, b.Header, b.Page = resp.StatusCode, resp.Request.URL, resp.Header, page
}

// formOf is the form that a control belongs to: the one it names, or is in.
func (b *board) formOf(control *html.Node) *html.Node {
	if id := attribute(control, "form"); id != "" {
		for n := range b.Page.Descendants() {
			if n.Data == "form" && attribute(n, "id") == id {
				return n
			}
		}
		return nil
	}
	for n := control; n != nil; n = n.Parent {
		if n.Data == "form" {
			return n
		}
	}
	return nil
}

// controls are the form's successful controls without its buttons.
func (b *board) controls(form *html.Node) url.Values {
	values := url.Values{}
	for n := range b.Page.Descendants() {
		name := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" || has(n, "disabled") || b.formOf(n) != form {
			continue
		}
		switch kind := attribute(n, "type"); {
		case n.Data == "select":
			values.Add(name, chosen(n))
		case n.Data == "textarea":
			values.Add(name, raw(n))
		case n.Data != "input" || kind == "submit" || kind == "button":
		case (kind == "radio" || kind == "checkbox") && !has(n, "checked"):
		default:
			values.Add(name, attribute(n, "value"))
		}
	}
	return values
}

func chosen(list *html.Node) string {
	first := ""
	for n := range list.Descendants() {
		if n.Data != "option" || has(n, "disabled") {
			continue
		}
		value := attribute(n, "value")
		if has(n, "selected") {
			return value
		}
		if first == "" {
			first = value
		}
	}
	return first
}

// field is the value that the page holds in the control of this name.
func (b *board) field(name string) string {
	b.t.Helper()
	for n := range b.Page.Descendants() {
		if n.Type != html.ElementNode || attribute(n, "name") != name {
			continue
		}
		switch n.Data {
		case "textarea":
			return raw(n)
		case "select":
			return chosen(n)
		case "input":
			return attribute(n, "value")
		}
	}
	b.t.Fatalf("%s: no field %q", b.URL, name)
	return ""
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func raw(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// read is a node's text on one line; "" of nil.
func read(n *html.Node) string {
	if n == nil {
		return ""
	}
	return strings.Join(strings.Fields(raw(n)), " ")
}

// logIn logs ada in at the application, which need not exist: the login is over
// when the provider sends her there.
func (b *board) logIn(ip string) {
	b.t.Helper()
	logIn(b.t, b.idp, ip)
}

func logIn(t testing.TB, idp *mockidptest.Server, ip string) {
	t.Helper()
	person := typed(t, idp, ip, "ada@example.test", "workshop")
	if person.Status != http.StatusSeeOther && person.Status != http.StatusFound {
		t.Fatalf("login: status %d at %s:\n%s", person.Status, person.URL, person.Body)
	}
}

// typed is a browser whose person has typed this at the login page.
func typed(t testing.TB, idp *mockidptest.Server, ip, user, password string) *mockidptest.Browser {
	t.Helper()
	person := mockidptest.NewBrowser(t)
	person.Client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Query().Get("code") != "" || r.URL.Query().Get("error") != "" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	person.Get(idp.Issuer + "authorize?" + url.Values{
		"client_id": {idp.ClientID}, "redirect_uri": {"http://localhost:3000/callback"}, "response_type": {"code"}, "scope": {"openid profile email"},
		"state": {"s"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}.Encode())
	return person.Submit(url.Values{"user": {user}, "password": {password}, "ip": {ip}, "action": {"login"}})
}
