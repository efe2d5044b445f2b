package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"example.com/postlogin/web/checks"
	"example.com/postlogin/web/provider"
	"example.com/postlogin/web/timeline"
	"example.com/postlogin/web/transaction"
	"example.com/postlogin/web/words"
)

// This file puts into words what happened in a login (package timeline keeps it).
// Each function is called where the thing is done, with what was really sent.

// logBeginning notes GET /login and the redirect to target, the provider.
func (s *Server) logBeginning(log *timeline.Log, target string) {
	log.Add(log.Started, timeline.Step{ID: "login", Channel: timeline.Front, Title: "You chose “Log in”",
		Method: http.MethodGet, URL: "/login", Status: http.StatusSeeOther,
		Text: "This app made state, nonce and a PKCE verifier, kept them on the server under a cookie, and sent your browser to the identity provider."})
	asked, latency := s.provider.LastAnswer()
	log.Add(log.Started, timeline.Step{ID: "discovery", Channel: timeline.Back, Title: "This app asked the provider for its addresses",
		Method: http.MethodGet, URL: asked, Status: http.StatusOK, ConnectedTo: s.dialled(asked), TookMS: timeline.Milliseconds(latency),
		Text: "The discovery document says where to log in, where to swap a code, and where the keys are. Asking first also shows that the provider is there."})
	u, err := url.Parse(target)
	if err != nil {
		return // the library made it of parsed parts
	}
	query := u.Query()
	u.RawQuery = ""
	log.Add(s.cfg.Now(), timeline.Step{ID: "authorize", Channel: timeline.Front, Title: "You logged in at the identity provider",
		Method: http.MethodGet, URL: u.String(),
		Text: "Your browser carried this request. What you did there, this app can't see: it never learns your password.",
		Sent: timeline.Parameters(query, "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method")})
}

// logReturn notes that the browser came back. query is that of the callback, whose
// state has been found.
func (s *Server) logReturn(log *timeline.Log, query url.Values) {
	now := s.cfg.Now()
	log.Took("authorize", now.Sub(log.Started))
	known := url.Values{} // anyone can add more to the address
	for _, name := range []string{"code", "state", "iss", "error"} {
		if query.Has(name) {
			known.Set(name, query.Get(name))
		}
	}
	log.Add(now, timeline.Step{ID: "callback", Channel: timeline.Front, Title: "You came back with a code",
		Method: http.MethodGet, URL: s.redirect.Path, Status: http.StatusSeeOther,
		Text: "Your browser carried the code, so others may have seen it. It is no proof of anything yet.", Got: timeline.Parameters(known, "code", "state", "iss")})
}

// logTokens notes the token request and its answer.
func (s *Server) logTokens(log *timeline.Log, title string, x provider.Exchange, t *oauth2.Token) {
	got := url.Values{}
	// As it came: the library keeps the old refresh token when there is no new one.
	for _, name := range []string{"id_token", "scope", "access_token", "token_type", "refresh_token"} {
		if value, ok := t.Extra(name).(string); ok {
			got.Set(name, value)
		}
	}
	if t.ExpiresIn > 0 {
		got.Set("expires_in", strconv.FormatInt(t.ExpiresIn, 10))
	}
	step := s.step("token", title, x)
	var checked []string
	if s.cfg.ClientSecret != "" {
		checked = append(checked, "this app's secret")
	}
	if slices.ContainsFunc(x.Sent, func(p timeline.Parameter) bool { return p.Name == "code_verifier" }) {
		checked = append(checked, "that the PKCE verifier fits the first request")
	}
	step.Text = "No browser took part."
	if len(checked) > 0 {
		step.Text += " Before it answered, the provider checked " + strings.Join(checked, ", and ") + "."
	}
	step.Sent, step.Got = x.Sent, timeline.Parameters(got, "id_token", "access_token", "refresh_token")
	log.Add(s.cfg.Now(), step)
}

