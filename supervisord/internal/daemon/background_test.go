package daemon

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func init() {
	roles["background"] = func() {
		b := InBackground()
		if b == nil {
			os.Exit(Respawn(os.Stderr))
		}
		fmt.Println("still on the terminal")
		switch os.Getenv("THEN") {
		case "fail":
			fmt.Fprintln(os.Stderr, "Error: it was not to be")
			os.Exit(2)
		case "die":
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		case "wait":
			c := make(chan os.Signal, 1)
			signal.Notify(c, syscall.SIGTERM)
			fmt.Println("waiting")
			<-c
			os.Exit(7)
		}
		var log memoryLog
		if err := b.Detach(os.Getenv("DIR"), 0o027, &log); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("nobody hears this")
		os.WriteFile(os.Getenv("REPORT"), []byte(report(&log)), 0o644)
		b.Up()
	}
}

// report tells what became of the process.
func report(log *memoryLog) string {
	var s strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	sid, _, _ := syscall.Syscall(syscall.SYS_GETSID, 0, 0, 0)
	wd, _ := os.Getwd()
	say("leader %v", int(sid) == os.Getpid())
	say("args %q", os.Args[1:])
	say("directory %s", wd)
	say("umask %04o", syscall.Umask(0))
	for fd := range 3 {
		link, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		say("fd %d %s", fd, link)
	}
	say("variable %q", os.Getenv(backgroundVar))
	say("%s", log)
	return s.String()
}

func TestGoingIntoTheBackground(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "report")
	out := output(t, play(t, "background", "", "REPORT="+file, "DIR="+dir))
	if out != "still on the terminal\n" {
		t.Errorf("on the terminal: %q", out)
	}
	got, err := os.ReadFile(file) // it is there: the first process ended after Up
	if err != nil {
		t.Fatal(err)
	}
	want := `leader true
args ["one" "two words"]
directory ` + dir + `
umask 0027
fd 0 /dev/null
fd 1 /dev/null
fd 2 /dev/null
variable ""
20 daemonizing the supervisord process
20 set current directory: '` + dir + `'
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDirectoryThatCannotBeEnteredIsNotFatal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report")
	output(t, play(t, "background", "cd /", "REPORT="+file, "DIR=/no/such"))
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "\ndirectory /\n") ||
		!strings.Contains(string(got), "\n50 can't chdir into '/no/such': [Errno 2] No such file or directory: '/no/such'\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestFailureInTheBackgroundIsSeen(t *testing.T) {
	for then, want := range map[string]struct {
		status int
		out    string
	}{
		"fail": {2, "still on the terminal\nError: it was not to be\n"},
		"die":  {1, "still on the terminal\nError: cannot go into the background: supervisord was ended by killed before it was up\n"},
	} {
		cmd := play(t, "background", "", "THEN="+then)
		out, _ := cmd.CombinedOutput()
		if st := cmd.ProcessState.ExitCode(); st != want.status || string(out) != want.out {
			t.Errorf("%s: status %d, output %q; want %d, %q", then, st, out, want.status, want.out)
		}
	}
}

func TestSignalWhileGoingIntoTheBackground(t *testing.T) {
	cmd := play(t, "background", "", "THEN=wait")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stdout); lines.Scan() && lines.Text() != "waiting"; {
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); exitCode(err) != 7 {
		t.Errorf("%v, want the status of the process in the background", err)
	}
}

func exitCode(err error) int {
	if e, ok := err.(*exec.ExitError); ok {
		return e.ExitCode()
	}
	return 0
}

func TestInBackgroundIsNotFooled(t *testing.T) {
	for _, v := range []string{"", "x", "3", "99999"} {
		t.Setenv(backgroundVar, v)
		null, err := syscall.Open("/dev/null", syscall.O_RDONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		var st syscall.Stat_t
		if v == "3" && syscall.Fstat(3, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFIFO {
			continue // the caller of this test really left a pipe there
		}
		if InBackground() != nil {
			t.Errorf("%q was believed", v)
		}
		if _, set := os.LookupEnv(backgroundVar); set {
			t.Errorf("%q was left for the children", v)
		}
		syscall.Close(null)
	}
}
