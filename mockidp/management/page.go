package management

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A page is which part of a list is asked for (Auth0: "Pagination").
type page struct {
	start, limit int
	number       int
	totals       bool
	checkpoint   bool // from and take instead of page and per_page
}

const (
	defaultPage = 50
	maxPage     = 100
)

func pageOf(q url.Values) (p page, err error) {
	if p.limit, err = number(q, "per_page", defaultPage, maxPage); err != nil {
		return p, err
	}
	if p.number, err = number(q, "page", 0, 1<<20); err != nil {
		return p, err
	}
	p.start = p.number * p.limit
	if p.totals, err = boolean(q, "include_totals"); err != nil {
		return p, err
	}
	if q.Has("take") || q.Has("from") {
		p.checkpoint = true
		if p.limit, err = number(q, "take", defaultPage, maxPage); err != nil {
			return p, err
		}
		p.start, err = number(q, "from", 0, 1<<30)
	}
	return p, err
}

// number is a whole number from 0, or from 1 where less than one makes no sense.
func number(q url.Values, name string, without, max int) (int, error) {
	text := q.Get(name)
	if text == "" {
		return without, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, badQuery("Expected type integer but found type string' on property '%s", name)
	}
	if n < 0 || n > max {
		return 0, badQuery("Value %d is out of range: expected 0 to %d' on property '%s", n, max, name)
	}
	if n == 0 && without > 0 {
		return without, nil
	}
	return n, nil
}

func boolean(q url.Values, name string) (bool, error) {
	switch text := q.Get(name); text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, badQuery("Expected type boolean but found type string' on property '%s", name)
	}
}

// cut is the page's part of items.
func cut[T any](p page, items []T) []T {
	start := min(p.start, len(items))
	return append([]T{}, items[start:min(start+p.limit, len(items))]...) // never null
}

// paged answers with the part of items that the request asks for: a bare array,
// or an object that has it as member name.
func paged[T any](r *http.Request, name string, items []T) (any, error) {
	p, err := pageOf(r.URL.Query())
	if err != nil {
		return nil, err
	}
	part := cut(p, items)
	switch {
	case p.checkpoint:
		body := map[string]any{name: part}
		if next := p.start + len(part); next < len(items) {
			body["next"] = strconv.Itoa(next)
		}
		return body, nil
	case p.totals:
		return map[string]any{name: part, "start": p.start, "limit": p.limit, "length": len(part), "total": len(items)}, nil
	}
	return part, nil
}

// pagedAction is paged for the endpoints below /actions, which always count.
func pagedAction[T any](r *http.Request, name string, items []T) (any, error) {
	p, err := pageOf(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return map[string]any{name: cut(p, items), "total": len(items), "page": p.number, "per_page": p.limit}, nil
}

// stamp is a time in Auth0's form.
type stamp time.Time

// MarshalJSON always writes three digits of the second.
func (s stamp) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(s).UTC().Format(`"2006-01-02T15:04:05.000Z"`)), nil
}

// chosen leaves the members that the parameters fields and include_fields ask
// for in v, an object; and those named in always.
func chosen(q url.Values, v any, always ...string) (any, error) {
	include, err := includeFields(q)
	if err != nil || q.Get("fields") == "" {
		return v, err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	named := strings.Split(q.Get("fields"), ",")
	for name := range members {
		if slices.Contains(named, name) != include && !slices.Contains(always, name) {
			delete(members, name)
		}
	}
	return members, nil
}

func includeFields(q url.Values) (bool, error) {
	if q.Get("include_fields") == "" {
		return true, nil
	}
	return boolean(q, "include_fields")
}

// chosenAll is chosen for each of list.
func chosenAll[T any](q url.Values, list []T, always ...string) (out []any, err error) {
	out = make([]any, len(list))
	for i, v := range list {
		if out[i], err = chosen(q, v, always...); err != nil {
			return nil, err
		}
	}
	return out, nil
}
