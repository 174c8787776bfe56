// Package glob finds files by pattern as the module of that name of Python's
// standard library does. It differs from filepath.Glob: a star does not match a
// leading dot, [!x] negates, a backslash has no meaning, a broken bracket stands
// for itself, and nothing is an error.
package glob

import (
	"os"
	"strings"
)

// Glob returns the paths that match the pattern, in no particular order. "**"
// is the same as "*". Directories that cannot be read match nothing.
func Glob(pattern string) []string {
	if pattern == "" {
		return nil
	}
	return expand(pattern, false)
}

// expand finds what a pattern stands for; with onlyDirs, directories suffice.
func expand(pattern string, onlyDirs bool) []string {
	dir, base := split(pattern)
	if !hasMagic(pattern) {
		if base == "" && isDir(dir) || base != "" && exists(pattern) {
			return []string{pattern}
		}
		return nil
	}
	if dir == "" {
		return inDir("", base, onlyDirs)
	}
	dirs := []string{dir}
	if dir != pattern && hasMagic(dir) {
		dirs = expand(dir, true)
	}
	var found []string
	for _, d := range dirs {
		for _, name := range entries(d, base, onlyDirs) {
			found = append(found, join(d, name))
		}
	}
	return found
}

// entries finds the names in a directory that match base, which may be a name,
// a pattern, or "" for the directory itself.
func entries(dir, base string, onlyDirs bool) []string {
	switch {
	case hasMagic(base):
		return inDir(dir, base, onlyDirs)
	case base == "" && isDir(dir), base != "" && exists(join(dir, base)):
		return []string{base}
	}
	return nil
}

// inDir finds the names in a directory that match a pattern.
func inDir(dir, pattern string, onlyDirs bool) []string {
	if dir == "" {
		dir = "."
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	// An error in the middle of a directory leaves what has been read.
	list, _ := d.ReadDir(-1)
	match := compile(pattern)
	var names []string
	for _, e := range list {
		name := e.Name()
		if strings.HasPrefix(name, ".") && !strings.HasPrefix(pattern, ".") {
			continue
		}
		if match(name) && (!onlyDirs || isDir(join(dir, name))) {
			names = append(names, name)
		}
	}
	return names
}

// split is os.path.split.
func split(path string) (dir, base string) {
	i := strings.LastIndexByte(path, '/') + 1
	dir, base = path[:i], path[i:]
	if trimmed := strings.TrimRight(dir, "/"); trimmed != "" {
		dir = trimmed
	}
	return dir, base
}

// join is os.path.join for a name without slashes.
func join(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

func hasMagic(s string) bool { return strings.ContainsAny(s, "*?[") }

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
