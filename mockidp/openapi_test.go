package mockidp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/postlogin/mockidp"
	"example.com/postlogin/mockidp/mockidptest"
)

// TestOpenAPI asks for each operation that the description has, and looks in the
// source for routes that it has not.
func TestOpenAPI(t *testing.T) {
	idp := mockidptest.New(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name, In string
				Required bool
			}
			Responses map[string]any
			Security  []map[string][]string
		}
		Components struct{ SecuritySchemes map[string]any }
	}
	body, status := ask(t, http.MethodGet, idp.Issuer+"api/openapi.json", "")
	if err := json.Unmarshal([]byte(body), &doc); err != nil || status != http.StatusOK || doc.OpenAPI != "3.1.0" {
		t.Fatalf("description: %d, %v: %.200s", status, err, body)
	}
	token := managementToken(t, idp)
	ids := map[string]bool{}
	n := 0
	for path, methods := range doc.Paths {
		for method, o := range methods {
			n++
			if o.OperationID == "" || ids[o.OperationID] {
				t.Errorf("%s %s: operationId %q is empty or in use", method, path, o.OperationID)
			}
			ids[o.OperationID] = true
			inPath := 0
			for _, p := range o.Parameters {
				if p.In == "path" {
					inPath++
					if !p.Required || !strings.Contains(path, "{"+p.Name+"}") {
						t.Errorf("%s %s: parameter %+v", method, path, p)
					}
				}
			}
			if inPath != strings.Count(path, "{") {
				t.Errorf("%s %s: %d parameters of the path are described", method, path, inPath)
			}
			if len(o.Responses) < 2 || len(o.Security) == 0 || doc.Components.SecuritySchemes["management"] == nil {
				t.Errorf("%s %s: %+v", method, path, o)
			}
			// The server knows it: what is missing is the thing asked for, not the route.
			address := strings.TrimSuffix(idp.Issuer, "/") + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "x")
			bearer := token
			if strings.HasPrefix(path, "/_mock/") || path == "/api/openapi.json" {
				bearer = ""
			}
			body, status := ask(t, strings.ToUpper(method), address, bearer)
			if status == http.StatusMethodNotAllowed || status >= 500 && status != http.StatusNotImplemented || strings.Contains(body, "is not part of this mock") || status == http.StatusNotFound && !strings.HasPrefix(strings.TrimSpace(body), "{") {
				t.Errorf("%s %s: %d %.200s", method, path, status, body)
			}
		}
	}
	if n < 60 {
		t.Errorf("%d operations are described", n)
	}
	// Whatever a file of ours routes below these two addresses is described.
	pattern := regexp.MustCompile(`"(GET|POST|PUT|PATCH|DELETE) (/(?:_mock|api)/[^"]*)"`)
	for _, file := range []string{"openapi.go", "mockidp.go", "management/management.go", "outbox/handler.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(source), -1) {
			if _, ok := doc.Paths[m[2]][strings.ToLower(m[1])]; !ok {
				t.Errorf("%s routes %s %s, which is not described", file, m[1], m[2])
			}
		}
	}
}

// TestOpenAPIIsTheAdmins: it tells which routes there are.
func TestOpenAPIIsTheAdmins(t *testing.T) {
	idp := mockidptest.New(t, mockidptest.Tune(func(o *mockidp.Options) { o.AdminToken = "s3cret" }))
	if _, status := ask(t, http.MethodGet, idp.Issuer+"api/openapi.json", ""); status != http.StatusUnauthorized {
		t.Errorf("without the token: %d", status)
	}
	if _, status := ask(t, http.MethodGet, idp.Issuer+"api/openapi.json", "s3cret"); status != http.StatusOK {
		t.Errorf("with the token: %d", status)
	}
}

func ask(t *testing.T, method, address, bearer string) (body string, status int) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), res.StatusCode
}

// managementToken is one for the Management API with all scopes.
func managementToken(t *testing.T, idp *mockidptest.Server) string {
	t.Helper()
	res, err := http.PostForm(idp.Issuer+"oauth/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {idp.ClientID}, "client_secret": {idp.ClientSecret}, "audience": {idp.Issuer + "api/v2/"}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
		t.Fatalf("token: %s, %v", res.Status, err)
	}
	return answer.AccessToken
}
