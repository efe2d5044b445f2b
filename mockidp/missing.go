package mockidp

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/postlogin/mockidp/dashboard"
	"example.com/postlogin/mockidp/store"
	"example.com/postlogin/mockidp/why"
)

// maxClaimName bounds the name of a claim that is asked for, in bytes.
const maxClaimName = 1000

// missing is the JSON form of a why.Answer.
type missing struct {
	Claim       string     `json:"claim"`
	Cause       string     `json:"cause"`  // a name that stays, see package why
	Number      int        `json:"number"` // among the twelve causes; 0: it is not missing, or nobody has logged in
	Text        string     `json:"text"`   // what it is and what to do, for people
	Hint        string     `json:"hint,omitempty"`
	Action      *actionRef `json:"action,omitempty"`
	Line        int        `json:"line,omitempty"`
	Source      string     `json:"source,omitempty"` // that line
	Transaction string     `json:"transaction_id,omitempty"`
	At          *time.Time `json:"at,omitempty"`  // of that login
	Fix         string     `json:"fix,omitempty"` // create, deploy, bind, login, open
	URL         string     `json:"url"`           // the page with the button that mends it
}

type actionRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// whyMissing answers GET /_mock/transactions/{id}/why?claim=… to the application
// whose login it was: see showTransaction.
func (s *Server) whyMissing(w http.ResponseWriter, r *http.Request) {
	if run := s.ownRun(w, r); run != nil {
		s.answerWhy(w, r, why.Question{Claim: r.FormValue("claim"), Transaction: run.ID})
	}
}

// whyMissingToAdmin answers GET /_mock/why?claim=…, of the last login or of the one
// that the parameters transaction, client_id and user_id pick.
func (s *Server) whyMissingToAdmin(w http.ResponseWriter, r *http.Request) {
	s.answerWhy(w, r, why.Question{
		Claim: r.FormValue("claim"), Transaction: r.FormValue("transaction"), ClientID: r.FormValue("client_id"), UserID: r.FormValue("user_id"),
	})
}

func (s *Server) answerWhy(w http.ResponseWriter, r *http.Request, q why.Question) {
	q.Claim = strings.TrimSpace(q.Claim)
	if q.Claim == "" || len(q.Claim) > maxClaimName {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_query", "message": "claim: expected the name of a claim, as in ?claim=login_count"})
		return
	}
	a, err := why.Missing(r.Context(), s.cfg.Store, q)
	if errors.Is(err, store.ErrNotFound) {
		writeJSON(w, http.StatusNotFound, map[string]any{"error": "not_found", "message": "No login has that transaction id"})
		return
	}
	if err != nil {
		s.internalError(w, r, err)
		return
	}
	page := url.Values{"claim": {q.Claim}}
	if q.Transaction != "" {
		page.Set("transaction", q.Transaction)
	}
	m := missing{
		Claim: a.Claim, Cause: a.Cause, Number: a.Number(), Text: a.Text(), Hint: a.Hint, Line: a.Line, Source: a.Source, Fix: a.Fix,
		URL: strings.TrimSuffix(s.cfg.Issuer, "/") + dashboard.Path + "why?" + page.Encode(),
	}
	if a.Action != nil {
		m.Action = &actionRef{a.Action.ID, a.Action.Name}
	}
	if a.Run != nil {
		at := a.Run.At.UTC()
		m.Transaction, m.At = a.Run.ID, &at
	}
	writeJSON(w, http.StatusOK, m)
}
