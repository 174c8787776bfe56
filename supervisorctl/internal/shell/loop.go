package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// Runner carries out command lines.
type Runner interface {
	// Run carries out one line and reports whether it ends the shell.
	Run(ctx context.Context, line string) (quit bool)
	Prompt() string
}

// Loop shows the status, and then carries out lines until one of them ends the
// shell, the input ends or the user presses ctrl-C at the prompt. A ctrl-C
// while a command runs ends that command only.
func Loop(r Runner, in LineReader, out io.Writer) {
	line := "status"
	for {
		if runOne(r, line) {
			return
		}
		var err error
		if line, err = readOne(r, in); err != nil {
			if !errors.Is(err, context.Canceled) && err != io.EOF {
				_, _ = fmt.Fprintf(os.Stderr, "cannot read a command: %v\n", err)
			}
			_, _ = io.WriteString(out, "\n")
			return
		}
	}
}

func runOne(r Runner, line string) (quit bool) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return r.Run(ctx, line)
}

func readOne(r Runner, in LineReader) (string, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return in.ReadCommand(ctx, r.Prompt())
}

// LineReader reads command lines.
type LineReader interface {
	// ReadCommand prints prompt and reads a line. It returns io.EOF at the end of
	// the input, and context.Canceled after a ctrl-C.
	ReadCommand(ctx context.Context, prompt string) (string, error)
}
