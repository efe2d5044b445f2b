package main

import (
	"os"
	"testing"

	"example.com/postlogin/mockidp/actions"
)

// TestMain lets this test binary be its own Action worker, as the programs are,
// and the server process that benchmarks measure from outside.
func TestMain(m *testing.M) {
	actions.ServeIfWorker()
	serveIfBenchServer()
	os.Exit(m.Run())
}
