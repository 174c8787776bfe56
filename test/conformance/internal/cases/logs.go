package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{{Name: "logs", Slow: 30, Cases: append(rotationCases(), logCases()...)}}
})

// showFiles writes down every file matching a pattern with its exact content.
func showFiles(t *T, pattern string) {
	names, _ := filepath.Glob(t.Path(pattern))
	for _, n := range names {
		b, _ := os.ReadFile(n)
		t.Printf("%s: %d bytes %s", filepath.Base(n), len(b), abridged(string(b)))
	}
}

func abridged(s string) string {
	if len(s) > 80 {
		return fmt.Sprintf("%q...%q", s[:30], s[len(s)-30:])
	}
	return fmt.Sprintf("%q", s)
}

// rotationCases write lines one at a time, each read by the daemon before the
// next: the sets of files are exact.
func rotationCases() []suite.Case {
	// The writer waits for a line on stdin before each write, so that each write
	// is one read of the daemon.
	writer := func(size int) string {
		return fmt.Sprintf(`sh -c 'while read n; do head -c %d /dev/zero | tr "\\0" $n; done'`, size)
	}
	rotate := func(name string, size, count int, maxbytes, backups string, extra ...string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			lines := append([]string{"startsecs=0", "stdout_logfile={DIR}/o", "stdout_logfile_maxbytes=" + maxbytes, "stdout_logfile_backups=" + backups}, extra...)
			t.Start(prog("p", writer(size), lines...))
			t.Await("p", "RUNNING")
			for i := range count {
				before := logState(t)
				t.Call("sendProcessStdin", "p", fmt.Sprintf("%d\n", i%10))
				t.Until("the write to be logged", func() bool { return logState(t) != before })
				// A write may be followed by a rotation: let the files come to rest.
				for now := logState(t); ; now = logState(t) {
					time.Sleep(40 * time.Millisecond)
					if logState(t) == now {
						break
					}
				}
			}
			showFiles(t, "o*")
		}}
	}
	return []suite.Case{
		rotate("rotate-basic", 40, 12, "100", "3"),
		rotate("rotate-exact", 50, 5, "100", "3"),
		rotate("rotate-one-backup", 40, 12, "100", "1"),
		rotate("rotate-no-backups", 40, 12, "100", "0"),
		rotate("rotate-never", 40, 12, "0", "3"),
		rotate("rotate-big-writes", 1000, 3, "100", "2"),
		rotate("rotate-one-byte", 1, 5, "1", "2"),
		rotate("rotate-many-backups", 100, 15, "100", "10"),
		rotate("rotate-kilobyte", 600, 4, "1KB", "2"),
		{Name: "rotate-over-existing", Run: func(t *T) {
			for i, n := range []string{"o", "o.1", "o.2", "o.3", "o.9"} {
				t.Write(n, fmt.Sprintf("old %d\n", i))
			}
			t.Start(prog("p", writer(100), "startsecs=0", "stdout_logfile={DIR}/o", "stdout_logfile_maxbytes=100", "stdout_logfile_backups=3"))
			t.Await("p", "RUNNING")
			t.Call("sendProcessStdin", "p", "1\n")
			t.Until("rotation", func() bool { return strings.HasPrefix(t.Read("o.1"), "old 0\n1") })
			showFiles(t, "o*")
		}},
		{Name: "rotate-main-log", Run: func(t *T) {
			t.Start("[supervisord]\nlogfile_maxbytes=500\nlogfile_backups=2\n" + quiet("p", "autostart=false"))
			for range 10 {
				t.Call("startProcess", "p")
				t.Settle("p")
				t.Call("stopProcess", "p")
			}
			t.Until("rotations", func() bool { return t.Mode("log.2") != "(no such file)" })
			t.SettledLog()
			for _, n := range []string{"log.1", "log.2"} {
				s := t.Read(n)
				t.Printf("%s: at least 500 bytes: %v, ends with a line: %v", n, len(s) >= 500, strings.HasSuffix(s, "\n"))
			}
			t.Printf("log.3: %s", t.Read("log.3"))
		}},
	}
}

// logState changes whenever something is written to the log or it is rotated.
func logState(t *T) string {
	info, err := os.Stat(t.Path("o"))
	if err != nil {
		return ""
	}
	s := fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	if info, err := os.Stat(t.Path("o.1")); err == nil {
		s += fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	}
	return s
}

