package pytext

import (
	"math"
	"strings"
)

// Int reads s as int(s, base) does for base 8 or 10: white space around it, a
// sign, single underscores between digits and, for base 8, a prefix 0o are
// allowed. Numbers that do not fit are cut to the nearest int64. ok is false when
// s is not a number.
func Int(s string, base int) (n int64, ok bool) {
	s = strings.TrimSpace(s) // without the separators that Strip removes
	negative := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	if base == 8 && (strings.HasPrefix(s, "0o") || strings.HasPrefix(s, "0O")) {
		// An underscore may follow the prefix.
		s = strings.TrimPrefix(s[2:], "_")
	}
	n, ok = digits(s, int64(base))
	if negative && ok {
		n = -n
	}
	return n, ok
}

// digits reads a run of digits with single underscores between them.
func digits(s string, base int64) (n int64, ok bool) {
	digitSeen := false
	for _, r := range s {
		if r == '_' {
			if !digitSeen {
				return 0, false
			}
			digitSeen = false
			continue
		}
		d, isDigit := decimal(r)
		if !isDigit || d >= base {
			return 0, false
		}
		digitSeen = true
		if n > (math.MaxInt64-d)/base {
			n = math.MaxInt64
		} else {
			n = n*base + d
		}
	}
	return n, digitSeen
}
