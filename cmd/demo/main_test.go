package main

import (
	"os"
	"testing"

	"example.com/postlogin/mockidp/actions"
)

// demoProcess makes this test binary the program demo.
const demoProcess = "DEMO_PROCESS"

// TestMain lets this test binary be its own Action worker, as the programs are,
// the server process that benchmarks measure from outside, and a demo of its own.
func TestMain(m *testing.M) {
	actions.ServeIfWorker()
	serveIfBenchServer()
	if os.Getenv(demoProcess) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}
