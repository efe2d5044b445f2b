package mockidp

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"

	"example.com/postlogin/mockidp/dashboard"
	"example.com/postlogin/mockidp/outbox"
)

// tools are what the dashboard's pages of outbox, keys and locations work with.
func (s *Server) tools() dashboard.Tools {
	t := dashboard.Tools{
		WithoutSecrets: outbox.WithoutSecrets,
		AddRule:        func(context.Context, []byte) (string, error) { return "This provider has no outbox.", nil },
		Allowed:        "This provider has no outbox.",
		DefaultAlg:     cmp.Or(s.cfg.DefaultAlg, "RS256"),
		RotateKey:      s.RotateKey, RemoveRetiredKeys: s.provider.RemoveRetiredKeys,
		LocationSource: s.locationSource,
		Locations: func() []dashboard.Location {
			var list []dashboard.Location
			for _, l := range s.Locations() {
				list = append(list, dashboard.Location{Group: l.Group, Label: l.Label, Addr: l.Addr})
			}
			return list
		},
		GeoIP: func(a netip.Addr) ([]byte, error) { return json.MarshalIndent(s.lookup(a), "", "  ") },
	}
	if o := s.cfg.Outbox; o != nil {
		t.AddRule, t.Allowed = o.AddRule, o.Allowed()
	}
	return t
}

// listLocations answers GET /_mock/locations: the login page's list, or with ?ip= what
// the database says of that address, as event.request.geoip has it.
func (s *Server) listLocations(w http.ResponseWriter, r *http.Request) {
	if text := r.FormValue("ip"); text != "" {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_query", "message": "ip: expected an address like 192.0.2.1, got " + strconv.Quote(text)})
			return
		}
		writeJSON(w, http.StatusOK, s.lookup(addr))
		return
	}
	type location struct {
		Group string     `json:"group"`
		Label string     `json:"label"`
		IP    netip.Addr `json:"ip"`
	}
	list := []location{}
	for _, l := range s.Locations() {
		list = append(list, location{l.Group, l.Label, l.Addr})
	}
	writeJSON(w, http.StatusOK, list)
}
