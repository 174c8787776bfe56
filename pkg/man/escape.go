package man

import "strings"

// Text escapes a paragraph and sets its `marked` words in bold.
func Text(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString("\\fB" + escape(part) + "\\fR")
		} else {
			b.WriteString(escape(part))
		}
	}
	return guard(b.String())
}

// Line escapes a line of text.
func Line(s string) string { return guard(escape(s)) }

var escapes = strings.NewReplacer(`\`, `\e`, `-`, `\-`, `'`, `\(aq`, "`", `\(ga`, `^`, `\(ha`, `~`, `\(ti`)

func escape(s string) string { return escapes.Replace(s) }

// guard keeps a line that begins with a control character from being taken for
// a request.
func guard(s string) string {
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		return `\&` + s
	}
	return s
}
