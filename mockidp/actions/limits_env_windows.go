package actions

import "os"

// systemEnv is what a process needs to start at all on Windows.
func systemEnv() []string { return []string{"SYSTEMROOT=" + os.Getenv("SYSTEMROOT")} }
