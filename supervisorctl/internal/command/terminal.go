package command

import "context"

// Terminal is where lines come from: the keyboard, a file or a pipe. Its
// methods return io.EOF at the end of the input, and the context's error when
// the user pressed ctrl-C.
type Terminal interface {
	// ReadLine prints prompt and reads a line, which is returned without its end.
	ReadLine(ctx context.Context, prompt string) (string, error)
	// ReadPassword does so without showing what is typed.
	ReadPassword(ctx context.Context, prompt string) (string, error)
}
