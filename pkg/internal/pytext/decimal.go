package pytext

import "unicode"

// decimal returns the value of a decimal digit of any script. Unicode assigns
// the digits of a script ten consecutive code points beginning with its zero, and
// the ranges of the category Nd start and end at such tens.
func decimal(r rune) (value int64, ok bool) {
	if r < 0x80 {
		return int64(r - '0'), '0' <= r && r <= '9'
	}
	for _, rg := range unicode.Nd.R16 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int64(r-rune(rg.Lo)) % 10, true
		}
	}
	for _, rg := range unicode.Nd.R32 {
		if r >= rune(rg.Lo) && r <= rune(rg.Hi) {
			return int64(r-rune(rg.Lo)) % 10, true
		}
	}
	return 0, false
}
