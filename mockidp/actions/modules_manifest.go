package actions

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"
)

// manifest is what finding modules needs of a package.json.
type manifest struct {
	dir     string // of the package
	Name    string
	Main    string
	Type    string
	Exports *orderedJSON // nil when the package lists none: every file may be required
	Imports *orderedJSON
}

type cachedManifest struct {
	version  fileVersion
	manifest *manifest
	err      error
}

// manifest reads dir/package.json; nil when there is none.
func (l *library) manifest(dir string) (*manifest, error) {
	file := path.Join(dir, "package.json")
	version, ok := l.version(file)
	if !ok {
		return nil, nil
	}
	if c, ok := l.manifests.get(file); ok && c.version == version {
		return c.manifest, c.err
	}
	c := &cachedManifest{version: version}
	b, err := l.read(file)
	if err == nil {
		c.manifest, err = parseManifest(dir, b)
	}
	if err != nil {
		c.err = &moduleError{code: "ERR_INVALID_PACKAGE_CONFIG", text: "Invalid package config " + file + ": " + err.Error()}
	}
	l.manifests.put(file, c)
	return c.manifest, c.err
}

func parseManifest(dir string, text []byte) (*manifest, error) {
	all, err := parseOrdered(text)
	if err != nil {
		return nil, err
	}
	if !all.isObject {
		return nil, errors.New("an object is expected")
	}
	m := &manifest{dir: dir, Exports: all.member("exports"), Imports: all.member("imports")}
	for name, field := range map[string]*string{"name": &m.Name, "main": &m.Main, "type": &m.Type} {
		if v := all.member(name); v != nil && v.isString {
			*field = v.text // Node ignores members of another type, too
		}
	}
	if m.Exports != nil && m.Exports.isNull {
		m.Exports = nil
	}
	return m, nil
}

// enclosing is the manifest that rules the files of dir: the nearest one above,
// up to the folder of its package.
func (l *library) enclosing(dir string) (*manifest, error) {
	for ; dir != "/" && path.Base(dir) != "node_modules"; dir = path.Dir(dir) {
		if m, err := l.manifest(dir); m != nil || err != nil {
			return m, err
		}
	}
	return nil, nil
}

// orderedJSON is a JSON value whose objects keep the order of their members:
// the first condition in "exports" that holds decides.
type orderedJSON struct {
	isObject, isArray, isString, isNull bool

	text  string
	keys  []string
	items []*orderedJSON // of an array, or of the keys
}

func (v *orderedJSON) member(name string) *orderedJSON {
	for i := len(v.keys) - 1; i >= 0; i-- { // the last one counts, as in JSON.parse
		if v.keys[i] == name {
			return v.items[i]
		}
	}
	return nil
}

func parseOrdered(text []byte) (*orderedJSON, error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	v, err := readOrdered(d, 0)
	if errors.Is(err, io.EOF) {
		err = errors.New("unexpected end of JSON input")
	}
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text after the value")
	}
	return v, nil
}

func readOrdered(d *json.Decoder, depth int) (*orderedJSON, error) {
	if depth > 100 {
		return nil, errors.New("nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case string:
		return &orderedJSON{isString: true, text: t}, nil
	case nil:
		return &orderedJSON{isNull: true}, nil
	case json.Delim:
		v := &orderedJSON{isObject: t == '{', isArray: t == '['}
		for d.More() {
			if v.isObject {
				key, err := d.Token()
				if err != nil {
					return nil, err
				}
				v.keys = append(v.keys, key.(string))
			}
			item, err := readOrdered(d, depth+1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, item)
		}
		_, err := d.Token()
		return v, err
	}
	return &orderedJSON{}, nil // a number or a boolean: nothing here reads one
}

// conditions are the names that hold in "exports" for require in Node 22
// (Node.js: Packages, "Conditional exports").
var conditions = set("node require module-sync default")

// exported is the file of the package that stands for subpath ("." or "./x"),
// as its "exports" say (Node.js: Modules, PACKAGE_EXPORTS_RESOLVE).
func (m *manifest) exported(subpath string) (string, error) {
	list := m.Exports
	if !list.isObject || len(list.keys) == 0 || !strings.HasPrefix(list.keys[0], ".") {
		list = &orderedJSON{isObject: true, keys: []string{"."}, items: []*orderedJSON{m.Exports}}
	}
	if target, ok := match(list, subpath, isOwnFile); ok {
		return path.Join(m.dir, target), nil
	}
	text := `No "exports" main defined in ` + m.dir + "/package.json"
	if subpath != "." {
		text = "Package subpath '" + subpath + `' is not defined by "exports" in ` + m.dir + "/package.json"
	}
	return "", &moduleError{code: "ERR_PACKAGE_PATH_NOT_EXPORTED", text: text}
}

// isOwnFile tells whether a target of "exports" names a file of the package:
// others, such as "../x", are not allowed.
func isOwnFile(target string) bool {
	inner, ok := strings.CutPrefix(target, "./")
	return ok && !strings.Contains("/"+inner+"/", "/../") && !strings.Contains("/"+inner+"/", "/node_modules/")
}

// match finds key in list, exactly or by the pattern with the longest text
// before its * (PATTERN_KEY_COMPARE), and picks what it stands for.
func match(list *orderedJSON, key string, valid func(target string) bool) (string, bool) {
	if v := list.member(key); v != nil && !strings.Contains(key, "*") {
		return pick(v, "", valid)
	}
	best, star := "", ""
	for _, k := range list.keys {
		before, after, found := strings.Cut(k, "*")
		if !found || !strings.HasPrefix(key, before) || !strings.HasSuffix(key, after) || len(key) < len(k) {
			continue
		}
		old, _, _ := strings.Cut(best, "*")
		if best == "" || len(before) > len(old) || len(before) == len(old) && len(k) > len(best) {
			best, star = k, key[len(before):len(key)-len(after)]
		}
	}
	if best == "" {
		return "", false
	}
	return pick(list.member(best), star, valid)
}

// pick chooses the first valid target whose conditions hold.
func pick(v *orderedJSON, star string, valid func(target string) bool) (string, bool) {
	if v.isString {
		target := strings.ReplaceAll(v.text, "*", star)
		return target, valid(target)
	}
	for i, item := range v.items {
		if v.isObject && !conditions[v.keys[i]] {
			continue
		}
		if target, ok := pick(item, star, valid); ok {
			return target, true
		}
	}
	return "", false
}
