package shell

import (
	"bytes"
	"context"
	"io"
	"os"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// Plain reads lines from a file descriptor without editing: from a pipe, a file
// or a terminal in its usual mode. Waiting for a line can be given up, and a
// line that was not read stays for whoever reads next.
type Plain struct {
	in  *os.File
	out io.Writer // where prompts go
	buf []byte    // read and not yet returned
	eof bool
}

// NewPlain returns a reader of in that prints prompts to out.
func NewPlain(in *os.File, out io.Writer) *Plain { return &Plain{in: in, out: out} }

// ReadCommand implements LineReader.
func (p *Plain) ReadCommand(ctx context.Context, prompt string) (string, error) {
	return p.ReadLine(ctx, prompt)
}

// ReadLine prints prompt and reads a line. The last line need not be finished.
func (p *Plain) ReadLine(ctx context.Context, prompt string) (string, error) {
	if _, err := io.WriteString(p.out, prompt); err != nil {
		return "", err
	}
	for {
		if line, ok := p.take(); ok {
			return line, nil
		}
		if err := p.fill(ctx); err != nil {
			return "", err
		}
	}
}

// take returns the next line of the buffer.
func (p *Plain) take() (string, bool) {
	i := bytes.IndexByte(p.buf, '\n')
	next := i + 1
	if i < 0 {
		if !p.eof || len(p.buf) == 0 {
			return "", false
		}
		i, next = len(p.buf), len(p.buf)
	}
	line := text(p.buf[:i])
	p.buf = p.buf[next:]
	return line, true
}

// text makes a string of a line; bytes that are not UTF-8 become U+FFFD, since
// they cannot be sent.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return string(bytes.ToValidUTF8(b, []byte("\uFFFD")))
}

func (p *Plain) fill(ctx context.Context) error {
	if p.eof {
		return io.EOF
	}
	if err := waitReadable(ctx, p.in); err != nil {
		return err
	}
	chunk := make([]byte, 4096)
	n, err := unix.Read(int(p.in.Fd()), chunk)
	switch {
	case err == unix.EINTR || err == unix.EAGAIN:
		return nil
	case err != nil:
		return os.NewSyscallError("read", err)
	case n == 0:
		p.eof = true
		if len(p.buf) == 0 {
			return io.EOF
		}
	}
	p.buf = append(p.buf, chunk[:n]...)
	return nil
}

// waitReadable waits until there is something to read, or the context ends.
func waitReadable(ctx context.Context, in *os.File) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	stop := context.AfterFunc(ctx, func() { _, _ = w.Write([]byte{0}) })
	defer stop()
	fds := []unix.PollFd{
		{Fd: int32(in.Fd()), Events: unix.POLLIN},
		{Fd: int32(r.Fd()), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(fds, -1)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return os.NewSyscallError("poll", err)
		}
		if fds[0].Revents != 0 {
			return nil
		}
	}
}

// ReadPassword reads a line with the terminal's echo turned off; what is no
// terminal has no echo.
func (p *Plain) ReadPassword(ctx context.Context, prompt string) (string, error) {
	restore := silence(p.in)
	line, err := p.ReadLine(ctx, prompt)
	if restore != nil {
		restore()
		_, _ = io.WriteString(p.out, "\n")
	}
	return line, err
}
