package web

import "strings"

// plainText removes the escape sequences that terminals know from a text, and
// makes other control characters visible. The script of the page shows colours
// instead.
func plainText(s string) string {
	if strings.IndexFunc(s, isControl) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == 0x1b:
			i += escapeLen(s[i:])
			continue
		case c == '\r' && i+1 < len(s) && s[i+1] == '\n':
			i++
			continue
		case c == '\r':
			b.WriteByte('\n')
		case c == '\n' || c == '\t' || c >= ' ' && c != 0x7f:
			b.WriteByte(c)
		case c == 0x7f:
			b.WriteRune('␡')
		default:
			b.WriteRune('␀' + rune(c))
		}
		i++
	}
	return b.String()
}

func isControl(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }

// escapeLen returns the length of the escape sequence at the start of s.
func escapeLen(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch c := s[1]; {
	case c == '[': // CSI: parameters, then a final byte
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x3f {
				return i
			}
		}
		return len(s)
	case c == ']' || c == 'P' || c == '^' || c == '_' || c == 'X': // strings, until BEL or ESC \
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == 0x07:
				return i + 1
			case s[i] == 0x1b:
				return min(i+2, len(s))
			case s[i] == '\n':
				return i
			}
		}
		return len(s)
	case c >= 0x20 && c <= 0x2f: // a character set
		return min(3, len(s))
	case c == 0x1b || c < 0x20:
		return 1
	default:
		return 2
	}
}
