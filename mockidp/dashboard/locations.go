package dashboard

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"example.com/postlogin/mockidp/ui"
)

const locationsPath = "locations"

// locationsView is the login page's list of places, and a look into the database.
type locationsView struct {
	ui.Frame
	Self   string
	Source string
	Query  string
	Groups []locationGroup
	Total  int
	Found  int

	IP    string // that was looked up
	Wrong string
	GeoIP string // event.request.geoip as JSON; "" when nothing was looked up
	Empty bool   // the database knows nothing of it
	Curl  string
}

type locationGroup struct {
	Name string
	List []Location
}

// locations lists the places that fit the search, and looks ?ip= up.
func (d *Dashboard) locations(w http.ResponseWriter, r *http.Request) error {
	frame, err := d.frame(r, "Locations", locationsPath)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := locationsView{Frame: frame, Self: d.root + locationsPath, Source: d.cfg.Tools.LocationSource(), Query: strings.TrimSpace(q.Get("q")), IP: strings.TrimSpace(q.Get("ip"))}
	for _, l := range d.cfg.Tools.Locations() {
		v.Total++
		if !strings.Contains(strings.ToLower(l.Label+"\n"+l.Group+"\n"+l.Addr.String()), strings.ToLower(v.Query)) {
			continue
		}
		v.Found++
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Name != l.Group {
			v.Groups = append(v.Groups, locationGroup{Name: l.Group})
		}
		last := &v.Groups[len(v.Groups)-1]
		last.List = append(last.List, l)
	}
	status := http.StatusOK
	v.Curl = d.mockCurl("locations")
	if v.IP != "" {
		addr, err := netip.ParseAddr(v.IP)
		if err != nil || addr.Zone() != "" {
			v.Wrong, status = "This is no IP address. It looks like 192.0.2.1 or 2001:db8::1.", http.StatusBadRequest
		} else {
			text, err := d.cfg.Tools.GeoIP(addr)
			if err != nil {
				return err
			}
			v.Curl = d.mockCurl("locations?ip=" + addr.String())
			v.GeoIP, v.Empty = readable(string(text)), string(text) == "{}"
		}
	}
	return d.show(w, r, status, locationsPage(v))
}

// lookUp is the address of this page with ip looked up.
func (v *locationsView) lookUp(ip netip.Addr) string {
	return v.Self + "?" + url.Values{"ip": {ip.String()}}.Encode() + "#lookup"
}
