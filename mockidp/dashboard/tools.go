package dashboard

import (
	"context"
	"net/netip"

	"example.com/postlogin/mockidp/store"
)

// Tools are functions of other packages, which this one may not import. All are
// required.
type Tools struct {
	// WithoutSecrets is a copy of a request without the credentials in it.
	WithoutSecrets func(*store.Outgoing) *store.Outgoing
	// AddRule adds a rule to the outbox; wrong says for people what is wrong with it.
	// Its form is that of POST /_mock/outbox/rules.
	AddRule func(ctx context.Context, rule []byte) (wrong string, err error)
	Allowed string // which hosts Actions really reach, in words

	DefaultAlg        string // signs tokens of applications that name no algorithm
	RotateKey         func(ctx context.Context, alg string) error
	RemoveRetiredKeys func(ctx context.Context) error

	// Locations is the login page's list, LocationSource the database it is made from,
	// and GeoIP event.request.geoip of an address as JSON.
	Locations      func() []Location
	LocationSource func() string
	GeoIP          func(netip.Addr) ([]byte, error)
}

// Location is an address that the login page offers.
type Location struct {
	Group, Label string
	Addr         netip.Addr
}
