package actions

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/dop251/goja"
)

// wasExecuted is always false: there are no Rules here.
func (c *apiCall) wasExecuted() goja.Value { return c.w.rt.ToValue(false) }

// cacheGet returns the record, not the bare value, or undefined.
func (c *apiCall) cacheGet() goja.Value {
	key, now := c.arg(0).String(), c.r.now().UnixMilli()
	for _, i := range c.r.known().extra.Cache {
		if i.Key == key && i.Expires > now {
			return c.record(i)
		}
	}
	return goja.Undefined()
}

func (c *apiCall) record(i cacheItem) goja.Value {
	o := c.w.rt.NewObject()
	o.Set("value", i.Value)
	o.Set("expires_at", i.Expires)
	return o
}

// cacheResult is what cache.set and cache.delete return; they never throw.
func (c *apiCall) cacheResult(code string) *goja.Object {
	o := c.w.rt.NewObject()
	if code == "" {
		o.Set("type", "success")
		return o
	}
	o.Set("type", "error")
	o.Set("code", code)
	return o
}

func (c *apiCall) cacheSet() goja.Value {
	e := &c.r.known().extra
	item := cacheItem{Key: c.arg(0).String(), Value: c.arg(1).String()}
	var code string
	if item.Expires, code = c.cacheExpiry(); code != "" {
		return c.cacheResult(code)
	}
	others := without(slices.Clone(e.Cache), item.Key)
	switch {
	case len(item.Key) > maxCacheKey:
		return c.cacheResult("CacheKeySizeExceeded")
	case !goja.IsString(c.arg(1)):
		return c.cacheResult("FailedToSetCacheRecord")
	case len(item.Value) > maxCacheValue:
		return c.cacheResult("CacheValueSizeExceeded")
	case cacheSize(others)+len(item.Key)+len(item.Value) > maxCacheTotal:
		return c.cacheResult("CacheSizeExceeded")
	case c.r.calls.cached >= maxCacheItems:
		return c.cacheResult("MaxSideEffectsExceeded")
	}
	c.r.calls.cached++
	e.Cache = append(others, item)
	c.accept(quoteJSON(item.Key), quoteJSON(item.Value), strconv.AppendInt(nil, item.Expires, 10))
	o := c.cacheResult("")
	o.Set("record", c.record(item))
	return o
}

// cacheExpiry reads ttl and expires_at, both in milliseconds: the earlier counts.
func (c *apiCall) cacheExpiry() (expires int64, code string) {
	now := c.r.now().UnixMilli()
	given := false
	expires = now + maxCacheLife.Milliseconds()
	for _, name := range []string{"ttl", "expires_at"} {
		v := c.option(2, name)
		if absent(v) {
			continue
		}
		ms := v.ToFloat()
		if !goja.IsNumber(v) || math.IsNaN(ms) || math.IsInf(ms, 0) {
			return 0, "InvalidExpiry"
		}
		at := int64(ms)
		if name == "ttl" {
			at += now
		}
		if at <= now {
			return 0, "ItemAlreadyExpired"
		}
		given, expires = true, min(expires, at)
	}
	if !given {
		expires = now + cacheLife.Milliseconds()
	}
	return expires, ""
}

func (c *apiCall) cacheDelete() goja.Value {
	e, key := &c.r.known().extra, c.arg(0).String()
	if !slices.ContainsFunc(e.Cache, func(i cacheItem) bool { return i.Key == key }) {
		return c.cacheResult("CacheKeyDoesNotExist")
	}
	e.Cache = without(e.Cache, key)
	c.accept(quoteJSON(key))
	return c.cacheResult("")
}

// later is a promise of what f returns; it is rejected with what f throws.
func (c *apiCall) later(f func() goja.Value) goja.Value {
	promise, resolve, reject := c.w.rt.NewPromise()
	if thrown := c.w.rt.Try(func() { resolve(f()) }); thrown != nil {
		reject(thrown.Value())
	}
	return c.w.rt.ToValue(promise)
}

func (c *apiCall) directory() *Directory {
	if d := c.r.known().extra.Directory; d != nil {
		return d
	}
	return &Directory{}
}

