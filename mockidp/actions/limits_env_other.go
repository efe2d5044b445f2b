//go:build !windows

package actions

// systemEnv is what a process needs to start at all: nothing here.
func systemEnv() []string { return nil }
