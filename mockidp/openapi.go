package mockidp

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"example.com/postlogin/mockidp/management"
	"example.com/postlogin/mockidp/outbox"
)

// mockRoute is an address below /_mock/, which only this mock has.
type mockRoute struct {
	pattern string
	handler http.Handler
	summary string
	query   []string
	client  bool // for an application with its own id and secret, not for the admin
}

// mockRoutes are those but the outbox's, see outbox.Routes.
func (s *Server) mockRoutes() []mockRoute {
	admin, client := s.adminOnly, func(h http.HandlerFunc) http.Handler { return h }
	return []mockRoute{
		{"GET /_mock/logins", admin(s.listRuns), "The runs of the login flow, newest first", []string{"limit"}, false},
		{"GET /_mock/logins/{id}", admin(s.showRun), "One run with its event and what each Action did", nil, false},
		{"GET /_mock/locations", admin(s.listLocations), "The login page's places; with ip, what the database says of that address", []string{"ip"}, false},
		{"GET /_mock/why", admin(s.whyMissingToAdmin), "Why a claim is missing from an ID token", []string{"claim", "transaction", "client_id", "user_id"}, false},
		{"GET /_mock/transactions/{id}", client(s.showTransaction), "What an application may know of the login that gave it its tokens", nil, true},
		{"GET /_mock/transactions/{id}/why", client(s.whyMissing), "Why a claim is missing from the application's own ID token", []string{"claim"}, true},
		{"GET /api/openapi.json", admin(s.openAPI), "This description", nil, false},
	}
}

// operation is one method of one address, for the description.
type operation struct {
	pattern, summary string
	query            []string
	body             bool
	status           int
	security         string // a name of securitySchemes
	scopes           []string
}

// operations are all that programs may call besides the protocol's endpoints, which
// have a description of their own (OpenID Connect Discovery).
func (s *Server) operations() []operation {
	var list []operation
	for _, r := range management.Routes() {
		method, _, _ := strings.Cut(r.Pattern, " ")
		list = append(list, operation{pattern: r.Pattern, body: method == "POST" || method == "PATCH" || method == "PUT", status: r.Status, security: "management", scopes: r.Scopes,
			summary: "As in Auth0's Management API v2. The token needs one of: " + strings.Join(r.Scopes, ", ")})
	}
	for _, m := range s.mockRoutes() {
		o := operation{pattern: m.pattern, summary: m.summary, query: m.query, status: http.StatusOK, security: "admin"}
		if m.client {
			o.security = "application"
		}
		list = append(list, o)
	}
	if s.cfg.Outbox == nil {
		return list
	}
	for _, r := range outbox.Routes() {
		o := operation{pattern: r.Pattern, summary: r.Summary, query: r.Query, body: r.Body, status: http.StatusOK, security: "admin"}
		if strings.HasPrefix(r.Pattern, "DELETE ") {
			o.status = http.StatusNoContent
		}
		list = append(list, o)
	}
	return list
}

// openAPI answers GET /api/openapi.json (OpenAPI 3.1.0). It is made of the tables
// that the server routes by, so that it can't say anything else. Bodies are not
// described: those of the Management API are Auth0's.
func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) {
	paths := map[string]map[string]any{}
	for _, o := range s.operations() {
		method, path, _ := strings.Cut(o.pattern, " ")
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(method)] = o.describe(method, path)
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "mockidp", "version": s.cfg.Version + "-mock",
			"description": "A mock identity provider, for testing only. /api/v2/ has the paths and shapes of Auth0's Management API v2; /_mock/ is this mock's own."},
		"servers": []any{map[string]any{"url": strings.TrimSuffix(s.cfg.Issuer, "/")}},
		"paths":   paths,
		"components": map[string]any{"securitySchemes": map[string]any{
			"management":  map[string]any{"type": "oauth2", "flows": map[string]any{"clientCredentials": map[string]any{"tokenUrl": s.cfg.Issuer + "oauth/token", "scopes": managementScopes()}}},
			"admin":       map[string]any{"type": "http", "scheme": "bearer", "description": "The admin token; without one, requests from this machine need nothing."},
			"application": map[string]any{"type": "http", "scheme": "basic", "description": "The application's id and secret, as at the token endpoint."},
		}},
	})
}

func managementScopes() map[string]string {
	scopes := map[string]string{}
	for _, scope := range management.Scopes() {
		scopes[scope] = ""
	}
	return scopes
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// describe is the operation as an Operation Object.
func (o *operation) describe(method, path string) map[string]any {
	text := map[string]any{"type": "string"}
	parameters := []any{}
	for _, m := range pathParameter.FindAllStringSubmatch(path, -1) {
		parameters = append(parameters, map[string]any{"name": m[1], "in": "path", "required": true, "schema": text})
	}
	for _, name := range o.query {
		parameters = append(parameters, map[string]any{"name": name, "in": "query", "schema": text})
	}
	good := map[string]any{"description": http.StatusText(o.status)}
	anything := map[string]any{"application/json": map[string]any{"schema": map[string]any{}}}
	if o.status != http.StatusNoContent {
		good["content"] = anything
	}
	d := map[string]any{
		"operationId": strings.ToLower(method) + strings.NewReplacer("/", "_", "{", "", "}", "", "-", "_", ".", "_").Replace(path),
		"summary":     o.summary, "parameters": parameters,
		"responses": map[string]any{strconv.Itoa(o.status): good, "default": map[string]any{"description": "What went wrong", "content": anything}},
		"security":  []any{map[string]any{o.security: []string{}}},
	}
	if len(o.scopes) > 0 { // one of them is enough
		var choices []any
		for _, scope := range o.scopes {
			choices = append(choices, map[string]any{o.security: []string{scope}})
		}
		d["security"] = choices
	}
	if o.body {
		d["requestBody"] = map[string]any{"content": anything}
	}
	return d
}
