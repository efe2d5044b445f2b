package outbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"example.com/postlogin/mockidp/store"
)

// What follows is for pages that show the outbox to people; see Handler for programs.

// WithoutSecrets is a copy of r without the credentials in it, as far as they are
// recognised: what a page may show to others in the room.
func WithoutSecrets(r *store.Outgoing) *store.Outgoing { return redacted(r) }

// AddRule adds the rule that text describes, in the form that POST
// /_mock/outbox/rules takes. wrong says what is wrong with it, for people.
func (o *Outbox) AddRule(ctx context.Context, text []byte) (wrong string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/_mock/outbox/rules", strings.NewReader(string(text)))
	if err != nil {
		return "", err
	}
	_, err = o.postRule(r)
	if p, ok := errors.AsType[*problem](err); ok {
		return p.message, nil
	}
	return "", err
}

// Allowed says in words which hosts are really called.
func (o *Outbox) Allowed() string {
	if len(o.allow) == 0 {
		return "Nothing leaves this machine: each request is kept here and answered 200 {}."
	}
	names := make([]string, 0, len(o.allow))
	for name := range o.allow {
		names = append(names, name)
	}
	slices.Sort(names)
	return fmt.Sprintf("Really called are %s. Every other request is kept here and answered 200 {}.", strings.Join(names, ", "))
}
