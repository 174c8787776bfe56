package tracked

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCacheNotices changes files outside of a module, and looks whether the go
// command runs the tests of that module again.
func TestCacheNotices(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		// Files that are newer than two seconds are never trusted by the cache.
		old := time.Now().Add(-time.Hour)
		for _, p := range []string{path, filepath.Dir(path)} {
			if err := os.Chtimes(p, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	source, err := os.ReadFile("tracked.go")
	if err != nil {
		t.Fatal(err)
	}
	write("docs/x.md", "one\n")
	write("other/sub/a.go", "package a\n")
	write("m/go.mod", "module m\n\ngo 1.25\n")
	write("m/tracked/tracked.go", string(source))
	write("m/p/p_test.go", `package p

import ("testing"; "m/tracked")

func Test(t *testing.T) {
	if _, err := tracked.Read("../../docs/x.md"); err != nil { t.Fatal(err) }
	if err := tracked.Trees("../../other"); err != nil { t.Fatal(err) }
}
`)
	run := func() (cached bool) {
		t.Helper()
		cmd := exec.Command("go", "test", "./p")
		cmd.Dir = filepath.Join(dir, "m")
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return strings.Contains(string(out), "(cached)")
	}
	for _, step := range []struct {
		what   string
		change func()
		cached bool
	}{
		{"the first run", func() {}, false},
		{"nothing", func() {}, true},
		{"a document", func() { write("docs/x.md", "three\n") }, false},
		{"nothing", func() {}, true},
		{"a source", func() { write("other/sub/a.go", "package aa\n") }, false},
		{"another source", func() { write("other/sub/b.go", "package aa\n") }, false},
		{"nothing", func() {}, true},
	} {
		step.change()
		if cached := run(); cached != step.cached {
			t.Errorf("after a change of %s: cached is %v", step.what, cached)
		}
	}
}
