package login

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"sync"
	"time"
)

const (
	// maxWrongCodes ends a login: a code of six digits must not be guessed.
	maxWrongCodes = 10
	// maxChallenges bounds the memory, at some 500 bytes each.
	maxChallenges = 4096
)

// challenge is what the page of one waiting login has given out: codes that were
// sent and secrets that are being set up. It lives in memory; a restart costs
// the person a new code. mu is held while one request of the login is answered,
// so that of two posts with one code the second finds the step done.
type challenge struct {
	mu       sync.Mutex
	sent     map[string]message // by factor
	secret   string             // TOTP secret that is being set up
	recovery string             // recovery code that is being set up
	wrong    int                // codes
	expires  time.Time          // under challenges.mu
}

// message is a one-time code on its way to a person.
type message struct {
	To   string // email address or phone number
	Code string
}

// send makes a new code for factor; one that was sent before is void.
func (c *challenge) send(factor, to string) message {
	if c.sent == nil {
		c.sent = map[string]message{}
	}
	c.sent[factor] = message{To: to, Code: sixDigits()}
	return c.sent[factor]
}

// sixDigits is a random one-time code.
func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand can't fail since Go 1.24
	}
	return fmt.Sprintf("%06d", n)
}

// challenges holds the challenges of the logins that wait, by request id.
type challenges struct {
	mu   sync.Mutex
	byID map[string]*challenge
}

func newChallenges() *challenges { return &challenges{byID: map[string]*challenge{}} }

// of returns the challenge of request id, a new one at first. It is forgotten
// some time after expires, the end of the request.
func (cs *challenges) of(id string, expires, now time.Time) *challenge {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c := cs.byID[id]
	if c == nil {
		cs.makeRoom(now)
		c = &challenge{}
		cs.byID[id] = c
	}
	c.expires = expires
	return c
}

// drop forgets what was given out for a step that is done: the next step of the
// same login begins anew.
func (cs *challenges) drop(id string) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.byID, id)
}

// makeRoom drops what has expired, and of a full memory what expires first.
func (cs *challenges) makeRoom(now time.Time) {
	if len(cs.byID) < maxChallenges {
		return
	}
	var first string
	for id, c := range cs.byID {
		if !now.Before(c.expires) {
			delete(cs.byID, id)
		} else if first == "" || c.expires.Before(cs.byID[first].expires) {
			first = id
		}
	}
	if len(cs.byID) >= maxChallenges {
		delete(cs.byID, first)
	}
}
