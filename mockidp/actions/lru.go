package actions

import "container/list"

// lru keeps the most recently used values, at most size of them. It is not safe
// for concurrent use.
type lru[K comparable, V any] struct {
	size  int
	order *list.List // of *lruEntry, the newest first
	byKey map[K]*list.Element
}

type lruEntry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](size int) *lru[K, V] {
	return &lru[K, V]{size: size, order: list.New(), byKey: map[K]*list.Element{}}
}

func (l *lru[K, V]) get(k K) (v V, ok bool) {
	e := l.byKey[k]
	if e == nil {
		return v, false
	}
	l.order.MoveToFront(e)
	return e.Value.(*lruEntry[K, V]).value, true
}

func (l *lru[K, V]) put(k K, v V) {
	l.drop(k)
	l.byKey[k] = l.order.PushFront(&lruEntry[K, V]{k, v})
	if l.order.Len() > l.size {
		l.drop(l.order.Back().Value.(*lruEntry[K, V]).key)
	}
}

func (l *lru[K, V]) drop(k K) {
	if e := l.byKey[k]; e != nil {
		l.order.Remove(e)
		delete(l.byKey, k)
	}
}
