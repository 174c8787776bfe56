package glob

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

// tree makes files and directories with difficult names.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{
		"a.conf", "b.conf", ".hidden.conf", "A.CONF", "[x]", "a[b", "é.conf", "a b.conf", "-", "!", "^", "x\\y", "\xff.conf", "*", "?",
		"d/a.conf", "d/.b.conf", "d/e/c.conf", ".dot/a.conf", "d2/f/g.conf", "d2/a.conf/x",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/nonexistent", filepath.Join(dir, "dangling.conf")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestGlobSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	dir := tree(t)
	pieces := []string{"*", "?", "[", "]", "[!", "[a-", "[ab]", "[!.]", "**", "a", "b", ".", "d", "d2", "e", "f", "/", "/", "//", "*.conf", "conf", "é", "\\", "-", ".dot", "\xff", "dangling"}
	r := rand.New(rand.NewPCG(1, 1))
	found := 0
	for range 2500 {
		var pattern strings.Builder
		for range r.IntN(6) {
			pattern.WriteString(pieces[r.IntN(len(pieces))])
		}
		full := dir + "/" + pattern.String()
		got := Glob(full)
		answer, err := python.Call("glob", full)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{}
		for _, name := range answer.([]any) {
			want = append(want, name.(string))
		}
		slices.Sort(got)
		slices.Sort(want)
		found += len(want)
		if !slices.Equal(got, want) {
			t.Errorf("Glob(%q) = %q; Python %q", full, got, want)
		}
	}
	if found < 500 {
		t.Errorf("only %d files were found in all", found)
	}
}

func TestGlobRelative(t *testing.T) {
	t.Chdir(tree(t))
	for pattern, want := range map[string][]string{
		"*.conf": {"a b.conf", "a.conf", "b.conf", "dangling.conf", "é.conf", "\xff.conf"},
		"d/*":    {"d/a.conf", "d/e"}, "*/a.conf": {"d/a.conf", "d2/a.conf"}, "d": {"d"}, "d/": {"d/"}, "a.conf/": nil, "*/": {"d/", "d2/"},
		"nope": nil, "nope/*": nil, "": nil, "**": {"!", "*", "-", "?", "A.CONF", "[x]", "^", "a b.conf", "a.conf", "a[b", "b.conf", "d", "d2", "dangling.conf", "x\\y", "é.conf", "\xff.conf"},
		".*.conf": {".hidden.conf"}, "dangling.conf": {"dangling.conf"}, "a[b": {"a[b"}, "[[]x]": {"[x]"},
	} {
		got := Glob(pattern)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("Glob(%q) = %q; want %q", pattern, got, want)
		}
	}
}

func TestMatchSameAsPython(t *testing.T) {
	python := pyref.Start(t)
	pieces := []string{"*", "?", "[", "]", "!", "-", "a", "b", "z", "^", "\\", "&&", "||", "~~", "--", ".", "é", "\n", "\xff", "[a-c]", "[!b-]", "[]a]", "[z-a]", "[a-c-e]", "[c-a-z]"}
	names := []string{"a", "b", "z", "-", "]", "[", "!", "^", "\\", "é", ".", "&", "|", "~", "\n", "\xff", "ab", "a-b"}
	r := rand.New(rand.NewPCG(2, 2))
	pick := func(list []string, most int) string {
		var b strings.Builder
		for range r.IntN(most) {
			b.WriteString(list[r.IntN(len(list))])
		}
		return b.String()
	}
	matched := 0
	for range 5000 {
		pattern, name := pick(pieces, 6), pick(names, 4)
		want, err := python.Call("fnmatch", name, pattern)
		if err != nil {
			t.Fatal(err)
		}
		if want.(bool) {
			matched++
		}
		if got := Match(pattern, name); got != want.(bool) {
			t.Errorf("Match(%q, %q) = %v; Python %v", pattern, name, got, want)
		}
	}
	if matched < 250 {
		t.Errorf("only %d of 5000 names matched", matched)
	}
}

// TestMatchIsNotExponential would not end if a star tried everything that
// stars before it could match.
func TestMatchIsNotExponential(t *testing.T) {
	if Match(strings.Repeat("*a", 50)+"b", strings.Repeat("a", 5000)) {
		t.Error("a pattern that ends in b matches a text that does not")
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("*.conf", "a.conf")
	f.Add("[!a-c]?", "dx")
	f.Add("[", "[")
	f.Add("[]-a]", "^")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		Match(pattern, name)
		if !strings.ContainsAny(pattern, "*?[") && Match(pattern, name) != (pattern == name) {
			t.Errorf("Match(%q, %q) of a plain name is wrong", pattern, name)
		}
		if !Match("*", name) || !Match("*"+pattern, name) && Match(pattern, name) {
			t.Errorf("a star does not match everything: %q, %q", pattern, name)
		}
	})
}
