package provider

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// Response modes (OAuth 2.0 Multiple Response Types 2.1, Form Post Response Mode 1.0).
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeFormPost = "form_post"
)

func knownMode(mode string) bool {
	return mode == modeQuery || mode == modeFragment || mode == modeFormPost
}

// defaultMode is the query for codes and the fragment for anything that holds or
// would have held a token (OAuth 2.0 Multiple Response Types 3.0).
func defaultMode(responseType string) string {
	if strings.Contains(responseType, "token") {
		return modeFragment
	}
	return modeQuery
}

// answerError sends e to the application (RFC 6749 section 4.1.2.1).
func (p *Provider) answerError(w http.ResponseWriter, r *http.Request, q *store.Request, e *oauthError) error {
	return p.answer(w, r, q, url.Values{"error": {e.Code}, "error_description": {e.Text}})
}

// answer sends the authorization response to q.RedirectURI, which has been
// checked. state comes back as it was sent; iss is on successes and errors alike
// (RFC 9207 section 2), because a mixed-up client must notice either.
func (p *Provider) answer(w http.ResponseWriter, r *http.Request, q *store.Request, v url.Values) error {
	if q.State != "" {
		v.Set("state", q.State)
	}
	v.Set("iss", p.cfg.Issuer)
	if name := requestCookieName(q.ID); hasCookie(r, name) { // its request ends here
		http.SetCookie(w, p.cookie(name, "", -1))
	}
	switch q.ResponseMode {
	case modeFormPost:
		return writeFormPost(w, q.RedirectURI, v)
	case modeFragment:
		seeOther(w, r, q.RedirectURI+"#"+v.Encode())
	default:
		seeOther(w, r, withQuery(q.RedirectURI, v))
	}
	return nil
}

// withQuery appends v and keeps a query that the URI has already (RFC 6749 section 3.1.2).
func withQuery(uri string, v url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + v.Encode()
}

// submitScript sends the form by itself, also when a field is named submit;
// without JavaScript there is a button.
const submitScript = "HTMLFormElement.prototype.submit.call(document.forms[0])"

var formPost = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Continue</title></head>
<body><form method="post" action="{{.Action}}">{{range .Fields}}
<input type="hidden" name="{{.Name}}" value="{{.Value}}">{{end}}
<noscript><p>Continue to the application:</p><button>Continue</button></noscript></form>
<script>` + submitScript + `</script></body></html>
`))

// writeFormPost answers with a page that posts v to the application (OAuth 2.0
// Form Post Response Mode section 2).
func writeFormPost(w http.ResponseWriter, redirectURI string, v url.Values) error {
	type field struct{ Name, Value string }
	page := struct {
		Action template.URL // registered, so trusted; html/template would refuse an app's own scheme
		Fields []field
	}{Action: template.URL(redirectURI)}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, value := range v[name] {
			page.Fields = append(page.Fields, field{name, value})
		}
	}
	var body bytes.Buffer
	if err := formPost.Execute(&body, page); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(submitScript))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	// No form-action: browsers apply it to the redirects that follow the post, and
	// where the application sends its user next is not for us to say.
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'sha256-"+
		base64.StdEncoding.EncodeToString(sum[:])+"'")
	_, _ = w.Write(body.Bytes())
	return nil
}
