package role

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// memory runs a command and writes the most memory that it had resident, in KiB.
// The kernel counts for a child what the process had from which it was made, until
// the child has a program of its own: the benchmark itself has grown large, a
// process of this role is as small as a Go program can be.
func memory(command []string, out io.Writer) error {
	if len(command) == 0 {
		return errors.New("no command is named")
	}
	cmd := exec.Command(command[0], command[1:]...)
	err := cmd.Run()
	// The command's exit status means something to others.
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		return err
	}
	ru, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("the system does not tell the memory of a child")
	}
	_, err = fmt.Fprintln(out, ru.Maxrss)
	return err
}
