package event

import "unicode/utf8"

// Encoding says what a listener takes its standard input for.
type Encoding uint8

const (
	// Bytes passes on what processes wrote as it is, and counts bytes.
	Bytes Encoding = iota
	// Characters is for listeners that read their standard input as UTF-8 text,
	// as Python 3 programs do: len counts characters, and output that is not
	// UTF-8 is replaced by "Undecodable: " and its bytes as Python writes them.
	// It is what Supervisor 4.x under Python 3 does. Where the two lengths differ,
	// the header says the number of bytes too, in a token "bytes" of our own, so
	// that a listener that reads bytes can find the end of the payload.
	Characters
)

// Len returns the length of a payload as a header of that encoding tells it.
func (enc Encoding) Len(payload []byte) int {
	if enc == Characters {
		return utf8.RuneCount(payload)
	}
	return len(payload)
}

// appendUndecodable appends what stands for data that is not UTF-8.
func appendUndecodable(dst, data []byte) []byte {
	return AppendPythonBytes(append(dst, "Undecodable: "...), data)
}

// AppendPythonBytes appends data as Python 3's repr() writes a bytes object:
// b'...'. The reference does so in events and in its log.
func AppendPythonBytes(dst, data []byte) []byte {
	quote := pythonQuote(data)
	dst = append(dst, 'b', quote)
	for _, c := range data {
		dst = appendPythonByte(dst, c, quote)
	}
	return append(dst, quote)
}

// pythonQuote returns the quote that repr() chooses: the double one only if that
// saves escaping.
func pythonQuote(data []byte) byte {
	single, double := false, false
	for _, c := range data {
		single = single || c == '\''
		double = double || c == '"'
	}
	if single && !double {
		return '"'
	}
	return '\''
}

func appendPythonByte(dst []byte, c, quote byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c == quote || c == '\\':
		return append(dst, '\\', c)
	case c == '\t':
		return append(dst, `\t`...)
	case c == '\n':
		return append(dst, `\n`...)
	case c == '\r':
		return append(dst, `\r`...)
	case c < ' ' || c >= 0x7f:
		return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
	default:
		return append(dst, c)
	}
}
