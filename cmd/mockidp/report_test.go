package main

import (
	"bytes"
	"strings"
	"testing"

	"example.com/postlogin/mockidp/actions"
)

// TestDurationIsInMicroseconds: a sum of decimal fractions has a tail that nobody measured.
func TestDurationIsInMicroseconds(t *testing.T) {
	tests := []struct {
		runs []float64
		want string
	}{
		{[]float64{1.1, 2.2}, `"duration_ms": 3.3`}, // 3.3000000000000003
		{[]float64{0.1, 0.2, 1000.001}, `"duration_ms": 1000.301`},
		{[]float64{0.8}, `"duration_ms": 0.8`},
		{nil, `"duration_ms": 0`},
	}
	for _, tt := range tests {
		out := &actions.Outcome{}
		for _, ms := range tt.runs {
			out.Runs = append(out.Runs, actions.ActionRun{Name: "a", DurationMS: ms})
		}
		var b bytes.Buffer
		if err := printJSON(&b, newReport(nil, out, nil)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), tt.want+"\n") {
			t.Errorf("%v: no %s in\n%s", tt.runs, tt.want, &b)
		}
	}
}
