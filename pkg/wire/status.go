package wire

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// StatusLine is one process in the text of getStatusTable: what a display of the
// states shows, and nothing else.
type StatusLine struct {
	Group, Name string
	State       int // number of the state
	StateName   string
	Description string
}

// AppendStatusLine appends the line of one process: group, name, number and name
// of the state and description, with tabs between them and a line feed at the
// end. A backslash, tab, line feed or carriage return within a field is written
// \\, \t, \n or \r.
func AppendStatusLine(dst []byte, l *StatusLine) []byte {
	dst = append(appendField(dst, l.Group), '\t')
	dst = append(appendField(dst, l.Name), '\t')
	dst = append(strconv.AppendInt(dst, int64(l.State), 10), '\t')
	dst = append(appendField(dst, l.StateName), '\t')
	return append(appendField(dst, l.Description), '\n')
}

func appendField(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		var c byte
		switch s[i] {
		case '\\':
			c = '\\'
		case '\t':
			c = 't'
		case '\n':
			c = 'n'
		case '\r':
			c = 'r'
		default:
			continue
		}
		dst = append(append(dst, s[start:i]...), '\\', c)
		start = i + 1
	}
	return append(dst, s[start:]...)
}

var errStatusLine = errors.New("a line has not the five fields group, name, state, name of the state and description")

// ParseStatusLines reads what AppendStatusLine has written, line by line. A
// backslash before any other character stands for itself.
func ParseStatusLines(text string) ([]StatusLine, error) {
	lines := make([]StatusLine, 0, strings.Count(text, "\n"))
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		if !ended {
			return nil, errStatusLine
		}
		text = rest
		l, err := parseStatusLine(line)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func parseStatusLine(line string) (l StatusLine, err error) {
	var state string
	fields := [...]*string{&l.Group, &l.Name, &state, &l.StateName, &l.Description}
	for i, field := range fields {
		value, rest, more := strings.Cut(line, "\t")
		if more != (i < len(fields)-1) {
			return l, errStatusLine
		}
		*field, line = fieldText(value), rest
	}
	if l.State, err = strconv.Atoi(state); err != nil {
		return l, errStatusLine
	}
	return l, nil
}

func fieldText(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return fieldEscapes.Replace(s)
}

var fieldEscapes = strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")

// ParseString reads a response that is one string, in the form in which this
// package and Python's xmlrpc write it. ok is false for a response that looks in
// any way different; it may be fine, and is to be read the general way.
func ParseString(data []byte) (text string, ok bool) {
	s := infoScanner{data: data}
	s.tags("<methodResponse>", "<params>", "<param>", "<value>", "<string>")
	raw := s.until("</string>")
	s.tags("</value>", "</param>", "</params>", "</methodResponse>")
	s.space()
	if s.bad || len(s.data) > 0 {
		return "", false
	}
	for i, c := range raw {
		if !plain[c] {
			if !ordinary(raw[i:]) {
				return "", false
			}
			text = s.unescape(raw)
			return text, !s.bad
		}
	}
	return string(raw), true
}

// ordinary reports whether text consists of characters that XML can hold, apart
// from control characters.
func ordinary(text []byte) bool {
	return utf8.Valid(text) && !bytes.Contains(text, []byte("\ufffe")) && !bytes.Contains(text, []byte("\uffff"))
}
