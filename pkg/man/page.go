// Package man writes manual pages in roff, with the macros of man(7).
//
// Texts are plain English; a word in `backquotes` is set in bold. Everything else
// is escaped, so that it comes out as it was written.
package man

import (
	"fmt"
	"strings"
)

// Item is a term and its explanation.
type Item struct {
	Term string
	Text string
}

// Page is a manual page that is being written, from the top to the bottom.
type Page struct {
	b strings.Builder
}

// New begins a page. origin says in one line where the page is made; manual is
// the title at its top.
func New(name string, section int, manual, origin string) *Page {
	p := &Page{}
	fmt.Fprintf(&p.b, ".\\\" %s\n", origin)
	fmt.Fprintf(&p.b, ".TH \"%s\" %d \"\" \"Supervisor\" \"%s\"\n", strings.ToUpper(name), section, manual)
	p.b.WriteString(".nh\n.ad l\n")
	return p
}

// Bytes returns the page as it is until now.
func (p *Page) Bytes() []byte { return []byte(p.b.String()) }

// Name writes the section NAME.
func (p *Page) Name(name, summary string) {
	fmt.Fprintf(&p.b, ".SH NAME\n%s \\- %s\n", Line(name), Line(summary))
}

// Synopsis writes the section SYNOPSIS: the ways to call a program.
func (p *Page) Synopsis(name string, forms ...string) {
	p.b.WriteString(".SH SYNOPSIS\n")
	for i, form := range forms {
		if i > 0 {
			p.b.WriteString(".br\n")
		}
		fmt.Fprintf(&p.b, "\\fB%s\\fR %s\n", Line(name), Line(form))
	}
}

// Section begins a section. Its title is set in capitals.
func (p *Page) Section(title string) { fmt.Fprintf(&p.b, ".SH %s\n", Line(strings.ToUpper(title))) }

// Subsection begins a part of a section.
func (p *Page) Subsection(title string) { fmt.Fprintf(&p.b, ".SS %s\n", Line(title)) }

// Text writes paragraphs.
func (p *Page) Text(paragraphs ...string) {
	for _, text := range paragraphs {
		p.b.WriteString(".PP\n" + Text(text) + "\n")
	}
}

// Items writes a list of terms. The terms are set in bold.
func (p *Page) Items(items ...Item) {
	for _, it := range items {
		fmt.Fprintf(&p.b, ".TP\n\\fB%s\\fR\n%s\n", Line(it.Term), Text(it.Text))
	}
}

// More writes further paragraphs of the last item.
func (p *Page) More(paragraphs ...string) {
	for _, text := range paragraphs {
		p.b.WriteString(".IP\n" + Text(text) + "\n")
	}
}

// Points writes a list of points.
func (p *Page) Points(points ...string) {
	for _, text := range points {
		p.point("- ", text)
	}
}

// point writes one point of a list; its mark is "- " or a number as in "1. ".
func (p *Page) point(mark, text string) {
	if mark == "- " {
		p.b.WriteString(".IP \\(bu 2\n" + Text(text) + "\n")
		return
	}
	p.b.WriteString(".IP " + strings.TrimSpace(mark) + " 4\n" + Text(text) + "\n")
}

// Code writes lines as they are.
func (p *Page) Code(code string) {
	p.b.WriteString(".PP\n.RS 4\n.nf\n")
	for line := range strings.SplitSeq(strings.TrimRight(code, "\n"), "\n") {
		p.b.WriteString(Line(line) + "\n")
	}
	p.b.WriteString(".fi\n.RE\n")
}

// SeeAlso writes the section SEE ALSO from references such as "supervisord(1)".
func (p *Page) SeeAlso(refs ...string) {
	p.b.WriteString(".SH SEE ALSO\n")
	for i, ref := range refs {
		name, section, _ := strings.Cut(ref, "(")
		if i > 0 {
			p.b.WriteString(",\n")
		}
		p.b.WriteString("\\fB" + Line(name) + "\\fR(" + section)
	}
	p.b.WriteString("\n")
}
