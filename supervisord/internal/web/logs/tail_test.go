package logs

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// news collects what a follower tells, as one line.
func (l *log) news(t *Tail) string {
	l.Helper()
	var out []string
	err := t.Next(func(n News) error {
		switch n.Change {
		case Grown:
			out = append(out, n.Part.Text)
		case Skipped:
			out = append(out, fmt.Sprintf("<skipped %d>", n.Bytes))
		default:
			out = append(out, "<"+string(n.Change)+">")
		}
		if n.File == "" {
			l.Error("news of no file")
		}
		return nil
	})
	l.must(err)
	return strings.Join(out, " ")
}

func (l *log) follow(id string, offset int64) *Tail {
	t := l.Follow(id, offset)
	l.Cleanup(t.Close)
	return t
}

func (l *log) expect(t *Tail, want string) {
	l.Helper()
	if got := l.news(t); got != want {
		l.Errorf("got %q, want %q", got, want)
	}
}

func TestTail(t *testing.T) {
	l := newLog(t)
	l.write("", "before\n")
	tail := l.follow("", 0)
	l.expect(tail, "")
	l.write("", "one\n")
	l.expect(tail, "one\n")
	l.expect(tail, "")
	l.write("", "two\n")
	l.rotate()
	l.write("", "three\n")
	l.expect(tail, "two\n <rotated> three\n")
	l.write("", "four\n")
	l.rotate()
	l.write("", "five\n")
	l.rotate()
	l.write("", "six\n")
	l.expect(tail, "four\n <rotated> five\n <rotated> six\n")
	l.clear()
	l.write("", "seven\n")
	l.expect(tail, "<cleared> seven\n")
	l.must(os.Truncate(l.Path, 0))
	l.expect(tail, "<cleared>")
	l.write("", "eight €\xe2\x82")
	l.expect(tail, "eight €")
	l.write("", "\xac")
	l.expect(tail, "€")
}

func TestTailOfNothing(t *testing.T) {
	l := newLog(t)
	tail := l.follow("", 0)
	l.expect(tail, "")
	l.write("", "born\n")
	l.expect(tail, "born\n")
}

func TestTailResumes(t *testing.T) {
	l := newLog(t)
	l.write("", "one\n")
	tail := l.follow("", 0)
	id, at := tail.Position()
	tail.Close()
	l.write("", "two\n")
	l.rotate()
	l.write("", "three\n")
	l.expect(l.follow(id, at), "two\n <rotated> three\n")
	for range l.Backups + 1 {
		l.rotate()
	}
	l.write("", "much later\n")
	l.must(os.Remove(l.Path + ".1"))
	l.must(os.Remove(l.Path + ".2"))
	l.must(os.Remove(l.Path + ".3"))
	l.expect(l.follow("gone", 4711), "<skipped -1> much later\n")
}

func TestTailSkips(t *testing.T) {
	l := newLog(t)
	l.write("", "")
	tail := l.follow("", 0)
	line := strings.Repeat("x", 99) + "\n"
	l.write("", strings.Repeat(line, 3*maxBehind/100))
	got := l.news(tail)
	if !strings.HasPrefix(got, fmt.Sprintf("<skipped %d> ", 3*maxBehind/100*100-catchUp)) || len(got) < catchUp || len(got) > catchUp+100 {
		t.Errorf("got %d bytes: %.100s", len(got), got)
	}
}
