package man

import "testing"

func TestMarkdown(t *testing.T) {
	p := New("x", 1, "Tests", "by hand")
	head := len(p.Bytes())
	p.Markdown("First `word` of\na [link](there.md#x).\n<!-- not\nthis -->\n### A title\n\n- one\n  more\n- two\n\n10. ten\n" +
		"| a | b |\n|---|---|\n| `t` | x \\| y | z. |\n\n```sh\n.a 'b'\n\n```\n.dot\n")
	want := `.PP
First \fBword\fR of a link.
.SS A title
.IP \(bu 2
one more
.IP \(bu 2
two
.IP 10. 4
ten
.TP
\fBt\fR
x | y. z
.PP
.RS 4
.nf
\&.a \(aqb\(aq
.fi
.RE
.PP
\&.dot
`
	if got := string(p.Bytes()[head:]); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestUnterminatedCode(t *testing.T) {
	p := New("x", 1, "Tests", "by hand")
	p.Markdown("```\ncode")
}
