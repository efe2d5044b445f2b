package login

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/postlogin/mockidp/store"
)

func TestHashPassword(t *testing.T) {
	phc, err := HashPassword(t.Context(), "workshop")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %q", phc)
	}
	for password, want := range map[string]bool{"workshop": true, "Workshop": false, "": false, "workshop ": false} {
		if ok, err := matches(phc, password); ok != want || err != nil {
			t.Errorf("matches(%q) = %v, %v; want %v", password, ok, err, want)
		}
	}
	if again, _ := HashPassword(t.Context(), "workshop"); again == phc {
		t.Error("two hashes of one password are the same: no salt")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for name, hash := range map[string]func() (string, error){
		"empty":     func() (string, error) { return HashPassword(t.Context(), "") },
		"too long":  func() (string, error) { return HashPassword(t.Context(), strings.Repeat("x", MaxPasswordBytes+1)) },
		"cancelled": func() (string, error) { return HashPassword(ended, "workshop") },
	} {
		if _, err := hash(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The hashes are from the reference implementation's test vectors in PHC form
// (argon2 command line tool, version 20190702): password "password", salt "somesalt".
func TestMatchesReadsHashesOfOthers(t *testing.T) {
	const foreign = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	if ok, err := matches(foreign, "password"); !ok || err != nil {
		t.Errorf("matches = %v, %v", ok, err)
	}
	for _, phc := range []string{
		"", "workshop", "$2a$10$N9qo8uLOickgx2ZMRZoMye",
		strings.Replace(foreign, "argon2id", "argon2i", 1),
		strings.Replace(foreign, "v=19", "v=16", 1),
		strings.Replace(foreign, "m=256", "m=4194304", 1), // 4 GiB
		strings.Replace(foreign, "t=2", "t=0", 1),
		strings.Replace(foreign, "p=1", "p=0", 1),
		strings.Replace(foreign, "c29tZXNhbHQ", "!", 1),
		strings.Replace(foreign, "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "nf65", 1),
	} {
		if ok, err := matches(phc, "password"); ok || err == nil {
			t.Errorf("matches(%q) = %v, %v; want an error", phc, ok, err)
		}
	}
}

// counting returns passwords that count their hashings and accept "right".
func counting() (*passwords, *atomic.Int64) {
	p, n := newPasswords(), new(atomic.Int64)
	p.match = func(phc, pw string) (bool, error) { n.Add(1); return pw == "right" && phc != p.nobody, nil }
	return p, n
}

func free() error { return nil }

func TestARightPasswordIsHashedOnce(t *testing.T) {
	p, hashings := counting()
	ada := &store.User{ID: "a", PasswordHash: "$1"}
	try := func(u *store.User, password string, want bool, wantHashings int64) {
		t.Helper()
		ok, err := p.right(t.Context(), u, password, free)
		if ok != want || err != nil || hashings.Load() != wantHashings {
			t.Errorf("right = %v, %v after %d hashings; want %v after %d", ok, err, hashings.Load(), want, wantHashings)
		}
	}
	try(ada, "right", true, 1)
	try(ada, "right", true, 1)                                       // remembered
	try(ada, "wrong", false, 2)                                      // wrong ones pay…
	try(ada, "wrong", false, 3)                                      // …each time
	try(&store.User{ID: "a", PasswordHash: "$2"}, "right", true, 4)  // changed password
	try(&store.User{ID: "b", PasswordHash: "$1"}, "right", true, 5)  // somebody else
	try(nil, "right", false, 6)                                      // nobody pays as well…
	try(&store.User{ID: "c", PasswordHash: ""}, "right", false, 7)   // …and so does who has no password
	try(&store.User{ID: "a$1", PasswordHash: ""}, "right", false, 8) // parts do not run into one another
	try(ada, "right", true, 8)
}

func TestManyLoginsAtOnceHashOnlyAFew(t *testing.T) {
	p, hashings := counting()
	var running, most atomic.Int64
	match := p.match
	p.match = func(phc, pw string) (bool, error) {
		now := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		return match(phc, pw)
	}
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if ok, err := p.right(t.Context(), &store.User{ID: "a", PasswordHash: "$1"}, "right", free); !ok || err != nil {
				t.Errorf("right = %v, %v", ok, err)
			}
		})
	}
	all.Wait()
	if hashings.Load() > hashingsAtOnce || most.Load() > hashingsAtOnce {
		t.Errorf("%d hashings, %d at once; want at most %d", hashings.Load(), most.Load(), hashingsAtOnce)
	}
}

func TestWhoWaitsForHashingCanGiveUpOrBeTurnedAway(t *testing.T) {
	p, hashings := counting()
	for range hashingsAtOnce {
		p.slots <- struct{}{} // all busy
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.right(ctx, nil, "x", free); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
	<-p.slots
	no := tooMany("passwords", time.Second)
	if _, err := p.right(t.Context(), nil, "x", func() error { return no }); err != error(no) {
		t.Errorf("err = %v, want the refusal", err)
	}
	if hashings.Load() != 0 || len(p.slots) != hashingsAtOnce-1 {
		t.Errorf("%d hashings, %d slots taken", hashings.Load(), len(p.slots))
	}
}

func TestMemoryOfPasswordsIsBounded(t *testing.T) {
	k := newKnown()
	often := k.digest("often", "$1", "x")
	k.add(often)
	first := k.digest("0", "$1", "x")
	for i := range 3 * maxKnown {
		k.add(k.digest(fmt.Sprint(i), "$1", "x"))
		if !k.has(often) {
			t.Fatalf("what is used all the time was forgotten after %d others", i)
		}
	}
	if n := len(k.recent) + len(k.previous); n > 2*maxKnown {
		t.Errorf("%d digests, want at most %d", n, 2*maxKnown)
	}
	if k.has(first) {
		t.Error("what nobody used any more is still there")
	}
}

func TestMemoryOfFailuresIsBounded(t *testing.T) {
	th, now := newThrottle(), time.Unix(1e9, 0)
	for range freeFailures {
		th.failed(now, "account eve")
	}
	for i := range maxSuspects + 300 {
		now = now.Add(time.Millisecond)
		th.failed(now, fmt.Sprint("account ", i))
		if i == maxSuspects-2 {
			th.failed(now, "account eve") // by now the oldest
		}
	}
	if n := len(th.suspects); n > maxSuspects {
		t.Errorf("%d suspects, want at most %d", n, maxSuspects)
	}
	if th.wait(now, "account eve") == 0 {
		t.Error("a flood of others made the throttle forget who keeps guessing")
	}
	now = now.Add(forgetAfter + longestDelay)
	th.failed(now, "account x")
	if n := len(th.suspects); n != 1 {
		t.Errorf("%d suspects after a quiet time, want 1", n)
	}
}

func TestDelayGrowsToFiveMinutesAndIsForgotten(t *testing.T) {
	th, now := newThrottle(), time.Unix(1e9, 0)
	for range 40 {
		th.failed(now, "x")
	}
	if got := th.wait(now, "x"); got != longestDelay {
		t.Errorf("wait = %v, want %v", got, longestDelay)
	}
	now = now.Add(forgetAfter + 1)
	for range freeFailures - 1 {
		th.failed(now, "x")
	}
	if got := th.wait(now, "x"); got != 0 {
		t.Errorf("wait = %v, want none: the old failures are forgotten", got)
	}
}

func TestOneIPv6HostIsOneSuspect(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"2001:db8::1", "2001:db8::2", true}, {"2001:db8::1", "2001:db8:0:1::1", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false},
	} {
		if got := network(netip.MustParseAddr(tt.a)) == network(netip.MustParseAddr(tt.b)); got != tt.same {
			t.Errorf("%s and %s are one suspect: %v, want %v", tt.a, tt.b, got, tt.same)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"", " 192.0.2.1\n", "2001:db8::1", "[::1]", "[", "[]", "fe80::1%eth0", "::ffff:192.0.2.1", "1.2.3.4:80", "10.0.0.0/8", "01.2.3.4", "\xff", "[[::1]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		addr, complaint := parseAddress(s)
		if addr.IsValid() == (complaint != "") {
			t.Fatalf("parseAddress(%q) = %v, %q: want either", s, addr, complaint)
		}
		if !addr.IsValid() {
			if len(complaint) > 200 {
				t.Errorf("the complaint about %q repeats %d bytes", s, len(complaint))
			}
			return
		}
		if addr.Zone() != "" || addr.Is4In6() {
			t.Errorf("parseAddress(%q) = %v: want no zone and no IPv4 in IPv6", s, addr)
		}
		if again, _ := parseAddress(addr.String()); again != addr {
			t.Errorf("parseAddress(%q) = %v, read again %v", s, addr, again)
		}
	})
}
