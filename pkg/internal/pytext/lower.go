package pytext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lower maps letters to lower case. Bytes that are not UTF-8 are kept, as Python
// keeps them; strings.ToLower does not.
func Lower(s string) string {
	if utf8.ValidString(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError {
			b.WriteString(s[i : i+size])
		} else {
			b.WriteRune(unicode.ToLower(r))
		}
		i += size
	}
	return b.String()
}
