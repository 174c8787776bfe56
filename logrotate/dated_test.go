package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tool/tooltest"
)

// old returns the rotated files of app.log in dir, oldest first.
func old(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "app-*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

var dated = regexp.MustCompile(`/app-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.log(\.gz)?$`)

// TestTimestamp guards the names by time, the number of files that are kept,
// and that lines are torn no more than with numbers.
func TestTimestamp(t *testing.T) {
	dir := t.TempDir()
	p := start(t, filepath.Join(dir, "app.log"), "-t", "-s", "100", "-n", "3")
	var want strings.Builder
	for i := range 100 {
		fmt.Fprintf(&want, "line %04d\n", i)
	}
	p.write(want.String())
	// Ten files are full; the superfluous are removed beside the writing.
	tooltest.Until(t, "three old files and an empty log", func() (bool, string) {
		names := old(t, dir)
		return len(names) == 3 && p.file(0) == "", strings.Join(names, "\n")
	})
	p.in.Close()
	p.exit(0)
	names, got := old(t, dir), ""
	for _, name := range names {
		if !dated.MatchString(name) {
			t.Errorf("name %s", name)
		}
		b, _ := os.ReadFile(name)
		if len(b) != 100 {
			t.Errorf("%s has %d bytes", name, len(b))
		}
		got += string(b)
	}
	if len(names) != 3 || !strings.HasSuffix(want.String(), got) {
		t.Errorf("%d old files, together:\n%s", len(names), got)
	}
}

// TestCompress guards that old logs are compressed while the tool runs, and
// removed by age.
func TestCompress(t *testing.T) {
	dir := t.TempDir()
	ancient := filepath.Join(dir, "app-"+time.Now().Add(-72*time.Hour).UTC().Format("2006-01-02T15-04-05.000")+".log")
	recent := filepath.Join(dir, "app-"+time.Now().Add(-24*time.Hour).UTC().Format("2006-01-02T15-04-05.000")+".log")
	for _, name := range []string{ancient, recent} {
		if err := os.WriteFile(name, []byte("old\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := start(t, filepath.Join(dir, "app.log"), "-t", "-z", "-s", "10", "-n", "0", "--max-age", "2")
	p.write("the first line\n")
	tooltest.Until(t, "compressed files, and no ancient one", func() (bool, string) {
		names := old(t, dir)
		done := len(names) == 2
		for _, name := range names {
			done = done && strings.HasSuffix(name, ".gz") && dated.MatchString(name)
		}
		return done, strings.Join(names, "\n")
	})
	names := old(t, dir)
	if names[0] != recent+".gz" {
		t.Errorf("files %q", names)
	}
	f, err := os.Open(names[1])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || string(b) != "the first line\n" {
		t.Errorf("%q, %v", b, err)
	}
	p.write("after\n")
	p.untilFile(0, "after\n")
	p.in.Close()
	p.exit(0)
}
