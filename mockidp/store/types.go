package store

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// User is one account of the tenant.
type User struct {
	ID            string // "auth0|" and 24 hex digits; the ID token's sub
	Email         string // unique, compared without regard to case
	EmailVerified bool
	Name          string
	GivenName     string
	FamilyName    string
	Nickname      string
	Picture       string          // URL, or empty
	PasswordHash  string          // argon2id in PHC form; package login makes and checks it
	AppMetadata   json.RawMessage // a JSON object, never empty
	UserMetadata  json.RawMessage // a JSON object, never empty
	Blocked       bool
	LoginsCount   int64     // completed credential logins, blocked ones included (Auth0 user profile structure)
	LastLogin     time.Time // zero before the first login
	LastIP        string    // empty before the first login
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// Client is one application that may ask for logins (RFC 6749 section 2).
type Client struct {
	ID                     string
	Name                   string
	Secret                 string // readable on purpose: this provider is for tests and its dashboard shows it; empty for public clients
	RedirectURIs           []string
	PostLogoutRedirectURIs []string
	BackchannelLogoutURI   string // where it is told that a session has ended; empty: nowhere
	Native                 bool   // RFC 8252: the port of a loopback redirect URI may vary
	Alg                    string // signing algorithm of its tokens: "RS256" or "ES256"; empty means the provider's default
	Metadata               map[string]string
	IDTokenLifetime        time.Duration // zero: the provider's default
	AccessTokenLifetime    time.Duration
	RefreshTokenLifetime   time.Duration
	CreatedAt              time.Time
}

// Public reports whether the client can't keep a secret (RFC 6749 section 2.1).
func (c *Client) Public() bool { return c.Secret == "" }

// Method is one authentication method that a session has completed
// (event.authentication.methods; reference: Auth0 Actions event object).
type Method struct {
	Name      string    `json:"name"` // "pwd"
	Timestamp time.Time `json:"timestamp"`
	Type      string    `json:"type,omitempty"`
}

// Session is a sign-on session of one browser at the provider.
type Session struct {
	ID        string // public id, the sid claim; not a credential
	Hash      string // SHA-256 of the cookie's value, base64url; the cookie itself is never stored
	UserID    string
	AuthTime  time.Time // when the password was checked
	IP        netip.Addr
	Simulated bool // IP was chosen on the login page
	UserAgent string
	Methods   []Method
	Clients   []string // client ids that have logged in with it
	CreatedAt time.Time
	ExpiresAt time.Time

	IdleExpiresAt time.Time         // set by an Action; zero: as IdleEnd says
	UpdatedAt     time.Time         // zero: never changed
	LastUsedAt    time.Time         // the last authorization that was answered from it; zero: none after the login
	LastIP        netip.Addr        // of that authorization
	LastUserAgent string            // of that authorization
	CookieMode    string            // "persistent" (also when empty) or "non-persistent"
	Metadata      map[string]string // by api.session.setMetadata
}

// sessionIdle is how long a session lives without use: Auth0's default.
const sessionIdle = 3 * 24 * time.Hour

// IdleEnd is when the session ends unless it is used before: the time that an
// Action has set, or three days after the last use, and never after ExpiresAt.
func (ss *Session) IdleEnd() time.Time {
	end, last := ss.IdleExpiresAt, ss.AuthTime
	if ss.LastUsedAt.After(last) {
		last = ss.LastUsedAt
	}
	if end.IsZero() && !last.IsZero() {
		end = last.Add(sessionIdle)
	}
	if end.IsZero() || end.After(ss.ExpiresAt) {
		return ss.ExpiresAt
	}
	return end
}

// Request is a validated authorization request that waits for its browser:
// the transaction that provider and login share. It is deleted when it is answered.
type Request struct {
	ID           string // in the address of the login page
	BrowserHash  string // SHA-256 of the cookie that binds it to the browser that sent it, base64url
	ClientID     string
	RedirectURI  string
	ResponseType string // normalised: "code", "id_token" or "code id_token"
	ResponseMode string // "query", "fragment" or "form_post"
	Scope        string // as asked, space separated
	Audience     string
	Organization string // the id of the organization that the parameter named; empty: none
	State        string
	Nonce        string
	Challenge    string // PKCE S256 challenge, or empty
	Prompt       []string
	MaxAge       int64 // seconds; -1 when absent
	LoginHint    string
	HintSub      string // sub of a verified id_token_hint
	ACRValues    []string
	UILocales    []string
	Claims       map[string]map[string]json.RawMessage // the claims parameter (OIDC Core 5.5)
	Query        url.Values                            // every parameter as sent: event.request.query
	Method       string                                // HTTP method of the authorization request
	UserAgent    string
	Language     string // Accept-Language
	LoginID      string // set by CompleteLogin: the login that answered it
	LoginN       int64  // set by CompleteLogin: the user's count after that login
	SessionID    string // set by CompleteLogin: the session to answer from
	ErrorCode    string // set by RefuseRequest: answer with this OAuth error
	ErrorText    string
	Step         *Step // what the browser must do before the login goes on; nil: nothing
	CreatedAt    time.Time
	ExpiresAt    time.Time
}

// The kinds of [Step].
const (
	StepRedirect = "redirect" // a page of somebody else's, which comes back to /continue
	StepForm     = "form"     // a form of the login pages: /u/form
	StepMFA      = "mfa"      // second factor, challenge or enrolment: /u/mfa
)

// Step is what the person must do before a suspended login goes on. The flow
// that suspended itself keeps what it needs in State, which nobody else reads.
type Step struct {
	Kind   string          // StepRedirect, StepForm or StepMFA
	URL    string          // StepRedirect: where to, complete but for the parameter state
	Form   *FormStep       // StepForm
	MFA    *MFAStep        // StepMFA
	State  json.RawMessage // of the suspended flow
	Done   bool            // set by AnswerStep
	Answer json.RawMessage // set by AnswerStep: a form's fields, {"method":"otp",…} of a factor
	Method string          // StepRedirect, done: HTTP method of the request to /continue
	Query  url.Values      // its query
	Body   url.Values      // its form
}

// FormStep is a form to be shown: api.prompt.render.
type FormStep struct {
	ID     string
	Action string          // name of the Action that asks
	Fields json.RawMessage // JSON object: names and the values they are filled in with
	Vars   json.RawMessage // JSON object
}

// MFAStep is a second factor that is asked for. The page offers Factors in
// order of preference; types are Auth0's: "otp", "email", "phone",
// "push-notification", "recovery-code", "webauthn-roaming", "webauthn-platform".
type MFAStep struct {
	Enroll        bool     // the person enrols a factor; else one is challenged (and enrolled first when none is)
	Choose        bool     // the person picks one of Factors first
	Factors       []string // at least one
	AllowRemember bool     // offer "Remember this browser for 30 days"
	Action        string   // name of the Action that asked; empty for multifactor.enable
}

// Authenticator is a second factor that a user has enrolled.
type Authenticator struct {
	ID        string // "totp|…", "recovery|…": as Auth0's authenticators
	UserID    string
	Type      string // "otp", "email", "phone", "recovery-code", …
	Secret    string // TOTP: the shared secret, base32; recovery code: its hash; else empty
	Target    string // email address or phone number, if any
	LastStep  int64  // TOTP: the last time step accepted: a code works once (RFC 6238 section 5.2)
	CreatedAt time.Time
}

// TokenChanges change a refresh token: for the one being exchanged or for the
// one about to be issued. Zero members change nothing.
type TokenChanges struct {
	ExpiresAt     time.Time
	IdleExpiresAt time.Time
	Metadata      map[string]string // the whole of it; nil: unchanged
}

// SessionChanges change a session. Zero members change nothing.
type SessionChanges struct {
	UserID        string    // the session becomes this user's: api.authentication.setPrimaryUser
	ExpiresAt     time.Time // ends it earlier; a later time changes nothing
	IdleExpiresAt time.Time
	CookieMode    string            // "persistent" or "non-persistent"
	Metadata      map[string]string // the whole of it; nil: unchanged
	AddMethods    []Method          // completed in addition
}

// HasScope reports whether scope was asked for.
func (r *Request) HasScope(scope string) bool { return slices.Contains(strings.Fields(r.Scope), scope) }

// Place is what the location database said of an address; any field may be missing.
type Place struct {
	City        string   `json:"city,omitempty"`
	CountryCode string   `json:"country_code,omitempty"`
	Country     string   `json:"country,omitempty"`
	Latitude    *float64 `json:"latitude,omitempty"`
	Longitude   *float64 `json:"longitude,omitempty"`
}

// Login is one completed credential login.
type Login struct {
	ID        string
	UserID    string
	N         int64 // the user's login count after it: 1 for the first
	At        time.Time
	IP        netip.Addr
	Simulated bool // IP was chosen on the login page
	Place     Place
	UserAgent string
	ClientID  string
	Blocked   bool // the account was blocked: counted, but no session was made
}

// Grant is one completed authorization of one client. Its code and every
// token hang off it, so that revoking the row revokes them all.
type Grant struct {
	ID          string
	ClientID    string
	UserID      string
	SessionID   string // public session id; empty when there was no session
	RedirectURI string
	Scope       string // as granted
	Audience    string
	Nonce       string
	Challenge   string
	AuthTime    time.Time
	IP          netip.Addr // address that the login came from; refresh runs use it while it is simulated
	Simulated   bool
	IDClaims    Claims                                // custom claims of the ID token
	ATClaims    Claims                                // custom claims of the access token
	Claims      map[string]map[string]json.RawMessage // the claims parameter, for userinfo
	CodeHash    string                                // SHA-256 of the code, base64url; empty when no code was issued
	CodeExpires time.Time
	CreatedAt   time.Time

	ACR string   // acr claim: the context class a second factor gave; empty: absent
	AMR []string // amr claim: empty: absent

	RefreshExpires  time.Time         // no refresh token lives longer, by api.refreshToken.setExpiresAt; zero: only the client's lifetime counts
	RefreshIdle     time.Time         // the same, by setIdleExpiresAt: stays until it is set again
	RefreshMetadata map[string]string // by api.refreshToken.setMetadata
	LastExchangedAt time.Time         // zero before the first exchange
	UserAgent       string            // of the authorization; its address is IP
	LastIP          netip.Addr        // of the last exchange
	LastUserAgent   string            // of the last exchange

	OrganizationID   string // of the login; empty: none
	OrganizationName string

	TransactionID string // of the run that gave the claims: event.transaction.id; empty: no Action ran

	Redeemed bool // read only: the code was used
	Revoked  bool // read only
}

// HasScope reports whether scope was granted.
func (g *Grant) HasScope(scope string) bool { return slices.Contains(strings.Fields(g.Scope), scope) }

// Token kinds.
const (
	AccessToken  = "access"
	RefreshToken = "refresh"
)

// Token is an access or a refresh token; only its hash is kept.
type Token struct {
	Hash      string // SHA-256, base64url
	Kind      string // AccessToken or RefreshToken
	GrantID   string
	Scope     string
	CreatedAt time.Time
	ExpiresAt time.Time

	Used    bool // read only: a refresh token that was exchanged
	Revoked bool // read only
}

// Key is a signing key of the tenant.
type Key struct {
	ID        string // kid: RFC 7638 thumbprint
	Alg       string // "RS256" or "ES256"
	PKCS8     []byte // private key, DER
	CreatedAt time.Time
	RetiredAt time.Time // zero while it signs; a retired key is still published
}

// Action is a piece of JavaScript of the tenant: its draft and, once deployed, a version.
type Action struct {
	ID              string // UUID form
	Name            string // unique
	Trigger         string // "post-login"
	Runtime         string // label only: "node18", "node22"
	Code            string // the draft
	Secrets         map[string]string
	Dependencies    []Dependency // as declared; what require finds is up to package actions
	DeployedVersion int          // 0: never deployed
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// Version is an immutable deployed snapshot of an Action.
type Version struct {
	ActionID string
	Name     string // the Action's name
	Number   int    // 1, 2, …
	Runtime  string
	Code     string
	Secrets  map[string]string

	Dependencies []Dependency
	CreatedAt    time.Time
}

// Dependency is an npm package that an Action declares.
type Dependency struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Run is the record of one run of the login flow's Actions: the log's row.
type Run struct {
	Seq      int64  // read only: order of arrival; filled by RunsAfter alone
	ID       string // the transaction id, event.transaction.id
	Kind     string // "login", "sso", "silent", "refresh" or "password"
	UserID   string
	ClientID string
	LoginID  string // empty when no credentials were checked
	At       time.Time
	Outcome  string          // "ok", "denied", "failed", or "suspended": it waits for the person
	Record   json.RawMessage // what package mockidp writes: event, Actions, console, commands
}

// MetadataPatch is what a login's Actions asked to change: top-level keys, JSON null deletes.
type MetadataPatch struct {
	App  map[string]json.RawMessage
	User map[string]json.RawMessage
}
