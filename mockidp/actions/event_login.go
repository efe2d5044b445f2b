package actions

import (
	"encoding/json"
)

// Request describes the HTTP request that caused this run. After a redirect it
// is a new one.
type Request struct {
	IP        string            `json:"ip"`
	ASN       string            `json:"asn,omitempty"`
	Method    string            `json:"method"`
	Hostname  string            `json:"hostname,omitempty"` // no scheme, no port, no path
	Language  string            `json:"language,omitempty"` // the browser's first language, e.g. "en"
	UserAgent string            `json:"user_agent,omitempty"`
	Query     map[string]string `json:"query"` // every parameter of /authorize, custom ones included
	Body      map[string]string `json:"body"`  // token endpoint and POSTs; else empty
	GeoIP     GeoIP             `json:"geoip"` // always an object, {} when the address is unknown
}

// GeoIP is the place of the request's address. All members may be absent.
type GeoIP struct {
	CityName        string   `json:"cityName,omitempty"`
	ContinentCode   string   `json:"continentCode,omitempty"`
	CountryCode     string   `json:"countryCode,omitempty"`  // ISO 3166-1 alpha-2
	CountryCode3    string   `json:"countryCode3,omitempty"` // alpha-3
	CountryName     string   `json:"countryName,omitempty"`
	Latitude        *float64 `json:"latitude,omitempty"` // degrees
	Longitude       *float64 `json:"longitude,omitempty"`
	SubdivisionCode string   `json:"subdivisionCode,omitempty"`
	SubdivisionName string   `json:"subdivisionName,omitempty"`
	TimeZone        string   `json:"timeZone,omitempty"` // IANA name
}

// Authentication tells how the user proved who they are in this session.
type Authentication struct {
	Methods        []Method        `json:"methods"`
	RiskAssessment *RiskAssessment `json:"riskAssessment,omitempty"`
}

// Method is one completed authentication method: "pwd", "federated", "mfa", …
// or a URL recorded by an Action. Type is there for "mfa" only.
type Method struct {
	Name      string `json:"name"`
	Type      string `json:"type,omitempty"`
	URL       string `json:"url,omitempty"` // of recordMethod: Auth0's text says name, its sample reads url
	Timestamp Time   `json:"timestamp,omitzero"`
}

// RiskAssessment is Adaptive MFA's verdict. Confidence is "low", "medium",
// "high" or "neutral"; high means the user is trusted.
type RiskAssessment struct {
	Confidence   string          `json:"confidence"`
	Version      string          `json:"version"`
	Assessments  Assessments     `json:"assessments"`
	Supplemental json.RawMessage `json:"supplemental,omitempty"`
}

// Assessments are the single assessments behind the verdict.
type Assessments struct {
	UntrustedIP      *Assessment `json:"UntrustedIP,omitempty"`
	NewDevice        *Assessment `json:"NewDevice,omitempty"`
	ImpossibleTravel *Assessment `json:"ImpossibleTravel,omitempty"`
	AgentDetection   *Assessment `json:"AgentDetection,omitempty"`
}

// Assessment is one assessment: its confidence, a code that gives the reason,
// and details that depend on which assessment it is.
type Assessment struct {
	Confidence string            `json:"confidence"`
	Code       string            `json:"code"`
	Details    map[string]string `json:"details,omitempty"`
}

// Session is the user's session with the identity provider.
type Session struct {
	ID               string            `json:"id"`
	UserID           string            `json:"user_id,omitempty"`
	CreatedAt        Time              `json:"created_at,omitzero"`
	UpdatedAt        Time              `json:"updated_at,omitzero"`
	AuthenticatedAt  Time              `json:"authenticated_at,omitzero"`
	ExpiresAt        Time              `json:"expires_at,omitzero"`
	IdleExpiresAt    Time              `json:"idle_expires_at,omitzero"`
	LastInteractedAt Time              `json:"last_interacted_at,omitzero"`
	Clients          []SessionClient   `json:"clients"`
	Device           *Device           `json:"device,omitempty"`
	Cookie           *SessionCookie    `json:"cookie,omitempty"`
	Metadata         map[string]string `json:"metadata"`
	Actor            json.RawMessage   `json:"actor,omitempty"`
	SessionTransfer  *SessionTransfer  `json:"session_transfer,omitempty"`
}

