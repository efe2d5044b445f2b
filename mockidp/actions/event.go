package actions

import (
	"bytes"
	"encoding/json"
	"time"
)

// Event is the `event` argument of a post-login Action (Auth0: "Actions
// Triggers: post-login - Event Object"). Members that may be undefined there
// are pointers or omitted here when empty; members that code dereferences
// without a check are objects or arrays whatever the caller left out: see
// [Event.MarshalJSON].
//
// Each Action of a flow gets its own copy, as plain mutable JavaScript objects;
// writing to it changes nothing outside that Action.
type Event struct {
	Agent                *Agent                `json:"agent,omitempty"`
	AnonymousSession     *AnonymousSession     `json:"anonymous_session,omitempty"`
	Authentication       *Authentication       `json:"authentication,omitempty"`
	Authorization        *Authorization        `json:"authorization,omitempty"`
	Client               Client                `json:"client"`
	Configuration        map[string]string     `json:"configuration"`
	Connection           Connection            `json:"connection"`
	CustomDomain         *CustomDomain         `json:"custom_domain,omitempty"`
	Experiment           *Experiment           `json:"experiment,omitempty"`
	Organization         *Organization         `json:"organization,omitempty"`
	Prompt               *Prompt               `json:"prompt,omitempty"`
	RefreshToken         *RefreshToken         `json:"refresh_token,omitempty"` // only while a refresh token is exchanged
	Request              Request               `json:"request"`
	ResourceServer       *ResourceServer       `json:"resource_server,omitempty"` // nil without an audience
	Secrets              map[string]string     `json:"secrets"`                   // PostLogin sets it: each Action sees its own only
	SecurityContext      *SecurityContext      `json:"security_context,omitempty"`
	Session              *Session              `json:"session,omitempty"` // browser flows
	SessionTransferToken *SessionTransferToken `json:"session_transfer_token,omitempty"`
	Stats                Stats                 `json:"stats"`
	Tenant               Tenant                `json:"tenant"`
	Transaction          *Transaction          `json:"transaction,omitempty"`
	User                 User                  `json:"user"`

	// Directory is no member of the event: api.roles and api.groups answer from it.
	Directory Directory `json:"-"`
}

// Time is an instant as an event shows it: ISO 8601, UTC, milliseconds. The
// zero Time is left out of the event.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000Z"

// At makes a Time of t.
func At(t time.Time) Time { return Time{t} }

// MarshalJSON writes the instant as JavaScript's Date.prototype.toISOString does.
func (t Time) MarshalJSON() ([]byte, error) { return t.append(nil), nil }

func (t Time) append(b []byte) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, timeLayout)
	return append(b, '"')
}

// Agent is the AI agent linked to the application, when there is one.
type Agent struct {
	ID       string            `json:"agent_id"`
	Name     string            `json:"name"`
	Metadata map[string]string `json:"agent_metadata,omitempty"`
}

// AnonymousSession is the session a person had before logging in.
type AnonymousSession struct {
	UserID    string          `json:"user_id"`
	SessionID string          `json:"session_id"`
	CreatedAt Time            `json:"created_at,omitzero"`
	ExpiresAt Time            `json:"expires_at,omitzero"`
	Metadata  json.RawMessage `json:"metadata,omitempty"`
}

// Authorization lists the names (not the ids) of the user's roles.
type Authorization struct {
	Roles []string `json:"roles"`
}

// Client is the application that asks for the login.
type Client struct {
	ClientID             string              `json:"client_id"`
	Name                 string              `json:"name"`
	Metadata             map[string]string   `json:"metadata"`
	RefreshToken         *ClientRefreshToken `json:"refresh_token,omitempty"`
	ExternalClientID     string              `json:"external_client_id,omitempty"`
	ExternalMetadataType string              `json:"external_metadata_type,omitempty"`
}

// ClientRefreshToken tells which audiences a refresh token of the client may reach.
type ClientRefreshToken struct {
	Policies []RefreshTokenPolicy `json:"policies"`
}

// RefreshTokenPolicy is one audience of a multi-resource refresh token.
type RefreshTokenPolicy struct {
	Audience string   `json:"audience"`
	Scope    []string `json:"scope"`
}

// Connection is where the user comes from. A database connection has the
// strategy "auth0"; a social one has its own name as strategy.
type Connection struct {
	ID       string            `json:"id"`
	Name     string            `json:"name"`
	Strategy string            `json:"strategy"`
	Metadata map[string]string `json:"metadata,omitempty"`
}

