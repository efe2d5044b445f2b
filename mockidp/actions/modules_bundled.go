package actions

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io/fs"
	"maps"
	"sync"
)

// bundledPackages are the packages of npm that an Action can require without
// further ado, with their versions. Each is the last version that is CommonJS
// and freely licensed, or an ES module that needs nothing but web APIs. The
// packages they need themselves are in the archive, too. Of axios only its own
// code is used, with a way to the network of ours (prelude/axios.js).
var bundledPackages = map[string]string{
	"axios":        "1.21.1",
	"ipaddr.js":    "2.5.0",
	"jose":         "6.2.17",
	"jsonwebtoken": "9.0.3",
	"lodash":       "4.18.1",
	"ua-parser-js": "1.0.41",
	"uuid":         "11.1.0",
}

// BundledPackages are the packages of npm that Actions may require without a
// folder of their own: name to version.
func BundledPackages() map[string]string { return maps.Clone(bundledPackages) }

// The archive holds files of the packages as npm delivers them. npm/pack.go
// (make packages) makes it from npm/package-lock.json, which has the checksums
// of the packages; npm/SHA256SUMS has those of the files. It is not part of go
// generate, which needs no network and no npm.
//
//go:embed npm/packages.zip
var packagesZip []byte

// bundle is the archive as a file system: opened at the first require of a
// package, so that other Actions pay nothing for it.
var bundle = sync.OnceValue(func() fs.FS {
	r, err := zip.NewReader(bytes.NewReader(packagesZip), int64(len(packagesZip)))
	if err != nil {
		panic(err) // the program was built with a broken archive: a test reads it
	}
	return r
})
