package ini

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a text that is right.
func read(t *testing.T, text string) *Document {
	t.Helper()
	d := New()
	if err := d.Read("x.conf", []byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

// flat renders a document as "[section] key@line=value".
func flat(d *Document) []string {
	list := []string{}
	for _, s := range append([]*Section{d.Defaults()}, d.Sections()...) {
		for _, k := range s.Keys() {
			v, pos, _ := s.Own(k)
			list = append(list, fmt.Sprintf("[%s] %s@%d=%s", s.Name(), k, pos.Line, v))
		}
	}
	return list
}

func TestGrammar(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"both delimiters", "[a]\nk=1\nl: 2\nm = x:y=z\n", []string{"[a] k@2=1", "[a] l@3=2", "[a] m@4=x:y=z"}},
		{"case of keys", "[A]\nKey=Value\n", []string{"[A] key@2=Value"}},
		{"continuation", "[a]\nk = 1\n   2\n\t3\nl=4\n", []string{"[a] k@2=1\n2\n3", "[a] l@5=4"}},
		{"empty first line", "[a]\nk =\n  1\n  2\n", []string{"[a] k@2=\n1\n2"}},
		{"blank lines in values", "[a]\nk=1\n\n  2\n\n\nl=3\n", []string{"[a] k@2=1\n\n2", "[a] l@7=3"}},
		{"comments in values", "[a]\nk=1\n; c\n  # d\n  2 ; e\n", []string{"[a] k@2=1\n2"}},
		{"inline comments", "[a]\nk=1;2 ; c\nl=1 #c\nm=a#b\nn=;x\n", []string{"[a] k@2=1;2", "[a] l@3=1", "[a] m@4=a#b", "[a] n@5=;x"}},
		{"comment signs in step", "[a]\nk=b# #c ;d\n", []string{"[a] k@2=b# #c"}},
		{"quotes are kept", "[a]\nk=\"1 ; 2\"\n", []string{"[a] k@2=\"1"}},
		{"indented options continue", "[a]\n  k=1\n  l=2\n    m=3\n", []string{"[a] k@2=1", "[a] l@3=2\nm=3"}},
		{"indented section", "[a]\nk=1\n [b]\nl=2\n", []string{"[a] k@2=1\n[b]", "[a] l@4=2"}},
		{"repeated section", "[a]\nk=1\n[b]\nk=2\n[a]\nk=3\nl=4\n", []string{"[a] k@6=3", "[a] l@7=4", "[b] k@4=2"}},
		{"defaults", "[DEFAULT]\nk=1\n[a]\nl=2\n", []string{"[DEFAULT] k@2=1", "[a] l@4=2"}},
		{"section with brackets", "[a]b] c\nk=1\n", []string{"[a]b] k@2=1"}},
		{"line ends", "[a]\r\nk=1\r\nl=2\r  3\n", []string{"[a] k@2=1", "[a] l@3=2\n3"}},
		{"byte order mark", "\ufeff[a]\nk=1", []string{"[a] k@2=1"}},
		{"not UTF-8", "[\xe9]\nK\xc9=\xff\n", []string{"[\xe9] k\xc9@2=\xff"}},
		{"NUL", "[a]\nk\x00=\x00\n", []string{"[a] k\x00@2=\x00"}},
		{"unicode space", "[a]\nk\u00a0=\u00a01\u2003\n", []string{"[a] k@2=1"}},
		{"long value", "[a]\nk=" + strings.Repeat("x", 100000) + "\n", []string{"[a] k@2=" + strings.Repeat("x", 100000)}},
		{"backquotes and triple quotes", "[a]\nk=`x\nl=\"\"\"y\nm=z\\\nn=1\n", []string{"[a] k@2=`x", "[a] l@3=\"\"\"y", "[a] m@4=z\\", "[a] n@5=1"}},
		{"nothing", "", []string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, flat(read(t, test.text))); diff != "" {
				t.Errorf("wanted -, got +:\n%s", diff)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	d := New()
	err := d.Read("x.conf", []byte("a=1\nb=2\n[s]\nc\n=d\ne=3\n f\n"))
	var syntax *SyntaxError
	if !errors.As(err, &syntax) {
		t.Fatal(err)
	}
	want := []BadLine{
		{Line: 1, Text: "a=1\n", NoHeader: true}, {Line: 2, Text: "b=2\n", NoHeader: true}, {Line: 4, Text: "c\n"}, {Line: 5, Text: "=d\n"},
	}
	if diff := cmp.Diff(want, syntax.Lines); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"[s] e@6=3\nf"}, flat(d)); diff != "" {
		t.Errorf("the rest is not read: wanted -, got +:\n%s", diff)
	}
}

