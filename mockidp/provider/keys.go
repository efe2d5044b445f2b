package provider

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"example.com/postlogin/mockidp/store"
)

// Signing algorithms on offer.
const (
	rs256 = string(jose.RS256)
	es256 = string(jose.ES256)
)

// Values of the typ header: OIDC Core leaves it open, Auth0 writes JWT; RFC 9068 section 2.1.
const (
	typIDToken     = "JWT"
	typAccessToken = "at+jwt"
)

// keysFresh is how long the keys in memory are trusted before the store is asked
// again: another process on the same store may have rotated them. A key that was
// retired for that long still verifies, so a late signature does no harm.
const keysFresh = 5 * time.Second

// keyring holds the tenant's signing keys in memory. Parsing an RSA key costs as
// much as several logins, so a key is parsed once and its signers are kept.
type keyring struct {
	store *store.Store
	now   func() time.Time

	set atomic.Pointer[keySet]
	mu  sync.Mutex // held while reading from or writing to the store
}

// keySet is one reading of the store. It is never changed.
type keySet struct {
	read    time.Time
	byID    map[string]*signingKey
	current map[string]*signingKey // by algorithm: the newest that is not retired
	jwks    []byte                 // every public key (RFC 7517 section 5)
}

type signingKey struct {
	id, alg string
	public  crypto.PublicKey
	signers map[string]jose.Signer // by typ header
}

// signer returns the key that signs for alg, and makes one when there is none.
func (k *keyring) signer(ctx context.Context, alg string) (*signingKey, error) {
	set, err := k.keys(ctx)
	if err != nil {
		return nil, err
	}
	if key := set.current[alg]; key != nil {
		return key, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if set, err = k.reload(ctx); err != nil {
		return nil, err
	}
	if key := set.current[alg]; key != nil {
		return key, nil // another goroutine or process made it while we waited
	}
	row, err := newKey(alg, k.now())
	if err != nil {
		return nil, err
	}
	if err := k.store.AddKey(ctx, row); err != nil {
		return nil, err
	}
	if set, err = k.reload(ctx); err != nil {
		return nil, err
	}
	return set.current[alg], nil
}

// rotate adds a key for alg, then retires those that signed before.
func (k *keyring) rotate(ctx context.Context, alg string) error {
	row, err := newKey(alg, k.now()) // slow, so before the lock
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	old, err := k.store.Keys(ctx)
	if err != nil {
		return err
	}
	// The new key is stored first: a crash in between leaves two, never none.
	if err := k.store.AddKey(ctx, row); err != nil {
		return err
	}
	for _, o := range old {
		if o.Alg != alg || !o.RetiredAt.IsZero() {
			continue
		}
		if err := k.store.RetireKey(ctx, o.ID, k.now()); err != nil {
			return err
		}
	}
	_, err = k.reload(ctx)
	return err
}

// removeRetired deletes the keys that no longer sign.
func (k *keyring) removeRetired(ctx context.Context) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.store.DeleteRetiredKeys(ctx); err != nil {
		return err
	}
	_, err := k.reload(ctx)
	return err
}

// newKey makes a signing key.
func newKey(alg string, now time.Time) (*store.Key, error) {
	var private crypto.Signer
	var err error
	switch alg {
	case rs256:
		private, err = rsa.GenerateKey(rand.Reader, 2048) // RFC 7518 section 3.3: 2048 bits or more
	case es256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		return nil, fmt.Errorf("signing algorithm: expected RS256 or ES256, got %q", alg)
	}
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	// RFC 7638: the id follows from the key, so no two keys share one.
	sum, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return &store.Key{ID: base64.RawURLEncoding.EncodeToString(sum), Alg: alg, PKCS8: der, CreatedAt: now}, nil
}

// keys returns the keys in memory, or reads them when they have aged. While one
// goroutine reads, the others go on with what they have.
func (k *keyring) keys(ctx context.Context) (*keySet, error) {
	set := k.set.Load()
	if set == nil {
		return k.reread(ctx)
	}
	if k.now().Sub(set.read).Abs() < keysFresh || !k.mu.TryLock() {
		return set, nil
	}
	defer k.mu.Unlock()
	return k.reload(ctx)
}

// reread returns what the store holds now.
func (k *keyring) reread(ctx context.Context) (*keySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reload(ctx)
}

// reload is reread for callers that hold k.mu.
func (k *keyring) reload(ctx context.Context) (*keySet, error) {
	rows, err := k.store.Keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	known := map[string]*signingKey{}
	if old := k.set.Load(); old != nil {
		known = old.byID
	}
	set := &keySet{read: k.now(), byID: make(map[string]*signingKey), current: make(map[string]*signingKey)}
	var public jose.JSONWebKeySet
	for _, row := range rows { // newest first
		key := known[row.ID]
		if key == nil {
			if key, err = parseKey(row); err != nil {
				return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
			}
		}
		set.byID[key.id] = key
		if row.RetiredAt.IsZero() && set.current[key.alg] == nil {
			set.current[key.alg] = key
		}
		public.Keys = append(public.Keys, jose.JSONWebKey{Key: key.public, KeyID: key.id, Algorithm: key.alg, Use: "sig"})
	}
	if set.jwks, err = json.Marshal(public); err != nil {
		return nil, err
	}
	k.set.Store(set)
	return set, nil
}

func parseKey(row *store.Key) (*signingKey, error) {
	private, err := x509.ParsePKCS8PrivateKey(row.PKCS8)
	if err != nil {
		return nil, err
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("a %T can't sign", private)
	}
	if key, ok := private.(*rsa.PrivateKey); ok {
		key.Precompute()
	}
	k := &signingKey{id: row.ID, alg: row.Alg, public: signer.Public(), signers: make(map[string]jose.Signer)}
	for _, typ := range []string{typIDToken, typAccessToken, typLogoutToken} {
		k.signers[typ], err = jose.NewSigner(
			jose.SigningKey{Algorithm: jose.SignatureAlgorithm(row.Alg), Key: jose.JSONWebKey{Key: private, KeyID: row.ID}},
			(&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
		if err != nil {
			return nil, err
		}
	}
	return k, nil
}

// sign returns claims as a compact JWS (RFC 7515 section 7.1).
func (s *signingKey) sign(typ string, claims []byte) (string, error) {
	jws, err := s.signers[typ].Sign(claims)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}
