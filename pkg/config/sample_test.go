package config

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/internal/pyref"
)

var settingLine = regexp.MustCompile(`^;?(\[.*\]|[a-z_.]+ ?=)`)

// skeleton reduces a sample configuration to its sections and options; active
// ones keep their values.
func skeleton(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !settingLine.MatchString(line) {
			continue
		}
		line, _, _ = strings.Cut(line, " ;")
		line = strings.ReplaceAll(strings.TrimSpace(line), " = ", "=")
		if commented, ok := strings.CutPrefix(line, ";"); ok && !strings.HasPrefix(commented, "[") {
			name, _, _ := strings.Cut(commented, "=")
			line = ";" + name
		}
		list = append(list, line)
	}
	return list
}

func TestSampleHasTheReferencesOptions(t *testing.T) {
	text, err := os.ReadFile("/usr/lib/python3/dist-packages/supervisor/skel/sample.conf")
	if err != nil {
		t.Skip("the Python version of Supervisor is not installed, so there is nothing to compare with")
	}
	if diff := gocmp.Diff(skeleton(string(text)), skeleton(Sample())); diff != "" {
		t.Errorf("reference -, sample +:\n%s", diff)
	}
}

func TestSampleLoads(t *testing.T) {
	c, err := Load(LoadOptions{File: write(t, Sample())})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("the sample gives warnings: %q", c.Warnings)
	}
}

// TestSampleIsReadByTheReference keeps the sample usable for both programs.
func TestSampleIsReadByTheReference(t *testing.T) {
	python := pyref.Start(t, testEnviron...)
	if _, err := reference(python, []string{"-c", write(t, Sample())}); err != nil {
		t.Error(err)
	}
}

// TestSampleUncommented takes the comments off all options: each must be known
// and have a value of its kind.
func TestSampleUncommented(t *testing.T) {
	var b strings.Builder
	for line := range strings.Lines(Sample()) {
		if settingLine.MatchString(line) {
			line = strings.TrimPrefix(line, ";")
		}
		b.WriteString(line)
	}
	text := b.String()
	for _, change := range [][2]string{
		{"user=www-data", "user=root"}, {"user=supervisord", "user=root"}, {"chown=nobody:nogroup", "chown=root"},
		{"programs=progname1,progname2", "programs=theprogramname"}, {"redirect_stderr=true", "redirect_stderr=false"},
		{"stdout_logfile=/a/path", "stdout_logfile=/tmp/path"}, {"stderr_logfile=/a/path", "stderr_logfile=/tmp/path"},
		{"umask=022", "umask=022"},
	} {
		text = strings.ReplaceAll(text, change[0], change[1])
	}
	c, err := Load(LoadOptions{File: write(t, text)})
	if err != nil {
		t.Fatal(err)
	}
	c.Warnings = slices.DeleteFunc(c.Warnings, func(w string) bool { return strings.HasPrefix(w, "No file matches") })
	if len(c.Warnings) > 0 {
		t.Errorf("the sample gives warnings: %q", c.Warnings)
	}
}
