package actions_test

import (
	"slices"
	"testing"

	"example.com/postlogin/mockidp/actions"
)

func TestReference(t *testing.T) {
	paths := actions.EventPaths()
	for _, want := range []string{"event.stats.logins_count", "event.request.geoip.cityName", "event.user.app_metadata", "event.secrets", "event.request"} {
		if !slices.Contains(paths, want) {
			t.Errorf("EventPaths lacks %s", want)
		}
	}
	if slices.Index(paths, "event.request") > slices.Index(paths, "event.request.geoip") {
		t.Error("an object stands after its members")
	}
	methods := actions.APIMethods()
	i := slices.IndexFunc(methods, func(m actions.APIMethod) bool { return m.Name == "api.idToken.setCustomClaim" })
	if i < 0 || methods[i].Params != "name, value" || methods[i].Inert {
		t.Errorf("APIMethods: %+v", methods)
	}
}
