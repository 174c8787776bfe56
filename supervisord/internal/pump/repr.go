package pump

import (
	"strings"
	"unicode"
)

// reprString quotes a name as Python's repr does; names hold printable
// characters only.
func reprString(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	b := []byte{quote}
	for _, r := range s {
		if r == rune(quote) || r == '\\' {
			b = append(b, '\\')
		}
		if r != ' ' && !unicode.IsPrint(r) {
			b = append(b, `\x`...)
			b = append(b, hex[r>>4&15], hex[r&15])
			continue
		}
		b = append(b, string(r)...)
	}
	return string(append(b, quote))
}

const hex = "0123456789abcdef"

// reprBytes renders bytes as Python's repr does.
func reprBytes(data []byte) string {
	quote := byte('\'')
	if strings.ContainsRune(string(data), '\'') && !strings.ContainsRune(string(data), '"') {
		quote = '"'
	}
	b := append(make([]byte, 0, len(data)+3), 'b', quote)
	for _, c := range data {
		switch {
		case c == quote || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c > '~':
			b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return string(append(b, quote))
}
