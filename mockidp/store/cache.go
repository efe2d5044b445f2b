package store

import (
	"context"
	"sync"
	"time"
)

// cache keeps the rows that every login reads: clients, the flow, users, their
// last logins, sessions, and grants until their code is redeemed. The rows in it are shared
// and never changed. A writer of this Store drops or replaces what it changes
// before it gives the writer's connection back, so a caller always reads what
// earlier calls wrote. For a file, other processes may write too, see look.
type cache struct {
	mu       sync.RWMutex
	gen      uint64 // grows with every change: a row read before one must not come in after it
	clients  map[string]*Client
	flows    map[string][]*Version
	users    map[string]*User
	emails   map[string]string // email key → user id
	first    []string          // ids of the first users, as many as firstLimit at most
	sessions map[string]*Session
	hashes   map[string]string // session hash → session id
	grants   map[string]*Grant // by code hash, until the code is redeemed
	codes    map[string]string // grant id → code hash

	// by user id
	factors    map[string][]*Authenticator
	roles      map[string][]*Role
	identities map[string][]*Identity
	logins     map[string]lastLogins

	firstLimit int // 0: first is not known

	shared  bool      // other processes may write
	looked  time.Time // when look last looked
	version int64     // what it saw
}

const (
	// maxCached bounds each of the maps that grow with use, at some 1 kB per row.
	maxCached = 4096
	// maxListed is the longest list of users that is put together from the cache.
	maxListed = 256
	// lookEvery is how long a change by another process may stay unseen. Looking
	// takes 8 µs, reading a user anew 25 µs.
	lookEvery = 10 * time.Millisecond
)

func newCache(shared bool) *cache {
	c := &cache{shared: shared}
	c.clear()
	return c
}

// clear drops everything; mu is held, or nobody else has c yet.
func (c *cache) clear() {
	c.gen++
	c.clients, c.flows = map[string]*Client{}, map[string][]*Version{}
	c.users, c.emails = map[string]*User{}, map[string]string{}
	c.first, c.firstLimit = nil, 0
	c.sessions, c.hashes = map[string]*Session{}, map[string]string{}
	c.grants, c.codes = map[string]*Grant{}, map[string]string{}
	c.factors, c.roles, c.identities = map[string][]*Authenticator{}, map[string][]*Role{}, map[string][]*Identity{}
	c.logins = map[string]lastLogins{}
}

// change runs f, which takes what a write has changed out of the cache or
// replaces it.
func (c *cache) change(f func(*cache)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	f(c)
}

func (c *cache) putUser(u *User) {
	if len(c.users) >= maxCached {
		clear(c.users)
		clear(c.emails)
	}
	c.users[u.ID], c.emails[emailKey(u.Email)] = u, u.ID
}

// count is the user's logins count, if the user is here.
func (c *cache) count(userID string) (n int64, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	u, ok := c.users[userID]
	if !ok {
		return 0, false
	}
	return u.LoginsCount, true
}

// firstUsers is the list of the first users, if it and all of them are here.
func (c *cache) firstUsers(limit int) ([]*User, bool) {
	if limit != c.firstLimit {
		return nil, false
	}
	users := make([]*User, len(c.first))
	for i, id := range c.first {
		u, ok := c.users[id]
		if !ok {
			return nil, false
		}
		users[i] = u
	}
	return users, true
}

func (c *cache) putFirstUsers(limit int, users []*User) {
	c.first, c.firstLimit = nil, limit
	for _, u := range users {
		c.putUser(u)
		c.first = append(c.first, u.ID)
	}
}

func (c *cache) putSession(s *Session) {
	if len(c.sessions) >= maxCached {
		clear(c.sessions)
		clear(c.hashes)
	}
	c.sessions[s.ID], c.hashes[s.Hash] = s, s.ID
}

func (c *cache) dropSession(id string) {
	if ss, ok := c.sessions[id]; ok {
		delete(c.hashes, ss.Hash)
		delete(c.sessions, id)
	}
}

func (c *cache) putGrant(g *Grant) {
	if len(c.grants) >= maxCached {
		c.clearGrants()
	}
	c.grants[g.CodeHash], c.codes[g.ID] = g, g.CodeHash
}

func (c *cache) dropGrant(id string) {
	delete(c.grants, c.codes[id])
	delete(c.codes, id)
}

func (c *cache) clearGrants() {
	clear(c.grants)
	clear(c.codes)
}

// lastLogins are the newest logins of a user, as many as limit at most.
type lastLogins struct {
	limit int
	rows  []*Login // the newest first
}

func (c *cache) putLogins(userID string, l lastLogins) {
	if len(c.logins) >= maxCached/10 { // each has some ten rows
		clear(c.logins)
	}
	c.logins[userID] = l
}

// addLogin puts l, which was just counted, before the user's earlier ones.
func (c *cache) addLogin(l *Login) {
	old, ok := c.logins[l.UserID]
	if !ok {
		return
	}
	kept := *l
	kept.At, kept.UserAgent = stored(l.At), clean(l.UserAgent)
	old.rows = append([]*Login{&kept}, old.rows[:min(len(old.rows), old.limit-1)]...)
	c.logins[l.UserID] = old
}

// look clears the cache when another process has written since the last look:
// data_version changes with the commits of all connections but this one's own,
// so l must be the writer's.
func (c *cache) look(ctx context.Context, l *lane) error {
	var version int64
	if err := l.row(ctx, `PRAGMA data_version`, nil, toInt{&version}); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version != version {
		c.clear()
	}
	c.version, c.looked = version, time.Now()
	return nil
}

// due reports whether it is time to look.
func (c *cache) due() bool {
	if !c.shared {
		return false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return time.Since(c.looked) > lookEvery
}

// fresh reports whether what the cache holds may be used.
func (s *Store) fresh(ctx context.Context) bool {
	if !s.cache.due() {
		return true
	}
	select {
	case l, ok := <-s.pools.writer:
		if !ok {
			return false
		}
		defer func() { s.pools.writer <- l }()
		return s.cache.look(ctx, l) == nil
	default:
		return false // somebody is writing, and will look afterwards
	}
}

// cached returns what get finds in the cache, or else what load reads from the
// database, which put then adds to the cache.
func cached[V any](ctx context.Context, s *Store, get func(*cache) (V, bool), load func(*lane) (V, error), put func(*cache, V)) (v V, err error) {
	if err := ctx.Err(); err != nil {
		return v, err
	}
	c, fresh := s.cache, s.fresh(ctx)
	c.mu.RLock()
	v, ok := get(c)
	gen := c.gen
	c.mu.RUnlock()
	if ok && fresh {
		return v, nil
	}
	err = s.read(ctx, func(l *lane) error {
		v, err = load(l)
		return err
	})
	if err != nil {
		return *new(V), err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gen == gen {
		put(c, v)
	}
	return v, nil
}
