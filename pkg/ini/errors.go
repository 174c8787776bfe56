package ini

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// SyntaxError reports the lines of one file that cannot be understood. The rest
// of the file has been read nevertheless.
type SyntaxError struct {
	File  string
	Lines []BadLine
}

// BadLine is one line that cannot be understood.
type BadLine struct {
	Line     int
	Text     string // with its line end
	NoHeader bool   // it stands before the first section header
	TooMany  bool   // the section already has MaxKeys keys
}

// Error returns the message of Python's MissingSectionHeaderError or
// ParsingError. Of lines before the first header Python reports only the first,
// and nothing else of the file.
func (e *SyntaxError) Error() string {
	if first := e.Lines[0]; first.NoHeader {
		return fmt.Sprintf("File contains no section headers.\nfile: %s, line: %d\n%s",
			pytext.Repr(e.File), first.Line, pytext.Repr(first.Text))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Source contains parsing errors: %s", pytext.Repr(e.File))
	for _, l := range e.Lines {
		fmt.Fprintf(&b, "\n\t[line %2d]: %s", l.Line, pytext.Repr(l.Text))
	}
	return b.String()
}
