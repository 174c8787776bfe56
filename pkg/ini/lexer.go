package ini

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// Read reads the text of one file into the document. The name is used in
// origins and messages. A later value of a key replaces an earlier one. The
// error is a *SyntaxError that lists every bad line.
//
// Lines may end in LF, CR LF or CR. A byte order mark at the start is skipped,
// and bytes that are not UTF-8 are kept as they are; Python refuses both.
//
// The text must not be changed afterwards.
func (d *Document) Read(name string, text []byte) error {
	l := lexer{doc: d, file: name}
	rest := strings.TrimPrefix(unsafe.String(unsafe.SliceData(text), len(text)), "\ufeff")
	for rest != "" {
		if l.skip {
			if rest = l.skipPlain(rest); rest == "" {
				break
			}
		}
		var line string
		line, rest = cutLine(rest)
		l.number++
		l.line(line)
	}
	l.finish()
	if len(l.bad) > 0 {
		return &SyntaxError{File: name, Lines: l.bad}
	}
	return nil
}

// cutLine takes the first line off s. The line ends in "\n", however it was
// ended in the file, unless it is an unended last one.
func cutLine(s string) (line, rest string) {
	i := strings.IndexAny(s, "\r\n")
	switch {
	case i < 0:
		return s, ""
	case s[i] == '\n':
		return s[:i+1], s[i+1:]
	case i+1 < len(s) && s[i+1] == '\n':
		return s[:i] + "\n", s[i+2:]
	default:
		return s[:i] + "\n", s[i+1:]
	}
}

// lexer holds the state between the lines of one file.
type lexer struct {
	doc    *Document
	file   string
	number int
	indent int // of the last line that was not a continuation
	sect   *Section
	bad    []BadLine

	// The option that a continuation line would continue; option is "" if there
	// is none.
	option string
	pos    Pos
	value  strings.Builder
	quotes quoteState

	// skip says that nobody wants the section: its lines are checked, and not
	// kept.
	skip bool
}

// skipPlain takes empty lines and ordinary options, "key = value" without
// indentation, off a section that is skipped. All other lines are left to the
// general way. A file of thousands of programs consists of such lines.
func (l *lexer) skipPlain(s string) string {
	for s != "" {
		end := strings.IndexByte(s, '\n')
		if end < 0 || end > 0 && !plainOption(s[:end]) {
			return s
		}
		if end > 0 {
			l.option, l.indent = "skipped", 0
		}
		l.number++
		s = s[end+1:]
	}
	return s
}

// plainOption reports whether a line is certainly an option: letters, digits and
// the like, then a delimiter.
func plainOption(line string) bool {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', c == '_', c == '.', c == '-', i > 0 && (c == ' ' || '0' <= c && c <= '9'):
		case c == '=' || c == ':':
			return i > 0 && strings.IndexByte(line[i:], '\r') < 0
		default:
			return false
		}
	}
	return false
}

func (l *lexer) line(line string) {
	content, comment, commented := splitComment(line)
	content = pytext.Strip(content)
	if content == "" {
		if !commented && l.sect != nil && l.option != "" && !l.skip {
			l.value.WriteByte('\n')
		}
		return
	}
	indent := indentOf(line)
	if l.sect != nil && l.option != "" && indent > l.indent {
		if !l.skip {
			l.value.WriteByte('\n')
		}
		l.add(content, comment)
		return
	}
	l.indent = indent
	if header, ok := sectionHeader(content); ok {
		l.finish()
		l.open(header)
		return
	}
	if l.sect == nil {
		l.bad = append(l.bad, BadLine{Line: l.number, Text: line, NoHeader: true})
		return
	}
	l.optionLine(line, content, comment)
}

// open begins a section.
func (l *lexer) open(name string) {
	l.skip = l.doc.wanted != nil && name != DefaultSection && !l.doc.wanted(name)
	if l.skip {
		l.sect = &l.doc.unwanted
	} else {
		l.sect = l.doc.open(name, l.here())
	}
}

