package harness

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
)

// Struct is an XML-RPC struct.
type Struct map[string]any

// Array is an XML-RPC array.
type Array []any

// Raw is a parameter given as XML, e.g. "<value><i8>1</i8></value>".
type Raw string

// Fault is an XML-RPC fault.
type Fault struct {
	Code int
	Text string
}

// EncodeCall renders a method call. Parameters are strings, ints, bools,
// float64s, []bytes (base64), Arrays, Structs and Raws.
func EncodeCall(method string, params ...any) string {
	var b strings.Builder
	b.WriteString("<?xml version='1.0'?>\n<methodCall><methodName>")
	xml.EscapeText(&b, []byte(method))
	b.WriteString("</methodName><params>")
	for _, p := range params {
		b.WriteString("<param>" + encodeValue(p) + "</param>")
	}
	b.WriteString("</params></methodCall>\n")
	return b.String()
}

func encodeValue(v any) string {
	switch v := v.(type) {
	case Raw:
		return string(v)
	case string:
		var b strings.Builder
		xml.EscapeText(&b, []byte(v))
		return "<value><string>" + b.String() + "</string></value>"
	case int:
		return fmt.Sprintf("<value><int>%d</int></value>", v)
	case bool:
		if v {
			return "<value><boolean>1</boolean></value>"
		}
		return "<value><boolean>0</boolean></value>"
	case float64:
		return fmt.Sprintf("<value><double>%v</double></value>", v)
	case []byte:
		return "<value><base64>" + base64.StdEncoding.EncodeToString(v) + "</base64></value>"
	case Array:
		var b strings.Builder
		for _, e := range v {
			b.WriteString(encodeValue(e))
		}
		return "<value><array><data>" + b.String() + "</data></array></value>"
	case Struct:
		var b strings.Builder
		for _, k := range sortedKeys(v) {
			b.WriteString("<member><name>" + k + "</name>" + encodeValue(v[k]) + "</member>")
		}
		return "<value><struct>" + b.String() + "</struct></value>"
	}
	panic(fmt.Sprintf("no XML-RPC form for %T", v))
}

func sortedKeys(m Struct) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// node is a parsed XML element.
type node struct {
	name string
	text string
	kids []*node
}

func parseXML(r io.Reader) (*node, error) {
	d := xml.NewDecoder(r)
	root := &node{}
	stack := []*node{root}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local}
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
	return root, nil
}

func (n *node) path(names ...string) *node {
	for _, name := range names {
		var next *node
		for _, k := range n.kids {
			if k.name == name {
				next = k
				break
			}
		}
		if next == nil {
			return nil
		}
		n = next
	}
	return n
}

// DecodeResponse reads a method response.
func DecodeResponse(r io.Reader) (any, error) {
	root, err := parseXML(r)
	if err != nil {
		return nil, err
	}
	if f := root.path("methodResponse", "fault", "value"); f != nil {
		s, _ := decodeValue(f).(Struct)
		code, _ := s["faultCode"].(int)
		text, _ := s["faultString"].(string)
		return Fault{code, text}, nil
	}
	v := root.path("methodResponse", "params", "param", "value")
	if v == nil {
		return nil, fmt.Errorf("not a method response")
	}
	return decodeValue(v), nil
}

func decodeValue(n *node) any {
	if len(n.kids) == 0 {
		return n.text
	}
	k := n.kids[0]
	switch k.name {
	case "string":
		return k.text
	case "int", "i4", "i8":
		i, err := strconv.Atoi(strings.TrimSpace(k.text))
		if err != nil {
			return "bad int " + k.text
		}
		return i
	case "boolean":
		return strings.TrimSpace(k.text) == "1"
	case "double":
		f, _ := strconv.ParseFloat(strings.TrimSpace(k.text), 64)
		return f
	case "base64":
		b, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(k.text), ""))
		return b
	case "nil":
		return nil
	case "array":
		a := Array{}
		if data := k.path("data"); data != nil {
			for _, e := range data.kids {
				a = append(a, decodeValue(e))
			}
		}
		return a
	case "struct":
		s := Struct{}
		for _, m := range k.kids {
			if name, value := m.path("name"), m.path("value"); name != nil && value != nil {
				s[name.text] = decodeValue(value)
			}
		}
		return s
	}
	return "<" + k.name + ">"
}

// volatile are struct members whose value is hidden unless it is zero.
var volatile = map[string]bool{"pid": true, "start": true, "stop": true, "now": true}

// Show renders a value on one line, structs sorted by member.
func Show(v any) string {
	switch v := v.(type) {
	case Fault:
		return fmt.Sprintf("fault %d %q", v.Code, v.Text)
	case string:
		return strconv.Quote(v)
	case []byte:
		return fmt.Sprintf("base64 %q", v)
	case nil:
		return "nil"
	case Array:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = Show(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Struct:
		var parts []string
		for _, k := range sortedKeys(v) {
			if i, ok := v[k].(int); ok && volatile[k] && i > 0 {
				parts = append(parts, k+"={"+strings.ToUpper(k)+"}")
				continue
			}
			parts = append(parts, k+"="+Show(v[k]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	}
	return fmt.Sprint(v)
}
