package store

import (
	"context"
	"database/sql"
	"time"
)

// keepOutgoing is how many outgoing requests are kept: a workshop's day.
const keepOutgoing = 1000

// Outgoing is an HTTP request that an Action made, and what it was answered.
type Outgoing struct {
	ID            string // filled by AddOutgoing: "out_" and hex digits
	TransactionID string // event.transaction.id; empty outside a login
	At            time.Time
	Took          time.Duration // in microseconds
	Mode          string        // who answered: see the Mode constants of package outbox
	Action        string        // name of the Action
	Version       int64

	Method   string
	URL      string
	Headers  map[string]string // as the Action gave them: other credentials than its own secrets included
	Body     string            // its beginning, when BodySize is larger
	BodySize int64             // bytes

	Status        int64  // 0: no answer
	AnswerURL     string // after redirects; empty: as asked
	AnswerHeaders map[string]string
	Answer        string // its beginning, when AnswerSize is larger
	AnswerSize    int64  // bytes
	Error         string // why there was no answer
}

const outgoingColumns = `id, transaction_id, at, took, mode, action, version, method, url, headers, body_size, status, answer_url, answer_headers, answer_size, error, body, answer`

func (o *Outgoing) columns() []any {
	return []any{
		&o.ID, &o.TransactionID, toTime{&o.At}, toMicros{&o.Took}, &o.Mode, &o.Action, toInt{&o.Version}, &o.Method, &o.URL, toJSON{&o.Headers}, toInt{&o.BodySize},
		toInt{&o.Status}, &o.AnswerURL, toJSON{&o.AnswerHeaders}, toInt{&o.AnswerSize}, &o.Error, &o.Body, &o.Answer,
	}
}

// toMicros reads a duration kept in microseconds: a captured request takes a
// fraction of a millisecond.
type toMicros struct{ d *time.Duration }

func (d toMicros) Scan(src any) error {
	var n int64
	err := toInt{&n}.Scan(src)
	*d.d = time.Duration(n) * time.Microsecond
	return err
}

// AddOutgoing stores o, fills its ID, and deletes all but the last 1000
// requests. A power cut may lose it.
func (s *Store) AddOutgoing(ctx context.Context, o *Outgoing) error {
	headers, err := asJSON(o.Headers)
	if err != nil {
		return err
	}
	answerHeaders, err := asJSON(o.AnswerHeaders)
	if err != nil {
		return err
	}
	o.ID = "out_" + randomHex(8)
	return s.txSoon(ctx, func(l *lane) error {
		_, err := l.exec(ctx, `INSERT INTO outbox (seq, `+outgoingColumns+`) VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM outbox), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
			o.ID, o.TransactionID, ms(o.At), o.Took.Microseconds(), o.Mode, o.Action, o.Version, o.Method, o.URL, headers, o.BodySize,
			o.Status, o.AnswerURL, answerHeaders, o.AnswerSize, o.Error, o.Body, o.Answer)
		if err != nil {
			return err
		}
		return l.change(ctx, nil, `DELETE FROM outbox WHERE seq <= (SELECT MAX(seq) FROM outbox) - $1`, keepOutgoing)
	})
}

// Outgoings returns the last outgoing requests, the newest first: those of one
// transaction, or all when transactionID is empty. A limit of 0 means all that
// are kept.
func (s *Store) Outgoings(ctx context.Context, transactionID string, limit int) (list []*Outgoing, err error) {
	query, args := `SELECT `+outgoingColumns+` FROM outbox ORDER BY seq DESC LIMIT $1`, []any{rowLimit(limit)}
	if transactionID != "" {
		query = `SELECT ` + outgoingColumns + ` FROM outbox WHERE transaction_id = $2 ORDER BY seq DESC LIMIT $1`
		args = append(args, transactionID)
	}
	err = s.list(ctx, func(l *lane) error {
		return l.rows(ctx, query, args, func(r *sql.Rows) error {
			o := new(Outgoing)
			list = append(list, o)
			return r.Scan(o.columns()...)
		})
	})
	return list, err
}

// Outgoing returns the outgoing request with id, or ErrNotFound.
func (s *Store) Outgoing(ctx context.Context, id string) (*Outgoing, error) {
	o := new(Outgoing)
	err := s.read(ctx, func(l *lane) error {
		return l.row(ctx, `SELECT `+outgoingColumns+` FROM outbox WHERE id = $1`, []any{id}, o.columns()...)
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// ClearOutbox deletes all outgoing requests. The rules stay.
func (s *Store) ClearOutbox(ctx context.Context) error {
	return s.change(ctx, nil, `DELETE FROM outbox`)
}