// CustomDomain is the tenant's own domain, when the login came through it.
type CustomDomain struct {
	Domain   string            `json:"domain"`
	Metadata map[string]string `json:"domain_metadata"`
}

// Experiment is the variation that this login was drawn into.
type Experiment struct {
	ID                   string                     `json:"experiment_id"`
	VariationID          string                     `json:"variation_id"`
	VariationName        string                     `json:"variation_name"`
	VariationDescription string                     `json:"variation_description,omitempty"`
	Config               map[string]json.RawMessage `json:"config,omitempty"`
	IsControl            bool                       `json:"is_control"`
}

// Organization is the organization the transaction was started for.
type Organization struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	DisplayName string            `json:"display_name"`
	Metadata    map[string]string `json:"metadata"`
}

// Prompt is what a form collected; only on resumption.
type Prompt struct {
	ID     string          `json:"id"`
	Fields json.RawMessage `json:"fields,omitempty"`
	Vars   json.RawMessage `json:"vars,omitempty"`
}

// ResourceServer is the API named by the audience of the request.
type ResourceServer struct {
	Identifier string `json:"identifier"`
}

// SecurityContext holds TLS fingerprints, which only Auth0's edge can take.
type SecurityContext struct {
	JA3 string `json:"ja3,omitempty"`
	JA4 string `json:"ja4,omitempty"`
}

// Stats counts the user's logins, the one in progress included: the first
// login sees 1.
type Stats struct {
	LoginsCount int64 `json:"logins_count"`
}

// Tenant is the tenant's name.
type Tenant struct {
	ID string `json:"id"`
}

// MarshalJSON writes the event as an Action sees it, without the gaps that real
// Actions would fall into: geoip and all metadata are objects, roles, methods,
// identities and scope lists are arrays, also when the caller left them nil.
func (e *Event) MarshalJSON() ([]byte, error) {
	return e.AppendJSON(make([]byte, 0, usualEvent))
}

// complete returns a copy of e in which nothing that Actions rely on is null.
// It shares what it does not change.
func (e *Event) complete() Event {
	c := *e
	c.Client.Metadata = object(c.Client.Metadata)
	c.Configuration = object(c.Configuration)
	c.Secrets = object(c.Secrets)
	c.Request.Query = object(c.Request.Query)
	c.Request.Body = object(c.Request.Body)
	c.User.AppMetadata = rawObject(c.User.AppMetadata)
	c.User.UserMetadata = rawObject(c.User.UserMetadata)
	c.User.Identities = array(c.User.Identities)
	c.User.Multifactor = array(c.User.Multifactor)
	if e.Authentication != nil {
		a := *e.Authentication
		a.Methods = array(a.Methods)
		c.Authentication = &a
	}
	if e.Authorization != nil {
		c.Authorization = &Authorization{Roles: array(e.Authorization.Roles)}
	}
	if e.Organization != nil {
		o := *e.Organization
		o.Metadata = object(o.Metadata)
		c.Organization = &o
	}
	if e.Session != nil {
		s := *e.Session
		s.Clients = array(s.Clients)
		s.Metadata = object(s.Metadata)
		c.Session = &s
	}
	if e.RefreshToken != nil {
		t := *e.RefreshToken
		t.ResourceServers = array(t.ResourceServers)
		t.Metadata = object(t.Metadata)
		c.RefreshToken = &t
	}
	if e.Transaction != nil {
		t := *e.Transaction
		t.ACRValues = array(t.ACRValues)
		t.UILocales = array(t.UILocales)
		t.RequestedScopes = array(t.RequestedScopes)
		t.Prompt = array(t.Prompt)
		t.ResponseType = array(t.ResponseType)
		t.Metadata = rawObject(t.Metadata)
		c.Transaction = &t
	}
	return c
}

func object[M ~map[string]V, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}

func array[S ~[]T, T any](s S) S {
	if s == nil {
		return S{}
	}
	return s
}

// rawObject is m, or {} when m is empty or JSON null.
func rawObject(m json.RawMessage) json.RawMessage {
	if t := bytes.TrimSpace(m); len(t) == 0 || bytes.Equal(t, []byte("null")) {
		return json.RawMessage("{}")
	}
	return m
}
