package login

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"sync"

	"example.com/postlogin/mockidp/store"
)

// hashingsAtOnce bounds how many argon2 hashes run together: each takes 19 MiB
// and a core, and a flood of logins must not take the whole machine.
const hashingsAtOnce = 2

// passwords checks passwords. Hashing is slow on purpose, so a password that
// was right once is remembered and costs microseconds the next time; a wrong
// one always pays in full.
type passwords struct {
	slots  chan struct{}
	nobody string                             // a hash that no password matches, for accounts that don't exist
	match  func(phc, pw string) (bool, error) // matches, but for tests that count
	known  *known
}

func newPasswords() *passwords {
	return &passwords{
		slots:  make(chan struct{}, hashingsAtOnce),
		nobody: standard.phc(random(16), random(32)),
		match:  matches,
		known:  newKnown(),
	}
}

// right reports whether password is the one of u. A nil u, and one without a
// password, take as long as a wrong password does (ASVS 5.0 6.3.8). It waits for
// its turn to hash; once it has it, it asks allowed, because many guesses may have
// failed in the meantime. It returns the error of allowed, or of ctx.
func (p *passwords) right(ctx context.Context, u *store.User, password string, allowed func() error) (bool, error) {
	id, phc := "", p.nobody
	if u != nil && u.PasswordHash != "" {
		id, phc = u.ID, u.PasswordHash
	}
	digest := p.known.digest(id, phc, password)
	if p.known.has(digest) {
		return true, nil
	}
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	// Of many logins of one user that arrive together the first one hashes.
	if p.known.has(digest) {
		return true, nil
	}
	if err := allowed(); err != nil {
		return false, err
	}
	ok, err := p.match(phc, password)
	if ok {
		p.known.add(digest)
	}
	return ok, err
}

// digest stands for one user, one stored hash and one password.
type digest [sha256.Size]byte

// known remembers digests of passwords that were right. They are keyed with a
// key that exists in this process only, so a copy of the memory without the key
// is no use for guessing. A changed password has another stored hash, hence
// another digest: nothing needs to be forgotten.
type known struct {
	key []byte

	mu       sync.Mutex
	recent   map[digest]struct{}
	previous map[digest]struct{}
}

// maxKnown bounds each of the two generations: together at most some 200 kB.
const maxKnown = 2048

func newKnown() *known {
	return &known{key: random(sha256.Size), recent: map[digest]struct{}{}}
}

func (k *known) digest(userID, phc, password string) (d digest) {
	mac := hmac.New(sha256.New, k.key)
	for _, part := range []string{userID, phc, password} {
		// With its length in front no part can run into the next one.
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		mac.Write(size[:])
		mac.Write([]byte(part))
	}
	mac.Sum(d[:0])
	return d
}

// has reports whether d is known, and keeps it known.
func (k *known) has(d digest) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.recent[d]; ok {
		return true
	}
	if _, ok := k.previous[d]; ok {
		k.put(d)
		return true
	}
	return false
}

func (k *known) add(d digest) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(d)
}

// put drops the digests that nobody asked for since the last generation began.
// That is nearly "least recently used" and needs no list.
func (k *known) put(d digest) {
	if len(k.recent) >= maxKnown {
		k.previous, k.recent = k.recent, make(map[digest]struct{}, maxKnown)
	}
	k.recent[d] = struct{}{}
}
