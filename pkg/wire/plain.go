package wire

import "bytes"

// decodePlain reads a call in the form in which clients write most of them:
// nothing but the elements of a call with strings, integers and booleans in
// ASCII, without attributes or comments. ok is false for everything
// else, which is then for callDecoder to read. What is read here means the same
// there, and costs a tenth.
func decodePlain(data []byte) (method string, params []any, ok bool) {
	s := plainScanner{rest: data}
	for _, declaration := range declarations {
		if s.skip(declaration) {
			break
		}
	}
	s.space()
	if !s.skip("<methodCall>") || !s.tag("<methodName>") {
		return "", nil, false
	}
	method, ok = s.text("</methodName>")
	if !ok || method == "" {
		return "", nil, false
	}
	params = []any{}
	if s.tag("<params>") {
		for s.tag("<param>") {
			v, ok := s.value()
			if !ok || !s.tag("</param>") {
				return "", nil, false
			}
			params = append(params, v)
		}
		if !s.tag("</params>") {
			return "", nil, false
		}
	}
	ok = s.tag("</methodCall>")
	s.space()
	return method, params, ok && len(s.rest) == 0
}

var declarations = []string{
	"<?xml version='1.0'?>", `<?xml version="1.0"?>`, `<?xml version="1.0" encoding="UTF-8"?>`,
	`<?xml version="1.0" encoding="utf-8"?>`, "<?xml version='1.0' encoding='UTF-8'?>",
}

// plainScanner takes pieces off the front of a document.
type plainScanner struct{ rest []byte }

// skip takes a literal text.
func (s *plainScanner) skip(text string) bool {
	if len(s.rest) < len(text) || string(s.rest[:len(text)]) != text {
		return false
	}
	s.rest = s.rest[len(text):]
	return true
}

func (s *plainScanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\r' || s.rest[0] == '\t') {
		s.rest = s.rest[1:]
	}
}

// tag takes a tag that white space may precede.
func (s *plainScanner) tag(tag string) bool {
	s.space()
	return s.skip(tag)
}

// text takes text and the tag that has to follow it.
func (s *plainScanner) text(end string) (string, bool) {
	n := bytes.IndexByte(s.rest, '<')
	if n < 0 {
		return "", false
	}
	text := s.rest[:n]
	s.rest = s.rest[n:]
	if !s.skip(end) {
		return "", false
	}
	for i, c := range text {
		if !plain[c] {
			return unescape(text, i)
		}
	}
	return string(text), true
}

// unescape reads text with the references that encoders write for ASCII; the
// first is at or behind text[from].
func unescape(text []byte, from int) (string, bool) {
	out := append(make([]byte, 0, len(text)), text[:from]...)
	for i := from; i < len(text); {
		c := text[i]
		switch {
		case plain[c]:
			out = append(out, c)
			i++
		case c == '&':
			end := bytes.IndexByte(text[i:min(len(text), i+8)], ';')
			if end < 0 {
				return "", false
			}
			char := reference(text[i : i+end+1])
			if char == 0 {
				return "", false
			}
			out = append(out, char)
			i += end + 1
		default:
			return "", false
		}
	}
	return string(out), true
}

// reference returns the character that a reference stands for; 0 for one that is
// not read here.
func reference(text []byte) byte {
	switch string(text) {
	case "&amp;":
		return '&'
	case "&lt;":
		return '<'
	case "&gt;":
		return '>'
	case "&quot;", "&#34;":
		return '"'
	case "&apos;", "&#39;":
		return '\''
	case "&#xA;", "&#10;":
		return '\n'
	case "&#xD;", "&#13;":
		return '\r'
	case "&#x9;", "&#9;":
		return '\t'
	}
	return 0
}

func (s *plainScanner) value() (any, bool) {
	if !s.tag("<value>") {
		return nil, false
	}
	untyped := s.rest
	s.space()
	var v any
	var ok bool
	switch {
	case s.skip("<string>"):
		v, ok = s.text("</string>")
	case s.skip("<int>"):
		v, ok = s.integer("</int>")
	case s.skip("<i4>"):
		v, ok = s.integer("</i4>")
	case s.skip("<boolean>"):
		var text string
		text, ok = s.text("</boolean>")
		v = text == "1"
	default:
		s.rest = untyped
		return s.text("</value>")
	}
	return v, ok && s.tag("</value>")
}

func (s *plainScanner) integer(end string) (any, bool) {
	text, ok := s.text(end)
	if !ok {
		return nil, false
	}
	v, err := parseInt(text)
	return v, err == nil
}
