package provider

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// keySet returns the keys at address, fetched through t.
func (p *Provider) keySet(address string, t http.RoundTripper) oidc.KeySet {
	client := *p.Client
	client.Transport = t
	return oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), &client), address)
}

// KeyIDs fetches the ids in the provider's key set; problem says why it could not.
func (c *Connection) KeyIDs(ctx context.Context) (ids []string, problem string) {
	var x Exchange
	req, err := http.NewRequestWithContext(WithExchange(ctx, &x), http.MethodGet, c.JWKS, nil)
	if err != nil {
		return nil, err.Error()
	}
	res, err := c.client.Do(req)
	if err != nil {
		return nil, "the key set could not be fetched: " + Reason(err)
	}
	defer res.Body.Close()
	var set struct {
		Keys []struct {
			Kid string `json:"kid"`
		} `json:"keys"`
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, "the key set could not be fetched: " + Reason(err)
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(body, &set) != nil {
		return nil, x.String() + ", expected a key set"
	}
	for _, k := range set.Keys {
		ids = append(ids, k.Kid)
	}
	return ids, ""
}

// keyFetches is the transport of a key set. go-oidc decides by itself when to fetch
// and does not say so; here it can be seen.
type keyFetches struct {
	next http.RoundTripper
	mu   sync.Mutex
	n    int
	last Exchange
}

func (k *keyFetches) RoundTrip(r *http.Request) (*http.Response, error) {
	var x Exchange
	res, err := k.next.RoundTrip(r.WithContext(WithExchange(r.Context(), &x)))
	k.mu.Lock()
	defer k.mu.Unlock()
	k.n++
	k.last = x
	return res, err
}

// Since returns the last fetch when there was one after the first n, and nil
// otherwise; and how many there were.
func (k *keyFetches) Since(n int) (*Exchange, int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.n == n {
		return nil, n
	}
	last := k.last
	return &last, k.n
}

// fewFetches is the transport of a key set for tokens that anybody can send: one with an
// unknown key or a bad signature makes go-oidc fetch the keys, each time. Here it does so
// ten times a minute at most. Real tokens need none of them: whoever uses the ten up keeps
// the keys fresh. Only a key that the provider made since, in the same minute, is not known.
type fewFetches struct {
	next  http.RoundTripper
	mu    sync.Mutex
	since time.Time // when the minute began
	n     int       // fetches in it
}

const maxFetches = 10

func (f *fewFetches) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	if time.Since(f.since) > time.Minute {
		f.since, f.n = time.Now(), 0
	}
	f.n++
	tooMany := f.n > maxFetches
	f.mu.Unlock()
	if tooMany {
		return nil, errors.New("too many tokens with an unknown key or a bad signature in a minute")
	}
	return f.next.RoundTrip(r)
}
