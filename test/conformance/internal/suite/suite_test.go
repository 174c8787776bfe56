package suite

import (
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
)

func TestJudge(t *testing.T) {
	plain, meant := &Case{Name: "a"}, &Case{Name: "b", Differs: "why"}
	one, two := Outcome{Text: "1\n"}, Outcome{Text: "2\n"}
	for _, c := range []struct {
		name      string
		c         *Case
		ours, ref Outcome
		pinned    string
		want      Verdict
	}{
		{"equal", plain, one, one, "", Same},
		{"unequal", plain, one, two, "", Deviates},
		{"meant", meant, one, two, "", Meant},
		{"meant and pinned", meant, one, two, "1\n", Meant},
		{"meant but changed", meant, one, two, "3\n", Drifted},
		{"no longer", meant, one, one, "", Obsolete},
		{"skipped", plain, Outcome{Skipped: "x"}, one, "", Skipped},
		{"reference fails", plain, one, Outcome{Failed: "x"}, "", Broken},
		{"ours fails", plain, Outcome{Text: "1\n", Failed: "x"}, one, "", Deviates},
		{"ours fails where it differs", meant, Outcome{Failed: "x"}, one, "", Drifted},
	} {
		if got := Judge(c.c, c.ours, c.ref, c.pinned); got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

func TestDiff(t *testing.T) {
	got := Diff("a\nb\nc\n", "a\nx\nc\nd\n")
	if want := "  a\n- b\n+ x\n  c\n+ d\n"; got != want {
		t.Errorf("got %q, not %q", got, want)
	}
}

func TestRecordsSurviveTheirFile(t *testing.T) {
	dir := t.TempDir()
	texts := map[string]string{"s/one": "a\n=== not a name\n\tb\n", "s/two": "", "r/three": "c\n"}
	all := map[string]bool{"s/one": true, "s/two": true, "r/three": true}
	if err := Save(dir, texts, all); err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range texts {
		if got[k] != v {
			t.Errorf("%s: %q, not %q", k, got[k], v)
		}
	}
	// A case that is gone loses its record; the others keep theirs.
	delete(all, "r/three")
	if err := Save(dir, map[string]string{"s/one": "new\n"}, all); err != nil {
		t.Fatal(err)
	}
	got, err = Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got["s/one"] != "new\n" {
		t.Errorf("got %v", got)
	}
}

func TestDifferencesListsReasons(t *testing.T) {
	got := Differences([]*Suite{{Name: "s", Cases: []Case{{Name: "a", Differs: "Because."}, {Name: "b"}, {Name: "c", Differs: "Because."}}}, {Name: "t"}})
	if !strings.Contains(got, "## s\n\n- Because. (cases a, c)\n") || strings.Contains(got, "## t") {
		t.Errorf("got %s", got)
	}
}

func TestRunnerCatchesFailures(t *testing.T) {
	r := &Runner{Bin: "/nonexistent", Jobs: 2}
	got := r.Run([]*Suite{
		{Name: "s", Cases: []Case{
			{Name: "fails", Run: func(x *harness.T) { x.Printf("before"); x.Fatalf("in %s", x.Dir) }},
			{Name: "panics", Run: func(*harness.T) { panic("oops") }},
			{Name: "works", Run: func(x *harness.T) { x.Printf("dir %s", x.Dir) }},
		}},
		{Name: "needy", Needs: Reference, Cases: []Case{{Name: "x"}}},
	})
	if o := got["s/fails"]; o.Failed != "in {DIR}" || o.Text != "before\n" {
		t.Errorf("got %+v", o)
	}
	if o := got["s/panics"]; !strings.HasPrefix(o.Failed, "panic: oops") {
		t.Errorf("got %+v", o)
	}
	if o := got["s/works"]; o.Text != "dir {DIR}\n" || o.Failed != "" {
		t.Errorf("got %+v", o)
	}
	if o := got["needy/x"]; o.Skipped != "needs the reference" {
		t.Errorf("got %+v", o)
	}
}
