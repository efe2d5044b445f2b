package store

import (
	"context"
	"database/sql"
	"time"
)

// OutboxRule answers the outgoing requests that fit it. The store keeps rules in
// order; what fits a pattern is decided in package outbox.
type OutboxRule struct {
	ID      string // filled when empty: "rule_" and hex digits
	Method  string // "*": any
	URL     string // pattern
	Status  int64
	Headers map[string]string
	Body    string
	Delay   time.Duration // before the answer, in milliseconds
	Times   int64         // answers so many requests; 0: any number
	Used    int64         // requests answered so far; counted only where Times is not 0
}

const ruleColumns = `id, method, url, status, headers, body, delay_ms, times, used`

// OutboxRules returns the rules in their order.
func (s *Store) OutboxRules(ctx context.Context) (rules []*OutboxRule, err error) {
	// read and not list: every request of an Action asks for them, and they are few.
	err = s.read(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+ruleColumns+` FROM outbox_rules ORDER BY position, id`, nil, func(r *sql.Rows) error {
			u := new(OutboxRule)
			rules = append(rules, u)
			return r.Scan(&u.ID, &u.Method, &u.URL, toInt{&u.Status}, toJSON{&u.Headers}, &u.Body, toMillis{&u.Delay}, toInt{&u.Times}, toInt{&u.Used})
		})
	})
	return rules, err
}

// SetOutboxRules replaces all rules with these, in this order. Two with one ID
// are ErrExists, and the old rules stay.
func (s *Store) SetOutboxRules(ctx context.Context, rules []*OutboxRule) error {
	return s.tx(ctx, func(l *lane) error {
		if _, err := l.exec(ctx, `DELETE FROM outbox_rules`); err != nil {
			return err
		}
		for _, r := range rules {
			if err := addRule(ctx, l, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddOutboxRule adds r behind the rules there are.
func (s *Store) AddOutboxRule(ctx context.Context, r *OutboxRule) error {
	return s.write(ctx, func(l *lane) error { return addRule(ctx, l, r) })
}

func addRule(ctx context.Context, l *lane, r *OutboxRule) error {
	headers, err := asJSON(r.Headers)
	if err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = "rule_" + randomHex(8)
	}
	_, err = l.exec(ctx, `INSERT INTO outbox_rules (position, `+ruleColumns+`) VALUES ((SELECT COALESCE(MAX(position), -1) + 1 FROM outbox_rules), $1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		r.ID, r.Method, r.URL, r.Status, headers, r.Body, r.Delay.Milliseconds(), r.Times, r.Used)
	return err
}

// UseOutboxRule counts one more request that the rule with id answers. Of
// several callers for the last one the first wins; the others, and whoever asks
// for a rule that is gone, get ErrGone.
func (s *Store) UseOutboxRule(ctx context.Context, id string) error {
	return s.writeSoon(ctx, func(l *lane) error {
		return l.change(ctx, ErrGone, `UPDATE outbox_rules SET used = used + 1 WHERE id = $1 AND used < times`, id)
	})
}

// DeleteOutboxRule deletes the rule with id; ErrNotFound.
func (s *Store) DeleteOutboxRule(ctx context.Context, id string) error {
	return s.change(ctx, ErrNotFound, `DELETE FROM outbox_rules WHERE id = $1`, id)
}
