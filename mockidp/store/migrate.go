package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. It asks for the version first: on a
// store that is up to date, which is every start but one, that is one query
// instead of goose's dozen.
func migrate(ctx context.Context, db *sql.DB) error {
	newest, err := newestMigration()
	if err != nil {
		return err
	}
	var version int64
	err = whenFree(ctx, func() (err error) {
		// The connection is made here, and with it the file switched to WAL.
		version, err = schemaVersion(ctx, db)
		for err == nil && version < newest {
			// Another process may be migrating too: what fails here because it
			// was faster has succeeded there, or soon will have.
			before, upErr := version, up(ctx, db)
			if version, err = schemaVersion(ctx, db); err == nil && version == before {
				return upErr
			}
		}
		return err
	})
	if err == nil && version > newest {
		return fmt.Errorf("a newer version of this program wrote it (schema %d, this program knows %d): use that version or another file", version, newest)
	}
	return err
}

// What another process may need to make a new file's tables, and the pause
// between two tries meanwhile.
const (
	freeWithin = 30 * time.Second
	freeAgain  = 10 * time.Millisecond
)

// whenFree calls f until it does something else than fail because another
// connection writes. SQLite's own busy_timeout does not wait where a
// transaction began by reading, as goose's do and the switch to WAL does.
func whenFree(ctx context.Context, f func() error) error {
	enough := time.After(freeWithin)
	for {
		err := f()
		if !isBusy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-enough:
			return fmt.Errorf("another process has been writing to it for %v: end that one or use another file: %w", freeWithin, err)
		case <-time.After(freeAgain):
		}
	}
}

// isBusy reports whether err says that another connection is writing.
func isBusy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// createSchema makes the tables of a new database in memory, which nobody will
// ever upgrade: the same files without goose's table of versions. Every test
// that opens a store waits for it.
func createSchema(ctx context.Context, db *sql.DB) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	for _, name := range files {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		if _, err := db.ExecContext(ctx, up); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func up(ctx context.Context, db *sql.DB) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// newestMigration is the number that the last file in migrations begins with.
func newestMigration() (int64, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(files[len(files)-1].Name(), "_")
	return strconv.ParseInt(number, 10, 64)
}

// schemaVersion is the number of the last migration applied, 0 for none.
func schemaVersion(ctx context.Context, db *sql.DB) (version int64, err error) {
	var tables int
	err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE name = 'goose_db_version'`).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, err
}
