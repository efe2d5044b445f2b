package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Tenant is what [Store.Fill] puts into an empty store.
type Tenant struct {
	Client *Client
	Users  []*User
	Action *Action // deployed, and alone in the flow of its trigger; nil: none
}

// filledAt is the setting that two processes filling one store wait for.
const filledAt = "filled_at"

// Fill stores t, all of it or nothing, and reports true; in a store that has users
// it changes nothing and reports false. So a process that is killed on the way leaves
// no half of a tenant, and of several that begin with one new file one fills it. An
// Action stays as it is when there is any: only the users were deleted.
//
// It fills the empty IDs and times as CreateUser, PutClient and CreateAction do.
func (s *Store) Fill(ctx context.Context, t Tenant) (filled bool, err error) {
	for _, u := range t.Users {
		if err := u.complete(); err != nil {
			return false, err
		}
	}
	errHasUsers := errors.New("store: has users") // undoes the setting
	err = s.tx(ctx, func(l *lane) error {
		// It locks its row, so that whoever counts the users counts those of the first.
		if err := l.putSetting(ctx, filledAt, fmt.Sprint(ms(time.Now()))); err != nil {
			return err
		}
		var n int64
		if err := l.row(ctx, `SELECT COUNT(*) FROM users`, nil, toInt{&n}); err != nil {
			return err
		}
		if n > 0 {
			return errHasUsers
		}
		return l.insertTenant(ctx, t)
	}, dropFirstUsers, dropFlows, func(c *cache) { delete(c.clients, t.Client.ID) })
	if errors.Is(err, errHasUsers) {
		return false, nil
	}
	return err == nil, err
}

func (l *lane) insertTenant(ctx context.Context, t Tenant) error {
	if err := l.putClient(ctx, t.Client); err != nil {
		return fmt.Errorf("application %s: %w", t.Client.ID, err)
	}
	for _, u := range t.Users {
		if err := l.insertUser(ctx, u); err != nil {
			return fmt.Errorf("user %s: %w", u.Email, err)
		}
	}
	var n int64
	if err := l.row(ctx, `SELECT COUNT(*) FROM actions`, nil, toInt{&n}); err != nil || n > 0 || t.Action == nil {
		return err
	}
	a := t.Action
	if err := l.insertAction(ctx, a); err != nil {
		return fmt.Errorf("Action %s: %w", a.Name, err)
	}
	if err := l.deploy(ctx, &Version{ActionID: a.ID, CreatedAt: a.UpdatedAt}); err != nil {
		return fmt.Errorf("deploy Action %s: %w", a.Name, err)
	}
	return l.bind(ctx, a.Trigger, []string{a.ID})
}
