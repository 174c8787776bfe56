package wire

import "unicode/utf8"

// plain marks the bytes that stand for themselves in XML text. CR is not one:
// a parser would turn it into LF.
var plain = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = true
	}
	t['\t'], t['\n'] = true, true
	t['&'], t['<'], t['>'] = false, false, false
	return t
}()

// AppendText appends s to dst as XML text that every parser accepts and reads
// back as s. What XML 1.0 cannot hold is replaced by readable text: a byte that
// is not UTF-8 and a control character become \xHH, U+FFFE and U+FFFF become
// \uHHHH. A carriage return is kept, as &#13;.
func AppendText(dst []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		if plain[s[i]] {
			i++
			continue
		}
		n, repl := unusual(s[i:])
		if repl == "" && n > 1 {
			i += n
			continue
		}
		dst = append(dst, s[start:i]...)
		if repl != "" {
			dst = append(dst, repl...)
		} else {
			dst = append(dst, '\\', 'x', hexDigits[s[i]>>4], hexDigits[s[i]&15])
		}
		i += n
		start = i
	}
	return append(dst, s[start:]...)
}

const hexDigits = "0123456789abcdef"

// unusual looks at the start of s, which is not a plain byte. It returns the
// number of bytes to take and their replacement; without a replacement one byte
// is to be shown in hexadecimal, and more than one are a good character.
func unusual(s string) (n int, repl string) {
	switch s[0] {
	case '&':
		return 1, "&amp;"
	case '<':
		return 1, "&lt;"
	case '>':
		return 1, "&gt;"
	case '\r':
		return 1, "&#13;"
	}
	if s[0] < utf8.RuneSelf {
		return 1, ""
	}
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case 0xFFFE:
		return n, `\ufffe`
	case 0xFFFF:
		return n, `\uffff`
	}
	return n, ""
}
