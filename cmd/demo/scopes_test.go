package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestScopesAreASetting starts the program as the README says for refreshed tokens.
func TestScopesAreASetting(t *testing.T) {
	args := []string{"--listen", "127.0.0.1:0", "--idp-listen", "127.0.0.1:0", "--data", t.TempDir()}
	if err := run(t.Context(), args, []string{"OIDC_SCOPES=profile"}, io.Discard); err == nil || !strings.Contains(err.Error(), "OIDC_SCOPES") {
		t.Errorf("scopes without openid: error %v, want one that names OIDC_SCOPES", err)
	}

	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, []string{"OIDC_SCOPES=openid offline_access"}, in)
		in.Close()
		done <- err
	}()
	app := ""
	lines := bufio.NewScanner(out)
	for app == "" && lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "open     "); ok {
			app, _, _ = strings.Cut(rest, " ")
		}
	}
	go io.Copy(io.Discard, out) // it has more to say
	asked := ""
	client := http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		asked = r.URL.RawQuery
		return http.ErrUseLastResponse
	}}
	if res, err := client.Get(app + "/login"); err != nil {
		t.Error(err)
	} else {
		res.Body.Close()
	}
	if q, err := url.ParseQuery(asked); err != nil || q.Get("scope") != "openid offline_access" {
		t.Errorf("the app asks with %q, want scope=openid offline_access", asked)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
