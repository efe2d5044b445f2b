package actions

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// apply takes the commands of a run into the outcome, and into the event that
// later Actions see. What the commands of a worker hold was checked there.
func (f *flowRun) apply(run *ActionRun) {
	var ch changes
	before := maps.Clone(f.out.UserMetadata)
	for _, c := range run.Commands {
		arg := func(i int) (s string) {
			if i < len(c.Args) {
				_ = json.Unmarshal(c.Args[i], &s)
			}
			return s
		}
		switch group, method, _ := strings.Cut(c.Name, "."); group {
		case "user":
			f.applyUser(&ch, method, arg(0), c.Args)
		case "transaction":
			setMember(&ch.transaction, arg(0), c.Args[1])
		case "session":
			f.applySession(method, arg, c.Args)
		case "refreshToken":
			f.applyRefreshToken(method, arg, c.Args)
		case "authentication":
			f.applyAuthentication(method, arg(0))
		case "multifactor":
			f.out.MFA = readMFA(arg(0), c.Args[1])
		case "validation":
			f.out.Invalid = &ValidationError{Action: run.Name, Code: arg(0), Message: arg(1)}
		case "cache":
			f.applyCache(method, arg, c.Args)
		}
	}
	f.applyScopes(run.Commands)
	f.dropWithPrimaryUser(run, &ch, before)
	f.applyChanges(&ch)
}

// dropWithPrimaryUser takes back the user metadata of an Action that changes the
// primary user, as the real service does (Auth0: "api.authentication.setPrimaryUser").
func (f *flowRun) dropWithPrimaryUser(run *ActionRun, ch *changes, before map[string]json.RawMessage) {
	i := slices.IndexFunc(run.Commands, func(c Command) bool { return c.Name == "authentication.setPrimaryUser" })
	if i < 0 || ch.user == nil {
		return
	}
	f.out.UserMetadata, ch.user = before, nil
	run.Warnings = addWarning(run.Warnings, run.Commands[i].Line, "user_metadata set by the Action that calls setPrimaryUser is discarded: set it in a later Action")
}

// changes are members of JSON objects that a run has set, the last value of
// each: thousands of calls then cost one decoding and one encoding.
type changes struct {
	app, user, transaction map[string]json.RawMessage
}

func (f *flowRun) applyChanges(ch *changes) {
	u := &f.event.User
	u.AppMetadata, u.UserMetadata = patched(u.AppMetadata, ch.app), patched(u.UserMetadata, ch.user)
	if ch.transaction == nil {
		return
	}
	t := Transaction{}
	if f.event.Transaction != nil {
		t = *f.event.Transaction
	}
	t.Metadata = patched(t.Metadata, ch.transaction)
	f.event.Transaction, f.out.TransactionMetadata = &t, t.Metadata
}

// patched is the JSON object with members set, or removed by null. Objects are
// replaced, not merged, as on Auth0.
func patched(object json.RawMessage, changes map[string]json.RawMessage) json.RawMessage {
	if changes == nil {
		return object
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(rawObject(object), &members); err != nil {
		return object
	}
	for key, value := range changes {
		if bytes.Equal(value, []byte("null")) {
			delete(members, key)
		} else {
			members[key] = value
		}
	}
	b, err := json.Marshal(members)
	if err != nil {
		return object
	}
	return b
}

func readMFA(provider string, options json.RawMessage) *MFA {
	var o struct {
		AllowRememberBrowser bool            `json:"allowRememberBrowser"`
		ProviderOptions      json.RawMessage `json:"providerOptions"`
	}
	_ = json.Unmarshal(options, &o)
	return &MFA{Provider: provider, AllowRememberBrowser: o.AllowRememberBrowser, Options: o.ProviderOptions}
}

func (f *flowRun) applyUser(ch *changes, method, key string, args []json.RawMessage) {
	patch, seen := f.out.AppMetadata, &ch.app
	if method == "setUserMetadata" {
		patch, seen = f.out.UserMetadata, &ch.user
	}
	if len(args) != 2 {
		return // an undefined value changes nothing
	}
	patch[key] = args[1]
	setMember(seen, key, args[1])
}

func setMember(m *map[string]json.RawMessage, key string, value json.RawMessage) {
	if *m == nil {
		*m = map[string]json.RawMessage{}
	}
	(*m)[key] = value
}

// applyScopes keeps the last operation on each scope.
func (f *flowRun) applyScopes(commands []Command) {
	last := map[string]bool{} // scope to whether it is added
	var order []string        // the latest first
	for _, c := range slices.Backward(commands) {
		if c.Name != "accessToken.addScope" && c.Name != "accessToken.removeScope" {
			continue
		}
		var scope string
		_ = json.Unmarshal(c.Args[0], &scope)
		if _, known := last[scope]; !known {
			last[scope] = c.Name == "accessToken.addScope"
			order = append(order, scope)
		}
	}
	if len(order) == 0 {
		return
	}
	others := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool { _, known := last[s]; return known })
	}
	f.out.AddedScopes, f.out.RemovedScopes = others(f.out.AddedScopes), others(f.out.RemovedScopes)
	for _, scope := range slices.Backward(order) {
		if last[scope] {
			f.out.AddedScopes = append(f.out.AddedScopes, scope)
		} else {
			f.out.RemovedScopes = append(f.out.RemovedScopes, scope)
		}
	}
}

