package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"
)

// readText reads a file that the command line names; what says what it should be.
// The errors say what to do: mostly the path is wrong, or the file is on another
// machine than this process, outside of its container.
func readText(file, what string) (string, error) {
	b, err := os.ReadFile(file)
	info, statErr := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%s: no such file: expected %s. %s", file, what, whereFrom(file))
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("%s: permission denied: this process runs as %s. Let everybody read the file (chmod a+r) and enter its folders (chmod a+x)", file, runsAs())
	case err != nil && statErr == nil && info.IsDir():
		return "", fmt.Errorf("%s is a folder: expected %s, as in %s", file, what, filepath.Join(file, "post-login-claims.js"))
	case err != nil:
		return "", fmt.Errorf("read %s: %w", what, err)
	case !utf8.Valid(b):
		return "", fmt.Errorf("%s is not UTF-8 text: expected %s. Save it as UTF-8 in your editor; on Windows it may be UTF-16", file, what)
	}
	return string(b), nil
}

// whereFrom says where a path begins.
func whereFrom(file string) string {
	const containers = "A container sees only the folders that are mounted"
	dir, err := os.Getwd()
	if err != nil || filepath.IsAbs(file) {
		return containers
	}
	return "The path begins at " + dir + ". " + containers
}

// runsAs names the user of this process, where users have numbers.
func runsAs() string {
	if id := os.Getuid(); id >= 0 {
		return fmt.Sprintf("user %d", id)
	}
	return "another user"
}
