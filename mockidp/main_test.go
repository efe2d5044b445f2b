package mockidp_test

import (
	"os"
	"testing"

	"example.com/postlogin/mockidp/actions"
)

// TestMain lets this test binary be its own Action worker and its own server process.
func TestMain(m *testing.M) {
	actions.ServeIfWorker()
	if os.Getenv(serverEnv) != "" {
		serveForCrashTest()
		return
	}
	os.Exit(m.Run())
}
