package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// DecodeCall reads an XML-RPC method call. It accepts what Supervisor's own
// server accepts: untyped values, calls without <params>, white space, comments
// and CDATA anywhere, unknown elements (taken by their text) and any order of
// methodName and params. Documents in UTF-8, US-ASCII and ISO-8859-1 are
// understood; entities beyond the predefined ones are refused, and so is
// whatever exceeds MaxCallBytes, MaxCallElements or MaxCallDepth.
//
// A call without parameters yields an empty slice. Errors are meant for a log;
// the sender gets "400 Bad Request".
func DecodeCall(data []byte) (method string, params []any, err error) {
	if len(data) > MaxCallBytes {
		return "", nil, fmt.Errorf("cannot read the call: %d bytes are more than the %d allowed", len(data), MaxCallBytes)
	}
	if method, params, ok := decodePlain(data); ok {
		return method, params, nil
	}
	return decodeAny(data)
}

// decodeAny reads any call.
func decodeAny(data []byte) (method string, params []any, err error) {
	d := callDecoder{}
	if err := d.run(data); err != nil {
		return "", nil, fmt.Errorf("cannot read the call: %w", err)
	}
	if d.method == "" {
		return "", nil, errors.New("cannot read the call: it names no method")
	}
	if d.params == nil {
		d.params = []any{}
	}
	return d.method, d.params, nil
}

// element is one open or finished XML element. Its value is what the element
// stands for: its text, or what the elements inside it made of it.
type element struct {
	tag      string
	text     []byte
	hasText  bool // distinguishes <x></x> from an element whose value was replaced
	value    any
	children []element
}

// callDecoder evaluates elements as they end, innermost first, as the
// reference does: a table from tag to function rather than a grammar.
type callDecoder struct {
	stack    []element
	elements int
	method   string
	params   []any
	fault    any // of a response
	sawRoot  bool
}

func (d *callDecoder) run(data []byte) error {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	dec.CharsetReader = charsetReader
	for {
		tok, err := dec.RawToken()
		if err == io.EOF {
			return d.finish()
		}
		if err != nil {
			return err
		}
		if err := d.token(tok); err != nil {
			return err
		}
	}
}

func (d *callDecoder) finish() error {
	if len(d.stack) > 0 {
		return fmt.Errorf("<%s> is not closed", d.stack[len(d.stack)-1].tag)
	}
	if !d.sawRoot {
		return errors.New("it is empty")
	}
	return nil
}

func (d *callDecoder) token(tok xml.Token) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return d.open(t.Name.Local)
	case xml.EndElement:
		return d.close(t.Name.Local)
	case xml.CharData:
		return d.chars(t)
	}
	return nil
}

func (d *callDecoder) open(tag string) error {
	if len(d.stack) == 0 && d.sawRoot {
		return fmt.Errorf("<%s> follows the end of the document", tag)
	}
	d.sawRoot = true
	if len(d.stack) == MaxCallDepth {
		return fmt.Errorf("elements are nested more than %d deep", MaxCallDepth)
	}
	if d.elements++; d.elements > MaxCallElements {
		return fmt.Errorf("it has more than %d elements", MaxCallElements)
	}
	d.stack = append(d.stack, element{tag: tag})
	return nil
}

// chars adds text to the open element. Text that follows a child belongs to
// nobody.
func (d *callDecoder) chars(text []byte) error {
	if len(d.stack) == 0 {
		if len(bytes.TrimSpace(text)) > 0 {
			return errors.New("there is text outside the document")
		}
		return nil
	}
	if e := &d.stack[len(d.stack)-1]; len(e.children) == 0 {
		e.text = append(e.text, text...)
		e.hasText = true
	}
	return nil
}

func (d *callDecoder) close(tag string) error {
	if len(d.stack) == 0 || d.stack[len(d.stack)-1].tag != tag {
		return fmt.Errorf("</%s> closes nothing", tag)
	}
	e := d.stack[len(d.stack)-1]
	d.stack = d.stack[:len(d.stack)-1]
	switch tag {
	case "methodName":
		d.method = string(e.text)
	case "params":
		d.params = childValues(e.children)
	case "fault":
		if len(e.children) > 0 {
			d.fault = e.children[0].value
		}
		fallthrough
	default:
		v, err := evaluate(e)
		if err != nil {
			return err
		}
		e.value = v
	}
	if len(d.stack) > 0 {
		p := &d.stack[len(d.stack)-1]
		p.children = append(p.children, element{tag: e.tag, value: e.value})
	}
	return nil
}

// evaluate gives the value of a finished element.
func evaluate(e element) (any, error) {
	switch e.tag {
	case "value":
		if len(e.children) > 0 {
			return e.children[0].value, nil
		}
		return string(e.text), nil
	case "param", "array":
		if len(e.children) == 0 {
			return nil, fmt.Errorf("<%s> is empty", e.tag)
		}
		return e.children[0].value, nil
	case "data":
		return childValues(e.children), nil
	case "struct":
		return structValue(e.children)
	case "member":
		return memberValue(e.children)
	}
	return scalar(e)
}

func childValues(children []element) []any {
	values := make([]any, len(children))
	for i := range children {
		values[i] = children[i].value
	}
	return values
}

func memberValue(children []element) (any, error) {
	if len(children) != 2 {
		return nil, fmt.Errorf("<member> has %d elements; it needs a name and a value", len(children))
	}
	k, v := children[0], children[1]
	if k.tag == "value" && v.tag == "name" {
		k, v = v, k
	}
	name, ok := k.value.(string)
	if !ok && k.value != nil {
		return nil, errors.New("the name of a <member> is not text")
	}
	return Member{Name: name, Value: v.value}, nil
}

func structValue(children []element) (any, error) {
	m := make(map[string]any, len(children))
	for i := range children {
		member, ok := children[i].value.(Member)
		if !ok {
			return nil, fmt.Errorf("<struct> holds <%s>; only <member> is allowed", children[i].tag)
		}
		m[member.Name] = member.Value
	}
	return m, nil
}

// charsetReader turns the encodings that a client may declare into UTF-8.
func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(charset) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return input, nil
	case "iso-8859-1", "latin-1", "latin1":
		data, err := io.ReadAll(input)
		if err != nil {
			return nil, err
		}
		return bytes.NewReader(latin1(data)), nil
	}
	return nil, fmt.Errorf("encoding %q is not supported; UTF-8, US-ASCII and ISO-8859-1 are", charset)
}

func latin1(data []byte) []byte {
	out := make([]byte, 0, len(data)+len(data)/8)
	for _, b := range data {
		out = utf8.AppendRune(out, rune(b))
	}
	return out
}
