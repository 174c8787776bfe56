// Package shlex splits text into words as the module of that name of Python's
// standard library does, in the two ways in which Supervisor uses it.
package shlex

import (
	"errors"
	"strings"
)

// The errors of both grammars, in Python's words.
var (
	//lint:ignore ST1005 the words are Python's
	ErrNoClosingQuotation = errors.New("No closing quotation")
	//lint:ignore ST1005 the words are Python's
	ErrNoEscapedCharacter = errors.New("No escaped character")
)

const whitespace = " \t\r\n"

// Split cuts a command line into words by the rules of a POSIX shell without
// any expansion: quotes group, a backslash takes the next character literally,
// and inside double quotes only a backslash and a double quote can be escaped.
// Nothing begins a comment. It is shlex.split. The error is
// ErrNoClosingQuotation or ErrNoEscapedCharacter.
func Split(s string) ([]string, error) {
	sp := splitter{rest: s}
	for sp.next() {
	}
	return sp.words, sp.err
}

// splitter walks over the text bytewise: every character with a meaning is
// ASCII.
type splitter struct {
	rest  string
	word  strings.Builder
	words []string
	err   error
}

// next takes one word off rest; it returns false at the end.
func (sp *splitter) next() bool {
	sp.rest = strings.TrimLeft(sp.rest, whitespace)
	if sp.rest == "" {
		return false
	}
	sp.word.Reset()
	for sp.rest != "" {
		c := sp.rest[0]
		if strings.IndexByte(whitespace, c) >= 0 {
			break
		}
		if !sp.piece(c) {
			sp.words = nil
			return false
		}
	}
	sp.words = append(sp.words, sp.word.String())
	return true
}

// piece takes one quoted part, one escape or one plain run that begins with c.
func (sp *splitter) piece(c byte) bool {
	switch c {
	case '\'':
		return sp.single()
	case '"':
		return sp.double()
	case '\\':
		return sp.escape()
	}
	end := strings.IndexAny(sp.rest, whitespace+`'"\`)
	if end < 0 {
		end = len(sp.rest)
	}
	sp.word.WriteString(sp.rest[:end])
	sp.rest = sp.rest[end:]
	return true
}

func (sp *splitter) single() bool {
	end := strings.IndexByte(sp.rest[1:], '\'')
	if end < 0 {
		sp.err = ErrNoClosingQuotation
		return false
	}
	sp.word.WriteString(sp.rest[1 : 1+end])
	sp.rest = sp.rest[end+2:]
	return true
}

func (sp *splitter) double() bool {
	sp.rest = sp.rest[1:]
	for {
		i := strings.IndexAny(sp.rest, `"\`)
		if i < 0 {
			sp.err = ErrNoClosingQuotation
			return false
		}
		sp.word.WriteString(sp.rest[:i])
		if sp.rest[i] == '"' {
			sp.rest = sp.rest[i+1:]
			return true
		}
		if i+1 == len(sp.rest) {
			sp.err = ErrNoEscapedCharacter
			return false
		}
		next := sp.rest[i+1]
		if next != '"' && next != '\\' {
			sp.word.WriteByte('\\')
		}
		sp.word.WriteByte(next)
		sp.rest = sp.rest[i+2:]
	}
}

func (sp *splitter) escape() bool {
	if len(sp.rest) == 1 {
		sp.err = ErrNoEscapedCharacter
		return false
	}
	sp.word.WriteByte(sp.rest[1])
	sp.rest = sp.rest[2:]
	return true
}
