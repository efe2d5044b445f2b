package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// lockFile lies in the data folder. A demo that runs on the folder holds a shared lock
// on it, and --fresh needs an exclusive one. The system takes a lock back from a process
// that ends, however it ends. The file itself stays: were it deleted, the next demo would
// lock another file than the demo that still holds the first.
const lockFile = "demo.lock"

// errLocked says that a lock is held by somebody else.
var errLocked = errors.New("locked")

// claim makes the folder dir and says to other demos, until the file that it returns is
// closed, that its files are in use. It says nothing to a program mockidp that somebody
// has started on the folder's database.
func claim(dir string) (*os.File, error) {
	f, err := openLock(dir)
	if err != nil {
		return nil, err
	}
	// This waits for a demo that is just forgetting, and for no other.
	if err := lockShared(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Name(), err), f.Close())
	}
	return f, nil
}

// forget deletes what the demo keeps, and nothing else that may lie in the folder. It
// is an error when a demo runs on it, which would go on with deleted files.
func forget(dir string) (err error) {
	f, err := openLock(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := lockAlone(f); errors.Is(err, errLocked) {
		return fmt.Errorf("%s is in use by another demo, and --fresh would delete its files. Stop that demo, or start with another folder: --data %s", dir, filepath.Clean(dir)+"-2")
	} else if err != nil {
		return fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "mockidp.db*"))
	if err != nil {
		return err
	}
	for _, f := range append(files, filepath.Join(dir, "sessions")) {
		if err := os.RemoveAll(f); err != nil {
			return err
		}
	}
	return nil
}

func openLock(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil { // as the database makes it
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	return f, nil
}
