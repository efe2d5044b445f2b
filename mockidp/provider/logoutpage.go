package provider

import (
	"bytes"
	"html/template"
	"net/http"
)

// LogoutView is what the logout page shows: a question, or that it is done.
type LogoutView struct {
	Done       bool   // the person is logged out; the fields for the question are empty
	Action     string // path to POST the answer to
	Token      string // value of the hidden field "csrf"
	ClientName string // the application that asked, or empty
}

// bareLogout serves callers that bring no page of their own.
var bareLogout = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log out</title></head><body>
{{if .Done}}<p>You are logged out.</p>{{else -}}
<form method="post" action="{{.Action}}"><p>{{with .ClientName}}{{.}} asks to log you out here. {{end}}Do you want to log out?</p>
<input type="hidden" name="csrf" value="{{.Token}}"><button>Log out</button></form>{{end}}
</body></html>
`))

func (p *Provider) logoutPage(w http.ResponseWriter, r *http.Request, v LogoutView) {
	if p.cfg.LogoutPage != nil {
		p.cfg.LogoutPage(w, r, v)
		return
	}
	var body bytes.Buffer
	if err := bareLogout.Execute(&body, v); err != nil {
		panic(err) // the template and the view are compiled in
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	_, _ = w.Write(body.Bytes())
}
