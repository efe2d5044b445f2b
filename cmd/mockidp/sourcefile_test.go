package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files that can be found and not be read say why, and what to do.
func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, text []byte, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	code := "exports.onExecutePostLogin = async (event, api) => {};\n"
	tests := []struct {
		name, file, want string
		skip             string
	}{
		{"Latin-1", write("latin1.js", []byte("// caf\xe9\n"+code), 0o600), "is not UTF-8 text: expected the file of an Action. Save it as UTF-8", ""},
		{"UTF-16", write("utf16.js", []byte("\xff\xfe"+strings.Join(strings.Split(code, ""), "\x00")+"\x00"), 0o600), "on Windows it may be UTF-16", ""},
		{"forbidden", write("forbidden.js", []byte(code), 0o000), "permission denied: this process runs as user", "root may read everything"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.skip != "" && os.Getuid() <= 0 {
				t.Skip(tt.skip)
			}
			var stderr bytes.Buffer
			err := run(t.Context(), []string{"actions", "deploy", "--database-url", "file:" + filepath.Join(dir, "idp.db"), tt.file}, nil, io.Discard, &stderr)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want it to say %q", err, tt.want)
			}
		})
	}
}
