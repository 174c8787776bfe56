package tooltest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Scripts runs the scripts in dir. Besides testscript's own commands they may
// use
//
//	until FILE REGEXP      wait until a line of the file matches
//	signal NAME PROGRAM    send a signal to the newest background PROGRAM
//	signal NAME @FILE      send a signal to the process whose pid is in FILE
//	status N PROGRAM ARGS  run a program that must exit with status N
//	gone @FILE             wait until there is no process with the pid in FILE
//	fifo FILE              make a named pipe
func Scripts(t *testing.T, dir string, env ...string) {
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			for _, kv := range env {
				k, v, _ := strings.Cut(kv, "=")
				e.Setenv(k, v)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"until":  until,
			"signal": signal,
			"status": status,
			"gone":   gone,
			"fifo":   fifo,
		},
	})
}

func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until FILE REGEXP")
	}
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	path := ts.MkAbs(args[0])
	poll(ts, func() (bool, string) {
		b, err := os.ReadFile(path)
		if err != nil {
			return false, err.Error()
		}
		return re.Match(b), string(b)
	})
}

// poll is Until for scripts.
func poll(ts *testscript.TestScript, cond func() (bool, string)) {
	end := time.Now().Add(Deadline)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, seen := cond()
		if ok {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("waited in vain; seen:\n%s", seen)
		}
		<-tick.C
	}
}

var signals = map[string]syscall.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "TERM": syscall.SIGTERM,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "KILL": syscall.SIGKILL, "CONT": syscall.SIGCONT,
	"WINCH": syscall.SIGWINCH, "ALRM": syscall.SIGALRM, "ABRT": syscall.SIGABRT,
}

func signal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal NAME PROGRAM|@FILE")
	}
	sig, ok := signals[args[0]]
	if !ok {
		ts.Fatalf("no signal %q", args[0])
	}
	ts.Check(syscall.Kill(pidOf(ts, args[1]), sig))
}

func pidOf(ts *testscript.TestScript, who string) int {
	if file, ok := strings.CutPrefix(who, "@"); ok {
		pid, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(file)))
		ts.Check(err)
		if pid < 2 {
			ts.Fatalf("pid %d in %s", pid, file)
		}
		return pid
	}
	cmds := ts.BackgroundCmds()
	for i := len(cmds) - 1; i >= 0; i-- {
		if filepath.Base(cmds[i].Args[0]) == who {
			return cmds[i].Process.Pid
		}
	}
	ts.Fatalf("no %s in the background", who)
	return 0
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("cannot run %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func gone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gone @FILE")
	}
	pid := pidOf(ts, args[0])
	poll(ts, func() (bool, string) {
		return Ended(pid), fmt.Sprintf("process %d is there", pid)
	})
}

// Ended tells whether there is no such process any more. A zombie has ended:
// whether it goes away is up to its parent, in a container often nobody.
func Ended(pid int) bool {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}

func fifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fifo FILE")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}
