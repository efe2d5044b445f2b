package login

import (
	"net/netip"
	"strings"
	"sync"
	"time"
)

const (
	freeFailures = 5                // wrong passwords without consequence
	firstDelay   = time.Second      // after the fifth; doubles with each one more
	longestDelay = 5 * time.Minute  // …up to this
	forgetAfter  = 15 * time.Minute // without a failure
	maxSuspects  = 4096             // remembered; some 500 kB
)

// throttle slows guessing down: after five failures in a row the account and
// the peer each have to wait, longer each time (OWASP Authentication Cheat
// Sheet, "Login Throttling"). Nobody sleeps on the server: until the time is
// over the answer is 429. A success forgets the failures.
type throttle struct {
	mu       sync.Mutex
	suspects map[string]*suspect
}

type suspect struct {
	failures int
	last     time.Time // the last failure
	until    time.Time // no further try before
}

func newThrottle() *throttle { return &throttle{suspects: map[string]*suspect{}} }

// suspectKeys names whom a try counts against. The peer is the real one, never
// the address that was chosen on the page: choosing is free.
func suspectKeys(email string, peer netip.Addr) []string {
	return []string{"account " + strings.ToLower(email), "peer " + network(peer)}
}

// network is what one peer can't change at will: an IPv4 address, or the /64
// that an IPv6 host picks its addresses from.
func network(peer netip.Addr) string {
	if peer = peer.Unmap(); peer.Is6() {
		if p, err := peer.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return peer.String()
}

// wait returns how long a try of keys has to wait at now: zero when it may go on.
func (t *throttle) wait(now time.Time, keys ...string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var longest time.Duration
	for _, key := range keys {
		if s := t.suspects[key]; s != nil && s.until.Sub(now) > longest {
			longest = s.until.Sub(now)
		}
	}
	return longest
}

// failed counts one failure of each of keys.
func (t *throttle) failed(now time.Time, keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		s := t.suspects[key]
		if s == nil || now.Sub(s.last) > forgetAfter {
			t.makeRoom(now)
			s = &suspect{}
			t.suspects[key] = s
		}
		s.failures++
		s.last = now
		if over := s.failures - freeFailures; over >= 0 {
			s.until = now.Add(min(firstDelay<<min(over, 20), longestDelay))
		}
	}
}

// succeeded forgets the failures of keys.
func (t *throttle) succeeded(keys ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys {
		delete(t.suspects, key)
	}
}

// makeRoom keeps the memory bounded: those who are forgotten go first, then the
// one whose last failure is longest ago. It looks at all of them, which takes
// far less time than the hash that each failure has cost.
func (t *throttle) makeRoom(now time.Time) {
	if len(t.suspects) < maxSuspects {
		return
	}
	var oldest *suspect
	var name string
	for key, s := range t.suspects {
		if now.Sub(s.last) > forgetAfter {
			delete(t.suspects, key)
		} else if oldest == nil || s.last.Before(oldest.last) {
			oldest, name = s, key
		}
	}
	if len(t.suspects) >= maxSuspects {
		delete(t.suspects, name)
	}
}
