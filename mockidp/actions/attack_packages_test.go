package actions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hostilePackages is a folder of packages that each break a rule: what the
// attacks require.
func hostilePackages(t *testing.T) string {
	t.Helper()
	outside := t.TempDir()
	put(t, outside, "secret.js", `module.exports = "a file of the machine";`)
	dir := t.TempDir()
	put(t, dir, "hostile-cycle/index.js", `exports.a = 1; exports.b = require("./b.js"); exports.b.self = exports;`)
	put(t, dir, "hostile-cycle/b.js", `module.exports = require("./index.js"); module.exports.c = require("hostile-cycle");`)
	for i := range 600 { // deeper than packages may require each other
		put(t, dir, fmt.Sprintf("hostile-deep-%d/index.js", i), fmt.Sprintf(`module.exports = [require("hostile-deep-%d")];`, i+1))
	}
	put(t, dir, "hostile-main-loop/package.json", `{"main": "../hostile-main-loop"}`)
	put(t, dir, "hostile-exports-bomb/package.json", `{"exports": `+strings.Repeat(`{"node": [`, 60)+strings.Repeat(`]}`, 60)+`}`)
	put(t, dir, "hostile-exports-deep/package.json", `{"exports": `+strings.Repeat(`[`, 1e5)+strings.Repeat(`]`, 1e5)+`}`)
	put(t, dir, "hostile-json-deep/index.json", strings.Repeat(`[`, 1e6)+strings.Repeat(`]`, 1e6))
	put(t, dir, "hostile-getter/index.js", `Object.defineProperty(module, "exports", { get() { throw new Error("no exports"); } });`)
	put(t, dir, "hostile-name/package.json", `{"name": "hostile-name", "exports": {"./*": "./../*/*", ".": "../../*"}}`)
	put(t, dir, "hostile-addon/index.node", "\x7fELF")
	put(t, dir, "hostile-huge/index.js", strings.Repeat("//"+strings.Repeat("x", 1022), 5<<10))
	put(t, dir, "hostile-loop/index.js", `for (;;) {}`)
	put(t, dir, "hostile-memory/index.js", `const kept = []; for (;;) kept.push(new Array(1e5).fill(kept.length));`)
	put(t, dir, "hostile-link-loop/package.json", `{"main": "loop.js"}`)
	link(t, "loop.js", filepath.Join(dir, "hostile-link-loop", "loop.js"))
	link(t, outside, filepath.Join(dir, "hostile-link-out"))
	put(t, dir, "hostile-file-out/package.json", `{"main": "out.js"}`)
	link(t, filepath.Join(outside, "secret.js"), filepath.Join(dir, "hostile-file-out", "out.js"))
	put(t, dir, "hostile-fifo/package.json", `{"main": "/dev/zero"}`)
	link(t, "/dev/zero", filepath.Join(dir, "hostile-fifo", "index.js"))
	return dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, at string) {
	t.Helper()
	if err := os.Symlink(target, at); err != nil {
		t.Skip("this system makes no symbolic links: ", err)
	}
}
