package login

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/postlogin/mockidp/store"
)

const (
	// maxCards is the largest number of users that get a card each; more become
	// the lines of a select box, where typing a name finds it.
	maxCards = 8
	// maxListed is the largest number of users on the page. Others type their address.
	maxListed = 200
)

// person is one user on the page.
type person struct {
	Name     string
	Email    string
	Initials string
	Facts    string // "3 logins · premium"
}

// Cards reports whether each person gets a card. Without anybody to pick, the
// page has the field for an address and nothing else.
func (v *view) Cards() bool { return len(v.People) > 0 && len(v.People) <= maxCards }

// setPeople lists users and selects the one to start with: the posted one, else
// the one that the app asks for, else the first one who may log in.
func (v *view) setPeople(users []*store.User, req *store.Request, f *form) {
	if v.Partial = len(users) > maxListed; v.Partial {
		users = users[:maxListed]
	}
	v.People = make([]person, len(users))
	for i, u := range users {
		name := u.Name
		if name == "" {
			name = u.Email
		}
		v.People[i] = person{Name: clip(name, 200), Email: u.Email, Initials: initials(name), Facts: facts(u)}
	}
	var typed string
	i := -1
	switch {
	case f != nil:
		typed = f.who()
		i = slices.IndexFunc(users, func(u *store.User) bool { return f.user != "" && strings.EqualFold(u.Email, f.user) })
	case req.HintSub != "": // OIDC Core 3.1.2.1, id_token_hint
		i = slices.IndexFunc(users, func(u *store.User) bool { return u.ID == req.HintSub })
	case req.LoginHint != "": // OIDC Core 3.1.2.1, login_hint
		typed = req.LoginHint
		i = slices.IndexFunc(users, func(u *store.User) bool { return strings.EqualFold(u.Email, typed) })
	default:
		i = slices.IndexFunc(users, func(u *store.User) bool { return !u.Blocked })
	}
	if i >= 0 {
		v.Picked = users[i].Email
	} else {
		v.Email = clip(typed, maxEmailBytes)
	}
}

// facts is what tells users apart on the page: "3 logins · premium".
func facts(u *store.User) string {
	parts := make([]string, 0, 3)
	switch {
	case u.LoginsCount == 0 && u.Blocked: // says enough
	case u.LoginsCount == 0:
		parts = append(parts, "never logged in")
	case u.LoginsCount == 1:
		parts = append(parts, "1 login")
	default:
		parts = append(parts, strconv.FormatInt(u.LoginsCount, 10)+" logins")
	}
	var meta struct {
		Subscription string `json:"subscription"`
	}
	// app_metadata is whatever Actions have put there; another type shows nothing.
	if len(u.AppMetadata) > len("{}") && json.Unmarshal(u.AppMetadata, &meta) == nil && meta.Subscription != "" {
		parts = append(parts, clip(meta.Subscription, 40))
	}
	if u.Blocked {
		parts = append(parts, "blocked account")
	}
	return strings.Join(parts, " · ")
}

// initials is the first letter of the first and of the last word of name.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) })
	if len(words) == 0 {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(words[0])
	s := string(unicode.ToUpper(first))
	if len(words) > 1 {
		last, _ := utf8.DecodeRuneInString(words[len(words)-1])
		s += string(unicode.ToUpper(last))
	}
	return s
}
