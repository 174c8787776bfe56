package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"github.com/supervisor-go/supervisor/pkg/capture"
	"github.com/supervisor-go/supervisor/pkg/tool"
)

// Tool is commevent with its streams and arguments.
type Tool struct{ tool.IO }

// Run sends one message and returns the exit status.
func (t *Tool) Run() int { return spec.Run(&t.IO, t.run) }

// maxText bounds what is read into memory; no capture_maxbytes is that large.
const maxText = 256 << 20

func (t *Tool) run(c *cli.Context) error {
	if c.Bool("stdout") && c.Bool("stderr") {
		return t.UsageErrorf("--stdout and --stderr exclude each other")
	}
	if c.NArg() > 1 {
		return t.UsageErrorf("there are %d arguments, but a text is one", c.NArg()).
			Hint("put the text into quotes")
	}
	text, err := t.text(c)
	if err != nil {
		return err
	}
	message, err := capture.Encode(nil, text)
	if errors.Is(err, capture.ErrEndTag) {
		return tool.Failf(tool.Refused, "cannot send a text that contains the closing tag %s", capture.End).
			Hint("encode the text, for example with base64")
	}
	if err != nil {
		return tool.Failf(tool.Refused, "%w", err)
	}
	out, name := t.Stdout, "standard output"
	if c.Bool("stderr") {
		out, name = t.Stderr, "standard error"
	}
	if err := send(out, message); err != nil {
		return tool.Failf(tool.System, "cannot write to %s: %w", name, cause(err))
	}
	return nil
}

// text returns the text of the command line or of standard input.
func (t *Tool) text(c *cli.Context) ([]byte, error) {
	if c.NArg() == 1 && c.Args().First() != "-" {
		return []byte(c.Args().First()), nil
	}
	text, err := io.ReadAll(io.LimitReader(t.Stdin, maxText+1))
	if err != nil {
		return nil, tool.Failf(tool.System, "cannot read standard input: %w", cause(err))
	}
	if len(text) > maxText {
		return nil, tool.Failf(tool.Refused, "cannot send more than %d MiB of text", maxText>>20)
	}
	return text, nil
}

// send writes the message in one piece.
func send(out io.Writer, message []byte) error {
	// A pipe that nobody reads is an error to tell, not one to die of silently.
	signal.Ignore(syscall.SIGPIPE)
	if f, ok := out.(*os.File); ok {
		if isClosed(f) {
			return errClosed
		}
		// Short messages take the lock too: they must not land in the middle of
		// a long one. Where there is no lock the write is all that can be done.
		defer lock(f)()
	}
	_, err := out.Write(message)
	return err
}

// cause strips the name of the stream from an error; ours is clearer.
func cause(err error) error {
	var e *os.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