// SessionClient is an application that the session was used with.
type SessionClient struct {
	ClientID string `json:"client_id"`
}

// SessionCookie tells whether the session's cookie outlives the browser:
// "persistent" or "non-persistent".
type SessionCookie struct {
	Mode string `json:"mode"`
}

// SessionTransfer names the refresh token a session was made from.
type SessionTransfer struct {
	ParentRefreshToken json.RawMessage `json:"parent_refresh_token,omitempty"`
}

// Device is where a session or refresh token was first and last used.
type Device struct {
	InitialIP        string `json:"initial_ip,omitempty"`
	LastIP           string `json:"last_ip,omitempty"`
	InitialASN       string `json:"initial_asn,omitempty"`
	LastASN          string `json:"last_asn,omitempty"`
	InitialUserAgent string `json:"initial_user_agent,omitempty"`
	LastUserAgent    string `json:"last_user_agent,omitempty"`
}

// RefreshToken is the token being exchanged.
type RefreshToken struct {
	ID              string                `json:"id"`
	UserID          string                `json:"user_id"`
	ClientID        string                `json:"client_id"`
	SessionID       string                `json:"session_id,omitempty"`
	CreatedAt       Time                  `json:"created_at,omitzero"`
	ExpiresAt       Time                  `json:"expires_at,omitzero"`
	IdleExpiresAt   Time                  `json:"idle_expires_at,omitzero"`
	LastExchangedAt Time                  `json:"last_exchanged_at,omitzero"` // absent before the first exchange
	Rotating        bool                  `json:"rotating"`
	Access          string                `json:"access,omitempty"` // "offline" or "online"
	ResourceServers []TokenResourceServer `json:"resource_servers"`
	Device          *Device               `json:"device,omitempty"`
	Metadata        map[string]string     `json:"metadata"`
}

// TokenResourceServer is an audience of a refresh token.
type TokenResourceServer struct {
	Audience string `json:"audience"`
	Scopes   string `json:"scopes"`
}

// SessionTransferToken carries a session from a native application to the web.
type SessionTransferToken struct {
	ClientID string   `json:"client_id"`
	Scope    []string `json:"scope"`
	Request  struct {
		IP        string `json:"ip"`
		ASN       string `json:"asn,omitempty"`
		UserAgent string `json:"user_agent,omitempty"`
		GeoIP     *GeoIP `json:"geoip,omitempty"`
	} `json:"request"`
}

// Transaction is the OAuth transaction: what /authorize or /oauth/token was
// asked for. Protocol is "oidc-basic-profile" for the code flow, "oidc-implicit-profile",
// "oidc-hybrid-profile", "oauth2-refresh-token", "oauth2-password", …
type Transaction struct {
	ID                            string          `json:"id,omitempty"`
	ACRValues                     []string        `json:"acr_values"`
	UILocales                     []string        `json:"ui_locales"`
	RequestedScopes               []string        `json:"requested_scopes"`
	Prompt                        []string        `json:"prompt"`
	Locale                        string          `json:"locale,omitempty"`
	LoginHint                     string          `json:"login_hint,omitempty"`
	RedirectURI                   string          `json:"redirect_uri,omitempty"`
	State                         string          `json:"state,omitempty"`
	CorrelationID                 string          `json:"correlation_id,omitempty"`
	LinkingID                     string          `json:"linking_id,omitempty"`
	ResponseMode                  string          `json:"response_mode,omitempty"`
	ResponseType                  []string        `json:"response_type"`
	Protocol                      string          `json:"protocol,omitempty"`
	RequestedAuthorizationDetails json.RawMessage `json:"requested_authorization_details,omitempty"`
	Metadata                      json.RawMessage `json:"metadata"` // a JSON object of strings, numbers, booleans
	Actor                         json.RawMessage `json:"actor,omitempty"`
	ActorTokenType                string          `json:"actor_token_type,omitempty"`
	SubjectTokenType              string          `json:"subject_token_type,omitempty"`
}
