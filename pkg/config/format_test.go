package config

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

// sampleExpansions are the names for tests of format, and the same for Python.
func sampleExpansions() (*expansions, map[string]any) {
	exp := &expansions{
		names: map[string]expansion{
			"here": textExpansion("/a b"), "n": numberExpansion(7), "neg": numberExpansion(-12), "big": numberExpansion(1234567),
			"zero": numberExpansion(0), "x(y)": textExpansion("nested"), "é": textExpansion("naïve\n'"), "c": textExpansion("Z"),
		},
		own:  map[string]string{"A": "own"},
		env:  map[string]string{"A": "env", "HOME": "/root", "E": ""},
		left: map[string]string{"OLD": "old", "HOME": "wrong"},
	}
	return exp, map[string]any{
		"here": "/a b", "n": 7, "neg": -12, "big": 1234567, "zero": 0, "x(y)": "nested", "é": "naïve\n'", "c": "Z",
		"ENV_A": "own", "ENV_HOME": "/root", "ENV_E": "", "ENV_OLD": "old",
	}
}

func randomFormat(r *rand.Rand) string {
	pieces := []string{
		"%", "%%", "%(", "(", ")", "here", "n", "neg", "big", "zero", "nope", "é", "x(y)", "ENV_A", "ENV_HOME", "ENV_E", "ENV_OLD", "ENV_",
		"s", "d", "i", "u", "x", "X", "o", "c", "r", "a", "e", "E", "f", "F", "g", "G", "Y", " ", "-", "+", "#", "0", "1", "5", "12", ".", "*",
		"l", "h", "L", "日", "\xff",
	}
	var b strings.Builder
	for range r.IntN(5) {
		if r.IntN(2) == 0 {
			for range r.IntN(5) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			continue
		}
		pick := func(s ...string) string { return s[r.IntN(len(s))] }
		b.WriteString("%(" + pick("here", "n", "neg", "big", "zero", "c", "é", "x(y)", "ENV_A", "ENV_OLD", "nope") + ")")
		for range r.IntN(3) {
			b.WriteString(pick("-", "+", " ", "#", "0"))
		}
		b.WriteString(pick("", "", "1", "5", "20") + pick("", "", ".", ".0", ".3", ".10") + pick("", "", "l"))
		b.WriteString(pick("s", "s", "d", "d", "i", "u", "x", "X", "o", "c", "r", "a", "e", "E", "f", "F", "g", "G", "%", "Y", ""))
	}
	return b.String()
}

func TestFormatSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	exp, dict := sampleExpansions()
	r := rand.New(rand.NewPCG(9, 10))
	for range 6000 {
		text := randomFormat(r)
		got, err := format(text, exp)
		want, wantErr := python.Call("format", text, dict)
		switch {
		case err != nil && strings.Contains(err.Error(), "without a name"):
			// Python prints all names with their values.
		case wantErr != nil && err == nil:
			t.Fatalf("format(%q) = %q; Python: %v", text, got, wantErr)
		case wantErr != nil:
			if message := pythonMessage(err); message != wantErr.Message {
				t.Fatalf("format(%q): error %q, Python %q", text, message, wantErr.Message)
			}
		case err != nil:
			t.Fatalf("format(%q): error %v; Python %q", text, err, want)
		case got != want:
			t.Fatalf("format(%q) = %q; Python %q", text, got, want)
		}
	}
}

// pythonMessage is the text of the KeyError or other error.
func pythonMessage(err error) string {
	if undefined, ok := err.(*undefinedName); ok {
		return quoted(undefined.name)
	}
	return err.Error()
}

func FuzzFormat(f *testing.F) {
	exp, _ := sampleExpansions()
	for _, s := range []string{"", "%", "%%", "%(here)s", "%(n)02d", "%(n)*d", "%(", "%(x(y))s", "%(n).3f", "%s", "%(nope)s", "%(n)#x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := format(text, exp)
		if err == nil && !strings.Contains(text, "%") && out != text {
			t.Errorf("format(%q) = %q", text, out)
		}
		if again, err := format(strings.ReplaceAll(text, "%", "%%"), exp); err != nil || again != text {
			t.Errorf("format of %q with doubled percent signs = %q, %v", text, again, err)
		}
	})
}

// The index in a message counts characters, wherever the directives before it
// were.
func TestFormatIndexOfCharacter(t *testing.T) {
	exp, _ := sampleExpansions()
	_, err := format("é%(here)sé日%%%(n)d日%(here)Y", exp)
	if want := "unsupported format character 'Y' (0x59) at index 26"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
