package actions

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// maxGuesses is how many names a warning offers.
const maxGuesses = 3

// userSlips are names, without case and underscores, that people write for what
// event.user has under another name, or what only the Management API's users
// have. Names that a connection may well give its users (roles, first_name, phone)
// are not among them: on the real service they may be there.
func userSlips() map[string][]string {
	return map[string][]string{
		"id": {"user_id"}, "sub": {"user_id"}, "uid": {"user_id"}, "auth0id": {"user_id"},
		"verified": {"email_verified"}, "isverified": {"email_verified"}, "isemailverified": {"email_verified"}, "verifiedemail": {"email_verified"},
		"metadata": {"app_metadata", "user_metadata"}, "identity": {"identities"},
		"loginscount": {"event.stats.logins_count"}, "logincount": {"event.stats.logins_count"}, "logins": {"event.stats.logins_count"},
		"lastip": {"event.request.ip"}, "lastlogin": nil, "lastloginat": nil,
	}
}

// userOwn are names of attributes that directories do give their users, and that
// are one letter from others.
func userOwn() []string { return []string{"mail", "emails"} }

// complain is the warning for an unknown member; "" when an open object may have it.
func (s *schema) complain(path, name string) string {
	guesses, slip := s.guesses(path, name)
	switch {
	case len(guesses) > 0:
		return fmt.Sprintf("%s.%s does not exist: did you mean %s?", path, name, either(guesses))
	case s.open && !slip || name == "hasOwnProperty" || name == "toString":
		return ""
	}
	return fmt.Sprintf("%s.%s does not exist", path, name)
}

// guesses are the names that were probably meant by an unknown member, the
// likeliest first: of members beside it, or whole paths. slip tells that the name
// is wrong also where there is nothing to offer.
func (s *schema) guesses(path, name string) (names []string, slip bool) {
	known := slices.Sorted(maps.Keys(s.members))
	for _, k := range known {
		if plain(k) == plain(name) {
			return []string{k}, true
		}
	}
	if s.slips != nil { // a user may have attributes of any name: only what is sure
		if names, slip = s.slips[plain(name)]; slip || slices.Contains(userOwn(), plain(name)) {
			return names, slip
		}
		names = nearestPlain(name, known)
		return slices.DeleteFunc(names, func(k string) bool { return distance(plain(k), plain(name)) > 1 }), false
	}
	// event.client.client_name is event.client.name.
	own := plain(path[strings.LastIndexByte(path, '.')+1:])
	for _, k := range known {
		if own+plain(k) == plain(name) {
			return []string{k}, false
		}
	}
	names = append(partsOf(known, name), s.inside(path, name)...)
	if root, _, below := strings.Cut(path, "."); below && root == "event" {
		event := eventSchema()
		for k := range event.members {
			if plain(k) == plain(name) {
				names = append(names, "event."+k)
			}
		}
		names = append(names, event.inside("event", name)...)
	}
	if len(names) == 0 {
		names = nearestPlain(name, known)
	}
	return names[:min(len(names), maxGuesses)], false
}

// inside looks for name one level deeper, in the objects that s has: event.email is
// event.user.email. Of several it takes those whose object the name begins with, as
// event.client_id is event.client.client_id; where that leaves more than two, none.
func (s *schema) inside(path, name string) (paths []string) {
	var begun []string
	for _, object := range slices.Sorted(maps.Keys(s.members)) {
		inner := s.members[object]
		if inner == nil {
			continue
		}
		for _, member := range slices.Sorted(maps.Keys(inner.members)) {
			if plain(member) != plain(name) && plain(object+member) != plain(name) {
				continue
			}
			found := path + "." + object + "." + member
			if paths = append(paths, found); strings.HasPrefix(plain(name), plain(object)) {
				begun = append(begun, found)
			}
		}
	}
	if len(begun) > 0 {
		paths = begun
	}
	if len(paths) > 2 {
		return nil
	}
	return paths
}

// partsOf are the known names that name is a part of: their beginning (lat, city),
// or all of their words but one, in their order (zone of timeZone, setClaim of
// setCustomClaim). Of countryCode and countryCode3 it is the shorter.
func partsOf(known []string, name string) (found []string) {
	begin, few := plain(name), words(name)
	for _, k := range known {
		begins := len(begin) >= 3 && strings.HasPrefix(plain(k), begin)
		many := words(k)
		if !begins && (len(many) != len(few)+1 || !inOrder(few, many)) {
			continue
		}
		if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(k, f) }) { // known is sorted: f came first
			found = append(found, k)
		}
	}
	if len(found) > maxGuesses {
		return nil // none was meant more than the others
	}
	return found
}

// inOrder tells whether all of few stand in many, in their order.
func inOrder(few, many []string) bool {
	for _, w := range many {
		if len(few) > 0 && few[0] == w {
			few = few[1:]
		}
	}
	return len(few) == 0
}

// nearestPlain is the known name that name is a slip of the pen for, if there is one.
func nearestPlain(name string, known []string) []string {
	best := ""
	for _, k := range known {
		if similar(plain(k), plain(name)) && (best == "" || distance(plain(k), plain(name)) < distance(plain(best), plain(name))) {
			best = k
		}
	}
	if best == "" {
		return nil
	}
	return []string{best}
}

// either lists names as a question does: a, b or c.
func either(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// plain is a name without case and underscores, so that countryCode and
// country_code are the same.
func plain(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// words splits countryCode and country_code into country and code.
func words(name string) []string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(b.String(), func(r rune) bool { return r == '_' })
}
