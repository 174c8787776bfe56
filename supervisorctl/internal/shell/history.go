package shell

import (
	"os"
	"path/filepath"
)

// readHistory reads the history file: one command on a line, the oldest first,
// which is how the reference keeps it too. A file that is not there or cannot
// be read is no history.
func (e *Editor) readHistory() {
	if e.file == "" {
		return
	}
	f, err := os.Open(e.file)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = e.state.ReadHistory(f)
}

// writeHistory replaces the history file as a whole, readable for its owner
// only. Failing to keep a history is no reason to fail.
func (e *Editor) writeHistory() {
	path, ok := replaceable(e.file)
	if !ok {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".supervisorctl-history-*")
	if err != nil {
		return
	}
	_, err = e.state.WriteHistory(tmp)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
}

// replaceable returns the file to replace, behind symbolic links. Only a
// regular file may be replaced, never such as /dev/null.
func replaceable(file string) (path string, ok bool) {
	if file == "" {
		return "", false
	}
	info, err := os.Stat(file)
	if err != nil {
		return file, os.IsNotExist(err)
	}
	if path, err = filepath.EvalSymlinks(file); err != nil {
		return "", false
	}
	return path, info.Mode().IsRegular()
}