func TestTooManyKeys(t *testing.T) {
	var b strings.Builder
	b.WriteString("[s]\n")
	for i := range MaxKeys + 2 {
		fmt.Fprintf(&b, "k%d=1\n", i)
	}
	b.WriteString("k0=2\n")
	d := New()
	err := d.Read("x.conf", []byte(b.String()))
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || len(syntax.Lines) != 2 || !syntax.Lines[0].TooMany {
		t.Fatalf("error %v", err)
	}
	if v, _, _ := d.Section("s").Get("k0"); v != "2" {
		t.Errorf("a known key was not replaced: %q", v)
	}
}

func TestInheritance(t *testing.T) {
	d := read(t, "[DEFAULT]\na=1\nb=2\n[s]\nb=3\nc=4\n")
	s := d.Section("s")
	for key, want := range map[string]string{"a": "1", "b": "3", "c": "4", "d": ""} {
		if v, _, ok := s.Get(key); v != want || ok != (want != "") {
			t.Errorf("Get(%s) = %q, %v", key, v, ok)
		}
	}
	if diff := cmp.Diff([]string{"b", "c", "a"}, s.AllKeys()); diff != "" {
		t.Errorf("AllKeys: %s", diff)
	}
	if _, _, ok := s.Own("a"); ok {
		t.Error("an inherited key is taken for an own one")
	}
	if d.Section("DEFAULT") != nil || d.Section("none") != nil || d.Section("s").Pos() != (Pos{"x.conf", 4}) {
		t.Error("sections are wrong")
	}
}

func TestReplaceNew(t *testing.T) {
	d := New()
	files := []struct{ name, text, here string }{
		{"1", "[DEFAULT]\nd=HERE\n[a]\nk=HERE/k\nl=x\n", "/one"},
		{"2", "[a]\nm=HERE HERE\n[b]\nk=HERE\n", "/two"},
		{"3", "[DEFAULT]\ne=HERE\n[b]\nd=HERE\n", "/three"},
	}
	for _, f := range files {
		if err := d.Read(f.name, []byte(f.text)); err != nil {
			t.Fatal(err)
		}
		d.ReplaceNew("HERE", f.here)
	}
	want := []string{
		"[DEFAULT] d@2=HERE", "[DEFAULT] e@2=HERE",
		"[a] k@4=/one/k", "[a] l@5=x", "[a] d@2=/one", "[a] m@2=/two /two", "[a] e@2=/three",
		"[b] k@4=/two", "[b] d@4=/three", "[b] e@2=/three",
	}
	if diff := cmp.Diff(want, flat(d)); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
	if !d.Section("a").Copied("d") || d.Section("b").Copied("d") || d.Section("a").Copied("k") {
		t.Error("copies of defaults are not told from written keys")
	}
}

func TestCuts(t *testing.T) {
	d := read(t, `[s]
a = sh -c 'x ; y'
b = "x # y"
c = 'x' ; it's 'fine'
d = it's ; isn't
e = 'x ; y
f = "x
  y ; z"
g = \'x ; y'
h = 'x\' ; y'
i = "x\" ; y"
`)
	var got []string
	for _, c := range d.Cuts() {
		got = append(got, fmt.Sprintf("%s@%d", c.Key, c.Pos.Line))
	}
	if diff := cmp.Diff([]string{"a@2", "b@3", "d@5", "f@8", "i@11"}, got); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
}

func TestFile(t *testing.T) {
	f := read(t, "[DEFAULT]\nz=0\n[a.b]\nk = 1\n[a]\nl=\"2\"\nm=x ;y\n").File()
	var out bytes.Buffer
	if _, err := f.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	want := "; x.conf:1\n; x.conf:2\nz = 0\n\n; x.conf:3\n[a.b]\n; x.conf:4\nk = 1\n\n; x.conf:5\n[a]\n; x.conf:6\nl = \"2\"\n; x.conf:7\nm = x\n"
	if diff := cmp.Diff(want, strings.ReplaceAll(out.String(), "  ", " ")); diff != "" {
		t.Errorf("wanted -, got +:\n%s", diff)
	}
	if v := f.Section("a.b").Key("l").Value(); v != "" {
		t.Errorf("[a.b] inherits from [a]: %q", v)
	}
}

