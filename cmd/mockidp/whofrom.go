package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"example.com/postlogin/cmd/settings"
	"example.com/postlogin/mockidp/login"
	"example.com/postlogin/mockidp/store"
)

// userNamed finds a user by email; empty means the first of the seeded ones.
func userNamed(ctx context.Context, st *store.Store, email string) (*store.User, error) {
	if email == "" {
		email = defaultUser
	}
	u, err := st.UserByEmail(ctx, email)
	if !errors.Is(err, store.ErrNotFound) {
		return u, err
	}
	users, err := st.Users(ctx, 1000)
	if err != nil {
		return nil, err
	}
	var known []string
	for _, u := range users {
		known = append(known, u.Email)
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("no user %q: there are no users", email)
	}
	return nil, fmt.Errorf("no user %q: did you mean %s? There are %s", email, settings.Nearest(email, known), listed(known))
}

// addressOf is the address of a place: of one in the list of the login page, by
// its label or its city alone, or the address itself. Empty means the list's first.
func addressOf(places []login.Location, from string) (netip.Addr, error) {
	if from == "" && len(places) > 0 {
		return places[0].Addr, nil
	}
	if addr, err := netip.ParseAddr(from); err == nil {
		return addr, nil
	}
	labels := make([]string, len(places))
	near := map[string]string{} // what may be typed to the label that is meant
	for i, p := range places {
		city, _, _ := strings.Cut(p.Label, ",")
		if strings.EqualFold(p.Label, from) || strings.EqualFold(city, from) {
			return p.Addr, nil
		}
		labels[i] = p.Label
		near[strings.ToLower(p.Label)], near[strings.ToLower(city)] = p.Label, p.Label
	}
	if len(labels) == 0 {
		return netip.Addr{}, fmt.Errorf("no place %q: this location database offers none by name. Write an IP address", from)
	}
	meant := near[settings.Nearest(strings.ToLower(from), slices.Sorted(maps.Keys(near)))]
	return netip.Addr{}, fmt.Errorf("no place %q: did you mean %q? Write an IP address, or one of: %s", from, meant, listed(labels))
}

// listed is the beginning of a list, as long as one reads it.
func listed(names []string) string {
	const most = 60
	if len(names) > most {
		return strings.Join(names[:most], "; ") + " and others"
	}
	return strings.Join(names, "; ")
}
