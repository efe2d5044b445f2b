package actions

import (
	"maps"
	"slices"
)

// EventPaths lists every member of the event that package actions knows, with
// its path: "event.request.geoip.cityName". Objects stand before their members.
// Members of free-form JSON (app_metadata) and of lists are not in it.
func EventPaths() []string { return eventSchema().paths("event", nil) }

func (s *schema) paths(path string, list []string) []string {
	for _, name := range slices.Sorted(maps.Keys(s.members)) {
		list = append(list, path+"."+name)
		if inner := s.members[name]; inner != nil {
			list = inner.paths(path+"."+name, list)
		}
	}
	return list
}

// APIMethod is a method of the api object.
type APIMethod struct {
	Name   string // "api.idToken.setCustomClaim"
	Params string // names of its parameters: "name, value"
	// Inert tells that the method can be called and does nothing here: those of
	// protocols that this provider does not speak.
	Inert bool
}

// APIMethods lists the methods of api from the table that the runtime itself is
// made of, in its order.
func APIMethods() []APIMethod {
	var list []APIMethod
	for _, g := range apiGroups() {
		for _, m := range g.methods {
			list = append(list, APIMethod{Name: "api." + g.name + "." + m.name, Params: m.params, Inert: g.name == "samlResponse"})
		}
	}
	return list
}
