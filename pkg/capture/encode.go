package capture

import (
	"bytes"
	"errors"
)

// ErrEndTag is returned by Encode for a text that would end its own section.
var ErrEndTag = errors.New("cannot send a text that contains the closing tag " + End)

// Encode appends payload, enclosed in the tags, to dst.
func Encode(dst, payload []byte) ([]byte, error) {
	if bytes.Contains(payload, endTag) {
		return dst, ErrEndTag
	}
	dst = append(dst, Begin...)
	dst = append(dst, payload...)
	return append(dst, End...), nil
}
