// Package geoip answers where an IP address is, in the words of Auth0's
// event.request.geoip, from a MaxMind DB file with city records.
//
// It owns the database: a small synthetic one compiled into the program, or
// the user's own file, which is checked before it is used and exchanged while
// the program runs. It also lists the addresses a login page can offer.
//
// It does not find out which address a request came from (package clientip),
// does not decide which address counts for a login (package mockidp), and
// keeps nothing about people.
//
// The built-in database places documentation addresses only (RFC 5737,
// RFC 3849): it says nothing about any real network. Its rows are in
// cities.go; after a change there, run go generate.
package geoip

//go:generate go run ./gen
