package mockidp_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"example.com/postlogin/mockidp"
)

// oneLogin logs ada in over HTTP and returns the login_count of her ID token. It
// never ends the test, so that it can be used while servers die, and from any
// goroutine.
func oneLogin(t testing.TB, issuer, callback string) (int64, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return 0, err
	}
	var answer *url.URL
	c := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			answer = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	verifier := oauth2.GenerateVerifier()
	conf := oauth2.Config{ClientID: "demo-app", RedirectURL: callback, Scopes: []string{"openid"}, Endpoint: oauth2.Endpoint{AuthURL: issuer + "authorize"}}
	page, err := c.Get(conf.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
	if err != nil {
		return 0, err
	}
	io.Copy(io.Discard, page.Body)
	page.Body.Close()
	done, err := c.PostForm(issuer+"u/login", url.Values{
		"state": {page.Request.URL.Query().Get("state")}, "user": {"ada@example.test"}, "password": {mockidp.TestPassword},
		"ip": {"192.0.2.1"}, "action": {"login"},
	})
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(done.Body)
	done.Body.Close()
	if err != nil {
		return 0, err
	}
	if answer == nil || answer.Query().Get("code") == "" {
		return 0, fmt.Errorf("no code: %s at %s: %.300s", done.Status, done.Request.URL.Path, body)
	}
	return redeemCount(c, issuer, callback, answer.Query().Get("code"), verifier)
}

func redeemCount(c *http.Client, issuer, callback, code, verifier string) (int64, error) {
	resp, err := c.PostForm(issuer+"oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {"demo-app"}, "client_secret": {"demo-secret"},
		"code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
	})
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var tokens struct {
		IDToken string `json:"id_token"`
		Error   string `json:"error"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&tokens); err != nil {
		return 0, err
	}
	if tokens.Error != "" {
		return 0, errors.New("token endpoint: " + tokens.Error)
	}
	payload, err := payloadOf(tokens.IDToken)
	if err != nil {
		return 0, err
	}
	count, ok := payload["login_count"].(float64)
	if !ok {
		return 0, fmt.Errorf("login_count = %v", payload["login_count"])
	}
	return int64(count), nil
}
