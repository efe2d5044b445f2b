package provider

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.com/postlogin/mockidp/store"
)

// repostField marks a form that our own page has posted again, see repost.
const repostField = "mockidp_reposted"

// continueLogin is where the page to which an Action has sent the browser sends
// it back (Auth0: "Redirect with Actions"). What it brings is kept for
// onContinuePostLogin; the dispatcher goes on.
//
// Only the browser that was sent away may come back: else somebody could have
// another person answer at the other page, and end their own login with it.
func (p *Provider) continueLogin(w http.ResponseWriter, r *http.Request) error {
	if err := parseContinue(r); err != nil {
		return err
	}
	id, err := continueState(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	q, err := p.cfg.Store.Request(ctx, id, p.now())
	if errors.Is(err, store.ErrNotFound) {
		return &PageError{Status: http.StatusBadRequest, Title: errRequestGone.Title,
			Detail: "invalid_request: no login waits for this state. " + errRequestGone.Detail, Hint: errRequestGone.Hint}
	}
	if err != nil {
		return err
	}
	again := r.PostForm.Has(repostField)
	r.PostForm.Del(repostField)
	switch {
	case p.StartedIn(r, q):
	case r.Method == http.MethodPost && !again:
		return repost(w, r)
	default:
		return errOtherBrowser
	}
	answer := store.Step{Kind: store.StepRedirect, Method: r.Method, Query: r.URL.Query(), Body: r.PostForm}
	// Gone: it was answered before, or waits for something else. The first answer
	// counts, and the dispatcher knows what is next: so a double click leads on.
	if err := p.cfg.Store.AnswerStep(ctx, id, answer, p.now()); err != nil && !errors.Is(err, store.ErrGone) {
		return err
	}
	seeOther(w, r, p.basePath+"/authorize/resume?state="+url.QueryEscape(id))
	return nil
}

// parseContinue reads the query and the form. Another kind of body would get lost
// without a word, for an Action sees a form's fields only.
func parseContinue(r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method == http.MethodPost && r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return &oauthError{Code: invalidRequest, Status: http.StatusUnsupportedMediaType,
			Text: "expected a form as application/x-www-form-urlencoded, got " + strconv.Quote(truncate(r.Header.Get("Content-Type"), 100))}
	}
	if err := r.ParseForm(); err != nil {
		return bodyError(err)
	}
	return nil
}

// continueState is the parameter state, from the query or else the form.
func continueState(r *http.Request) (string, error) {
	query, form := r.URL.Query()["state"], r.PostForm["state"]
	state := slices.Concat(query, form)
	if len(query) > 1 || len(form) > 1 || len(state) == 2 && state[0] != state[1] || len(state) == 0 || state[0] == "" {
		return "", &PageError{Status: http.StatusBadRequest, Title: "This login can't go on",
			Detail: "invalid_request: the parameter state is missing or repeated.",
			Hint:   "The page that sent you here must pass on the state that it got: " + r.URL.Path + "?state=…"}
	}
	return state[0], nil
}

// repost answers a form that another site has posted, which carries no
// SameSite=Lax cookie, with a page that posts the same form from here, which
// does. Nothing is kept of a form whose browser is not known.
func repost(w http.ResponseWriter, r *http.Request) error {
	form := url.Values{repostField: {"1"}}
	for name, values := range r.PostForm {
		form[name] = values
	}
	// Relative: the issuer's path, which has been stripped from r, stays.
	return writeFormPost(w, "continue?"+r.URL.RawQuery, form)
}
