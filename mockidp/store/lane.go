package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// lane is one connection with its prepared statements. It belongs to whoever
// took it out of its channel, so that it needs no locks.
//
// A context ends the wait for a lane, not a statement that has begun: those take
// microseconds, watching the context would cost a goroutine each, and a COMMIT
// that is cut off leaves the caller not knowing what happened.
type lane struct {
	db    *sql.DB // where the connection comes from, at first use
	conn  *sql.Conn
	stmts map[string]*sql.Stmt

	fsyncs bool // a commit may wait for the disk: a file, and synchronous=full
	waits  bool // a commit does wait for it now
}

// open takes the lane's connection from db.
func (l *lane) open(ctx context.Context) (err error) {
	if l.conn != nil {
		return nil
	}
	l.conn, err = l.db.Conn(ctx)
	l.stmts, l.waits = map[string]*sql.Stmt{}, l.fsyncs
	return err
}

// waitForDisk sets whether the next commits wait until they are on disk.
func (l *lane) waitForDisk(ctx context.Context, wait bool) error {
	if err := l.open(ctx); err != nil || !l.fsyncs || l.waits == wait {
		return err
	}
	mode := "NORMAL"
	if wait {
		mode = "FULL"
	}
	// Not a prepared statement: SQLite applies the setting when it compiles it.
	if _, err := l.conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA synchronous=`+mode); err != nil {
		return explain(err)
	}
	l.waits = wait
	return nil
}

// stmt is the prepared form of query, which is written for PostgreSQL. The
// replacement is the whole dialect: to SQLite $1 is a name, numbered by its
// first appearance, and only ?1 is a number.
func (l *lane) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := l.stmts[query]; ok {
		return st, nil
	}
	if err := l.open(ctx); err != nil {
		return nil, err
	}
	st, err := l.conn.PrepareContext(context.WithoutCancel(ctx), strings.ReplaceAll(query, "$", "?"))
	if err != nil {
		return nil, err
	}
	l.stmts[query] = st
	return st, nil
}

func (l *lane) close() {
	// SQLite keeps a connection, its locks and the WAL as long as one statement is open.
	for _, st := range l.stmts {
		st.Close()
	}
	if l.conn != nil {
		l.conn.Close()
	}
}

// exec runs query and returns how many rows it changed.
func (l *lane) exec(ctx context.Context, query string, args ...any) (int64, error) {
	st, err := l.stmt(ctx, query)
	if err != nil {
		return 0, explain(err)
	}
	res, err := st.ExecContext(context.WithoutCancel(ctx), cleanAll(args)...)
	if err != nil {
		return 0, explain(err)
	}
	return res.RowsAffected()
}

// change runs query and returns none when it changed no row.
func (l *lane) change(ctx context.Context, none error, query string, args ...any) error {
	n, err := l.exec(ctx, query, args...)
	if err == nil && n == 0 {
		return none
	}
	return err
}

// row runs query and scans its only row; no row is ErrNotFound.
func (l *lane) row(ctx context.Context, query string, args []any, dest ...any) error {
	st, err := l.stmt(ctx, query)
	if err != nil {
		return explain(err)
	}
	err = st.QueryRowContext(context.WithoutCancel(ctx), cleanAll(args)...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return explain(err)
}

// rows runs query and calls each for every row. each must not use the lane:
// a connection carries one result at a time.
func (l *lane) rows(ctx context.Context, query string, args []any, each func(*sql.Rows) error) error {
	st, err := l.stmt(ctx, query)
	if err != nil {
		return explain(err)
	}
	rows, err := st.QueryContext(context.WithoutCancel(ctx), cleanAll(args)...)
	if err != nil {
		return explain(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return explain(rows.Err())
}

// cleanAll makes every string of args valid for TEXT: PostgreSQL refuses NUL
// and invalid UTF-8. They are replaced and not dropped, so that a dirty key
// never equals a clean one.
func cleanAll(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			if c := clean(s); len(c) != len(s) || c != s {
				args[i] = c
			}
		}
	}
	return args
}

func clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// explain turns the violation of a unique constraint into ErrExists and says of
// every other error whose it is.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() {
		case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
			return ErrExists
		}
	}
	return fmt.Errorf("store: %w", err)
}
