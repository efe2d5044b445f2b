//go:build ignore

// Pack writes packages.zip, SHA256SUMS and LICENSES.txt from the packages that
// package-lock.json names. Run it with go generate in mockidp/actions; it needs
// npm and its registry. To change a version, edit package.json, run
// npm install --package-lock-only --omit-lockfile-registry-resolved here, and
// change the table in modules_bundled.go.
//
// Anybody can compare: npm checks the packages against the sums in
// package-lock.json, and sha256sum -c SHA256SUMS in the node_modules it makes
// compares the files that are in the archive.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
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
	`(?:axios|ipaddr\.js|jose|jsonwebtoken|jws|jwa|ecdsa-sig-formatter|buffer-equal-constant-time|safe-buffer|ms|semver|lodash(?:\.[a-z]+)?|ua-parser-js|uuid)/(?:package\.json|(?i:licen[cs]e)[^/]*)`,
}, "|") + `)$`)

// unwanted are files for browsers and tests among them.
var unwanted = regexp.MustCompile(`/tests?[./]|^lodash/core\.(?:min\.)?js$|/bin/|\.d\.ts$`)

func main() {
	log.SetFlags(0)
	if err := run("npm"); err != nil {
		log.Fatal("pack: ", err)
	}
}

func run(dir string) error {
	work, err := os.MkdirTemp("", "pack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(work, name), b, 0o600); err != nil {
			return err
		}
	}
	npm := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
	npm.Dir, npm.Stdout, npm.Stderr = work, os.Stderr, os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm ci: %w", err)
	}
	return pack(os.DirFS(filepath.Join(work, "node_modules")), dir)
}

func pack(modules fs.FS, dir string) error {
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
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	for name, b := range map[string][]byte{"packages.zip": archive.Bytes(), "SHA256SUMS": sums.Bytes(), "LICENSES.txt": licences.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
