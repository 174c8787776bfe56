package shlex

import (
	"strings"
	"unicode/utf8"
)

// Tokens cuts an environment= value into tokens as Supervisor does: with
// Python's non-POSIX grammar whose words may also hold the characters /.+-():
//
// A token is a run of word characters (quotes inside it belong to it), or a
// quoted text with its quotes, or one single character that is neither. '#'
// begins a comment that lasts to the end of the line; it does not end a word.
// There are no escapes. The error is ErrNoClosingQuotation.
func Tokens(s string) ([]string, error) {
	var tokens []string
	var word strings.Builder // kept across comments, which do not end a word
	for s != "" {
		c := s[0]
		switch {
		case strings.IndexByte(whitespace, c) >= 0:
			tokens = flush(tokens, &word)
			s = s[1:]
		case c == '#':
			s = afterLine(s)
		case isWord(c), word.Len() > 0 && (c == '\'' || c == '"'):
			word.WriteByte(c)
			s = s[1:]
		case c == '\'' || c == '"':
			end := strings.IndexByte(s[1:], c)
			if end < 0 {
				return nil, ErrNoClosingQuotation
			}
			tokens = append(tokens, s[:end+2])
			s = s[end+2:]
		default:
			tokens = flush(tokens, &word)
			_, size := utf8.DecodeRuneInString(s)
			tokens = append(tokens, s[:size])
			s = s[size:]
		}
	}
	return flush(tokens, &word), nil
}

func flush(tokens []string, word *strings.Builder) []string {
	if word.Len() > 0 {
		tokens = append(tokens, word.String())
		word.Reset()
	}
	return tokens
}

// afterLine drops everything up to and including the next line feed.
func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}

func isWord(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		return true
	}
	return strings.IndexByte("/.+-():", c) >= 0
}
