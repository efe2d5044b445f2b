package web

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

// idleLimit is how long a record may rest before it is deleted. It is also the
// longest pause in a session (OWASP ASVS 5.0 7.3.1).
const idleLimit = 30 * time.Minute

var (
	// errNoRecord says that there is no such record, or none that can be read:
	// it never was, was deleted, was sealed with another key, or is damaged.
	errNoRecord = errors.New("web: no such record")
	// errClosed says that Start has not opened the folder yet.
	errClosed = errors.New("web: the session folder is not open. Call Start first")
	// errExists says that a record of that name was put before.
	errExists = errors.New("web: there is such a record already")
)

// A vault keeps small records that must survive a restart: sessions, started logins
// and histories, one encrypted file each. But for a history, a record is written once, before anyone knows
// its name, and never changed; so requests need no lock between them, and a
// request that runs while another one logs out can't bring the session back.
//
// (gorilla's FilesystemStore does none of this: it rewrites files in place, which
// a crash may cut in half; a Save that comes after a delete restores the session;
// two requests can't decide which of them used a record first; and its files are
// named by the very ids that open the sessions.)
type vault struct {
	dir  string
	now  func() time.Time
	aead cipher.AEAD // nil until open
}

// recordFile matches the files that a vault owns, and so may delete.
var recordFile = regexp.MustCompile(`^(login|session|history|jti)_[0-9a-f]{64}(\.used|\.new)?$`)

// historyLimit is how long a history is kept that nobody adds to.
const historyLimit = 90 * 24 * time.Hour

// open makes the folder and reads, or makes, the key. key may be empty.
func (v *vault) open(key []byte) error {
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return fmt.Errorf("web: session folder: %w", err)
	}
	if len(key) == 0 {
		var err error
		if key, err = keptKey(filepath.Join(v.dir, "key")); err != nil {
			return fmt.Errorf("web: session key: %w", err)
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

// put stores data under the secret id. The file's name is a hash of id: who can
// list the folder learns no id. kind is "login",
// "session", "history" or "jti".
func (v *vault) put(kind, id string, data []byte) error {
	if v.aead == nil {
		return errClosed
	}
	name := recordName(kind, id)
	err := v.write(name, name, data, os.O_EXCL)
	if errors.Is(err, fs.ErrExist) {
		return errExists
	}
	return err
}

// replace is put for the one kind of record that changes, "history". A crash leaves
// the old record or the new one. Its caller sees to it that there is one writer.
func (v *vault) replace(kind, id string, data []byte) error {
	if v.aead == nil {
		return errClosed
	}
	name := recordName(kind, id)
	if err := v.write(name+".new", name, data, os.O_TRUNC); err != nil {
		return err
	}
	return os.Rename(filepath.Join(v.dir, name+".new"), filepath.Join(v.dir, name))
}

// write seals data into file. The record's name is sealed in as well, so that files
// can't be exchanged.
func (v *vault) write(file, name string, data []byte, flag int) error {
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

// get returns the record.
func (v *vault) get(kind, id string) ([]byte, error) {
	if v.aead == nil {
		return nil, errClosed
	}
	return v.read(recordName(kind, id))
}

func (v *vault) read(name string) ([]byte, error) {
	sealed, err := os.ReadFile(filepath.Join(v.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoRecord
	}
	if err != nil {
		return nil, err
	}
	data, err := v.aead.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, errNoRecord
	}
	return data, nil
}

// used returns when the record was last put or touched.
func (v *vault) used(kind, id string) (time.Time, error) {
	if v.aead == nil {
		return time.Time{}, errClosed
	}
	info, err := os.Stat(filepath.Join(v.dir, recordName(kind, id)))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, errNoRecord
	}
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// take makes a record unusable. Of several requests that take the same one, the
// file system lets exactly one rename it; the others, and all later ones, get
// errNoRecord. That it was used is remembered as long as the record would be.
func (v *vault) take(kind, id string) error {
	path := filepath.Join(v.dir, recordName(kind, id))
	err := os.Rename(path, path+".used")
	if errors.Is(err, fs.ErrNotExist) {
		return errNoRecord
	}
	return err
}

// isTaken reports whether the record was there and has been taken.
func (v *vault) isTaken(kind, id string) bool {
	_, err := os.Stat(filepath.Join(v.dir, recordName(kind, id)+".used"))
	return err == nil
}

// touch marks a record as in use now. One that is gone stays gone.
func (v *vault) touch(kind, id string) {
	// Failing is harmless: the record only ends earlier.
	_ = os.Chtimes(filepath.Join(v.dir, recordName(kind, id)), v.now(), v.now())
}

// drop deletes a record, if it is there.
func (v *vault) drop(kind, id string) error {
	if err := v.pull(kind, id); !errors.Is(err, errNoRecord) {
		return err
	}
	return nil
}

// pull deletes a record. Of several callers exactly one does; the others get
// errNoRecord.
func (v *vault) pull(kind, id string) error {
	err := os.Remove(filepath.Join(v.dir, recordName(kind, id)))
	if errors.Is(err, fs.ErrNotExist) {
		return errNoRecord
	}
	return err
}

// deleteIf shows f every record of a kind and deletes those for which it says so.
// What can't be read is passed over. A record that is put meanwhile may be missed.
func (v *vault) deleteIf(kind string, f func(data []byte) bool) error {
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

// sweepUntil deletes what has rested for too long, now and every five minutes,
// until ctx ends.
func (v *vault) sweepUntil(ctx context.Context, log *slog.Logger) {
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
func (v *vault) sweep() error {
	entries, err := os.ReadDir(v.dir)
	for _, e := range entries {
		if !recordFile.MatchString(e.Name()) {
			continue
		}
		info, statErr := e.Info()
		limit := idleLimit
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

// newID returns 256 random bits as text (43 characters), for ids that are
// secrets.
func newID() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	return base64url.EncodeToString(b)
}

// check reports whether records can be kept: the folder is open and is there.
func (v *vault) check() error {
	if v.aead == nil {
		return errClosed
	}
	_, err := os.Stat(v.dir)
	return err
}
