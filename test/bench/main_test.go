package main

import (
	"os"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tracked"
	"github.com/supervisor-go/supervisor/test/bench/internal/scenario"
)

func TestInsertReplacesTheTable(t *testing.T) {
	file := t.TempDir() + "/doc.md"
	if err := os.WriteFile(file, []byte("before\n"+beginMark+"\nold\n"+endMark+"\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := insert(file, "new\n"); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + beginMark + "\nnew\n" + endMark + "\nafter\n"; string(b) != want {
		t.Errorf("got %q, not %q", b, want)
	}
	if err := insert(file+"x", ""); err == nil {
		t.Error("a missing document was written")
	}
}

// TestDocumentHasMarks guards `bench -out docs/performance.md`.
func TestDocumentHasMarks(t *testing.T) {
	b, err := tracked.Read("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), beginMark) || !strings.Contains(string(b), endMark) {
		t.Error("docs/performance.md has no place for the table")
	}
}

func TestContenders(t *testing.T) {
	o := options{bin: "bin", noRef: true, others: list{"peer=/x/peer -c {conf}"}}
	got, err := o.contenders()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range got {
		names = append(names, c.Name)
	}
	if strings.Join(names, " ") != "ours peer floor" {
		t.Errorf("the contenders are %v", names)
	}
	if !got[1].Foreign || got[1].Command[2] != "{conf}" || !got[2].IsFloor() {
		t.Errorf("they are %+v", got)
	}
	for _, bad := range []options{{noRef: true}, {bin: "bin", others: list{"no command"}}, {bin: "bin", others: list{"x="}}} {
		if _, err := bad.contenders(); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
}

func TestScenarioNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenario.All(true) {
		if seen[s.Name] {
			t.Errorf("two scenarios are called %s", s.Name)
		}
		seen[s.Name] = true
	}
}