func (f *flowRun) applySession(method string, arg func(int) string, args []json.RawMessage) {
	if f.out.Session == nil {
		f.out.Session = &SessionChanges{}
	}
	c := *f.out.Session // the one kept in a Suspension stays as it is
	f.out.Session = &c
	ss := Session{}
	if f.event.Session != nil {
		ss = *f.event.Session
	}
	switch method {
	case "setExpiresAt":
		c.ExpiresAt = earliest(c.ExpiresAt, args)
	case "setIdleExpiresAt":
		c.IdleExpiresAt = earliest(c.IdleExpiresAt, args)
	case "setCookieMode":
		c.CookieMode = arg(0)
		ss.Cookie = &SessionCookie{Mode: c.CookieMode}
	case "revoke":
		c.Revoke = true
		_ = json.Unmarshal(args[1], &c.PreserveRefreshToken)
	default:
		ss.Metadata = changedStrings(ss.Metadata, method, arg, args)
		c.Metadata, c.MetadataSet = ss.Metadata, true
	}
	if f.event.Session != nil {
		f.event.Session = &ss
	}
}

func (f *flowRun) applyRefreshToken(method string, arg func(int) string, args []json.RawMessage) {
	if f.out.RefreshToken == nil {
		f.out.RefreshToken = &RefreshTokenChanges{}
	}
	c := *f.out.RefreshToken
	f.out.RefreshToken = &c
	switch method {
	case "setExpiresAt":
		c.ExpiresAt = earliest(c.ExpiresAt, args)
	case "setIdleExpiresAt":
		c.IdleExpiresAt = earliest(c.IdleExpiresAt, args)
	case "revoke":
		c.Revoke = true
	default:
		metadata := c.Metadata
		if f.event.RefreshToken != nil {
			metadata = f.event.RefreshToken.Metadata
		}
		c.Metadata, c.MetadataSet = changedStrings(metadata, method, arg, args), true
		if f.event.RefreshToken != nil {
			t := *f.event.RefreshToken
			t.Metadata = c.Metadata
			f.event.RefreshToken = &t
		}
	}
}

// earliest is the earlier of what was set before and the unix milliseconds in args.
func earliest(before Time, args []json.RawMessage) Time {
	var ms int64
	_ = json.Unmarshal(args[0], &ms)
	if t := time.UnixMilli(ms); before.IsZero() || t.Before(before.Time) {
		return At(t)
	}
	return before
}

// changedStrings is metadata after setMetadata, deleteMetadata or evictMetadata.
func changedStrings(metadata map[string]string, method string, arg func(int) string, args []json.RawMessage) map[string]string {
	changed := map[string]string{}
	if method == "evictMetadata" {
		return changed
	}
	for k, v := range metadata {
		changed[k] = v
	}
	if string(args[1]) == "null" {
		delete(changed, arg(0))
	} else {
		changed[arg(0)] = arg(1)
	}
	return changed
}

func (f *flowRun) applyAuthentication(method, text string) {
	switch method {
	case "recordMethod":
		f.out.RecordedMethods = append(slices.Clone(f.out.RecordedMethods), text)
	case "setPrimaryUser":
		f.out.PrimaryUser = text
	}
}

func (f *flowRun) applyCache(method string, arg func(int) string, args []json.RawMessage) {
	if method == "delete" {
		f.runner.cache.remove(arg(0))
		return
	}
	item := cacheItem{Key: arg(0), Value: arg(1)}
	_ = json.Unmarshal(args[2], &item.Expires)
	f.runner.cache.set(item)
}
