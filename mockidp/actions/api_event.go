package actions

import (
	"encoding/json"
	"time"

	"github.com/dop251/goja"
)

// facts is what api methods need of the event, read from its JSON: the Action
// may have written into its own copy.
type facts struct {
	Request struct {
		IP       string            `json:"ip"`
		Hostname string            `json:"hostname"`
		Query    map[string]string `json:"query"`
		Body     map[string]string `json:"body"`
	} `json:"request"`
	Transaction *struct {
		Protocol string                     `json:"protocol"`
		Metadata map[string]json.RawMessage `json:"metadata"`
	} `json:"transaction"`
	User struct {
		UserID string `json:"user_id"`
	} `json:"user"`
	Session *struct {
		Metadata map[string]string `json:"metadata"`
	} `json:"session"`
	RefreshToken *struct {
		Access   string            `json:"access"`
		Metadata map[string]string `json:"metadata"`
	} `json:"refresh_token"`

	tokenMetadata map[string]string // of a refresh token that does not exist yet
	extra         runExtra
}

// callCounts is what a run remembers of its api calls, to refuse some that
// follow.
type callCounts struct {
	redirects, renders, primary, scopes, cached int

	metadata [2]struct { // app and user metadata: what was set
		keys  map[string]int // bytes by key
		total int            // bytes, with those of earlier Actions
		odd   bool           // what is stored is no object
	}
}

// known reads the facts at first use: few Actions call what needs them.
func (r *run) known() *facts {
	if r.facts == nil {
		f := &facts{tokenMetadata: map[string]string{}}
		// What the server wrote can be read; what it left out has zero values.
		_ = json.Unmarshal(r.raw, f)
		if len(r.rawMore) > 0 {
			_ = json.Unmarshal(r.rawMore, &f.extra)
		}
		if f.Session != nil && f.Session.Metadata == nil {
			f.Session.Metadata = map[string]string{}
		}
		if f.RefreshToken != nil && f.RefreshToken.Metadata == nil {
			f.RefreshToken.Metadata = map[string]string{}
		}
		if f.Transaction != nil && f.Transaction.Metadata == nil {
			f.Transaction.Metadata = map[string]json.RawMessage{}
		}
		r.facts = f
	}
	return r.facts
}

// now is the time that the Action sees.
func (r *run) now() time.Time {
	if len(r.rawMore) > 0 {
		if ms := r.known().extra.Now; ms != 0 {
			return time.UnixMilli(ms)
		}
	}
	return time.Now()
}

// mirror writes into the Action's event what a call has changed, as the real
// service does: path leads to the object, nil deletes the key. An event that
// the Action has rearranged stays as it is.
func (c *apiCall) mirror(value goja.Value, key string, path ...string) {
	o := c.r.event
	for _, name := range path {
		if o == nil {
			return
		}
		o, _ = o.Get(name).(*goja.Object)
	}
	switch {
	case o == nil:
	case value == nil:
		_ = o.Delete(key)
	default:
		_ = o.Set(key, value) // frozen by the Action: its own wish
	}
}

// abort ends the login when the Action has ended, whatever it does meanwhile.
func (c *apiCall) abort(message string) goja.Value {
	if c.r.result.Abort == nil {
		c.r.result.Abort = &Error{Name: "Error", Message: message, Line: c.line}
	}
	return goja.Undefined()
}

// option is a member of an options object, undefined where there is none.
func (c *apiCall) option(i int, name string) goja.Value {
	o, ok := c.arg(i).(*goja.Object)
	if !ok {
		return goja.Undefined()
	}
	if v := o.Get(name); v != nil {
		return v
	}
	return goja.Undefined()
}

// absent reports whether v is undefined or null.
func absent(v goja.Value) bool { return v == nil || goja.IsUndefined(v) || goja.IsNull(v) }
