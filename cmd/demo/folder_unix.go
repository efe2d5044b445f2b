//go:build !windows

package main

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockShared waits for a lock that others may hold, too (flock(2)).
func lockShared(f *os.File) error { return flock(f, unix.LOCK_SH) }

// lockAlone takes a lock that nobody else may hold. It does not wait: errLocked says
// that somebody has one.
func lockAlone(f *os.File) error {
	err := flock(f, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

func flock(f *os.File, how int) error {
	for {
		if err := unix.Flock(int(f.Fd()), how); !errors.Is(err, unix.EINTR) { // the Go runtime sends signals itself
			return err
		}
	}
}
