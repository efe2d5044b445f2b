package actions

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// Modules of packages have slash paths in a tree that holds nothing else, so
// that no path, however many ".." it has, names another file of the machine.
const (
	operatorRoot = "/node_modules"         // Config.NodeModules
	bundledRoot  = "/mockidp/node_modules" // the packages that come with this program
)

const (
	maxModuleFile = 4 << 20 // bytes of one file of a package
	maxModuleLink = 40      // symbolic links on the way to one file, as Linux
	keptModules   = 1024    // compiled files
	keptManifests = 512
)

// A library is the packages that an engine's Actions may require: those of the
// operator's folder, read through an [os.Root] so that neither a path nor a
// link leads out of it, and the bundled ones. It keeps compiled files until
// they change on disk. Nothing of it belongs to one JavaScript world.
type library struct {
	dir       string   // the operator's folder; "" for none
	root      *os.Root // of dir; nil while it can't be opened
	compiled  *lru[string, *compiledModule]
	manifests *lru[string, *cachedManifest]
}

// compiledModule is one version of a file: its program, the bytes of a JSON
// file, or what is wrong with it.
type compiledModule struct {
	version fileVersion
	prog    *goja.Program
	json    []byte
	size    int
	needs   preludeNeeds
	err     error
}

// fileVersion tells one version of a file from another.
type fileVersion struct {
	size     int64
	modified time.Time
}

func newLibrary(dir string) *library {
	return &library{
		dir:       dir,
		compiled:  newLRU[string, *compiledModule](keptModules),
		manifests: newLRU[string, *cachedManifest](keptManifests),
	}
}

// open makes the operator's folder readable. A folder that was replaced since,
// as npm ci does, is opened anew; so it is called once for every world.
func (l *library) open() {
	if l.dir == "" {
		return
	}
	now, err := os.Stat(l.dir)
	if l.root != nil {
		if old, e := l.root.Stat("."); err == nil && e == nil && os.SameFile(old, now) {
			return
		}
		l.root.Close()
		l.root = nil
	}
	if err == nil {
		l.root, _ = os.OpenRoot(l.dir) // stays nil: packages are missing, and moduleHelp says why
	}
}

// inFolder is p relative to the operator's folder.
func (l *library) inFolder(p string) (string, bool) {
	if p == operatorRoot {
		return ".", l.root != nil
	}
	rest, ok := strings.CutPrefix(p, operatorRoot+"/")
	return rest, ok && l.root != nil
}

// stat describes the file or folder at p; nil when there is none.
func (l *library) stat(p string) fs.FileInfo {
	var info fs.FileInfo
	var err error
	if name, ok := l.inFolder(p); ok {
		info, err = l.root.Stat(name)
	} else if name, ok := strings.CutPrefix(p, bundledRoot+"/"); ok {
		info, err = fs.Stat(bundle(), name)
	} else {
		return nil
	}
	if err != nil {
		return nil
	}
	return info
}

// isFile leaves out folders, and pipes and devices, whose reading may never end.
func (l *library) isFile(p string) bool {
	info := l.stat(p)
	return info != nil && info.Mode().IsRegular()
}

func (l *library) isFolder(p string) bool {
	info := l.stat(p)
	return info != nil && info.IsDir()
}

// version is the version of the file at p; false when there is no such file.
func (l *library) version(p string) (v fileVersion, ok bool) {
	info := l.stat(p)
	if info == nil || !info.Mode().IsRegular() {
		return v, false
	}
	return fileVersion{info.Size(), info.ModTime()}, true
}

// read is the content of the file at p, which may have grown since its stat.
func (l *library) read(p string) ([]byte, error) {
	var f fs.File
	var err error
	if name, ok := l.inFolder(p); ok {
		f, err = l.root.Open(name)
	} else if name, ok := strings.CutPrefix(p, bundledRoot+"/"); ok {
		f, err = bundle().Open(name)
	} else {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, errors.New("it can't be read") // the system's words hold a path of this machine
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxModuleFile+1))
	if err != nil {
		return nil, errors.New("it can't be read")
	}
	if len(b) > maxModuleFile {
		return nil, fmt.Errorf("it is larger than %d MB, the most that one file of a package may have here", maxModuleFile>>20)
	}
	return b, nil
}

// real follows the symbolic links in p. A module lives where its file really is
// and finds its own packages from there, which pnpm's folders rely on (Node.js:
// Modules, "All together", LOAD_NODE_MODULES).
func (l *library) real(p string) string {
	name, ok := l.inFolder(p)
	if !ok {
		return p
	}
	done, rest := ".", strings.Split(name, "/")
	for links := 0; len(rest) > 0; {
		next := path.Join(done, rest[0])
		info, err := l.root.Lstat(next)
		if err != nil {
			return p
		}
		rest = rest[1:]
		if info.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		target, err := l.root.Readlink(next)
		if links++; err != nil || filepath.IsAbs(target) || links > maxModuleLink {
			return p
		}
		rest = append(strings.Split(filepath.ToSlash(target), "/"), rest...)
	}
	return path.Join(operatorRoot, done)
}

// leadsOut tells whether the package of that name is a link out of the folder,
// which is not followed.
func (l *library) leadsOut(name string) bool {
	if l.root == nil {
		return false
	}
	info, err := l.root.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0 && l.stat(path.Join(operatorRoot, name)) == nil
}
