// Package capture finds, and makes, what a program tells the daemon in the
// midst of its output: text between the tags <!--XSUPERVISOR:BEGIN--> and
// <!--XSUPERVISOR:END-->, which becomes a PROCESS_COMMUNICATION event.
//
// It works on bytes; nothing in it performs I/O.
package capture

import "bytes"

// The tags.
const (
	Begin = "<!--XSUPERVISOR:BEGIN-->"
	End   = "<!--XSUPERVISOR:END-->"
)

var beginTag, endTag = []byte(Begin), []byte(End)

// Kind tells what a Scanner has found.
type Kind uint8

// The kinds.
const (
	Plain   Kind = iota + 1 // output outside of the tags
	Inside                  // output between the tags
	Message                 // a closing tag: what was Inside since the opening tag is complete; no data
)

// Scanner splits output at the tags, wherever the chunks in which it arrives
// begin and end. The zero Scanner is ready and stands outside of the tags.
//
// Plain output is handed on at once but for an end that may be the beginning of
// a tag. Between the tags the chunks are those of the reference, so that Buffer
// keeps the same bytes.
type Scanner struct {
	inside bool
	n      uint8
	held   [len(Begin)]byte // the first n bytes are not decided yet
}

// Feed takes the next chunk and calls out for every piece of it. The slices
// given to out are parts of data, unless a tag may be split between chunks, and
// are valid only during the call.
func (s *Scanner) Feed(data []byte, out func(Kind, []byte)) {
	if s.n > 0 && len(data) > 0 {
		data = append(s.held[:s.n:s.n], data...)
		s.n = 0
	}
	for len(data) > 0 {
		kind, tag := Plain, beginTag
		if s.inside {
			kind, tag = Inside, endTag
			if len(data) <= len(endTag) && !bytes.Equal(data, endTag) {
				s.hold(data)
				return
			}
		}
		i := bytes.Index(data, tag)
		if i < 0 {
			sure := len(data) - prefixAtEnd(data, tag)
			s.hold(data[sure:])
			emit(out, kind, data[:sure])
			return
		}
		emit(out, kind, data[:i])
		if s.inside {
			out(Message, nil)
		}
		s.inside = !s.inside
		data = data[i+len(tag):]
	}
}

// Flush ends the output: it hands on what was held back. A section that is still
// open stays without its Message.
func (s *Scanner) Flush(out func(Kind, []byte)) {
	kind := Plain
	if s.inside {
		kind = Inside
	}
	held := s.held[:s.n]
	s.n = 0
	emit(out, kind, held)
}

// Open reports whether the scanner is between the tags.
func (s *Scanner) Open() bool { return s.inside }

func (s *Scanner) hold(data []byte) { s.n = uint8(copy(s.held[:], data)) }

func emit(out func(Kind, []byte), kind Kind, data []byte) {
	if len(data) > 0 {
		out(kind, data)
	}
}

// prefixAtEnd returns the length of the longest proper prefix of tag that ends
// data.
func prefixAtEnd(data, tag []byte) int {
	for n := min(len(tag)-1, len(data)); n > 0; n-- {
		if bytes.HasSuffix(data, tag[:n]) {
			return n
		}
	}
	return 0
}
