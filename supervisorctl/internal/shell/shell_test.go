package shell

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peterh/liner"
)

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	return r, w
}

func TestPlainReadsLines(t *testing.T) {
	r, w := pipe(t)
	if _, err := w.WriteString("one\n\ntwo\r\nbad \xff byte\nunfinished"); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	var out bytes.Buffer
	p := NewPlain(r, &out)
	for _, want := range []string{"one", "", "two\r", "bad \uFFFD byte", "unfinished"} {
		if got, err := p.ReadCommand(t.Context(), "> "); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	for range 2 {
		if got, err := p.ReadLine(t.Context(), "? "); err != io.EOF {
			t.Errorf("%q, %v at the end", got, err)
		}
	}
	if want := strings.Repeat("> ", 5) + "? ? "; out.String() != want {
		t.Errorf("prompts %q, want %q", out.String(), want)
	}
}

// A line that arrives after the reader gave up is there for the next one.
func TestPlainGivesUp(t *testing.T) {
	r, w := pipe(t)
	p := NewPlain(r, io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := p.ReadLine(ctx, "")
		done <- err
	}()
	if _, err := w.WriteString("half"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if _, err := w.WriteString(" and half\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := p.ReadPassword(t.Context(), ""); err != nil || got != "half and half" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestComplete(t *testing.T) {
	var asked []string
	candidates := func(words []string) []string {
		asked = words
		return []string{"web:*", "web:a-b"}
	}
	for _, tc := range []struct {
		line, cut string
		words     string
		head      string
	}{
		{"", "", "", ""},
		{"st", "", "st", ""},
		{"start ", "", "start|", "start "},
		{"start web:a-", " x", "start|web:a-", "start "},
		{"  stop é w", "", "stop|é|w", "  stop é "},
	} {
		head, list, tail := complete(tc.line+tc.cut, len([]rune(tc.line)), candidates)
		if strings.Join(asked, "|") != tc.words || head != tc.head || tail != tc.cut || strings.Join(list, "|") != "web:* |web:a-b " {
			t.Errorf("%q: asked for %q, got %q %q %q", tc.line, asked, head, list, tail)
		}
	}
}

func editorWithHistory(file, line string) *Editor {
	e := &Editor{state: liner.NewLiner(), file: file}
	e.readHistory()
	e.state.AppendHistory(line)
	return e
}

func TestHistoryFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "history")
	for _, line := range []string{"one", "two"} {
		editorWithHistory(file, line).writeHistory()
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "one\ntwo\n" {
		t.Errorf("%q, %v", text, err)
	}

	// A link stays one, and what is no regular file is left alone.
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	editorWithHistory(link, "three").writeHistory()
	if text, err := os.ReadFile(file); err != nil || string(text) != "one\ntwo\nthree\n" {
		t.Errorf("behind a link: %q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v, %v", info, err)
	}
	editorWithHistory(os.DevNull, "four").writeHistory()
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced: %v, %v", os.DevNull, info, err)
	}
	editorWithHistory("", "five").writeHistory()
	editorWithHistory(filepath.Join(dir, "no", "such", "place"), "six").writeHistory()
	left, _ := filepath.Glob(filepath.Join(dir, ".supervisorctl-*"))
	if len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// fakeRunner keeps the lines that it is to run.
type fakeRunner struct{ lines []string }

func (f *fakeRunner) Run(_ context.Context, line string) bool {
	f.lines = append(f.lines, line)
	return line == "exit"
}
func (f *fakeRunner) Prompt() string { return "p> " }

func TestLoop(t *testing.T) {
	for input, want := range map[string]struct{ lines, out string }{
		"a\nb\n":       {"status|a|b", "p> p> p> \n"},
		"a\nexit\nb\n": {"status|a|exit", "p> p> "},
		"":             {"status", "p> \n"},
		"not finished": {"status|not finished", "p> p> \n"},
	} {
		r, w := pipe(t)
		_, _ = w.WriteString(input)
		_ = w.Close()
		var out bytes.Buffer
		f := &fakeRunner{}
		Loop(f, NewPlain(r, &out), &out)
		if got := strings.Join(f.lines, "|"); got != want.lines || out.String() != want.out {
			t.Errorf("%q: ran %q, printed %q", input, got, out.String())
		}
	}
}
