package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// lookCommand returns the file to execute for name. The reference makes name
// absolute from the working directory and knows no PATH, so that comes first.
func lookCommand(name, path string) (string, error) {
	if strings.ContainsRune(name, '/') {
		return name, nil
	}
	if executable(name) {
		return "./" + name, nil
	}
	var found error
	for _, dir := range filepath.SplitList(path) {
		if dir == "" {
			dir = "."
		}
		file := filepath.Join(dir, name)
		if executable(file) {
			return file, nil
		}
		if info, err := os.Stat(file); err == nil && !info.IsDir() && found == nil {
			found = fs.ErrPermission
		}
	}
	if found == nil {
		found = exec.ErrNotFound
	}
	return name, found
}

func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// startError says why the command could not be started.
func startError(name, path string, err error) error {
	status := tool.StartStatus(path, err)
	e := tool.Failf(status, "cannot run %q: %w", name, err)
	switch {
	case status == tool.NotFound && errors.Is(err, exec.ErrNotFound):
		e.Err = fmt.Errorf("cannot run %q: there is no such command in the working directory or on PATH", name)
	case status == tool.NotFound:
		e.Err = fmt.Errorf("cannot run %q: there is no such file", name)
	case errors.Is(err, fs.ErrNotExist):
		e.Err = fmt.Errorf("cannot run %q: the interpreter named in its first line does not exist", name)
	case errors.Is(err, syscall.ENOEXEC):
		e.Hint("a script needs a first line such as \"#!/bin/sh\"")
	}
	return e
}
