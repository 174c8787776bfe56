// Package pytext reproduces how Python treats text where the configuration
// format and its messages depend on it: white space, repr() and int().
package pytext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsSpace tells whether r is white space to str.isspace, str.strip and \s. It
// differs from unicode.IsSpace by the separators U+001C to U+001F.
func IsSpace(r rune) bool {
	if r >= 0x1c && r <= 0x1f {
		return true
	}
	return unicode.IsSpace(r)
}

// Strip removes white space from both ends, as str.strip does.
func Strip(s string) string { return strings.TrimFunc(s, IsSpace) }

// StripRight removes white space from the end, as str.rstrip does.
func StripRight(s string) string { return strings.TrimRightFunc(s, IsSpace) }

// Fields splits at runs of white space, as str.split does without arguments.
func Fields(s string) []string { return strings.FieldsFunc(s, IsSpace) }

// Repr renders s as repr() does: in single quotes unless that needs more
// escapes than double quotes, with everything unprintable escaped. A byte that is
// not UTF-8 is shown as Python shows one read with surrogateescape.
func Repr(s string) string {
	quote := byte('\'')
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.Grow(len(s) + 2)
	b.WriteByte(quote)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, `\udc%02x`, s[i])
		} else {
			writeReprRune(&b, r, quote)
		}
		i += size
	}
	b.WriteByte(quote)
	return b.String()
}

func writeReprRune(b *strings.Builder, r rune, quote byte) {
	switch {
	case r == rune(quote) || r == '\\':
		b.WriteByte('\\')
		b.WriteRune(r)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case unicode.IsPrint(r):
		b.WriteRune(r)
	case r < 0x100:
		fmt.Fprintf(b, `\x%02x`, r)
	case r < 0x10000:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}
