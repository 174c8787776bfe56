package client

import (
	"encoding/base64"
	"unicode/utf8"

	"github.com/kolo/xmlrpc"
)

// scrub makes a response readable for a strict XML parser: control characters
// and bytes that are not UTF-8, which the reference sends as they are, become
// \xHH as our own server writes them. Clean data is returned as it is.
func scrub(data []byte) []byte {
	at := firstBad(data)
	if at == len(data) {
		return data
	}
	out := make([]byte, 0, len(data)+64)
	for at < len(data) {
		out = append(out, data[:at]...)
		out = append(out, '\\', 'x', hexDigits[data[at]>>4], hexDigits[data[at]&15])
		data = data[at+1:]
		at = firstBad(data)
	}
	return append(out, data...)
}

const hexDigits = "0123456789abcdef"

// firstBad returns the index of the first byte that XML cannot hold, or the
// length of data.
func firstBad(data []byte) int {
	for i := 0; i < len(data); {
		c := data[i]
		if c >= 0x20 && c < utf8.RuneSelf || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			return i
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			return i
		}
		i += n
	}
	return len(data)
}

func encodeBase64(data []byte) xmlrpc.Base64 {
	return xmlrpc.Base64(base64.StdEncoding.EncodeToString(data))
}

// textOrBase64 gives the form in which text arrives unchanged: a string, or
// base64 if a string cannot hold it.
func textOrBase64(data []byte) any {
	for _, c := range data {
		if c == '\r' {
			return encodeBase64(data)
		}
	}
	if firstBad(data) < len(data) {
		return encodeBase64(data)
	}
	return string(data)
}
