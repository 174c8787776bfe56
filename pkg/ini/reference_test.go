package ini

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

// pieces are what random documents are made of.
var pieces = []string{
	"[", "]", "=", ":", ";", "#", " ", "  ", "\t", "\n", "\n", "\n", "\r\n", "\r", "\f", "\v", "\x1c", "\x1f",
	"\x85", "\u0085", "\u00a0", "\u2028", "\u3000", "\x00", "a", "B", "key", "KEY", "É", "'", "\"", "%", "\\", "`", `"""`,
	"[s]\n", "[T]\n", "[s] x\n", "[DEFAULT]\n", "[default]\n", "\nk = v\n", "\nk: v ; c\n", "\n  more\n", "\n\n", "\n # c\n",
	" ;", " #", "\xff",
}

func randomDocument(r *rand.Rand) string {
	var b strings.Builder
	if r.IntN(4) > 0 {
		b.WriteString("[s]\n")
	}
	if r.IntN(4) == 0 {
		for range r.IntN(30) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		return b.String()
	}
	for range r.IntN(12) {
		b.WriteString(randomLine(r))
	}
	return b.String()
}

// randomLine makes a line that is probably a right one.
func randomLine(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	blank := func() string { return pick("", "", " ", "\t", "  ", "\u00a0") }
	end := blank() + pick("", "", "", " ;c", ";c", " # c", "#c", "\t; 'x' # d", "# ; e", " ;") + pick("\n", "\n", "\r\n", "\r")
	text := func() string {
		return pick("", "v", "a b", "'q ; r'", `"x`, "%(here)s", "a=b:c", "[x]", "é", "\xff", ";", "#", "`", "\x00")
	}
	switch r.IntN(9) {
	case 0:
		return blank() + pick("[s]", "[t]", "[DEFAULT]", "[a b] x", "[]", "[[x]]", "[t") + end
	case 1:
		return end
	case 2, 3:
		return pick(" ", "  ", "\t", "\x1f ") + text() + blank() + text() + end
	case 4:
		return blank() + pick(";", "#") + text() + end
	}
	return pick("", "", "", " ") + pick("k", "Key", "KEY", "other", "a b", "é", "%") + blank() + pick("=", "=", ":", "= =") + blank() + text() + end
}

func TestSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	r := rand.New(rand.NewPCG(3, 4))
	failed := 0
	for range 5000 {
		texts := []string{randomDocument(r)}
		if r.IntN(3) == 0 {
			texts = append(texts, randomDocument(r))
		}
		d := New()
		var err error
		var arguments []any
		for i, text := range texts {
			arguments = append(arguments, text)
			if err == nil {
				err = d.Read(fmt.Sprint(i), []byte(text))
			}
		}
		want, wantErr := python.Call("ini", arguments...)
		switch {
		case (err == nil) != (wantErr == nil):
			t.Fatalf("%q: error %v, Python %v", texts, err, wantErr)
		case err != nil:
			failed++
			if err.Error() != wantErr.Message {
				t.Fatalf("%q: error %q, Python %q", texts, err, wantErr.Message)
			}
		default:
			if diff := cmp.Diff(want, contents(d)); diff != "" {
				t.Fatalf("%q: Python -, we +:\n%s", texts, diff)
			}
		}
	}
	if failed < 500 || failed > 4000 {
		t.Errorf("%d of 5000 documents were wrong; the generator should make both kinds", failed)
	}
}

// contents renders a document as the driver does.
func contents(d *Document) any {
	sections := []any{}
	for _, s := range d.Sections() {
		sections = append(sections, []any{s.Name(), pairs(s)})
	}
	return []any{pairs(d.Defaults()), sections}
}

func pairs(s *Section) []any {
	list := []any{}
	for _, k := range s.Keys() {
		v, _, _ := s.Own(k)
		list = append(list, []any{k, v})
	}
	return list
}
