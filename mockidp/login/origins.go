package login

import (
	"net/http"
	"net/netip"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// origins is the picker "Where are you logging in from?".
type origins struct {
	Real    string // label of the real address
	Options *options
	Picked  string // value of the entry that is selected
	Other   string // text in the field of a typed address
	Source  string // name of the location database
}

// How the last choice is kept in the browser: an address of the picker, or one of these.
const (
	rememberedReal  = "real"
	rememberedOther = "other-" // and the typed address
)

// origins builds the picker. What was posted stays; else the browser's last
// choice is made again; else it is the first city, so that the very first login
// has one.
func (l *Login) origins(r *http.Request, peer netip.Addr, f *form) (*origins, error) {
	places := l.cfg.Locations()
	opts, err := l.optionsOf(r.Context(), places)
	if err != nil {
		return nil, err
	}
	o := &origins{Real: l.realLabel(peer), Options: opts, Source: l.cfg.LocationSource()}
	switch {
	case f != nil:
		o.Picked, o.Other = f.ip, clip(f.ipOther, 200)
	case !o.recall(r, places):
		o.Picked = firstCity(places)
	}
	return o, nil
}

// realLabel says what the location database knows of the real address.
func (l *Login) realLabel(peer netip.Addr) string {
	return "My real address (" + peer.String() + " — " + placeText(l.cfg.Lookup(peer)) + ")"
}

func placeText(p store.Place) string {
	switch {
	case p.City != "" && p.CountryCode != "":
		return p.City + ", " + p.CountryCode
	case p.City != "":
		return p.City
	case p.Country != "":
		return p.Country
	}
	return "no location"
}

// firstCity is the value of the first location that is on offer for its city,
// or of the real address.
func firstCity(places []Location) string {
	for _, p := range places {
		if p.Group != SpecialGroup {
			return p.Addr.String()
		}
	}
	return realAddress
}

// recall selects the browser's last choice. It reports false when there is none,
// or when it was a place that the loaded database does not offer any more.
func (o *origins) recall(r *http.Request, places []Location) bool {
	cookie, err := r.Cookie(fromCookie)
	if err != nil {
		return false
	}
	if cookie.Value == rememberedReal {
		o.Picked = realAddress
		return true
	}
	text, typed := strings.CutPrefix(cookie.Value, rememberedOther)
	addr, complaint := parseAddress(text)
	if complaint != "" {
		return false
	}
	if typed {
		o.Picked, o.Other = otherAddress, addr.String()
		return true
	}
	for _, p := range places {
		if p.Addr == addr {
			o.Picked = addr.String()
			return true
		}
	}
	return false
}

// rememberFrom keeps the choice that led to a login in the browser. from is the
// address that it meant.
func (l *Login) rememberFrom(w http.ResponseWriter, f form, from netip.Addr) {
	value := from.String()
	switch f.ip {
	case realAddress:
		value = rememberedReal
	case otherAddress:
		value = rememberedOther + value
	}
	l.setCookie(w, fromCookie, value, fromLifetime)
}