func TestOnly(t *testing.T) {
	text := "x=1\n[a]\nk=1 ; 'c\n  2\nbad\n\n[b]\nl=1\n m=2\nk2: 'x ; y'\nbad too\n9=1\n=3\n[a]\nn=4\n[DEFAULT]\nd=5\n[c]\no=6\r= 7\nunended=8"
	whole, part := New(), New()
	part.Only(func(name string) bool { return name == "a" })
	wholeErr, partErr := whole.Read("x", []byte(text)), part.Read("x", []byte(text))
	if diff := cmp.Diff(wholeErr, partErr); diff != "" || wholeErr == nil {
		t.Errorf("errors of the whole -, of a part +:\n%s", diff)
	}
	var want []string
	for _, s := range flat(whole) {
		if strings.HasPrefix(s, "[a]") || strings.HasPrefix(s, "[DEFAULT]") {
			want = append(want, s)
		}
	}
	if diff := cmp.Diff(want, flat(part)); diff != "" || len(want) != 3 {
		t.Errorf("%q: wanted -, got +:\n%s", want, diff)
	}
}

// FuzzOnly compares the reading of some sections with that of all: the same
// lines are bad, and what is kept is the same.
func FuzzOnly(f *testing.F) {
	for _, s := range []string{"", "[a]\nk=1\n[b]\nl: 2\n  3\n\nm", "[b]\nk=1\n[a]\r\nl=2\r\n", "k=1", "[b]\nk=\n  x\n[c]\n =\n", "[b]\nk=1\r=2\n\n x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		whole, part := New(), New()
		part.Only(func(name string) bool { return name == "a" })
		wholeErr, partErr := whole.Read("x", text), part.Read("x", text)
		var syntax *SyntaxError
		if errors.As(wholeErr, &syntax) {
			for _, l := range syntax.Lines {
				if l.TooMany {
					return
				}
			}
		}
		if diff := cmp.Diff(wholeErr, partErr); diff != "" {
			t.Fatalf("errors of the whole -, of a part +:\n%s", diff)
		}
		own := func(d *Document, name string) (list []string) {
			s := d.Section(name)
			if name == DefaultSection {
				s = d.Defaults()
			}
			if s == nil {
				return nil
			}
			for _, k := range s.Keys() {
				v, pos, _ := s.Own(k)
				list = append(list, fmt.Sprint(k, pos, v))
			}
			return list
		}
		for _, name := range []string{"a", DefaultSection} {
			if diff := cmp.Diff(own(whole, name), own(part, name)); diff != "" {
				t.Fatalf("[%s] of the whole -, of a part +:\n%s", name, diff)
			}
		}
	})
}

// FuzzRead writes what it has read, reads that and expects the same.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "[a]\nk=1\n", "[a]\r\nk: 1 ; c\r\n  2\r\n\r\n 3", "[DEFAULT]\nx=[y]\n[z]\nx", "k=1", "[a]\n\x1fk = 'x ; y'\n", "[a]\n = \n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := New()
		err := d.Read("x", text)
		var syntax *SyntaxError
		if err != nil && (!errors.As(err, &syntax) || len(syntax.Lines) == 0 || syntax.Error() == "") {
			t.Fatalf("error %v", err)
		}
		var b strings.Builder
		for _, s := range append([]*Section{d.Defaults()}, d.Sections()...) {
			fmt.Fprintf(&b, "[%s]\n", s.Name())
			for _, k := range s.Keys() {
				v, pos, ok := s.Get(k)
				if !ok || pos.Line < 1 {
					t.Fatalf("[%s] %s: %v %v", s.Name(), k, pos, ok)
				}
				if strings.ContainsAny(k, "[;#") || strings.ContainsAny(v, ";#\n") {
					return // cannot be written in this simple way
				}
				fmt.Fprintf(&b, "%s=%s\n", k, v)
			}
			if strings.ContainsAny(s.Name(), ";#]") {
				return
			}
		}
		again := New()
		if err := again.Read("y", []byte(b.String())); err != nil {
			t.Fatalf("%q was written as %q: %v", text, b.String(), err)
		}
		strip := func(d *Document) string {
			var b strings.Builder
			for _, s := range append([]*Section{d.Defaults()}, d.Sections()...) {
				for _, k := range s.Keys() {
					v, _, _ := s.Own(k)
					fmt.Fprintf(&b, "[%q] %q=%q\n", s.Name(), k, v)
				}
			}
			return b.String()
		}
		if diff := cmp.Diff(strip(d), strip(again)); diff != "" {
			t.Errorf("%q: read -, written and read again +:\n%s", text, diff)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	for i := range 1000 {
		fmt.Fprintf(&text, "[program:p%d]\ncommand = /bin/x %d ; comment\nstartsecs=1\nenvironment=A=\"1\",\n  B=\"2\"\n\n", i, i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if err := New().Read("x", text.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
