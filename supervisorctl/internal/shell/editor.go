package shell

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/peterh/liner"
)

// Editor reads command lines from a terminal, with editing, history and
// completion. While no line is being read the terminal is in its usual mode, so
// that commands and their ctrl-C work as anywhere.
type Editor struct {
	state  *liner.State
	cooked liner.ModeApplier // the terminal's usual mode
	raw    liner.ModeApplier // its mode while a line is edited
	plain  *Plain            // for what is not edited
	file   string            // the history's, or ""

	abandoned bool // a line is still being read for nobody
}

// CanEdit reports whether lines can be edited on this kind of terminal.
func CanEdit() bool {
	_, err := liner.TerminalMode()
	return err == nil && liner.TerminalSupported()
}

// NewEditor returns an editor for the terminal on stdin and stdout. file keeps
// the history; "" keeps none.
func NewEditor(plain *Plain, file string) *Editor {
	e := &Editor{plain: plain, file: file}
	e.cooked = terminalMode()
	e.state = liner.NewLiner()
	e.raw = terminalMode()
	_ = e.cooked.ApplyMode()
	e.state.SetCtrlCAborts(true)
	e.state.SetTabCompletionStyle(liner.TabPrints)
	e.state.SetBeep(false)
	e.readHistory()
	return e
}

// Complete sets what the tab key offers: candidates returns how the last of the
// words may go on.
func (e *Editor) Complete(candidates func(words []string) []string) {
	e.state.SetWordCompleter(func(line string, pos int) (string, []string, string) {
		return complete(line, pos, candidates)
	})
}

// terminalMode is the present mode of the terminal. A terminal that has gone
// has a mode that cannot be applied.
func terminalMode() liner.ModeApplier {
	mode, err := liner.TerminalMode()
	if err != nil {
		return noMode{}
	}
	return mode
}

type noMode struct{}

func (noMode) ApplyMode() error { return io.EOF }

// ReadCommand implements LineReader.
func (e *Editor) ReadCommand(ctx context.Context, prompt string) (string, error) {
	line, err := e.edit(ctx, func() (string, error) { return e.state.Prompt(prompt) })
	if err == nil && strings.TrimSpace(line) != "" {
		e.state.AppendHistory(line)
	}
	return line, err
}

// ReadLine reads a line that is no command: an answer, or what is sent to a
// process. It is not kept in the history.
func (e *Editor) ReadLine(ctx context.Context, prompt string) (string, error) {
	if prompt == "" {
		return e.plain.ReadLine(ctx, prompt)
	}
	return e.edit(ctx, func() (string, error) { return e.state.Prompt(prompt) })
}

// ReadPassword reads a line that is not shown.
func (e *Editor) ReadPassword(ctx context.Context, prompt string) (string, error) {
	return e.edit(ctx, func() (string, error) { return e.state.PasswordPrompt(prompt) })
}

// edit reads a line with the terminal in raw mode. The library that reads cannot
// be interrupted; when the context ends it is left behind, and no further line
// can be read.
func (e *Editor) edit(ctx context.Context, read func() (string, error)) (string, error) {
	if e.abandoned {
		return "", context.Canceled
	}
	if err := e.raw.ApplyMode(); err != nil {
		return "", err
	}
	defer func() { _ = e.cooked.ApplyMode() }()
	type answer struct {
		line string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		line, err := read()
		got <- answer{line, err}
	}()
	select {
	case a := <-got:
		if errors.Is(a.err, liner.ErrPromptAborted) {
			return "", context.Canceled
		}
		return a.line, a.err
	case <-ctx.Done():
		e.abandoned = true
		return "", ctx.Err()
	}
}

// Close keeps the history and leaves the terminal as it was.
func (e *Editor) Close() {
	e.writeHistory()
	_ = e.state.Close()
}

// complete splits the line before the cursor into words, of which the last one
// is completed. A name is one word even with ":", "*" and "-" in it.
func complete(line string, pos int, candidates func([]string) []string) (head string, list []string, tail string) {
	runes := []rune(line)
	before, tail := string(runes[:pos]), string(runes[pos:])
	words := strings.Fields(before)
	if before == "" || unicode.IsSpace(runes[pos-1]) {
		words = append(words, "")
	}
	last := words[len(words)-1]
	head = strings.TrimSuffix(before, last)
	for _, c := range candidates(words) {
		list = append(list, c+" ")
	}
	slices.Sort(list)
	return head, list, tail
}
