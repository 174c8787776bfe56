package command

import (
	"context"
	"os"
	"os/signal"
)

// interruptible returns a context that ends when the user presses ctrl-C.
// Commands that go on until then use it; all others die of the signal, as
// programs do, unless the shell catches it for them.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt)
}