// optionLine starts a new option; a line that is none leaves the last option
// open, as Python does.
func (l *lexer) optionLine(line, content, comment string) {
	i := strings.IndexAny(content, "=:")
	if i < 0 {
		l.bad = append(l.bad, BadLine{Line: l.number, Text: line})
		return
	}
	l.finish()
	name := pytext.Lower(pytext.StripRight(content[:i]))
	if name == "" {
		l.bad = append(l.bad, BadLine{Line: l.number, Text: line})
		return
	}
	if l.sect.full(name) {
		l.bad = append(l.bad, BadLine{Line: l.number, Text: line, TooMany: true})
		return
	}
	l.option = name
	l.pos = l.here()
	// Make the key now: the order of keys is that of their first lines.
	l.add(pytext.Strip(content[i+1:]), comment)
}

// add appends a line's part to the value of the open option.
func (l *lexer) add(part, comment string) {
	if l.skip {
		return
	}
	l.value.WriteString(part)
	l.quotes.scan(part)
	if l.quotes.open != 0 && strings.IndexByte(comment, l.quotes.open) >= 0 {
		l.doc.cuts = append(l.doc.cuts, Cut{Pos: l.here(), Section: l.sect.name, Key: l.option})
	}
}

// finish stores the open option.
func (l *lexer) finish() {
	if l.option != "" && !l.skip {
		l.sect.set(l.option, pytext.StripRight(l.value.String()), l.pos)
	}
	l.option = ""
	l.value.Reset()
	l.quotes = quoteState{}
}

func (l *lexer) here() Pos { return Pos{l.file, l.number} }

// sectionHeader returns the text from the first to the last bracket of a line
// that begins with one; what follows the last bracket is ignored.
func sectionHeader(content string) (name string, ok bool) {
	if content[0] != '[' {
		return "", false
	}
	end := strings.LastIndexByte(content, ']')
	if end < 2 {
		return "", false
	}
	return content[1:end], true
}

// indentOf counts the characters before the first that is not white space.
func indentOf(line string) int {
	n := 0
	for _, r := range line {
		if !pytext.IsSpace(r) {
			break
		}
		n++
	}
	return n
}

// splitComment separates a comment from a line. A whole-line comment begins with
// the first character that is not white space; an inline comment begins with a ';'
// or '#' at the start of the line or after white space.
//
// When a line has both kinds of sign, the first occurrence of each is looked at,
// then the second of each, and so on until one of them begins a comment. That is
// Python's order, and not always the leftmost possible comment.
func splitComment(line string) (content, comment string, commented bool) {
	if t := strings.TrimLeftFunc(line, pytext.IsSpace); t != "" && (t[0] == ';' || t[0] == '#') {
		return "", line, true
	}
	semicolon, hash := -1, -1
	for semicolon < len(line) || hash < len(line) {
		semicolon = nextByte(line, ';', semicolon)
		hash = nextByte(line, '#', hash)
		start := len(line)
		if beginsComment(line, semicolon) {
			start = semicolon
		}
		if hash < start && beginsComment(line, hash) {
			start = hash
		}
		if start < len(line) {
			return line[:start], line[start:], true
		}
	}
	return line, "", false
}

// nextByte returns the index of the next c after i, or len(line).
func nextByte(line string, c byte, i int) int {
	if i >= len(line) {
		return len(line)
	}
	if j := strings.IndexByte(line[i+1:], c); j >= 0 {
		return i + 1 + j
	}
	return len(line)
}

func beginsComment(line string, i int) bool {
	if i >= len(line) {
		return false
	}
	if i == 0 {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(line[:i])
	return pytext.IsSpace(before)
}

// quoteState follows the quotes of a value by the rules of a command line.
type quoteState struct {
	open    byte // the quote that is open, or 0
	escaped bool // the next character is literal
}

func (q *quoteState) scan(s string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case q.escaped:
			q.escaped = false
		case c == '\\' && q.open != '\'':
			q.escaped = true
		case q.open != 0 && c == q.open:
			q.open = 0
		case q.open == 0 && (c == '\'' || c == '"'):
			q.open = c
		}
	}
}
