package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// getentPatience is how long a directory service may take to answer.
const getentPatience = 15 * time.Second

// getentMost is more than any line of the account databases needs.
const getentMost = 1 << 20

// getent asks the command of that name for one entry of a database and returns
// its fields, at least least of them.
func getent(database, key string, least int) ([]string, error) {
	program := findGetent()
	if program == "" || key == "" || strings.ContainsAny(key, "\x00\n") {
		return nil, ErrNoSuchUser
	}
	out, err := output(program, database, "--", key)
	if err != nil {
		return nil, err
	}
	line, _, _ := strings.Cut(string(out), "\n")
	fields := strings.Split(line, ":")
	if len(fields) < least {
		return nil, ErrNoSuchUser
	}
	return fields, nil
}

// findGetent looks in the system's own directories only: the daemon may run as
// root with somebody else's PATH.
func findGetent() string {
	for _, dir := range []string{"/usr/bin", "/bin", "/usr/sbin"} {
		if path := filepath.Join(dir, "getent"); isExecutable(path) {
			return path
		}
	}
	return ""
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// output runs a program to its end and returns what it printed. It does not use
// os/exec, and it does not ask for the exit status, because in the daemon every
// exited child is reaped by the daemon's own loop.
func output(program string, args ...string) ([]byte, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		w.Close()
		return nil, err
	}
	defer null.Close()
	process, err := os.StartProcess(program, append([]string{program}, args...), &os.ProcAttr{
		Env:   []string{"PATH=/usr/bin:/bin"},
		Files: []*os.File{null, w, null},
	})
	w.Close()
	if err != nil {
		return nil, err
	}
	if err := r.SetReadDeadline(time.Now().Add(getentPatience)); err != nil {
		return nil, errors.Join(err, process.Kill())
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, io.LimitReader(r, getentMost))
	if err != nil {
		// The process may be beyond hope; it must not be waited for for ever.
		_ = process.Kill()
		go process.Wait()
		return nil, fmt.Errorf("%s did not answer: %w", program, err)
	}
	_, _ = process.Wait()
	return out.Bytes(), nil
}
