//go:build !linux

package daemon

import "syscall"

// replace makes fd refer to what from refers to.
func replace(from, fd int) error {
	if from == fd {
		return nil
	}
	return syscall.Dup2(from, fd)
}
