//go:build ignore

// Pack writes packages.zip, SHA256SUMS and LICENSES.txt from the packages that
// package-lock.json names. "make packages" runs it; it needs npm and its registry.
// To change a version, edit package.json, run
// npm install --package-lock-only --omit-lockfile-registry-resolved here, and
// change the table in modules_bundled.go.
//
// With -check ("make packed") it writes nothing and fails when SHA256SUMS or
// LICENSES.txt are not what npm delivers. The archive is left to a Go test, which
// compares its files with SHA256SUMS: other releases of Go may compress them
// differently. Without npm, or where npm can't get the packages, it says that
// nothing was checked, which is a failure with CI=true.
//
// Anybody can compare: npm checks the packages against the sums in
// package-lock.json, and sha256sum -c SHA256SUMS in the node_modules it makes
// compares the files that are in the archive.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// wanted are the files that matter, of all the packages needed by those in
// package.json. axios comes without the packages of its adapter for Node.
var wanted = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`axios/dist/browser/axios\.cjs`,
	`ipaddr\.js/lib/ipaddr\.js`,
	`jose/dist/webapi/.*\.js`,
	`jsonwebtoken/.*\.js`,
	`(?:jws|jwa|ecdsa-sig-formatter|buffer-equal-constant-time|safe-buffer|ms|semver)/.*\.js`,
	`lodash\.(?:includes|isboolean|isinteger|isnumber|isplainobject|isstring|once)/.*\.js`,
	`lodash/[A-Za-z_.]*\.js`, `lodash/fp/.*\.js`,
	`ua-parser-js/src/.*\.js`,
	`uuid/dist/cjs/.*\.(?:js|json)`,
	`readable-stream/lib/(?:stream|stream/promises|internal/.*|ours/(?:errors|primordials|util|util/inspect))\.js`, `process/index\.js`, // the module stream
	`string_decoder/lib/.*\.js`, `path-browserify/index\.js`, `events/events\.js`, // and others of Node's own
	`(?:axios|ipaddr\.js|jose|jsonwebtoken|jws|jwa|ecdsa-sig-formatter|buffer-equal-constant-time|safe-buffer|ms|semver|lodash(?:\.[a-z]+)?|ua-parser-js|uuid|readable-stream|process|string_decoder|path-browserify|events)/(?:package\.json|(?i:licen[cs]e)[^/]*)`,
}, "|") + `)$`)

// unwanted are files for browsers and tests among them.
var unwanted = regexp.MustCompile(`/tests?[./]|^lodash/core\.(?:min\.)?js$|/bin/|\.d\.ts$`)

// errNpm is npm that is not there, or could not get the packages.
var errNpm = errors.New("npm ci")

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "compare, and write nothing")
	flag.Parse()
	const dir = "mockidp/actions/npm" // seen from the module's root
	made, err := delivered(dir)
	switch {
	case errors.Is(err, errNpm) && *check && os.Getenv("CI") != "true":
		fmt.Println("SKIPPED, the packages are not compared with npm's:", err)
		return
	case err != nil:
		log.Fatal("pack: ", err)
	case *check:
		err = compare(made, dir)
	default:
		err = write(made, dir)
	}
	if err != nil {
		log.Fatal("pack: ", err)
	}
}

// delivered is what npm delivers, packed: names of our files to their content.
func delivered(dir string) (map[string][]byte, error) {
	work, err := os.MkdirTemp("", "pack")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(work, name), b, 0o600); err != nil {
			return nil, err
		}
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
	npm.Dir, npm.Stdout, npm.Stderr = work, os.Stderr, os.Stderr
	if err := npm.Run(); err != nil {
		return nil, fmt.Errorf("%w: %w", errNpm, err)
	}
	return pack(os.DirFS(filepath.Join(work, "node_modules")))
}

func pack(modules fs.FS) (map[string][]byte, error) {
	var archive, sums, licences bytes.Buffer
	z := zip.NewWriter(&archive)
	err := fs.WalkDir(modules, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !wanted.MatchString(p) || unwanted.MatchString(p) {
			return err
		}
		b, err := fs.ReadFile(modules, p)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), p)
		if strings.Contains(strings.ToLower(path.Base(p)), "licen") {
			fmt.Fprintf(&licences, "######## %s\n\n%s\n\n", path.Dir(p), bytes.TrimSpace(b))
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: p, Method: zip.Deflate}) // no time: the same files give the same archive
		if err != nil {
			return err
		}
		_, err = io.Copy(w, bytes.NewReader(b))
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return map[string][]byte{"packages.zip": archive.Bytes(), "SHA256SUMS": sums.Bytes(), "LICENSES.txt": licences.Bytes()}, nil
}

func write(made map[string][]byte, dir string) error {
	for name, b := range made {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func compare(made map[string][]byte, dir string) error {
	for _, name := range []string{"SHA256SUMS", "LICENSES.txt"} {
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if !bytes.Equal(have, made[name]) {
			return fmt.Errorf("%s is not what npm delivers for package-lock.json: run make packages and read the difference", name)
		}
	}
	return nil
}
