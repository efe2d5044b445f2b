package actions

import (
	"encoding/json"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	ServeIfWorker()
	os.Exit(m.Run())
}

func workshopSource(tb testing.TB) string {
	tb.Helper()
	b, err := os.ReadFile("testdata/workshop.js")
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func sampleEvent(tb testing.TB) *Event {
	tb.Helper()
	b, err := os.ReadFile("testdata/event.json")
	if err != nil {
		tb.Fatal(err)
	}
	var ev Event
	if err := json.Unmarshal(b, &ev); err != nil {
		tb.Fatal(err)
	}
	return &ev
}

func mustJSON(tb testing.TB, b []byte, v any) {
	tb.Helper()
	if err := json.Unmarshal(b, v); err != nil {
		tb.Fatalf("%v in %s", err, b)
	}
}
