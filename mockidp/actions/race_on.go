//go:build race

package actions

// raceEnabled: the race detector maps more memory than RLIMIT_DATA would leave.
const raceEnabled = true
