// Package docgen keeps documents that are made from the code true. A test makes
// the document and gives it to Check, which compares it with the file, or writes
// the file when the test runs with -update. "make generate" does that for all of
// them.
//
// It is for tests only: it adds the flag -update.
package docgen

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tracked"
)

var update = flag.Bool("update", false, "write the generated documents anew")

// Check fails the test when the file at path is not what it should be.
func Check(t *testing.T, path string, want []byte) {
	t.Helper()
	have, err := tracked.Read(path)
	if err == nil && bytes.Equal(have, want) {
		return
	}
	if !*update {
		t.Errorf("%s is stale (%v): run \"make generate\"", path, err)
		return
	}
	if err := os.WriteFile(path, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

// CheckPart fails the test when the part of a Markdown file between
// "<!-- generated: NAME -->" and the next "<!-- end -->" is not what it should
// be. The rest of the file is written by hand.
func CheckPart(t *testing.T, path, name, want string) {
	t.Helper()
	have, err := tracked.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := replace(string(have), name, want)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	Check(t, path, []byte(text))
}

const end = "<!-- end -->"

func replace(text, name, part string) (string, error) {
	begin := "<!-- generated: " + name + " -->\n"
	head, rest, found := strings.Cut(text, begin)
	if !found {
		return "", fmt.Errorf("there is no line %q", strings.TrimSpace(begin))
	}
	i := strings.Index(rest, end)
	if i < 0 {
		return "", fmt.Errorf("there is no line %q below %q", end, strings.TrimSpace(begin))
	}
	return head + begin + "\n" + strings.Trim(part, "\n") + "\n\n" + rest[i:], nil
}

// Section returns the text below a heading of the second level in a Markdown
// file, up to the next one.
func Section(t *testing.T, path, title string) string {
	t.Helper()
	text, err := tracked.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut("\n"+string(text), "\n## "+title+"\n")
	if !found {
		t.Fatalf("%s has no section %q", path, title)
	}
	section, _, _ := strings.Cut(rest, "\n## ")
	return section
}

// Cell writes text into a cell of a Markdown table.
func Cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
