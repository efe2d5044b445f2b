package main

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lockShared waits for a lock that others may hold, too (LockFileEx).
func lockShared(f *os.File) error { return lockAll(f, 0) }

// lockAlone takes a lock that nobody else may hold. It does not wait: errLocked says
// that somebody has one.
func lockAlone(f *os.File) error {
	err := lockAll(f, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

// lockAll locks every byte that the file could have: it has none.
func lockAll(f *os.File, flags uint32) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, math.MaxUint32, math.MaxUint32, new(windows.Overlapped))
}
