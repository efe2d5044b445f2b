package actions

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestScriptsAnswerAsInNode runs testdata/node/scripts in an Action. What they
// tell must be what they told in Node, which scripts.js there wrote down.
func TestScriptsAnswerAsInNode(t *testing.T) {
	files, err := filepath.Glob("testdata/node/scripts/*.js")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	host := string(nodeFile(t, "scripts.js"))
	prelude := regexp.MustCompile("exports.prelude = `([^`]*)`").FindStringSubmatch(host)[1]
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".js")
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var want []json.RawMessage
			mustJSON(t, nodeFile(t, "scripts/"+name+".json"), &want)
			got := inAction(t, prelude+"\n"+string(source))
			for i := range min(len(got), len(want)) {
				if !sameJSON(t, got[i], want[i]) {
					t.Errorf("value %d is\n%s\nNode tells\n%s", i, got[i], want[i])
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d values were told, Node tells %d", len(got), len(want))
			}
		})
	}
}

// sameJSON compares values; the order of an object's members is compared by the
// scripts themselves where it matters.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	mustJSON(t, a, &x)
	mustJSON(t, b, &y)
	return reflect.DeepEqual(x, y)
}
