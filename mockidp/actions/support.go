package actions

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// support is how much of a member of event or api there is here. The tables of
// docs/actions.md are made of it.
type support struct {
	level string // "yes", "partly" or "no"
	note  string
}

func yes() support               { return support{level: "yes"} }
func partly(note string) support { return support{"partly", note} }
func no(note string) support     { return support{"no", note} }

// Member is a member of event or api, and how much of it there is.
type Member struct {
	Name    string // "event.request.geoip.cityName", "api.access.deny(reason)"
	Type    string // of an event's member, in JSON: "string", "array of objects"
	Support string // "yes", "partly" or "no"
	Note    string // what is different, when something is
}

// APIMembers are the methods of api, in the order of Auth0's documentation.
func APIMembers() []Member {
	var list []Member
	for _, g := range apiGroups() {
		for _, m := range g.methods {
			list = append(list, Member{"api." + g.name + "." + m.name + "(" + m.params + ")", "", m.does.level, m.does.note})
		}
	}
	return list
}

// EventMembers are the members of event in the order of their structs: all that
// the runtime can show an Action. What is below a member that is not supported
// is left out.
func EventMembers() []Member {
	notes := eventSupport()
	return eventMembers(reflect.TypeFor[Event](), "event", notes)
}

func eventMembers(t reflect.Type, path string, notes map[string]support) (list []Member) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		member := path + "." + name
		does := cmp.Or(notes[member], yes())
		what, inside, suffix := jsonType(t.Field(i).Type)
		list = append(list, Member{member, what, does.level, does.note})
		if inside != nil && does.level != "no" {
			list = append(list, eventMembers(inside, member+suffix, notes)...)
		}
	}
	return list
}

// jsonType names t in words. inside is the struct whose members are worth a row
// each, below the path with suffix.
func jsonType(t reflect.Type) (what string, inside reflect.Type, suffix string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		if t == reflect.TypeFor[Time]() {
			return "time", nil, ""
		}
		return "object", t, ""
	case reflect.Map:
		return "object", nil, ""
	case reflect.Slice:
		if t == reflect.TypeFor[json.RawMessage]() {
			return "JSON", nil, ""
		}
		elem, inside, _ := jsonType(t.Elem())
		return "array of " + elem + "s", inside, "[]"
	case reflect.Bool:
		return "boolean", nil, ""
	case reflect.Int64, reflect.Float64:
		return "number", nil, ""
	}
	return "string", nil, ""
}

// eventSupport has the members of event that are not all there. Every other
// member is what Auth0's documentation says.
func eventSupport() map[string]support {
	const asn = "location databases of cities don't have it"
	const exchange = "there is no token exchange"
	return map[string]support{
		"event.agent":             no("early access on Auth0"),
		"event.anonymous_session": no("early access on Auth0"),
		"event.authentication.riskAssessment": partly("always there, as with Adaptive MFA; worked out of the address, the browser's name and the login history. " +
			"The login page offers addresses that are not trusted"),
		"event.authentication.riskAssessment.assessments.AgentDetection":           no("early access on Auth0"),
		"event.authentication.riskAssessment.assessments.ImpossibleTravel.details": no("Auth0 has none there either"),
		"event.authentication.riskAssessment.supplemental":                         no("for tenants behind Akamai"),
		"event.client.refresh_token":                                               no("there are no multi-resource refresh tokens"),
		"event.client.external_client_id":                                          no("clients are created here"),
		"event.client.external_metadata_type":                                      no("clients are created here"),
		"event.configuration":                                                      partly("empty, as for every Action that was not installed from the marketplace"),
		"event.connection":                                                         partly("the one database connection"),
		"event.connection.metadata":                                                no("the connection has none"),
		"event.custom_domain":                                                      no("there are no custom domains"),
		"event.experiment":                                                         no("early access on Auth0"),
		"event.refresh_token.access":                                               partly("always offline"),
		"event.refresh_token.idle_expires_at":                                      partly("when an Action has set it"),
		"event.refresh_token.device.initial_asn":                                   no(asn),
		"event.refresh_token.device.last_asn":                                      no(asn),
		"event.request.asn":                                                        no(asn),
		"event.security_context":                                                   no("TLS fingerprints are taken at Auth0's edge"),
		"event.session.actor":                                                      no(exchange),
		"event.session.device.initial_asn":                                         no(asn),
		"event.session.device.last_asn":                                            no(asn),
		"event.session.session_transfer":                                           no("native to web single sign-on"),
		"event.session_transfer_token":                                             no("native to web single sign-on"),
		"event.tenant.id":                                                          partly("always mock"),
		"event.transaction.locale":                                                 partly("always en"),
		"event.transaction.linking_id":                                             no("no login links accounts by itself"),
		"event.transaction.actor":                                                  no(exchange),
		"event.transaction.actor_token_type":                                       no(exchange),
		"event.transaction.subject_token_type":                                     no(exchange),
		"event.user.username":                                                      no("users log in with an email address"),
		"event.user.phone_number":                                                  no("users log in with an email address"),
		"event.user.phone_verified":                                                no("users log in with an email address"),
		"event.user.last_password_reset":                                           no("there is no password reset"),
		"event.user.enrolledFactors[].options":                                     no("the factors here have none"),
	}
}

// Globals are the names that Actions find beside those of JavaScript itself.
func Globals() []string { return slices.Sorted(maps.Keys(preludeGlobals)) }

// Modules are Node's own modules that Actions may require, and the stand-ins for
// packages of npm that need the network.
func Modules() []string {
	names := slices.Collect(maps.Keys(preludeModules))
	slices.Sort(names)
	return names
}
