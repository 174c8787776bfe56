package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with a configuration.
type Error struct {
	Origin  Origin
	Section string // name of the section, without brackets; "" for a whole file
	Key     string // "" for a whole section
	Value   string // as written; masked if it is or may be a secret; "" if there is none
	Problem string // what is wrong
	Allowed string // what is allowed; "" if Problem says it all

	hasValue  bool
	item      string // tells apart errors of the same option: the element of a list
	reference string // the message of Supervisor; "" for what only we check
}

// Error returns "file:line: [section] key = value: what is wrong; what is
// allowed: ...", leaving out what is not known.
func (e Error) Error() string {
	var b strings.Builder
	if e.Origin.File != "" {
		b.WriteString(e.Origin.String() + ": ")
	}
	if e.Section != "" {
		b.WriteString("[" + e.Section + "]")
		if e.Key != "" {
			b.WriteString(" " + e.Key)
		}
		if e.hasValue {
			b.WriteString(" = " + oneLine(e.Value))
		}
		b.WriteString(": ")
	}
	b.WriteString(oneLine(e.Problem))
	if e.Allowed != "" {
		b.WriteString("; allowed: " + e.Allowed)
	}
	return b.String()
}

// String returns "file:line", or "file" when the line is not known.
func (o Origin) String() string {
	if o.Line == 0 {
		return o.File
	}
	return fmt.Sprintf("%s:%d", o.File, o.Line)
}

// oneLine shows a value on one line of reasonable length.
func oneLine(s string) string {
	const most = 200
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}

// Errors is everything that is wrong with a configuration, in the order in which
// Supervisor looks at the values. It is never empty when it is used as an error.
type Errors []Error

// Error returns one line for each error, ordered by line; files come in the
// order of their first errors.
func (es Errors) Error() string {
	files := map[string]int{}
	for _, e := range es {
		if _, known := files[e.Origin.File]; !known {
			files[e.Origin.File] = len(files)
		}
	}
	sorted := slices.Clone(es)
	slices.SortStableFunc(sorted, func(a, b Error) int {
		return cmp.Or(files[a.Origin.File]-files[b.Origin.File], a.Origin.Line-b.Origin.Line)
	})
	lines := make([]string, len(sorted))
	for i, e := range sorted {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Reference returns what the Python version would have said: the message of the
// first error, which is the only one that it finds. Secrets are masked in it.
func (es Errors) Reference() string {
	first := es[0]
	if first.reference != "" {
		return first.reference
	}
	return first.Error()
}
