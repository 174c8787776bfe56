package rotate

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"
)

// rotated returns the contents of a directory's rotated files, the oldest first,
// unpacked.
func rotated(t *testing.T, dir string) []string {
	t.Helper()
	name := regexp.MustCompile(`^log-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.txt(\.gz)?$`)
	var names []string
	for have := range contents(t, dir) {
		if have == "log.txt" {
			continue
		}
		if !name.MatchString(have) {
			t.Errorf("a file is called %s", have)
		}
		names = append(names, have)
	}
	sort.Strings(names)
	var texts []string
	for _, n := range names {
		texts = append(texts, unpacked(t, filepath.Join(dir, n)))
	}
	return texts
}

func unpacked(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func dated(t *testing.T, dir string, o DatedOptions) *Dated {
	t.Helper()
	log, err := NewDated(filepath.Join(dir, "log.txt"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	return log
}

// eventually waits for lumberjack's own goroutine.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain until ", what)
		}
	}
}

func TestDatedKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	log := dated(t, dir, DatedOptions{Options: Options{MaxBytes: 10, Backups: 1000}})
	all := ""
	for i := range 60 { // faster than one rotation in a millisecond
		text := fmt.Sprintf("line %d\n", i)
		put(t, log, text)
		all += text
	}
	texts := rotated(t, dir)
	for _, text := range texts {
		if len(text) < 10 || len(text) > 16 {
			t.Errorf("a file holds %q", text)
		}
	}
	data, _ := os.ReadFile(filepath.Join(dir, "log.txt"))
	if got := strings.Join(texts, "") + string(data); got != all {
		t.Errorf("got %q", got)
	}
}

func TestDatedRemovesByNumber(t *testing.T) {
	dir := t.TempDir()
	log := dated(t, dir, DatedOptions{Options: Options{MaxBytes: 1, Backups: 2}})
	for i := range 5 {
		put(t, log, fmt.Sprint(i))
	}
	eventually(t, "two files are left", func() bool { return len(contents(t, dir)) == 3 })
	if got := strings.Join(rotated(t, dir), " "); got != "3 4" {
		t.Errorf("left are %s", got)
	}
}

func TestDatedRemovesByAgeAndCompresses(t *testing.T) {
	dir := t.TempDir()
	stamp := func(age time.Duration) string {
		return filepath.Join(dir, "log-"+time.Now().UTC().Add(-age).Format("2006-01-02T15-04-05.000")+".txt")
	}
	old, young := stamp(49*time.Hour), stamp(47*time.Hour)
	os.WriteFile(old, []byte("old"), 0o644)
	os.WriteFile(young, []byte("young"), 0o644)
	other := filepath.Join(dir, "other-file")
	os.WriteFile(other, nil, 0o644)
	log := dated(t, dir, DatedOptions{Options: Options{MaxBytes: 3}, MaxAge: 25 * time.Hour, Compress: true})
	put(t, log, "new")
	eventually(t, "the old file is gone and the others are compressed", func() bool {
		_, err := os.Stat(old)
		_, plain := os.Stat(young)
		packed, _ := filepath.Glob(filepath.Join(dir, "log-*.gz"))
		unpacked, _ := filepath.Glob(filepath.Join(dir, "log-*.txt"))
		return err != nil && plain != nil && len(packed) == 2 && len(unpacked) == 0
	})
	os.Remove(other)
	if got := strings.Join(rotated(t, dir), " "); got != "young new" {
		t.Errorf("left are %q", got)
	}
}

func TestDatedWithoutBackups(t *testing.T) {
	dir := t.TempDir()
	log := dated(t, dir, DatedOptions{Options: Options{MaxBytes: 3}})
	put(t, log, "one")
	put(t, log, "tw")
	want(t, dir, map[string]string{"log.txt": "tw"})
}

func TestDatedFollowsTheNameAndSurvivesRemoval(t *testing.T) {
	dir := t.TempDir()
	log := dated(t, dir, DatedOptions{Options: Options{MaxBytes: 8, Backups: 9}})
	put(t, log, "aaaa")
	os.Rename(log.Path(), log.Path()+".away")
	put(t, log, "bbbb") // fills the file that was renamed: nothing to rotate
	put(t, log, "cc")
	want(t, dir, map[string]string{"log.txt.away": "aaaabbbb", "log.txt": "cc"})
	if err := log.Remove(); err != nil {
		t.Fatal(err)
	}
	put(t, log, "d")
	want(t, dir, map[string]string{"log.txt.away": "aaaabbbb", "log.txt": "d"})
}

// Opening, rotating and closing a log again and again leaves one goroutine, not
// one for each time.
func TestDatedGoroutines(t *testing.T) {
	dir := t.TempDir()
	use := func() {
		log := dated(t, dir, DatedOptions{Options: Options{MaxBytes: 1, Backups: 1}})
		put(t, log, "x")
		log.Close()
	}
	use()
	before := runtime.NumGoroutine()
	for range 20 {
		use()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines, then %d", before, after)
	}
}

// Without a rotation lumberjack is not even asked.
func TestDatedOpensWithoutGoroutine(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 20 {
		log, err := NewDated(filepath.Join(t.TempDir(), fmt.Sprint(i)), DatedOptions{Options: Options{MaxBytes: 100, Backups: 1}})
		if err != nil {
			t.Fatal(err)
		}
		put(t, log, "x")
		log.Close()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines, then %d", before, after)
	}
}

var _ = []Log{(*Numbered)(nil), (*Dated)(nil)}
