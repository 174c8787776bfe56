package config

import (
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// paths resolves file names against the environment, the accounts and the
// working directory of one Load.
type paths struct {
	environ map[string]string
	lookup  UserLookup
	dirs    map[string]bool // directories that were looked for; nil to forget
}

// isDir tells whether a directory exists, asking the system once.
func (p *paths) isDir(name string) bool {
	is, known := p.dirs[name]
	if !known {
		is = isDir(name)
		if p.dirs != nil {
			p.dirs[name] = is
		}
	}
	return is
}

// expandUser replaces a leading ~ or ~user by a home directory; a user who does
// not exist leaves the name as it is.
func (p *paths) expandUser(name string) string {
	if !strings.HasPrefix(name, "~") {
		return name
	}
	end := strings.IndexByte(name, '/')
	if end < 0 {
		end = len(name)
	}
	home, ok := p.home(name[1:end])
	if !ok {
		return name
	}
	home = strings.TrimRight(home, "/")
	if expanded := home + name[end:]; expanded != "" {
		return expanded
	}
	return "/"
}

func (p *paths) home(user string) (string, bool) {
	if user != "" {
		u, err := p.lookup.UserByName(user)
		return u.Home, err == nil
	}
	if home, ok := p.environ["HOME"]; ok {
		return home, true
	}
	u, err := p.lookup.UserByID(os.Getuid())
	return u.Home, err == nil
}

// normalize makes a path absolute and removes what is superfluous in it, like
// Supervisor's function of that name. Two slashes at the start stay, as POSIX
// and Python have it.
func (p *paths) normalize(name string) string {
	return absolute(p.expandUser(name))
}

// absolute is os.path.abspath: it does not touch ~.
func absolute(name string) string {
	if !strings.HasPrefix(name, "/") {
		wd, err := os.Getwd()
		if err != nil {
			wd = "/"
		}
		name = wd + "/" + name
	}
	clean := path.Clean(name)
	if strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "///") {
		return "/" + clean
	}
	return clean
}

// directory is the part before the last slash, as os.path.dirname gives it.
func directory(name string) string {
	i := strings.LastIndexByte(name, '/')
	head := name[:i+1]
	if trimmed := strings.TrimRight(head, "/"); trimmed != "" {
		return trimmed
	}
	return head
}

// ExistingDirectory checks that a directory exists and returns it with a
// leading ~ expanded.
func ExistingDirectory(s string) (string, error) { return systemPaths().existingDirectory(s) }

// ExistingDirPath checks that the directory part of a path exists and returns
// the path with a leading ~ expanded.
func ExistingDirPath(s string) (string, error) { return systemPaths().existingDirPath(s) }

// NormalizePath makes a path absolute against the working directory, expands a
// leading ~ and removes superfluous slashes and dots.
func NormalizePath(s string) string { return systemPaths().normalize(s) }

func systemPaths() *paths {
	return &paths{environ: environMap(os.Environ()), lookup: SystemUsers()}
}

func (p *paths) existingDirectory(s string) (string, error) {
	name := p.expandUser(s)
	if p.isDir(name) {
		return name, nil
	}
	return "", badValue("%s is not an existing directory", s, "not an existing directory", "a directory that exists")
}

func (p *paths) existingDirPath(s string) (string, error) {
	name := p.expandUser(s)
	dir := directory(name)
	if dir == "" || p.isDir(dir) {
		return name, nil
	}
	return "", badValue("The directory named as part of the path %s does not exist", s,
		"the directory of this file does not exist", "a path in a directory that exists")
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// tempDir is the directory for temporary files that Python would choose: the
// first writable one of $TMPDIR, $TEMP, $TMP and the usual places.
func (p *paths) tempDir() string {
	var candidates []string
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		if dir := p.environ[name]; dir != "" {
			candidates = append(candidates, dir)
		}
	}
	candidates = append(candidates, "/tmp", "/var/tmp", "/usr/tmp", ".")
	for _, dir := range candidates {
		if isDir(dir) && unix.Access(dir, unix.W_OK|unix.X_OK) == nil {
			return absolute(dir)
		}
	}
	return "/tmp"
}

// environMap turns "name=value" strings into a map; the first of several
// entries of one name counts, as in Python.
func environMap(environ []string) map[string]string {
	m := make(map[string]string, len(environ))
	for _, e := range environ {
		name, value, ok := strings.Cut(e, "=")
		if !ok {
			continue
		}
		if _, twice := m[name]; !twice {
			m[name] = value
		}
	}
	return m
}
