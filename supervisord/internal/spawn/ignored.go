package spawn

import (
	"os"
	"os/signal"
	"syscall"
)

// stopIgnoring makes children start with default dispositions even if this
// process was started with some signals ignored (nohup ignores SIGHUP, many
// shells SIGINT in background jobs). Go resets in a child what it handles
// itself, and it handles everything but the two below and what
// defaultDispositions deals with.
func stopIgnoring() {
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGINT} {
		if signal.Ignored(sig) {
			// Received and dropped: ignored all the same, but not for the children.
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
	defaultDispositions()
}
