package tool

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// IO is what a tool gets from whoever started it.
type IO struct {
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Args   []string // the command line; Args[0] is the name the tool was called by
	Env    []string // "KEY=value"
}

// OS returns the streams, arguments and environment of this process.
func OS() IO {
	return IO{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Args:   os.Args,
		Env:    os.Environ(),
	}
}

// Name returns the name the tool was called by, without directories.
func (t *IO) Name() string {
	if len(t.Args) == 0 || t.Args[0] == "" {
		return "tool"
	}
	return filepath.Base(t.Args[0])
}

// Getenv returns the value of an environment variable, the last one when it is
// there more than once, or "".
func (t *IO) Getenv(key string) string {
	for i := len(t.Env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(t.Env[i], key+"="); ok {
			return v
		}
	}
	return ""
}

// Warnf tells on stderr of something that went wrong but does not end the tool.
func (t *IO) Warnf(format string, args ...any) {
	t.say("warning", fmt.Sprintf(format, args...))
}

// Notef tells on stderr of something that the user should know.
func (t *IO) Notef(format string, args ...any) {
	t.say("note", fmt.Sprintf(format, args...))
}

// Finish says on stderr why the tool ends, when err has something to say, and
// returns the exit status.
func (t *IO) Finish(err error) int {
	if err == nil {
		return OK
	}
	var exit Exit
	if errors.As(err, &exit) {
		return int(exit)
	}
	status, hints := statusOf(err)
	t.say("error", err.Error())
	for _, h := range hints {
		t.say("hint", h)
	}
	return status
}

// speaking keeps sentences of several goroutines apart.
var speaking sync.Mutex

// say writes one sentence to stderr with a single write, so that it stays in
// one piece in a log shared with others.
func (t *IO) say(kind, sentence string) {
	line := t.Name() + ": " + kind + ": " + strings.TrimRight(sentence, "\n") + "\n"
	speaking.Lock()
	defer speaking.Unlock()
	io.WriteString(t.Stderr, line)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
