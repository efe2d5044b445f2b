package provider

import "net/http"

// Scopes with a meaning of their own (OIDC Core 3.1.2.1, 5.4 and 11). Others are
// granted as asked: they belong to the API that the audience names.
const (
	scopeOpenID  = "openid"
	scopeProfile = "profile"
	scopeEmail   = "email"
	scopeOffline = "offline_access"
)

// discoveryDocument is the metadata of OpenID Connect Discovery 1.0 section 3,
// RFC 8414 section 2 and RFC 9207 section 3. It never changes while the Provider lives.
func (p *Provider) discoveryDocument() []byte {
	d := newObject(2 << 10)
	d.str("issuer", p.cfg.Issuer)
	d.str("authorization_endpoint", p.base+"/authorize")
	d.str("token_endpoint", p.base+"/oauth/token")
	d.str("userinfo_endpoint", p.base+"/userinfo")
	d.str("jwks_uri", p.base+"/.well-known/jwks.json")
	d.str("end_session_endpoint", p.base+"/oidc/logout")
	d.str("revocation_endpoint", p.base+"/oauth/revoke")
	d.str("introspection_endpoint", p.base+"/oauth/introspect")
	d.list("scopes_supported", scopeOpenID, scopeProfile, scopeEmail, scopeOffline)
	d.list("response_types_supported", "code", "id_token", "code id_token")
	d.list("response_modes_supported", modeQuery, modeFragment, modeFormPost)
	grants := []string{grantCode, grantRefresh, "implicit", grantClient}
	if p.cfg.CheckPassword != nil {
		grants = append(grants, grantPassword, grantPasswordRealm)
	}
	d.list("grant_types_supported", grants...)
	d.list("subject_types_supported", "public")
	d.list("id_token_signing_alg_values_supported", rs256, es256)
	d.list("token_endpoint_auth_methods_supported", "client_secret_basic", "client_secret_post", "none")
	d.list("revocation_endpoint_auth_methods_supported", "client_secret_basic", "client_secret_post", "none")
	d.list("introspection_endpoint_auth_methods_supported", "client_secret_basic", "client_secret_post")
	d.list("code_challenge_methods_supported", "S256") // plain would protect nothing (RFC 9700 section 2.1.1)
	d.list("acr_values_supported", acrMultiFactor)
	d.list("claims_supported", "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "sid", "acr", "amr", "at_hash", "c_hash", "org_id", "org_name",
		"name", "given_name", "family_name", "nickname", "picture", "updated_at", "email", "email_verified")
	d.boolean("claims_parameter_supported", true)
	d.boolean("request_parameter_supported", false)
	d.boolean("request_uri_parameter_supported", false) // absent would mean true
	d.boolean("backchannel_logout_supported", p.cfg.SendLogoutToken != nil)
	d.boolean("backchannel_logout_session_supported", p.cfg.SendLogoutToken != nil)
	d.boolean("authorization_response_iss_parameter_supported", true)
	d.str("mockidp_version", p.cfg.Version) // not standard: tells that this is a mock
	return d.bytes()
}

func (p *Provider) serveDiscovery(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=15")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(p.discovery)
	return nil
}
