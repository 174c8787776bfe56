// Package tracked has the test cache of the go command notice changes of files
// outside of the module of a test: the documents that are compared with what the
// code says, and the sources of programs that a test builds. Without it such a
// test is "(cached)" after they were changed.
//
// The go command looks at the files that a test opens, as long as their names
// begin with the directory of its module. It does not clean those names; so the
// package spells them /module/../docs/x.md. The test of this package tells when
// that does not work any more.
//
// It is for tests only.
package tracked

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Path returns another name for the file at path that makes the test cache
// notice its changes.
func Path(path string) string {
	root := moduleRoot()
	abs, err := filepath.Abs(path)
	if root == "" || err != nil {
		return path
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil {
		return path
	}
	return root + string(filepath.Separator) + rel // not Join, which would clean it
}

// Read reads the file at path.
func Read(path string) ([]byte, error) { return os.ReadFile(Path(path)) }

// Trees has all files below the directories noticed: those that are there, and
// those that are added or removed. Names that begin with a dot are left out. It is
// to be called by a test: what TestMain opens before M.Run does not count.
func Trees(dirs ...string) error {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.IsDir() {
				return err
			}
			if name := e.Name(); len(name) > 1 && name[0] == '.' && name != ".." {
				return filepath.SkipDir
			}
			// The cache looks at a directory with all that is in it.
			_, err = os.ReadDir(Path(path))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moduleRoot returns the directory of the module of the test that runs; its
// working directory is that of its package. It is "" outside of a module.
func moduleRoot() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}
