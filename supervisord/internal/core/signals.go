package core

import (
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// SignalName returns the name of a signal as the activity log writes it
// ("SIGTERM"), or "signal N" for a number without a name.
func SignalName(sig int) string {
	if name := unix.SignalName(syscall.Signal(sig)); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(sig)
}

// exitStatus decodes a wait status: the exit code, or -1 for a death by signal,
// and the cause in the words of the activity log.
func exitStatus(ws syscall.WaitStatus) (code int, cause string) {
	switch {
	case ws.Exited():
		return ws.ExitStatus(), "exit status " + strconv.Itoa(ws.ExitStatus())
	case ws.Signaled():
		cause = "terminated by " + SignalName(int(ws.Signal()))
		if ws.CoreDump() {
			cause += " (core dumped)"
		}
		return -1, cause
	default:
		hex := strconv.FormatUint(uint64(ws), 16)
		return -1, "unknown termination cause 0x" + strings.Repeat("0", max(0, 4-len(hex))) + hex
	}
}
