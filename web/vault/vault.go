// Package vault keeps the small records that the demo app must not lose in a restart:
// sessions, started logins, histories and used tokens, one encrypted file each. It
// knows nothing of what is in them.
package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// IdleLimit is how long a record may rest before it is deleted. It is also the
// longest pause in a session (OWASP ASVS 5.0 7.3.1).
const IdleLimit = 30 * time.Minute

var (
	// ErrNoRecord says that there is no such record, or none that can be read:
	// it never was, was deleted, was sealed with another key, or is damaged.
	ErrNoRecord = errors.New("vault: no such record")
	// ErrClosed says that Open has not been called yet.
	ErrClosed = errors.New("vault: the folder is not open. Call Open first")
	// ErrExists says that a record of that name was put before.
	ErrExists = errors.New("vault: there is such a record already")
)

// A Vault is a folder of records. But for a history, a record is written once, before
// anyone knows its name, and never changed; so requests need no lock between them, and
// a request that runs while another one logs out can't bring the session back.
//
// (gorilla's FilesystemStore does none of this: it rewrites files in place, which
// a crash may cut in half; a Save that comes after a delete restores the session;
// two requests can't decide which of them used a record first; and its files are
// named by the very ids that open the sessions.)
type Vault struct {
	dir  string
	now  func() time.Time
	aead cipher.AEAD // nil until Open
}

// New returns a Vault for the folder dir, which Open makes when it is not there.
func New(dir string, now func() time.Time) *Vault { return &Vault{dir: dir, now: now} }

// recordFile matches the files that a Vault owns, and so may delete.
var recordFile = regexp.MustCompile(`^(login|session|history|jti|ended)_[0-9a-f]{64}(\.used|\.new)?$`)

// historyLimit is how long a history is kept that nobody adds to.
const historyLimit = 90 * 24 * time.Hour

// Open makes the folder and reads, or makes, the key. key may be empty.
func (v *Vault) Open(key []byte) error {
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return fmt.Errorf("session folder: %w", err)
	}
	if len(key) == 0 {
		var err error
		if key, err = keptKey(filepath.Join(v.dir, "key")); err != nil {
			return fmt.Errorf("session key: %w", err)
		}
	}
	// The file's key is derived, so that SessionKey may serve for more one day.
	secret, err := hkdf.Key(sha256.New, key, nil, "postlogin web: records", 32)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return err
	}
	v.aead, err = cipher.NewGCMWithRandomNonce(block)
	return err
}

// keptKey reads the key in file, or makes one there.
func keptKey(file string) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		key := make([]byte, 32)
		rand.Read(key) // never fails (crypto/rand)
		_, err = f.Write(key)
		return key, errors.Join(err, f.Close())
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("%s can be read by others (mode %04o). Run chmod 600 on it, or delete it to end all sessions", file, info.Mode().Perm())
	}
	key, err := os.ReadFile(file)
	if err == nil && len(key) < 32 {
		err = fmt.Errorf("%s has %d bytes, expected 32. Delete it to have a new one made", file, len(key))
	}
	return key, err
}

// Put stores data under the secret id. The file's name is a hash of id: who can
// list the folder learns no id. kind is "login", "session", "history", "jti" or "ended".
func (v *Vault) Put(kind, id string, data []byte) error {
	if v.aead == nil {
		return ErrClosed
	}
	name := recordName(kind, id)
	err := v.write(name, name, data, os.O_EXCL)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	return err
}

// Replace is put for the one kind of record that changes, "history". A crash leaves
// the old record or the new one. Its caller sees to it that there is one writer.
func (v *Vault) Replace(kind, id string, data []byte) error {
	if v.aead == nil {
		return ErrClosed
	}
	name := recordName(kind, id)
	if err := v.write(name+".new", name, data, os.O_TRUNC); err != nil {
		return err
	}
	return os.Rename(filepath.Join(v.dir, name+".new"), filepath.Join(v.dir, name))
}

// write seals data into file. The record's name is sealed in as well, so that files
// can't be exchanged.
func (v *Vault) write(file, name string, data []byte, flag int) error {
	path := filepath.Join(v.dir, file)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(v.aead.Seal(nil, nil, data, []byte(name)))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Chtimes(path, v.now(), v.now())
}

