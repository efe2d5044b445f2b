package listen

import (
	"os"
	"runtime/debug"
)

const (
	// heapGrowth is how far the heap may grow before it is collected, in percent
	// of what is in use. An idle server uses 3 MB, a login allocates 0.1 MB: Go's
	// default of 100 would collect every thirty logins, at a tenth of their CPU time.
	heapGrowth = 800
	// memoryLimit is where the collector works harder instead of taking more.
	memoryLimit = 150 << 20
)

// CollectLess makes the garbage collector run a fraction as often, which costs
// some 30 MB of memory; beyond 150 MB in all it runs as often as it must. What
// the environment says (GOGC, GOMEMLIMIT) wins. It sets the whole process, so
// only a main may call it.
func CollectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
