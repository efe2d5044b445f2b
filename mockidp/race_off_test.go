//go:build !race

package mockidp_test

// raceEnabled: the race detector multiplies memory, so bounds on it do not hold.
const raceEnabled = false
