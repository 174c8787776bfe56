package namespec

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMake(t *testing.T) {
	for _, test := range []struct{ group, process, want string }{
		{"a", "a", "a"}, {"a", "b", "a:b"}, {"a", "", "a:"}, {"", "", ""},
	} {
		if got := Make(test.group, test.process); got != test.want {
			t.Errorf("Make(%q, %q) = %q; want %q", test.group, test.process, got, test.want)
		}
	}
}

func TestSplit(t *testing.T) {
	for spec, want := range map[string][2]string{
		"a": {"a", "a"}, "a:b": {"a", "b"}, "a:*": {"a", ""}, "a:": {"a", ""}, "a:b:c": {"a", "b:c"}, ":b": {"", "b"}, "": {"", ""}, "*": {"*", "*"},
		"a:**": {"a", "**"},
	} {
		if group, process := Split(spec); group != want[0] || process != want[1] {
			t.Errorf("Split(%q) = %q, %q; want %q", spec, group, process, want)
		}
	}
}

func TestSplitUndoesMake(t *testing.T) {
	name := rapid.StringMatching(`[^:/ *]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		group, process := name.Draw(t, "group"), name.Draw(t, "process")
		spec := Make(group, process)
		if g, p := Split(spec); g != group || p != process {
			t.Fatalf("Split(Make(%q, %q)) = %q, %q", group, process, g, p)
		}
		if (group == process) == strings.Contains(spec, ":") {
			t.Fatalf("Make(%q, %q) = %q is not the shortest name", group, process, spec)
		}
	})
}
