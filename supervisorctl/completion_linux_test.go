package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

// withShell prepares a directory on PATH with a supervisorctl, and a daemon for
// it. It returns the options that name the daemon.
func withShell(t *testing.T, shell string) (options string) {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		t.Skip(shell + " is not installed: its completion cannot be tried")
	}
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\n%s=1 GORACE=atexit_sleep_ms=0 exec %s \"$@\"\n", asProgram, os.Args[0])
	if err := os.WriteFile(filepath.Join(dir, "supervisorctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Setenv("HOME", dir)
	d := fake.Start(t, running("db"), inGroup("web", "web_0"), inGroup("web", "web_1"), running("worker"))
	return strings.Join(at(t, d), " ")
}

func inGroup(group, name string) wire.ProcessInfo {
	p := running(name)
	p.Group = group
	return p
}

// completionCases are lines and what they can go on with, in every shell.
var completionCases = []struct{ line, want string }{
	{"sta", "start status"},
	{"start d", "db"},
	{"start w", "web:* web:web_0 web:web_1 worker"},
	{"stop db wo", "worker"},
	{"signal HU", "HUP"},
	{"signal HUP wo", "worker"},
	{"help sho", ""},
	{"wait db --for FA", "FATAL"},
	{"update wo", "worker"},
}

func TestBashCompletion(t *testing.T) {
	options := withShell(t, "bash")
	run := func(line string) string {
		cmd := exec.Command("bash", "--norc", "-c",
			`. completions/supervisorctl.bash; COMP_LINE=$1; COMP_POINT=${#1}; _supervisorctl; printf '%s\n' "${COMPREPLY[@]}"`, "bash", line)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(string(out))
		slices.Sort(words)
		return strings.Join(words, " ")
	}
	for _, tc := range completionCases {
		if got := run("supervisorctl " + options + " " + tc.line); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.line, got, tc.want)
		}
	}
	for line, want := range map[string]string{
		// Bash has the part before the colon already.
		options + " start web:w":   "web_0 web_1",
		options + " start web:":    "* web_0 web_1",
		options + " status --":     "--output --watch",
		options + " --outp":        "--output",
		"--output j":               "json",
		"--ser":                    "--serverurl",
		"-c main_te":               "main_test.go",
		"-r completions/_supervis": "completions/_supervisorctl",
	} {
		if got := run("supervisorctl " + line); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestFishCompletion(t *testing.T) {
	options := withShell(t, "fish")
	cases := append(slices.Clone(completionCases), []struct{ line, want string }{
		{"start web:w", "web:web_0 web:web_1"},
		{"status --wa", "--watch"},
	}...)
	for _, tc := range cases {
		cmd := exec.Command("fish", "--no-config", "-c", "source completions/supervisorctl.fish; complete -C $argv[1]", "supervisorctl "+options+" "+tc.line)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			word, _, _ := strings.Cut(line, "\t")
			words = append(words, word)
		}
		slices.Sort(words)
		if got := strings.Join(words, " "); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.line, got, tc.want)
		}
	}
}

func TestZshCompletion(t *testing.T) {
	options := withShell(t, "zsh")
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("zsh", "-f", "-i")
	cmd.Env = append(os.Environ(), "TERM=xterm", "PS1=%% ")
	y := onTTY(t, cmd)
	y.sees("% ")
	y.types("unsetopt zle_bracketed_paste; unset zle_bracketed_paste; fpath=(" + wd + "/completions $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\r")
	y.sees("ready")
	// Each line is completed, and what has become of it is shown.
	y.types("KEYTIMEOUT=1; show() { BUFFER=\"print -r -- '<$BUFFER>'\"; zle accept-line }; zle -N show; bindkey '^X' show; echo a''gain\r")
	y.sees("again")
	for line, want := range map[string]string{
		"stat":             "status ",
		"start d":          "start db ",
		"start web:web_":   "start web:web_",
		"stop db wo":       "stop db worker ",
		"signal HU":        "signal HUP ",
		"signal HUP wo":    "signal HUP worker ",
		"wait db --for FA": "wait db --for FATAL ",
		"status --wa":      "status --watch ",
		"update wo":        "update worker ",
	} {
		y.types("supervisorctl " + options + " " + line + "\t\x18")
		y.sees("<supervisorctl " + options + " " + want + ">\r\n")
	}
}
