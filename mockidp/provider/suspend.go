package provider

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// Where the login pages have their steps, under the issuer's path. Package login serves them.
const (
	mfaPath  = "/u/mfa"
	formPath = "/u/form"
)

// suspend keeps q until its step is done and sends the browser there. The
// session that the login is answered from is noted, so that its flow goes on
// with it, whatever happens in other tabs.
func (p *Provider) suspend(w http.ResponseWriter, r *http.Request, q *store.Request, s *store.Session, step *store.Step) error {
	switch step.Kind {
	case store.StepRedirect:
		if err := checkStepURL(step.URL); err != nil {
			return err
		}
	case store.StepMFA, store.StepForm:
	default:
		return fmt.Errorf("PostLogin suspended a login with a step of the unknown kind %q", step.Kind)
	}
	q.Step, q.SessionID, q.ExpiresAt = step, s.ID, p.now().Add(requestTTL)
	p.bind(w, r, q)
	if err := p.cfg.Store.SuspendRequest(r.Context(), q); err != nil {
		return err
	}
	p.showStep(w, r, q)
	return nil
}

// checkStepURL checks where an Action sends its user. That is the Action's own
// business, but for addresses that run or show text in a browser.
func checkStepURL(target string) error {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return refuse(accessDenied, "an Action redirects to %q: expected an absolute http or https URL", truncate(target, 200))
	}
	return nil
}

// showStep sends the browser to the step that q waits for. The state that other
// people's pages get is q's id: they bring it back to /continue.
func (p *Provider) showStep(w http.ResponseWriter, r *http.Request, q *store.Request) {
	switch q.Step.Kind {
	case store.StepMFA:
		seeOther(w, r, p.basePath+mfaPath+"?state="+url.QueryEscape(q.ID))
	case store.StepForm:
		seeOther(w, r, p.basePath+formPath+"?state="+url.QueryEscape(q.ID))
	default:
		seeOther(w, r, withState(q.Step.URL, q.ID))
	}
}

// withState sets the parameter state of target. The rest of the query stays as
// the Action wrote it, byte for byte: it may be signed.
func withState(target, state string) string {
	target, fragment, hasFragment := strings.Cut(target, "#")
	target, query, _ := strings.Cut(target, "?")
	var pairs []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); pair != "" && (err != nil || plain != "state") {
			pairs = append(pairs, pair)
		}
	}
	target += "?" + strings.Join(append(pairs, "state="+url.QueryEscape(state)), "&")
	if hasFragment {
		target += "#" + fragment
	}
	return target
}
