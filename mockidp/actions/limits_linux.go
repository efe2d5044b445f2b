package actions

import (
	"os"
	"os/exec"
	"runtime/debug"
	"syscall"
	"time"
	"unsafe"
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

// linger waits up to d for input on f. The thread keeps its processor meanwhile:
// handing it back and waking the scheduler's monitor again costs as much as a
// warm run, and after one run the next is often near.
func linger(f *os.File, d time.Duration) {
	p := struct {
		fd              int32
		events, revents int16
	}{fd: int32(f.Fd()), events: 1} // POLLIN
	t := syscall.NsecToTimespec(int64(d))
	syscall.RawSyscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
}
