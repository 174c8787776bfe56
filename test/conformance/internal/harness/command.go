package harness

import (
	"bytes"
	"context"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Result is what a command left behind.
type Result struct {
	Status         string // "exit status 0"
	Stdout, Stderr string
}

// CommandLimit bounds a single command.
const CommandLimit = 30 * time.Second

// Exec runs a command of the binaries under test to its end.
func (t *T) Exec(stdin, program string, args ...string) Result {
	return t.ExecEnv(nil, stdin, program, args...)
}

// ExecEnv runs a command with further environment variables.
func (t *T) ExecEnv(env []string, stdin, program string, args ...string) Result {
	ctx, cancel := context.WithTimeout(context.Background(), CommandLimit)
	defer cancel()
	if !strings.Contains(program, "/") {
		program = t.Bin + "/" + program
	}
	cmd := exec.CommandContext(ctx, program, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	cmd.Env = t.Env(env...)
	cmd.Dir = t.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 200 * time.Millisecond
	cmd.Run()
	if ctx.Err() != nil {
		return Result{"still running after " + CommandLimit.String(), out.String(), errs.String()}
	}
	if cmd.ProcessState == nil {
		return Result{"could not be started", "", ""}
	}
	return Result{exitText(cmd.ProcessState), out.String(), errs.String()}
}

// Show writes a result down.
func (t *T) Show(title string, r Result) {
	t.Printf("$ %s", title)
	t.out.WriteString(Indent(r.Stdout))
	if r.Stderr != "" {
		t.Printf(" stderr:")
		t.out.WriteString(Indent(r.Stderr))
	}
	t.Printf(" %s", r.Status)
}

// Ctl runs `supervisorctl -c CONF ARGS` and writes down what it printed.
func (t *T) Ctl(args ...string) Result {
	r := t.CtlQuiet(args...)
	// At the end of fg the reference closes a socket that its other thread may be
	// about to wait for: now and then that thread dies of it and the rest hangs.
	for tries := 1; tries < 5 && strings.Contains(r.Stderr, "[Errno 9] Bad file descriptor"); tries++ {
		r = t.CtlQuiet(args...)
	}
	t.Show("supervisorctl "+strings.Join(args, " "), r)
	return r
}

// CtlQuiet runs supervisorctl and writes nothing down.
func (t *T) CtlQuiet(args ...string) Result {
	return t.Exec("", "supervisorctl", append([]string{"-c", t.D.Conf}, args...)...)
}

// Shell runs an interactive supervisorctl on some lines.
func (t *T) Shell(lines ...string) Result {
	r := t.Exec(strings.Join(lines, "\n")+"\n", "supervisorctl", "-c", t.D.Conf)
	t.Show("supervisorctl < "+strings.Join(lines, "; "), r)
	return r
}

// PythonPath returns a python3 to run client programs with, preferring the
// system's own, or "".
func PythonPath() string {
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if found, err := exec.LookPath(p); err == nil {
			return found
		}
	}
	return ""
}
