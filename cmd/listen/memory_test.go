package listen_test

import (
	"math"
	"runtime/debug"
	"testing"

	"example.com/postlogin/cmd/listen"
)

func TestCollectLessLeavesWhatTheEnvironmentSays(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
	now := func() (int, int64) { // reading the percentage is setting it
		percent := debug.SetGCPercent(100)
		return percent, debug.SetMemoryLimit(-1)
	}
	t.Setenv("GOGC", "50")
	t.Setenv("GOMEMLIMIT", "1GiB")
	listen.CollectLess()
	if percent, limit := now(); percent != 100 || limit != math.MaxInt64 {
		t.Errorf("with GOGC and GOMEMLIMIT set: %d %%, limit %d, want both as before", percent, limit)
	}
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	listen.CollectLess()
	if percent, limit := now(); percent <= 100 || limit == math.MaxInt64 {
		t.Errorf("without them: %d %%, limit %d, want a higher percentage and a limit", percent, limit)
	}
}