// page reads take and from: from is the index, as text, that an earlier page
// gave as next.
func (c *apiCall) page(length, limit int) (from, to int, next goja.Value) {
	if v := c.option(0, "from"); !goja.IsUndefined(v) {
		n, err := strconv.Atoi(v.String())
		if !goja.IsString(v) {
			c.w.throw("Error", `The "from" parameter must be a string if provided.`)
		}
		if err != nil || n < 0 || n > length {
			n = length // a page that no earlier one pointed to is empty
		}
		from = n
	}
	if v := c.option(0, "take"); !goja.IsUndefined(v) {
		n := v.ToFloat()
		if !goja.IsNumber(v) || n < 1 || n != math.Trunc(n) {
			c.w.throw("Error", `The "take" parameter must be a positive integer if provided.`)
		}
		limit = int(min(n, float64(limit)))
	}
	if to = from + limit; to < length {
		return from, to, c.w.rt.ToValue(strconv.Itoa(to))
	}
	return from, length, nil
}

func (c *apiCall) effectiveRoles() goja.Value {
	return c.later(func() goja.Value {
		all := c.directory().Roles
		from, to, next := c.page(len(all), 100)
		return c.roleList(all[from:to], next)
	})
}

// effectiveRolesBy is getUserEffectiveRolesByIds and ByNames.
func (c *apiCall) effectiveRolesBy() goja.Value {
	return c.later(func() goja.Value {
		key, limit, what := func(r DirectoryRole) string { return r.ID }, 100, "ids"
		if c.name == "roles.getUserEffectiveRolesByNames" {
			key, limit, what = func(r DirectoryRole) string { return r.Name }, 50, "names"
		}
		wanted := c.texts(c.arg(0), limit, what)
		var found []DirectoryRole
		for _, r := range c.directory().Roles {
			if slices.Contains(wanted, key(r)) {
				found = append(found, r)
			}
		}
		return c.roleList(found, nil)
	})
}

func (c *apiCall) roleList(roles []DirectoryRole, next goja.Value) goja.Value {
	list := make([]any, len(roles))
	for i, r := range roles {
		o := c.w.rt.NewObject()
		o.Set("id", r.ID)
		o.Set("name", r.Name)
		o.Set("type", r.Type)
		list[i] = o
	}
	return c.answer("roles", list, next)
}

func (c *apiCall) answer(name string, list []any, next goja.Value) goja.Value {
	o := c.w.rt.NewObject()
	o.Set(name, c.w.rt.NewArray(list...))
	if next != nil {
		o.Set("next", next)
	}
	return o
}

// texts reads an array of 1 to limit strings.
func (c *apiCall) texts(v goja.Value, limit int, what string) (list []string) {
	if !c.isArray(v) {
		c.w.throw("Error", fmt.Sprintf("The %q parameter must be a non-empty array of strings.", what))
	}
	c.w.rt.ForOf(v, func(v goja.Value) bool {
		list = append(list, v.String())
		return len(list) <= limit
	})
	if len(list) == 0 || len(list) > limit {
		c.w.throw("Error", fmt.Sprintf("The %q parameter must be an array of 1 to %d strings.", what, limit))
	}
	return list
}

func (c *apiCall) getUserGroups() goja.Value {
	return c.later(func() goja.Value {
		all := c.directory().Groups
		from, to, next := c.page(len(all), 100)
		list := []any{}
		for _, g := range all[from:to] {
			list = append(list, c.groupObject(g))
		}
		return c.answer("groups", list, next)
	})
}

func (c *apiCall) groupObject(g DirectoryGroup) goja.Value {
	o := c.w.rt.NewObject()
	o.Set("id", g.ID)
	o.Set("name", g.Name)
	return o
}

// hasGroupMembership tells of each name or id whether the user is a member.
func (c *apiCall) hasGroupMembership() goja.Value {
	return c.later(func() goja.Value {
		memberships := c.w.rt.NewObject()
		for _, wanted := range c.texts(c.arg(0), 100, "groups") {
			o, matches := c.w.rt.NewObject(), []any{}
			for _, g := range c.directory().Groups {
				if g.Name == wanted || g.ID == wanted {
					matches = append(matches, c.groupObject(g))
				}
			}
			o.Set("is_member", len(matches) > 0)
			if len(matches) > 0 {
				o.Set("matches", c.w.rt.NewArray(matches...))
			}
			memberships.Set(wanted, o)
		}
		o := c.w.rt.NewObject()
		o.Set("memberships", memberships)
		return o
	})
}
