package listen

import (
	"os"
	"runtime/debug"
)

const (
	// heapGrowth is how far the heap may grow before it is collected, in percent
	// of what is in use. A server here uses some 10 MB: Go's default of 100 would
	// collect after every few logins, at a tenth of a login's CPU time.
	heapGrowth = 400
	// memoryLimit is where the collector works harder instead of taking more.
	memoryLimit = 150 << 20
)

// CollectLess makes the garbage collector run a fifth as often, which costs some
// 40 MB of memory and never more than 150 MB in all. What the environment says
// (GOGC, GOMEMLIMIT) wins. It sets the whole process, so only a main may call it.
func CollectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