// Get returns the record.
func (v *Vault) Get(kind, id string) ([]byte, error) {
	if v.aead == nil {
		return nil, ErrClosed
	}
	return v.read(recordName(kind, id))
}

func (v *Vault) read(name string) ([]byte, error) {
	sealed, err := os.ReadFile(filepath.Join(v.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoRecord
	}
	if err != nil {
		return nil, err
	}
	data, err := v.aead.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, ErrNoRecord
	}
	return data, nil
}

// Used returns when the record was last put or touched.
func (v *Vault) Used(kind, id string) (time.Time, error) {
	if v.aead == nil {
		return time.Time{}, ErrClosed
	}
	info, err := os.Stat(filepath.Join(v.dir, recordName(kind, id)))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, ErrNoRecord
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// Take makes a record unusable. Of several requests that take the same one, the
// file system lets exactly one rename it; the others, and all later ones, get
// ErrNoRecord. That it was used is remembered as long as the record would be.
func (v *Vault) Take(kind, id string) error {
	path := filepath.Join(v.dir, recordName(kind, id))
	err := os.Rename(path, path+".used")
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoRecord
	}
	return err
}

// IsTaken reports whether the record was there and has been taken.
func (v *Vault) IsTaken(kind, id string) bool {
	_, err := os.Stat(filepath.Join(v.dir, recordName(kind, id)+".used"))
	return err == nil
}

// Touch marks a record as in use now. One that is gone stays gone.
func (v *Vault) Touch(kind, id string) {
	// Failing is harmless: the record only ends earlier.
	_ = os.Chtimes(filepath.Join(v.dir, recordName(kind, id)), v.now(), v.now())
}

// Drop deletes a record, if it is there.
func (v *Vault) Drop(kind, id string) error {
	if err := v.Pull(kind, id); !errors.Is(err, ErrNoRecord) {
		return err
	}
	return nil
}

// Pull deletes a record. Of several callers exactly one does; the others get
// ErrNoRecord.
func (v *Vault) Pull(kind, id string) error {
	err := os.Remove(filepath.Join(v.dir, recordName(kind, id)))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoRecord
	}
	return err
}

// DeleteIf shows f every record of a kind and deletes those for which it says so.
// What can't be read is passed over. A record that is put meanwhile may be missed.
func (v *Vault) DeleteIf(kind string, f func(data []byte) bool) error {
	entries, err := os.ReadDir(v.dir)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), kind+"_") || !recordFile.MatchString(e.Name()) {
			continue
		}
		if data, readErr := v.read(e.Name()); readErr == nil && f(data) {
			if rmErr := os.Remove(filepath.Join(v.dir, e.Name())); !errors.Is(rmErr, fs.ErrNotExist) {
				err = errors.Join(err, rmErr)
			}
		}
	}
	return err
}

// SweepUntil deletes what has rested for too long, now and every five minutes,
// until ctx ends.
func (v *Vault) SweepUntil(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(5 * time.Minute)
	defer tick.Stop()
	for {
		if err := v.sweep(); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "old sessions could not be deleted", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweep deletes the records that nobody used within their limit, and nothing else
// that may lie in the folder.
func (v *Vault) sweep() error {
	entries, err := os.ReadDir(v.dir)
	for _, e := range entries {
		if !recordFile.MatchString(e.Name()) {
			continue
		}
		info, statErr := e.Info()
		limit := IdleLimit
		if strings.HasPrefix(e.Name(), "history_") {
			limit = historyLimit
		}
		if statErr != nil || v.now().Sub(info.ModTime()) <= limit {
			continue
		}
		if rmErr := os.Remove(filepath.Join(v.dir, e.Name())); !errors.Is(rmErr, fs.ErrNotExist) {
			err = errors.Join(err, rmErr)
		}
	}
	return err
}

func recordName(kind, id string) string {
	sum := sha256.Sum256([]byte(id))
	return kind + "_" + hex.EncodeToString(sum[:])
}

// Check reports whether records can be kept: the folder is open and is there.
func (v *Vault) Check() error {
	if v.aead == nil {
		return ErrClosed
	}
	_, err := os.Stat(v.dir)
	return err
}
