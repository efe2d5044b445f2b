package actions

import (
	"encoding/json"
	"reflect"
	"strings"
)

// User is the person who logs in. It has no logins_count (see [Stats]), no
// password hash and no upstream tokens.
type User struct {
	UserID            string           `json:"user_id"`
	Email             string           `json:"email,omitempty"`
	EmailVerified     bool             `json:"email_verified"`
	Name              string           `json:"name,omitempty"`
	Nickname          string           `json:"nickname,omitempty"`
	GivenName         string           `json:"given_name,omitempty"`
	FamilyName        string           `json:"family_name,omitempty"`
	Picture           string           `json:"picture,omitempty"`
	Username          string           `json:"username,omitempty"`
	PhoneNumber       string           `json:"phone_number,omitempty"`
	PhoneVerified     *bool            `json:"phone_verified,omitempty"`
	CreatedAt         Time             `json:"created_at,omitzero"`
	UpdatedAt         Time             `json:"updated_at,omitzero"`
	LastPasswordReset Time             `json:"last_password_reset,omitzero"`
	AppMetadata       json.RawMessage  `json:"app_metadata"`  // a JSON object; empty means {}
	UserMetadata      json.RawMessage  `json:"user_metadata"` // a JSON object; empty means {}
	Identities        []Identity       `json:"identities"`
	Multifactor       []string         `json:"multifactor"` // enrolled providers
	EnrolledFactors   []EnrolledFactor `json:"enrolledFactors,omitempty"`

	// Attributes are further members of event.user, such as the groups or upn
	// of a federated user. A name that is a field above is ignored.
	Attributes map[string]json.RawMessage `json:"-"`
}

// Identity is one account of the user.
type Identity struct {
	Connection  string          `json:"connection"`
	Provider    string          `json:"provider"`
	UserID      string          `json:"user_id"`
	IsSocial    bool            `json:"isSocial"`
	ProfileData json.RawMessage `json:"profileData,omitempty"`
}

// EnrolledFactor is a second factor the user has.
type EnrolledFactor struct {
	Type    string          `json:"type"`
	Options json.RawMessage `json:"options,omitempty"`
}

// has tells whether w warns of a member that this user has, by an attribute of the
// user's own: who reads the text alone can't know of those.
func (u *User) has(w Warning) bool {
	for name := range u.Attributes {
		if strings.HasPrefix(w.Text, "event.user."+name+" does not exist") {
			return true
		}
	}
	return false
}

type plainUser User // without methods, so that JSON does not recurse

// MarshalJSON writes the user with its Attributes as members beside the rest.
func (u User) MarshalJSON() ([]byte, error) {
	return appendJSON(nil, reflect.ValueOf(&u).Elem())
}

// UnmarshalJSON reads what MarshalJSON writes: an unknown member becomes an Attribute.
func (u *User) UnmarshalJSON(b []byte) error {
	p := plainUser(*u)
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	known := userFields()
	for k, v := range all {
		if known[k] {
			continue
		}
		if p.Attributes == nil {
			p.Attributes = map[string]json.RawMessage{}
		}
		p.Attributes[k] = v
	}
	*u = User(p)
	return nil
}

// userFields are the JSON names of User's own fields.
func userFields() map[string]bool {
	t := reflect.TypeFor[User]()
	m := make(map[string]bool, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		m[name] = true
	}
	return m
}
