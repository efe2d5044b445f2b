//go:build !linux

package actions

import (
	"os"
	"os/exec"
	"runtime/debug"
	"time"
)

// harden narrows what this worker process can do. Outside Linux only the heap
// watch, the collector's limit and the server's clock bound a worker.
func harden(hard uint64) {
	if hard > 0 {
		debug.SetMemoryLimit(int64(hard / 4 * 3))
	}
}

func isolate(*exec.Cmd) {}

func ownBinary() (string, error) { return os.Executable() }

// linger is a saving that only Linux has.
func linger(*os.File, time.Duration) {}
