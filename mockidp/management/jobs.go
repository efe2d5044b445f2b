package management

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/postlogin/mockidp/store"
)

// job is a task that runs later, at Auth0.
type job struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Status    string `json:"status"`
	CreatedAt stamp  `json:"created_at"`
}

// verifyEmail accepts the job and keeps the mail.
func (a *API) verifyEmail(r *http.Request) (any, error) {
	var b struct {
		UserID         string          `json:"user_id"`
		ClientID       string          `json:"client_id"`
		OrganizationID string          `json:"organization_id"`
		Identity       json.RawMessage `json:"identity"`
	}
	if err := read(r, &b); err != nil {
		return nil, err
	}
	if b.UserID == "" {
		return nil, badBody("Missing required property: user_id")
	}
	u, err := a.cfg.Store.User(r.Context(), b.UserID)
	if err != nil {
		return nil, noUser(err)
	}
	j := job{ID: randomID("job_"), Type: "verification_email", Status: "pending", CreatedAt: stamp(a.now())}
	text := fmt.Sprintf("Verify your email address %s (%s of %s; a mock sends nothing)", u.Email, j.ID, u.ID)
	return j, a.mail(r.Context(), u.Email, text)
}

// mail keeps what would have been sent beside the HTTP requests of Actions: there
// is no mail here.
func (a *API) mail(ctx context.Context, to, text string) error {
	return a.cfg.Store.AddOutgoing(ctx, &store.Outgoing{
		At: a.now(), Mode: "captured", // as package outbox calls what nobody answered
		Method: "MAIL", URL: "mailto:" + to, Body: text, BodySize: int64(len(text)),
	})
}
