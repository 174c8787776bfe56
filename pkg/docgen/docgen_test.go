package docgen

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	const text = "# A\n<!-- generated: x -->\nold\n<!-- end -->\nrest\n"
	got, err := replace(text, "x", "new\n")
	if want := "# A\n<!-- generated: x -->\n\nnew\n\n<!-- end -->\nrest\n"; got != want || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if again, err := replace(got, "x", "new"); again != got || err != nil {
		t.Errorf("the second time gives %q, %v", again, err)
	}
	for _, bad := range []string{"", "<!-- generated: x -->\n", "<!-- generated: y -->\n<!-- end -->"} {
		if got, err := replace(bad, "x", "new"); err == nil {
			t.Errorf("%q gives %q", bad, got)
		}
	}
}

func TestSection(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.md")
	if err := os.WriteFile(path, []byte("# T\n\n## One\n1\n### Sub\n2\n\n## Two\n3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := Section(t, path, "One"); got != "1\n### Sub\n2\n" {
		t.Errorf("got %q", got)
	}
	if got := Section(t, path, "Two"); got != "3\n" {
		t.Errorf("got %q", got)
	}
}

func TestCheckAccepts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.md")
	if err := os.WriteFile(path, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	Check(t, path, []byte("text"))
}
