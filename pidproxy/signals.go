package main

import (
	"fmt"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// forwarded are the signals that are passed on.
var forwarded = append([]syscall.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGALRM,
	syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGCONT, syscall.SIGWINCH,
	syscall.SIGIO,
}, more()...)

// signalName returns "SIGTERM", or "signal 40" for one without a name.
func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); strings.HasPrefix(name, "SIG") {
		return name
	}
	return fmt.Sprintf("signal %d", int(s))
}
