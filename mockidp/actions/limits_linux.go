package actions

import (
	"os"
	"os/exec"
	"runtime/debug"
	"syscall"
)

// harden narrows what this worker process can do. Failures are accepted: each
// limit is one wall of several, and the server's clock stands behind them all.
func harden(hard uint64) {
	zero := &syscall.Rlimit{}
	syscall.Setrlimit(syscall.RLIMIT_CORE, zero)
	syscall.Setrlimit(syscall.RLIMIT_FSIZE, zero) // no file can be written
	if hard > 0 && !raceEnabled {
		debug.SetMemoryLimit(int64(hard / 4 * 3)) // collect harder before the wall
		// Private writable memory; Go's reservations without access don't count.
		syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: hard, Max: hard})
	}
	// When the machine or container runs out of memory, a worker goes first.
	os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}

// isolate prepares the command of a worker: it dies with the server's thread
// that started it, and is in no process group that a terminal signals.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// ownBinary is the running binary, also after its file was replaced or removed.
func ownBinary() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}

// pollable makes the worker wait for its input in the poller. A thread that
// waits in a blocking read has its processor taken away and given to another
// thread each time, which costs more than a warm run.
func pollable(f *os.File) *os.File {
	fd := int(f.Fd())
	if err := syscall.SetNonblock(fd, os.Getenv("WB") != "1"); err != nil {
		return f
	}
	return os.NewFile(uintptr(fd), f.Name())
}
