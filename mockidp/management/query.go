package management

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The language of q is Lucene's (Auth0: "User Search Query Syntax"). Understood
// are field:value, field:"value", field:begin*, and bare words, joined by AND
// or by OR, each with NOT before it. Everything else is refused: a filter that
// means something else than it says would be worse.

// fields gives the values of a field; ok is false when there is no such field.
type fields[T any] func(item T, field string) (values []string, ok bool)

// term is one condition of a query. Without a field it looks at all of them.
type term struct {
	field, value string
	begin, not   bool
}

// matching returns the items that q picks.
func matching[T any](q string, items []T, get fields[T]) ([]T, error) {
	terms, all, err := parseQuery(q)
	if err != nil {
		return nil, err
	}
	var found []T
	for _, item := range items {
		hits := 0
		for _, t := range terms {
			values, ok := get(item, t.field)
			if !ok {
				return nil, badQuery("Searching by %s is not supported here' on property 'q", t.field)
			}
			if t.matches(values) != t.not {
				hits++
			}
		}
		if hits == len(terms) || hits > 0 && !all {
			found = append(found, item)
		}
	}
	return found, nil
}

// matches ignores case, as Auth0's search does for most fields.
func (t term) matches(values []string) bool {
	for _, v := range values {
		v := strings.ToLower(v)
		if v == t.value || t.begin && strings.HasPrefix(v, t.value) {
			return true
		}
	}
	return false
}

// parseQuery returns the conditions and whether all of them must hold.
func parseQuery(q string) (terms []term, all bool, err error) {
	all = true
	joined := ""
	not := false
	for rest := strings.TrimSpace(q); rest != ""; rest = strings.TrimSpace(rest) {
		word, tail, err := nextWord(rest)
		if err != nil {
			return nil, false, err
		}
		rest = tail
		switch word {
		case "AND", "OR":
			if joined != "" && joined != word {
				return nil, false, badQuery("AND and OR can not be mixed here' on property 'q")
			}
			joined, all = word, word == "AND"
			continue
		case "NOT":
			not = true
			continue
		}
		t, err := parseTerm(word)
		if err != nil {
			return nil, false, err
		}
		t.not, not = not, false
		terms = append(terms, t)
	}
	if joined == "" && len(terms) > 1 {
		all = false // Lucene: words without AND between them are joined by OR
	}
	return terms, all, nil
}

// nextWord cuts off the next word, in which a space within quotes is no end.
func nextWord(s string) (word, rest string, err error) {
	quoted := false
	for i, c := range s {
		switch {
		case c == '"' && (i == 0 || s[i-1] != '\\'):
			quoted = !quoted
		case c == ' ' && !quoted:
			return s[:i], s[i:], nil
		case strings.ContainsRune("()[]{}~^", c) && !quoted:
			return "", "", badQuery("%q is not supported here' on property 'q", string(c))
		case c == utf8.RuneError:
			return "", "", badQuery("Not UTF-8' on property 'q")
		}
	}
	if quoted {
		return "", "", badQuery("Missing closing quote' on property 'q")
	}
	return s, "", nil
}

func parseTerm(word string) (t term, err error) {
	if !strings.HasPrefix(word, `"`) {
		if field, value, ok := strings.Cut(word, ":"); ok {
			t.field, word = field, value
		}
	}
	switch {
	case strings.HasPrefix(word, `"`) && strings.HasSuffix(word, `"`) && len(word) > 1:
		word = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(word[1 : len(word)-1])
	case strings.HasSuffix(word, "*"):
		t.begin, word = true, strings.TrimSuffix(word, "*")
	}
	t.value = strings.ToLower(word)
	if !t.begin && t.value == "" || strings.ContainsAny(word, `"*?<>`) && t.begin {
		return t, badQuery("%s is not supported here' on property 'q", word)
	}
	return t, nil
}

// userSearch are the fields that users are searched by.
func userSearch(u *user, field string) ([]string, bool) {
	if field == "" {
		return []string{u.UserID, u.Email, u.Name, u.Nickname, u.GivenName, u.FamilyName}, true
	}
	if field == "logins_count" {
		return []string{strconv.FormatInt(u.LoginsCount, 10)}, true
	}
	if key, ok := userOrder()[field]; ok {
		return []string{key(u)}, true
	}
	for prefix, object := range map[string][]byte{"app_metadata.": u.AppMetadata, "user_metadata.": u.UserMetadata} {
		if path, ok := strings.CutPrefix(field, prefix); ok {
			return leaves(object, strings.Split(path, ".")), true
		}
	}
	switch field {
	case "email_verified":
		return []string{strconv.FormatBool(u.EmailVerified)}, true
	case "blocked":
		return []string{strconv.FormatBool(u.Blocked)}, true
	case "identities.connection", "identities.provider", "identities.user_id":
		var values []string
		for _, i := range u.Identities {
			values = append(values, map[string]string{"connection": i.Connection, "provider": i.Provider, "user_id": i.UserID}[strings.TrimPrefix(field, "identities.")])
		}
		return values, true
	}
	return nil, false
}

// userOrder are the fields that users are sorted by, as text whose order is theirs.
func userOrder() map[string]func(*user) string {
	return map[string]func(*user) string{
		"user_id": func(u *user) string { return u.UserID }, "email": func(u *user) string { return u.Email },
		"name": func(u *user) string { return u.Name }, "nickname": func(u *user) string { return u.Nickname },
		"given_name": func(u *user) string { return u.GivenName }, "family_name": func(u *user) string { return u.FamilyName },
		"created_at": func(u *user) string { return timeKey(u.CreatedAt) }, "updated_at": func(u *user) string { return timeKey(u.UpdatedAt) },
		"last_login": func(u *user) string {
			if u.LastLogin == nil {
				return ""
			}
			return timeKey(*u.LastLogin)
		},
		"logins_count": func(u *user) string { return fmt.Sprintf("%019d", u.LoginsCount) },
	}
}

func timeKey(s stamp) string { return time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z") }

// leaves are the values at path in a JSON object, as text; of an array each.
func leaves(text json.RawMessage, path []string) []string {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		var values []string
		for _, item := range list {
			values = append(values, leaves(item, path)...)
		}
		return values
	}
	if len(path) > 0 {
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil || members[path[0]] == nil {
			return nil
		}
		return leaves(members[path[0]], path[1:])
	}
	var s string
	if json.Unmarshal(text, &s) == nil {
		return []string{s}
	}
	return []string{string(text)} // a number or a boolean
}
