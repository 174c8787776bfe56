package config

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// ParseSignal reads the name of a signal, with or without SIG and in any case, or
// its number.
func ParseSignal(s string) (int, error) {
	const allowed = "a signal of this system by name or number, such as TERM, HUP, INT, QUIT, KILL, USR1 or 10"
	if n, ok := pytext.Int(s, 10); ok {
		if !isSignal(n) {
			return 0, badValue("value %s is not a valid signal number", pytext.Repr(s), "not a signal", allowed)
		}
		return int(n), nil
	}
	name := strings.ToUpper(pytext.Strip(s))
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if n, ok := extraSignals[name]; ok {
		return n, nil
	}
	if sig := unix.SignalNum(name); sig != 0 {
		return int(sig), nil
	}
	return 0, badValue("value %s is not a valid signal name", pytext.Repr(s), "not a signal", allowed)
}

// isSignal tells whether n is the number of a signal that has a name. Supervisor
// takes 0 too, which tests for the process and ends nothing.
func isSignal(n int64) bool {
	if n == 0 {
		return true
	}
	for _, extra := range extraSignals {
		if int64(extra) == n {
			return true
		}
	}
	return n > 0 && n < 64 && unix.SignalName(unix.Signal(n)) != ""
}

// SignalName returns the name of a signal, such as "SIGTERM", or "signal N".
func SignalName(n int) string {
	if name := unix.SignalName(unix.Signal(n)); name != "" {
		return name
	}
	for _, name := range []string{"SIGRTMIN", "SIGRTMAX"} {
		if extraSignals[name] == n && n != 0 {
			return name
		}
	}
	return "signal " + strconv.Itoa(n)
}
