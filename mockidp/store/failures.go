package store

import (
	"context"
	"database/sql"
	"errors"
	"net/netip"
	"time"
)

const (
	// KeepFailures is how many rows of failed logins are kept.
	KeepFailures = 200
	// sameFailure is how long after the first try another like it is counted in
	// the same row.
	sameFailure = time.Minute
)

// The types of a [Failure] in the tenant's log (Auth0: "Log Event Type Codes").
const (
	FailedPassword = "fp" // the user exists, the password was wrong
	FailedUser     = "fu" // no such user
	FailedLogin    = "f"  // blocked, or cancelled
)

// Failure is a login that ended before any Action ran, or several of one user from
// one address within a minute. It never holds a password. What the login counts is
// not its business: see CompleteLogin.
type Failure struct {
	ID         string // filled by AddFailure: "fail_" and hex digits
	Seq        int64  // read only: order of the last tries; a repeated failure has a new one
	Type       string // FailedPassword, FailedUser or FailedLogin
	Reason     string // for people: "wrong password"
	UserID     string // empty: no such user
	UserName   string // email address; empty: what was typed is none
	ClientID   string
	ClientName string // read only: as it is called now
	IP         netip.Addr
	Simulated  bool  // IP was chosen on the login page
	Place      Place // no more than city and country code
	UserAgent  string
	Began      time.Time // the first try
	At         time.Time // the last one
	Tries      int64
}

const failureColumns = `id, seq, type, reason, user_id, user_name, client_id, ip, simulated, city, country_code, user_agent, began, at, tries`

// AddFailure stores a failed login that took place at f.At, or counts it in the row
// of the same one of the last minute, and deletes all but the last 200 rows. It fills
// f.ID, f.Began and f.Tries. A power cut may lose it.
func (s *Store) AddFailure(ctx context.Context, f *Failure) error {
	return s.txSoon(ctx, func(l *lane) error {
		const next = `(SELECT COALESCE(MAX(seq), 0) + 1 FROM failures)`
		err := l.row(ctx, `UPDATE failures SET tries = tries + 1, at = $1, seq = `+next+`, user_agent = $2
			WHERE id = (SELECT id FROM failures WHERE type = $3 AND reason = $4 AND user_id = $5 AND user_name = $6 AND client_id = $7 AND ip = $8 AND began > $9 ORDER BY seq DESC LIMIT 1)
			RETURNING id, began, tries`,
			[]any{ms(f.At), f.UserAgent, f.Type, f.Reason, f.UserID, f.UserName, f.ClientID, addr(f.IP), ms(f.At.Add(-sameFailure))}, &f.ID, toTime{&f.Began}, toInt{&f.Tries})
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		f.ID, f.Began, f.Tries = "fail_"+randomHex(8), f.At, 1
		if _, err := l.exec(ctx, `INSERT INTO failures (`+failureColumns+`) VALUES ($1, `+next+`, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, 1)`,
			f.ID, f.Type, f.Reason, f.UserID, f.UserName, f.ClientID, addr(f.IP), f.Simulated, f.Place.City, f.Place.CountryCode, f.UserAgent, ms(f.At)); err != nil {
			return err
		}
		// By number, not by seq alone: the tries that one row counts leave gaps.
		return l.change(ctx, nil, `DELETE FROM failures WHERE id NOT IN (SELECT id FROM failures ORDER BY seq DESC LIMIT $1)`, KeepFailures)
	})
}

// FailuresAfter returns the failed logins that came, or were repeated, after the one
// with this Seq, the oldest first; 0 means all. It is quick when there are none.
func (s *Store) FailuresAfter(ctx context.Context, seq int64) ([]*Failure, error) {
	return s.failures(ctx, `seq > $1`, seq)
}

// Failure returns the failed login with id, or ErrNotFound.
func (s *Store) Failure(ctx context.Context, id string) (*Failure, error) {
	list, err := s.failures(ctx, `id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, ErrNotFound
	}
	return list[0], nil
}

func (s *Store) failures(ctx context.Context, where string, arg any) (list []*Failure, err error) {
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, `SELECT `+failureColumns+`, COALESCE((SELECT name FROM clients WHERE clients.id = failures.client_id), '') FROM failures WHERE `+where+` ORDER BY seq`, []any{arg}, func(r *sql.Rows) error {
			f := new(Failure)
			list = append(list, f)
			return r.Scan(&f.ID, toInt{&f.Seq}, &f.Type, &f.Reason, &f.UserID, &f.UserName, &f.ClientID, toAddr{&f.IP}, toBool{&f.Simulated},
				&f.Place.City, &f.Place.CountryCode, &f.UserAgent, toTime{&f.Began}, toTime{&f.At}, toInt{&f.Tries}, &f.ClientName)
		})
	})
	return list, err
}
