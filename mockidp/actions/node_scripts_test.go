package actions

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestScriptsAnswerAsInNode runs testdata/node/scripts in an Action. What they
// tell must be what they told in Node, which scripts.js there wrote down, or an
// error that says that this emulator does not support it.
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
			refused, all := 0, 0
			for i := range min(len(got), len(want)) {
				r, n, same := compareOrRefused(t, got[i], want[i])
				if refused, all = refused+r, all+n; !same {
					t.Errorf("value %d is\n%s\nNode tells\n%s", i, got[i], want[i])
				}
			}
			if t.Logf("%d of %d answers were refused", refused, all); refused > all/5 {
				t.Errorf("%d of %d answers were refused", refused, all)
			}
			if len(got) != len(want) {
				t.Errorf("%d values were told, Node tells %d", len(got), len(want))
			}
		})
	}
}

// compareOrRefused compares what was told. Of a list it compares the items, and
// an error that says "not supported by this emulator" is counted and passes.
func compareOrRefused(t *testing.T, got, want []byte) (refused, all int, same bool) {
	t.Helper()
	var x, y any
	mustJSON(t, got, &x)
	mustJSON(t, want, &y)
	a, isList := x.([]any)
	b, wasList := y.([]any)
	if !isList || !wasList || len(a) != len(b) {
		a, b = []any{x}, []any{y}
	}
	same = true
	for i := range a {
		all++
		if s, ok := a[i].(string); ok && strings.HasPrefix(s, "!") && strings.Contains(s, "not supported by this emulator") {
			refused++
		} else if !reflect.DeepEqual(a[i], b[i]) {
			same = false
		}
	}
	return refused, all, same
}
