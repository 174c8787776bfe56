package tool

import (
	"fmt"
	"strings"
)

// Man returns the man page of the tool in roff with the man(7) macros.
func (s *Spec) Man() []byte {
	var b strings.Builder
	b.WriteString(".\\\" Made from the tool's own table. Run \"go generate\" in its module to renew it.\n")
	fmt.Fprintf(&b, ".TH \"%s\" 1 \"\" \"Supervisor\" \"Supervisor tools\"\n", strings.ToUpper(s.Name))
	b.WriteString(".nh\n.ad l\n")
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(s.Name), roff(s.Summary))
	b.WriteString(".SH SYNOPSIS\n")
	for i, syn := range s.Synopsis {
		if i > 0 {
			b.WriteString(".br\n")
		}
		fmt.Fprintf(&b, "\\fB%s\\fR %s\n", roff(s.Name), roff(syn))
	}
	b.WriteString(".SH DESCRIPTION\n")
	manParagraphs(&b, s.Text)
	b.WriteString(".SH OPTIONS\n")
	manItems(&b, options(s.flags()))
	for _, sec := range s.Sections {
		fmt.Fprintf(&b, ".SH %s\n", roff(strings.ToUpper(sec.Title)))
		manParagraphs(&b, sec.Text)
		manItems(&b, sec.Items)
		if sec.Code != "" {
			manCode(&b, sec.Code)
		}
	}
	b.WriteString(".SH EXIT STATUS\n")
	manItems(&b, s.Statuses)
	b.WriteString(".SH EXAMPLES\n")
	for _, e := range s.Examples {
		b.WriteString(".PP\n" + roffText(e.Text) + "\n")
		manCode(&b, e.Code)
	}
	if len(s.SeeAlso) > 0 {
		b.WriteString(".SH SEE ALSO\n")
		b.WriteString(manRefs(s.SeeAlso) + "\n")
	}
	return []byte(b.String())
}

func manParagraphs(b *strings.Builder, text []string) {
	for _, p := range text {
		b.WriteString(".PP\n" + roffText(p) + "\n")
	}
}

func manItems(b *strings.Builder, items []Item) {
	for _, it := range items {
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s\n", roff(it.Term), roffText(it.Text))
	}
}

func manCode(b *strings.Builder, code string) {
	b.WriteString(".PP\n.RS 4\n.nf\n")
	for _, line := range strings.Split(strings.TrimRight(code, "\n"), "\n") {
		b.WriteString(roff(line) + "\n")
	}
	b.WriteString(".fi\n.RE\n")
}

// manRefs sets "name(section)" with the name in bold.
func manRefs(refs []string) string {
	var out []string
	for _, r := range refs {
		name, section, _ := strings.Cut(r, "(")
		out = append(out, "\\fB"+roff(name)+"\\fR("+section)
	}
	return strings.Join(out, ",\n")
}

// roffText escapes a paragraph and sets its `marked` words in bold.
func roffText(s string) string {
	parts := strings.Split(s, "`")
	var b strings.Builder
	for i, p := range parts {
		if i%2 == 1 {
			b.WriteString("\\fB" + escape(p) + "\\fR")
		} else {
			b.WriteString(escape(p))
		}
	}
	return guard(b.String())
}

// roff escapes a line of text.
func roff(s string) string { return guard(escape(s)) }

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