func logCases() []suite.Case {
	once := []string{"startsecs=0", "autorestart=false"}
	run := func(name, script string, lines []string, files string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			t.Start(prog("p", "sh -c '"+script+"'", append(once, lines...)...))
			t.Await("p", "EXITED")
			showFiles(t, files)
		}}
	}
	return []suite.Case{
		run("two-channels", "echo out; echo err >&2", []string{"stdout_logfile={DIR}/o", "stderr_logfile={DIR}/o.err"}, "o*"),
		run("redirected", "echo out; echo err >&2; echo more", []string{"stdout_logfile={DIR}/o", "redirect_stderr=true"}, "o*"),
		run("same-file", "echo out; sleep 0.2; echo err >&2", []string{"stdout_logfile={DIR}/o", "stderr_logfile={DIR}/o"}, "o*"),
		run("no-newline", "printf abc", []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("last-words", "echo a; exec 1>&-; sleep 0.1; exit 1", []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("nothing", "exit 0", []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("none", "echo out", []string{"stdout_logfile=NONE"}, "p-*"),
		run("megabyte", "head -c 1000000 /dev/zero | tr \"\\0\" x; echo end", []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("hundred-thousand-lines", "seq 1 100000", []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("binary", `printf "\000\001\377\376\015\012"`, []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("ansi-kept", `printf "\033[31mred\033[0m"`, []string{"stdout_logfile={DIR}/o"}, "o*"),
		better("The reference loses what a program with capture mode wrote last before its end; ours keeps it.", run("capture", `echo a; printf "<!--XSUPERVISOR:BEGIN-->x<!--XSUPERVISOR:END-->"; echo b`, []string{"stdout_logfile={DIR}/o", "stdout_capture_maxbytes=1MB"}, "o*")),
		run("capture-off", `echo a; printf "<!--XSUPERVISOR:BEGIN-->x<!--XSUPERVISOR:END-->"; echo b`, []string{"stdout_logfile={DIR}/o"}, "o*"),
		run("capture-unfinished", `echo a; printf "<!--XSUPERVISOR:BEGIN-->x"; echo b`, []string{"stdout_logfile={DIR}/o", "stdout_capture_maxbytes=1MB"}, "o*"),
		better("The reference loses what a program with capture mode wrote last before its end; ours keeps it.", run("capture-partial-token", `echo a; printf "<!--XSUPER"; sleep 0.2; echo b`, []string{"stdout_logfile={DIR}/o", "stdout_capture_maxbytes=1MB"}, "o*")),
		run("relative-path", "echo out", []string{"stdout_logfile=o"}, "o*"),
		{Name: "strip-ansi", Run: func(t *T) {
			t.Start("[supervisord]\nstrip_ansi=true\n" + prog("p", `printf '\033[1;31mred\033[0m plain \033[2J \033]0;title\007 \033'`, append(once, "stdout_logfile={DIR}/o")...))
			t.Await("p", "EXITED")
			showFiles(t, "o*")
		}},
		{Name: "appends", Run: func(t *T) {
			t.Write("o", "before\n")
			t.Start(prog("p", "echo out", append(once, "stdout_logfile={DIR}/o")...))
			t.Await("p", "EXITED")
			t.Call("startProcess", "p")
			t.Until("both", func() bool { return len(t.Read("o")) == len("before\nout\nout\n") })
			showFiles(t, "o*")
		}},
		{Name: "auto-names", Run: func(t *T) {
			t.Start(quiet("p") + quiet("off", "autostart=false") + "[group:g]\nprograms=p\n" + quiet("r", "redirect_stderr=true"))
			t.Await("g:p", "RUNNING")
			names, _ := filepath.Glob(t.Path("*-std*"))
			for _, n := range names {
				info, _ := os.Stat(n)
				t.Printf("%s %v", filepath.Base(n), info.Mode())
			}
		}},
		{Name: "log-mode", Run: func(t *T) {
			t.Start(quiet("p", "stdout_logfile={DIR}/o"))
			t.Await("p", "RUNNING")
			for _, n := range []string{"o", "log", "pid"} {
				info, err := os.Stat(t.Path(n))
				t.Must(err)
				t.Printf("%s %v", n, info.Mode())
			}
		}},
		{Name: "dev-null", Run: func(t *T) {
			t.Start(prog("p", "echo out", append(once, "stdout_logfile=/dev/null", "stdout_logfile_maxbytes=0")...))
			t.Await("p", "EXITED")
			info, err := os.Stat("/dev/null")
			t.Must(err)
			t.Printf("/dev/null is still a device: %v", info.Mode()&os.ModeCharDevice != 0)
		}},
		{Name: "dev-stdout", Run: func(t *T) {
			t.Start("[supervisord]\nsilent=true\n" + prog("p", "echo to the daemon", append(once, "stdout_logfile=/dev/stdout", "stdout_logfile_maxbytes=0")...))
			t.Await("p", "EXITED")
			t.Printf("%q", t.D.Out.String())
		}},
		{Name: "dev-fd-1", Run: func(t *T) {
			t.Start("[supervisord]\nsilent=true\n" + prog("p", "echo to the daemon", append(once, "stdout_logfile=/dev/fd/1", "stdout_logfile_maxbytes=0")...))
			t.Await("p", "EXITED")
			t.Printf("%q", t.D.Out.String())
		}},
		{Name: "dev-stdout-default-rotation", Run: func(t *T) {
			t.Start("[supervisord]\nsilent=true\n" + prog("p", "echo to the daemon", "startsecs=0", "autorestart=false", "startretries=0", "stdout_logfile=/dev/stdout"))
			t.Await("p", "EXITED|FATAL")
			t.ShowInfo("p", "statename", "spawnerr")
			t.Printf("%q", t.D.Out.String())
		}},
		{Name: "reopen", Run: func(t *T) {
			t.Start(prog("p", "cat", "startsecs=0", "stdout_logfile={DIR}/o"))
			t.Await("p", "RUNNING")
			t.Call("sendProcessStdin", "p", "one\n")
			t.Until("one", func() bool { return t.Read("o") == "one\n" })
			t.Must(os.Rename(t.Path("o"), t.Path("old")))
			t.Must(os.Rename(t.Path("log"), t.Path("oldlog")))
			t.Call("sendProcessStdin", "p", "two\n")
			t.Until("two", func() bool { return t.Read("old") == "one\ntwo\n" })
			t.D.Signal(syscall.SIGUSR2)
			t.Until("the new log", func() bool { return t.Read("o") == "" })
			t.Call("sendProcessStdin", "p", "three\n")
			t.Until("three", func() bool { return t.Read("o") == "three\n" })
			showFiles(t, "o")
			showFiles(t, "old")
			t.ShowLog(".")
		}},
		{Name: "clear", Run: func(t *T) {
			t.Start(prog("p", "cat", "startsecs=0", "stdout_logfile={DIR}/o"))
			t.Await("p", "RUNNING")
			t.Write("o.1", "kept\n")
			t.Call("sendProcessStdin", "p", "one\n")
			t.Until("one", func() bool { return t.Read("o") == "one\n" })
			t.RPC("clearProcessLogs", "p")
			t.Call("sendProcessStdin", "p", "two\n")
			t.Until("two", func() bool { return t.Read("o") == "two\n" })
			showFiles(t, "o*")
		}},
		// Never with /dev/null itself: the reference removes it.
		{Name: "clear-device", Differs: "A device that is a program's log is removed by the reference when logs are cleared; ours only ever removes, renames or rotates regular files.", Needs: suite.Root, Run: func(t *T) {
			t.Start(prog("p", "cat", "startsecs=0", "stdout_logfile={DIR}/null", "stdout_logfile_maxbytes=0"))
			t.Await("p", "RUNNING")
			t.RPC("clearProcessLogs", "p")
			t.Printf("%s", t.Mode("null"))
		}},
		{Name: "log-removed", Run: func(t *T) {
			t.Start(prog("p", "cat", "startsecs=0", "stdout_logfile={DIR}/o"))
			t.Await("p", "RUNNING")
			t.Must(t.Remove("o"))
			t.RPC("readProcessStdoutLog", "p", 0, 0)
			t.RPC("tailProcessStdoutLog", "p", 0, 10)
			t.RPC("clearProcessLogs", "p")
			t.Printf("%s", t.Read("o"))
		}},
		{Name: "activity-log-levels", Run: func(t *T) {
			t.Start("[supervisord]\nloglevel=blather\n" + prog("p", "echo out", append(once, "stdout_logfile={DIR}/o")...))
			t.Await("p", "EXITED")
			t.ShowLog("INFO|WARN|'p' stdout output")
		}},
		{Name: "debug-shows-output", Run: func(t *T) {
			t.Start("[supervisord]\nloglevel=debug\n" + prog("p", "sh -c 'echo one; echo two'", append(once, "stdout_logfile={DIR}/o")...))
			t.Await("p", "EXITED")
			// How many pieces the output comes in is chance.
			_, after, _ := strings.Cut(t.Log(), "'p' stdout output:\n")
			t.Printf("%q", firstLines(after, 1))
		}},
		{Name: "logfile-to-stdout", Run: func(t *T) {
			t.Launch(strings.Replace(harness.Header, "logfile={DIR}/log", "logfile=/dev/stdout\nlogfile_maxbytes=0", 1) + quiet("p"))
			t.D.AwaitUp()
			t.Await("p", "RUNNING")
			say(t, "stdout", t.D.Out.String(), "spawned")
		}},
		{Name: "logfile-to-dev-null", Run: func(t *T) {
			t.Launch(strings.Replace(harness.Header, "logfile={DIR}/log", "logfile=/dev/null\nlogfile_maxbytes=0", 1) + quiet("p"))
			t.D.AwaitUp()
			t.Await("p", "RUNNING")
			say(t, "stdout", t.D.Out.String(), "spawned")
		}},
		{Name: "output-in-order-of-exit", Run: func(t *T) {
			listener := "[eventlistener:l]\ncommand={SELF} child-listener {DIR}/ev\nevents=PROCESS_LOG,PROCESS_STATE_EXITED\nstartsecs=0\nbuffer_size=100\n"
			t.Start(listener + prog("p", "sh -c 'echo last words; exit 3'", append(once, "stdout_events_enabled=true", "autostart=false")...))
			t.Await("l", "RUNNING")
			t.Call("startProcess", "p", false)
			var names []string
			for _, e := range t.AwaitEvents("ev", 2, harness.About("p")) {
				names = append(names, e.Name())
			}
			t.Printf("%v", names)
		}},
	}
}

func firstLines(s string, n int) string {
	lines := strings.SplitAfter(s, "\n")
	return strings.Join(lines[:min(n, len(lines))], "")
}
