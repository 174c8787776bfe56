package api

import (
	"context"
	"strings"
)

// Type is the name of an XML-RPC type as signatures and help texts tell it.
type Type string

// The types that methods take and return.
const (
	String  Type = "string"
	Int     Type = "int"
	Boolean Type = "boolean"
	Array   Type = "array"
	Struct  Type = "struct"
)

// Param describes one parameter of a method.
type Param struct {
	Name     string
	Type     Type
	Doc      string // a few words for the help text
	Optional bool   // may be left out; only parameters at the end may
}

// Result describes what a method returns.
type Result struct {
	Type Type   // "" when it is not known: the method has no signature then
	Name string // "result" unless told otherwise
	Doc  string
}

// Func carries out a call. It is given as many arguments as the caller sent,
// never fewer than the required parameters nor more than there are (unless
// Method.AnyArgs is set); their types are for the function to check. The result is a value that package wire can
// encode. Errors are *wire.Fault; any other error reaches the caller as FAILED.
//
// The context ends when the caller has gone away; it cancels waiting, not what
// has been begun.
type Func func(ctx context.Context, args []any) (any, error)

// Method is one remote procedure: what it does, how it is called and what it
// says about itself are one value.
type Method struct {
	Name    string // without the namespace
	Doc     string // what it does; lines of text
	Params  []Param
	Returns Result
	// Extension marks a method that the Python Supervisor does not have. Its
	// help says so.
	Extension bool
	// RawHelp replaces the help text made of the fields above, and AnyArgs lets
	// every number of arguments pass. They are meant for methods that somebody else
	// describes and carries out.
	RawHelp string
	AnyArgs bool
	Fn      Func
}

// required returns the number of parameters that must be given.
func (m *Method) required() int {
	n := 0
	for n < len(m.Params) && !m.Params[n].Optional {
		n++
	}
	return n
}

// Signature returns the type of the result followed by those of the parameters,
// or nil if the method does not tell.
func (m *Method) Signature() []string {
	if m.Returns.Type == "" {
		return nil
	}
	sig := make([]string, 0, 1+len(m.Params))
	sig = append(sig, string(m.Returns.Type))
	for _, p := range m.Params {
		sig = append(sig, string(p.Type))
	}
	return sig
}

// Help returns the help text: what the method does, an empty line, and a line
// with a tag for each parameter and for the result, in the form that clients of
// Supervisor take apart:
//
//	@param string name   the name of the process
//	@return boolean result   always true
func (m *Method) Help() string {
	if m.RawHelp != "" {
		return m.RawHelp
	}
	var b strings.Builder
	b.WriteString(strings.TrimSpace(m.Doc))
	b.WriteByte('\n')
	if m.Extension {
		b.WriteString("\nAn extension of this supervisord: other implementations lack it.\n")
	}
	b.WriteByte('\n')
	for _, p := range m.Params {
		tag(&b, "@param", p.Type, p.Name, p.Doc)
	}
	name := m.Returns.Name
	if name == "" {
		name = "result"
	}
	if m.Returns.Type != "" {
		tag(&b, "@return", m.Returns.Type, name, m.Returns.Doc)
	}
	return b.String()
}

func tag(b *strings.Builder, kind string, t Type, name, doc string) {
	b.WriteString(kind)
	b.WriteByte(' ')
	b.WriteString(string(t))
	b.WriteByte(' ')
	b.WriteString(name)
	if doc != "" {
		b.WriteString("   ")
		b.WriteString(doc)
	}
	b.WriteByte('\n')
}
