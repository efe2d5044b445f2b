package actions

import (
	"path"
	"strings"
)

// moduleError is what require throws: Node's code and words.
type moduleError struct {
	code string
	text string
}

func (e *moduleError) Error() string { return e.text }

// notFound is MODULE_NOT_FOUND, before it is known what may help.
func notFound(name string) error {
	return &moduleError{code: codeNotFound, text: "Cannot find module '" + name + "'"}
}

const codeNotFound = "MODULE_NOT_FOUND"

// resolve finds the file that require(request) means in a module of folder dir
// (Node.js: Modules, "All together").
func (l *library) resolve(dir, request string) (string, error) {
	var file string
	var err error
	target := request
	switch {
	case strings.HasPrefix(request, "/"), request == ".", request == "..", strings.HasPrefix(request, "./"), strings.HasPrefix(request, "../"):
		if !strings.HasPrefix(request, "/") {
			target = dir + "/" + request
		}
		file, err = l.fileOrFolder(target)
	case strings.HasPrefix(request, "#"):
		return l.imported(dir, request)
	default:
		file, err = l.packaged(dir, request)
	}
	if err == nil && file == "" {
		err = notFound(request)
	}
	return l.real(file), err
}

// fileOrFolder is LOAD_AS_FILE and LOAD_AS_DIRECTORY; "" when there is neither.
func (l *library) fileOrFolder(request string) (string, error) {
	p := path.Clean(request)
	if !strings.HasSuffix(request, "/") && !strings.HasSuffix(request, "/.") && !strings.HasSuffix(request, "/..") {
		if file := l.asFile(p); file != "" {
			return file, nil
		}
	}
	if !l.isFolder(p) {
		return "", nil
	}
	m, err := l.manifest(p)
	if err != nil {
		return "", err
	}
	if m != nil && m.Main != "" {
		main := path.Join(p, m.Main)
		if file := l.asFile(main); file != "" {
			return file, nil
		}
		if file := l.asIndex(main); file != "" {
			return file, nil
		}
	}
	return l.asIndex(p), nil
}

func (l *library) asFile(p string) string {
	for _, end := range []string{"", ".js", ".json", ".node"} {
		if l.isFile(p + end) {
			return p + end
		}
	}
	return ""
}

func (l *library) asIndex(p string) string {
	for _, end := range []string{".js", ".json", ".node"} {
		if l.isFile(p + "/index" + end) {
			return p + "/index" + end
		}
	}
	return ""
}

// packaged finds a file of a package, by the nearest folder node_modules above
// dir that has it; the bundled packages come last.
func (l *library) packaged(dir, request string) (string, error) {
	name, sub, ok := splitPackage(request)
	if !ok {
		return "", nil
	}
	if m, err := l.enclosing(dir); err != nil {
		return "", err
	} else if m != nil && m.Name == name && m.Exports != nil {
		return l.exportedFile(m, sub) // a package may require itself by its name
	}
	for ; ; dir = path.Dir(dir) {
		if path.Base(dir) != "node_modules" {
			if file, err := l.inPackage(path.Join(dir, "node_modules", name), sub); file != "" || err != nil {
				return file, err
			}
		}
		if dir == "/" {
			return l.inPackage(path.Join(bundledRoot, name), sub)
		}
	}
}

// splitPackage cuts a request into the package's name, with its scope, and what
// follows ("/lib/x" or "").
func splitPackage(request string) (name, sub string, ok bool) {
	parts := strings.SplitN(request, "/", 3)
	n := 1
	if strings.HasPrefix(request, "@") {
		n = 2
	}
	if len(parts) < n || parts[n-1] == "" || strings.HasPrefix(request, ".") || strings.ContainsAny(request, "\\%\x00") {
		return "", "", false
	}
	name = strings.Join(parts[:n], "/")
	if strings.Contains("/"+name+"/", "/../") || strings.Contains("/"+name+"/", "/./") {
		return "", "", false
	}
	return name, request[len(name):], true
}

// inPackage finds the file for sub in the package at dir; "" when it is not there.
func (l *library) inPackage(dir, sub string) (string, error) {
	if !l.isFolder(dir) {
		if sub == "" {
			return l.asFile(dir), nil // node_modules/x.js is a package, too
		}
		return "", nil
	}
	m, err := l.manifest(dir)
	if err != nil {
		return "", err
	}
	if m != nil && m.Exports != nil {
		return l.exportedFile(m, sub)
	}
	return l.fileOrFolder(dir + sub)
}

func (l *library) exportedFile(m *manifest, sub string) (string, error) {
	file, err := m.exported("." + sub)
	if err == nil && !l.isFile(file) {
		err = notFound(file)
	}
	return file, err
}

// imported finds what the enclosing package's "imports" say of a #name: a file
// of its own or another package.
func (l *library) imported(dir, request string) (string, error) {
	m, err := l.enclosing(dir)
	if err != nil {
		return "", err
	}
	if m != nil && m.Imports != nil && request != "#" && !strings.HasPrefix(request, "#/") {
		valid := func(target string) bool { return isOwnFile(target) || !strings.HasPrefix(target, ".") }
		if target, ok := match(m.Imports, request, valid); ok {
			return l.resolve(m.dir, target)
		}
	}
	text := "Package import specifier \"" + request + "\" is not defined"
	if m != nil {
		text += " in package " + m.dir + "/package.json"
	}
	return "", &moduleError{code: "ERR_PACKAGE_IMPORT_NOT_DEFINED", text: text}
}
