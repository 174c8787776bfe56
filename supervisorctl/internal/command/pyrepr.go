package command

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// quoted returns s the way the reference quotes it in its messages: in single
// quotes unless only they occur in s, what cannot be printed as an escape.
func quoted(s string) string {
	q := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	out := []byte{q}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		out = appendQuoted(out, r, s[i], q)
		i += n
	}
	return string(append(out, q))
}

func appendQuoted(out []byte, r rune, first, q byte) []byte {
	switch {
	case r == '\\' || r == rune(q):
		return append(out, '\\', first)
	case r == '\n':
		return append(out, `\n`...)
	case r == '\r':
		return append(out, `\r`...)
	case r == '\t':
		return append(out, `\t`...)
	case r == utf8.RuneError && first >= utf8.RuneSelf && first != 0xef:
		return fmt.Appendf(out, `\udc%02x`, first)
	case r < 0x20 || r == 0x7f:
		return fmt.Appendf(out, `\x%02x`, r)
	case r < 0x7f || unicode.IsPrint(r):
		return utf8.AppendRune(out, r)
	case r <= 0xff:
		return fmt.Appendf(out, `\x%02x`, r)
	case r <= 0xffff:
		return fmt.Appendf(out, `\u%04x`, r)
	}
	return fmt.Appendf(out, `\U%08x`, r)
}

// faultText shows a fault in the reference's notation.
func faultText(f *wire.Fault) string {
	return fmt.Sprintf("<Fault %d: %s>", int(f.Code), quoted(f.Text))
}

// parseInt reads an integer as Python's int() does, as far as anybody types
// it: a sign, digits, single underscores between digits.
func parseInt(s string) (int64, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || digits == "" || strings.HasPrefix(digits, "_") ||
		strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	return n, err == nil
}
