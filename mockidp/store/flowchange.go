package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The settings that tell of the flow what its rows can't.
const (
	flowChanged = "flow_changed" // when it was changed last, in milliseconds
	flowPending = "flow_pending" // ids of an order that was not applied, as JSON
)

// noteFlow is part of each transaction that changes the flow. What somebody was
// about to make of the flow before it is forgotten.
func (l *lane) noteFlow(ctx context.Context) error {
	if err := l.change(ctx, nil, `DELETE FROM settings WHERE key = $1`, flowPending); err != nil {
		return err
	}
	return l.putSetting(ctx, flowChanged, fmt.Sprint(ms(time.Now())))
}

// FlowChanged returns when the login flow was changed last: Actions put in, taken
// out or moved. It is zero when that never happened. A deployment is no change of it.
func (s *Store) FlowChanged(ctx context.Context) (time.Time, error) {
	text, err := s.Setting(ctx, flowChanged)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	var at int64
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		return time.Time{}, fmt.Errorf("setting %s: %w", flowChanged, err)
	}
	return time.UnixMilli(at).UTC(), nil
}

// SetPendingFlow keeps the order of Actions, by their ids, that somebody has made of
// the flow of trigger in a page without applying it. The next change of the flow
// forgets it, and so does an order that is the flow's own.
func (s *Store) SetPendingFlow(ctx context.Context, trigger string, order []string) error {
	bound, err := s.Bindings(ctx, trigger)
	if err != nil {
		return err
	}
	if slices.EqualFunc(bound, order, func(b *Binding, id string) bool { return b.ActionID == id }) {
		return s.change(ctx, nil, `DELETE FROM settings WHERE key = $1`, flowPending)
	}
	text, err := asJSON(append([]string{}, order...)) // no list at all would be kept as no JSON
	if err != nil {
		return err
	}
	return s.PutSetting(ctx, flowPending, text)
}

// PendingFlow returns what SetPendingFlow keeps; nil for nothing.
func (s *Store) PendingFlow(ctx context.Context) (order []string, err error) {
	text, err := s.Setting(ctx, flowPending)
	if errors.Is(err, ErrNotFound) || err == nil && text == "" { // as an empty order was kept once
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return nil, fmt.Errorf("setting %s: %w", flowPending, err)
	}
	return order, nil
}
