package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tracked"
)

// TestManual runs what the manual shows. In every chapter, "<!-- file: NAME -->"
// before a fence makes a file of it, and "<!-- run -->" before a fence runs the
// lines that begin with "$ " in a shell and compares what they print with the
// lines below them. "..." stands for any lines. Values that differ from run to
// run (pids, times, directories) are compared as equal.
func TestManual(t *testing.T) {
	bin, err := filepath.Abs("../bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, "supervisorctl")); err != nil {
		t.Skip("the programs are not built (make build), so the examples of the manual cannot be run: ", err)
	}
	chapters, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	if err := tracked.Trees("../bin", "../docs"); err != nil {
		t.Fatal(err)
	}
	for _, chapter := range append(chapters, "../README.md") {
		text, err := tracked.Read(chapter)
		if err != nil {
			t.Fatal(err)
		}
		examples := manualExamples(string(text))
		if len(examples) == 0 {
			continue
		}
		t.Run(filepath.Base(chapter), func(t *testing.T) {
			t.Parallel()
			runExamples(t, bin, examples)
		})
	}
}

// example is one marked fence.
type example struct {
	file string // to be written; "" for a fence that is run
	text string
	line int // of the marker
}

var (
	markerFile = regexp.MustCompile(`^<!-- file: (\S+) -->$`)
	volatile   = []struct {
		pattern *regexp.Regexp
		with    string
	}{
		{regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d[:-]\d\d[:-]\d\d[,.]?\d*`), "TIME"},
		{regexp.MustCompile(`[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M`), "TIME"},
		{regexp.MustCompile(`uptime [\d:]+`), "uptime TIME"},
		{regexp.MustCompile(`---supervisor-[a-z0-9_]{8}\.log`), "---supervisor-AUTO.log"},
		{regexp.MustCompile(`(id: |"serial":)\d+`), "${1}N"},
		{regexp.MustCompile(`\d{3,}`), "N"},
		{regexp.MustCompile(` {2,}`), " "}, // columns
	}
)

func manualExamples(text string) []example {
	var list []example
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		e := example{line: i + 1}
		if m := markerFile.FindStringSubmatch(lines[i]); m != nil {
			e.file = m[1]
		} else if lines[i] != "<!-- run -->" {
			continue
		}
		var body strings.Builder
		for i += 2; i < len(lines) && lines[i] != "```"; i++ {
			body.WriteString(lines[i] + "\n")
		}
		e.text = body.String()
		list = append(list, e)
	}
	return list
}

func runExamples(t *testing.T, bin string, examples []example) {
	// Sockets need a short path.
	dir, err := os.MkdirTemp("", "manual")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	sh := startShell(t, bin, dir)
	for _, e := range examples {
		if e.file != "" {
			mode := os.FileMode(0o644)
			if strings.HasPrefix(e.text, "#!") {
				mode = 0o755
			}
			if err := os.WriteFile(filepath.Join(dir, e.file), []byte(e.text), mode); err != nil {
				t.Fatal(err)
			}
			continue
		}
		sh.transcript(e)
	}
}

// shell is a shell that runs one chapter.
type shell struct {
	t   *testing.T
	dir string
	in  io.Writer
	out *bufio.Reader
	n   int
}

func startShell(t *testing.T, bin, dir string) *shell {
	cmd := exec.Command("bash", "--norc")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + dir, "LC_ALL=C.UTF-8", "NO_COLOR=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	// A command that hangs takes the whole shell with it.
	limit := time.AfterFunc(2*time.Minute, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	t.Cleanup(func() {
		limit.Stop()
		in.Close()
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		r.Close()
		endDaemons(dir)
	})
	return &shell{t: t, dir: dir, in: in, out: bufio.NewReader(r)}
}

// endDaemons stops the daemons that a chapter leaves behind when it fails.
func endDaemons(dir string) {
	files, _ := filepath.Glob(filepath.Join(dir, "*.pid"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && pid > 1 {
			syscall.Kill(pid, syscall.SIGTERM)
		}
	}
}

// transcript runs the commands of a fence one by one.
func (s *shell) transcript(e example) {
	var command string
	var want []string
	line := e.line + 2
	for _, text := range append(strings.Split(strings.TrimSuffix(e.text, "\n"), "\n"), "$ :") {
		if next, is := strings.CutPrefix(text, "$ "); is {
			if command != "" {
				s.compare(line, command, s.run(command), want)
			}
			command, want = next, nil
		} else if more, is := strings.CutPrefix(text, "> "); is && len(want) == 0 {
			command += "\n" + more
		} else {
			want = append(want, text)
		}
	}
}

// run runs a command and returns what it prints.
func (s *shell) run(command string) []string {
	s.n++
	mark := fmt.Sprintf("=%d= end of the command", s.n)
	fmt.Fprintf(s.in, "%s\nstatus=$?; printf '%%s\\n' '%s'; (exit $status)\n", command, mark)
	var lines []string
	for {
		line, err := s.out.ReadString('\n')
		if rest, found := strings.CutSuffix(line, mark+"\n"); found {
			if rest != "" {
				lines = append(lines, rest)
			}
			return lines
		}
		if err != nil {
			s.t.Fatalf("the shell has ended in %q after %q: %v", command, lines, err)
		}
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
}

func (s *shell) compare(line int, command string, got, want []string) {
	s.t.Helper()
	if !matchLines(s.steady(got), s.steady(want)) {
		s.t.Errorf("%q (example at line %d) prints\n%s\nbut the manual says\n%s", command, line,
			strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// steady replaces what differs from run to run.
func (s *shell) steady(lines []string) []string {
	out := make([]string, len(lines))
	for i, text := range lines {
		text = strings.ReplaceAll(text, s.dir, "/home/me/demo")
		for _, v := range volatile {
			text = v.pattern.ReplaceAllString(text, v.with)
		}
		out[i] = strings.TrimRight(text, " \t")
	}
	return out
}

// matchLines compares lines; "..." in want matches any number of them.
func matchLines(got, want []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == "..." {
		for i := range len(got) + 1 {
			if matchLines(got[i:], want[1:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && got[0] == want[0] && matchLines(got[1:], want[1:])
}

// TestManualLinks looks for what the chapters link to.
func TestManualLinks(t *testing.T) {
	chapters, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, chapter := range append(chapters, "../README.md", "../CHANGELOG.md", "../CONTRIBUTING.md") {
		text, err := tracked.Read(chapter)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			path, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(path, ":") {
				continue // elsewhere
			}
			target := chapter
			if path != "" {
				target = filepath.Join(filepath.Dir(chapter), path)
			}
			if page, err := tracked.Read(target); err == nil && anchor != "" && !hasAnchor(string(page), anchor) {
				t.Errorf("%s links to %s, but there is no such heading", chapter, m[1])
			} else if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", chapter, m[1])
			}
		}
	}
}

// hasAnchor tells whether a page has a heading to which an anchor leads.
func hasAnchor(page, anchor string) bool {
	dropped := regexp.MustCompile(`[^a-z0-9 _-]`)
	for line := range strings.Lines(page) {
		if title := strings.TrimLeft(line, "#"); title != line {
			title = dropped.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			if strings.ReplaceAll(title, " ", "-") == anchor {
				return true
			}
		}
	}
	return false
}

// TestManPages guards the man pages by the tool that reads them.
func TestManPages(t *testing.T) {
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("groff is not installed, so the man pages cannot be checked: ", err)
	}
	pages, err := filepath.Glob("../docs/man/*.[15]")
	if err != nil || len(pages) == 0 {
		t.Fatalf("there are no man pages: %v", err)
	}
	if err := tracked.Trees("../docs"); err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if out, err := exec.Command("sh", "-c", `groff -man -Tutf8 -ww "$0" 2>&1 >/dev/null`, page).Output(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", page, err, out)
		}
	}
}