// logKeys notes where the signing keys came from. fetched is nil when those of an
// earlier login were good enough.
func (s *Server) logKeys(log *timeline.Log, conn *provider.Connection, fetched *provider.Exchange) {
	if fetched == nil {
		log.Add(s.cfg.Now(), timeline.Step{ID: "keys", Channel: timeline.Here, Title: "This app used the signing keys that it had kept",
			URL: conn.JWKS, Text: "It fetched them in an earlier login. A token signed with a key that it does not know would make it fetch them again."})
		return
	}
	step := s.step("keys", "This app fetched the signing keys", *fetched)
	step.Text = "They are public. Only the provider has the private one that made the signature."
	log.Add(s.cfg.Now(), step)
}

// logChecks notes how the checks went that were over at. That of the UserInfo answer is
// among them, although it is asked for next: the inspector counts it too.
func (s *Server) logChecks(log *timeline.Log, at time.Time, done []checks.Check, took float64) {
	passed, notDone := 0, 0
	for _, c := range done {
		switch c.State {
		case checks.Pass:
			passed++
		case checks.NotDone:
			notDone++
		}
	}
	log.Add(at, timeline.Step{ID: "verify", Channel: timeline.Here, Title: "This app checked the ID token", TookMS: took,
		Text: fmt.Sprintf("%s passed, %d could not be done or were not needed; the ID token inspector has them all.", words.Count(passed, "check"), notDone)})
}

// logUserInfo notes the UserInfo request.
func (s *Server) logUserInfo(log *timeline.Log, x provider.Exchange) {
	if x.URL == "" {
		return // there is no such endpoint
	}
	step := s.step("userinfo", "This app asked whom the access token belongs to", x)
	step.Text = "The answer must speak of the same person as the ID token."
	step.Sent = x.Sent
	log.Add(s.cfg.Now(), step)
}

// logEnd notes where the browser is sent at last.
func (s *Server) logEnd(log *timeline.Log, next string) {
	log.Add(s.cfg.Now(), timeline.Step{ID: "end", Channel: timeline.Front, Title: "You were sent on", Method: http.MethodGet, URL: words.Shorten(next, 200),
		Text: "A new session was made, its cookie set, and the address with the code left behind."})
}

// step is a request to the provider that was made.
func (s *Server) step(id, title string, x provider.Exchange) timeline.Step {
	return timeline.Step{ID: id, Channel: timeline.Back, Title: title, Method: x.Method, URL: x.URL, Status: x.Status,
		ConnectedTo: s.dialled(x.URL), TookMS: timeline.Milliseconds(x.Took)}
}

// dialled is the address that was connected to in place of the one in address, or "".
func (s *Server) dialled(address string) string {
	if s.cfg.ConnectTo != "" && provider.HostPort(address) == provider.HostPort(s.cfg.Issuer) {
		return s.cfg.ConnectTo
	}
	return ""
}

// askTransaction asks the provider what its Actions did, over the back channel and
// as this app itself. Only a provider that calls itself a mock is asked, and only
// when its token answer named the login. No answer is no error: the login is good
// without it, and the page says what is not known.
func (s *Server) askTransaction(ctx context.Context, conn *provider.Connection, id string, log *timeline.Log, after string) *transaction.Transaction {
	if conn.MockVersion == "" || s.cfg.ClientSecret == "" || !transaction.IsID(id) {
		return nil
	}
	var x provider.Exchange
	tx, err := transaction.Fetch(provider.WithExchange(ctx, &x), s.provider.Client, conn, id)
	step := s.step("record", "This app asked what the Actions did", x)
	step.Text = "Only a mock answers this. The ID token itself does not say who set its claims."
	step.Sent = x.Sent
	if err != nil {
		step.Text = "The provider did not tell, so this page says “not known” where it would have."
		s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "the mock provider did not tell what its Actions did", slog.String("transaction", id), slog.Any("err", err))
	} else {
		log.AddAfter(after, transaction.ActionsStep(tx))
	}
	log.Add(s.cfg.Now(), step)
	return tx
}
