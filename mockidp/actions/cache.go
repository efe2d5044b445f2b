package actions

import (
	"slices"
	"sync"
	"time"
)

// Limits of api.cache (Auth0: "Actions Limitations", cache).
const (
	maxCacheKey     = 64           // bytes
	maxCacheValue   = 4096         // bytes
	maxCacheTotal   = 16<<10 + 256 // bytes of all keys and values of the trigger
	maxCacheItems   = 20           // written by one run
	cacheLife       = 15 * time.Minute
	maxCacheLife    = 24 * time.Hour
	maxCacheEntries = 100 // kept, beyond what the sizes allow
)

// cacheItem is one record of api.cache.
type cacheItem struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Expires int64  `json:"expires_at"` // unix milliseconds
}

// sharedCache is api.cache of the trigger: all its Actions share it. It is lost
// with the process, as Auth0 promises no more than a cache.
type sharedCache struct {
	mu    sync.Mutex
	items []cacheItem // in the order of writing
}

// snapshot is what a run may see at now, in unix milliseconds.
func (s *sharedCache) snapshot(now int64) []cacheItem {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = slices.DeleteFunc(s.items, func(i cacheItem) bool { return i.Expires <= now })
	return slices.Clone(s.items)
}

func (s *sharedCache) set(item cacheItem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = append(without(s.items, item.Key), item)
	for len(s.items) > maxCacheEntries || cacheSize(s.items) > maxCacheTotal {
		s.items = s.items[1:] // another run has filled it meanwhile: the oldest make room
	}
}

func (s *sharedCache) remove(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = without(s.items, key)
}

func without(items []cacheItem, key string) []cacheItem {
	return slices.DeleteFunc(items, func(i cacheItem) bool { return i.Key == key })
}

func cacheSize(items []cacheItem) (n int) {
	for _, i := range items {
		n += len(i.Key) + len(i.Value)
	}
	return n
}
