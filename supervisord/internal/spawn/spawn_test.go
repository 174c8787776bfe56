package spawn

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
)

func TestChildRunsAndIsReaped(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program(`sh -c 'echo out; echo err >&2; exit 3'`))
	if st := s.story.exitOf(t, id); !st.Exited() || st.ExitStatus() != 3 {
		t.Errorf("status %v, want exit status 3", st)
	}
	if got := s.pipes.stdout(id); got != "out\n" {
		t.Errorf("stdout %q", got)
	}
	if got := s.pipes.stderr(id); got != "err\n" {
		t.Errorf("stderr %q", got)
	}
}

func TestChildLeadsItsOwnGroupWithCleanSignals(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program(`sh -c 'cat /proc/self/stat | cut -d" " -f5; echo $$; grep -E "^Sig(Blk|Ign)" /proc/self/status; ls /proc/self/fd'`))
	s.story.exitOf(t, id)
	lines := strings.Split(s.pipes.stdout(id), "\n")
	if lines[0] != lines[1] {
		t.Errorf("process group %s of child %s", lines[0], lines[1])
	}
	for _, l := range lines[2:4] {
		if !strings.HasSuffix(l, "\t0000000000000000") {
			t.Errorf("signals are not clean: %s", l)
		}
	}
	if got := strings.Join(lines[4:], " "); got != "0 1 2 3 " { // 3 is the directory ls reads
		t.Errorf("descriptors %q, want 0 1 2", got)
	}
}

func TestEnvironment(t *testing.T) {
	s := start(t, func(o *Options) {
		o.Environ = []string{"KEEP=1", "OVER=old", "KEEP=2", "PATH=/bin:/usr/bin", "SUPERVISOR_ENABLED=stale", "nonsense"}
	})
	p := program("env")
	p.Environment = []config.EnvVar{{Key: "OVER", Value: "new"}, {Key: "MORE", Value: "a=b"}, {Key: "SUPERVISOR_GROUP_NAME", Value: "mine"}}
	id := s.spawn(p)
	s.story.exitOf(t, id)
	want := "KEEP=1\nOVER=new\nPATH=/bin:/usr/bin\nSUPERVISOR_ENABLED=1\n" +
		"SUPERVISOR_SERVER_URL=unix:///run/s.sock\nSUPERVISOR_PROCESS_NAME=prog\nSUPERVISOR_GROUP_NAME=mine\nMORE=a=b\n"
	if got := s.pipes.stdout(id); got != want {
		t.Errorf("environment\n%swant\n%s", got, want)
	}
	p = program("env")
	p.ServerURL = "http://own:1"
	id = s.spawn(p)
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); !strings.Contains(got, "SUPERVISOR_SERVER_URL=http://own:1\n") {
		t.Errorf("serverurl= did not win:\n%s", got)
	}
	p = program("env")
	p.NoServerURL = true
	id = s.spawn(p)
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); strings.Contains(got, "SUPERVISOR_SERVER_URL") {
		t.Errorf("an empty serverurl= tells a URL:\n%s", got)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	s := start(t, nil)
	p := program("pwd")
	p.Directory = dir
	id := s.spawn(p)
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); got != dir+"\n" {
		t.Errorf("ran in %q, want %q", got, dir)
	}
	if wd, _ := os.Getwd(); wd == dir {
		t.Error("the daemon moved")
	}
}

// The daemon goes into the background after the Spawner was made.
func TestDirectoryAndUmaskOfTheFirstSpawnCount(t *testing.T) {
	s := start(t, nil)
	defer syscall.Umask(syscall.Umask(0o026))
	t.Chdir("/usr")
	id := s.spawn(program("sh -c 'umask; pwd'"))
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); got != "0026\n/usr\n" {
		t.Errorf("child has %q", got)
	}
}

func TestUmaskIsTheChildsAlone(t *testing.T) {
	old := syscall.Umask(0o022)
	defer syscall.Umask(old)
	s := start(t, nil)
	dir := t.TempDir()
	stop, wrong := make(chan struct{}), make(chan string, 1)
	go func() {
		defer close(wrong)
		for {
			select {
			case <-stop:
				return
			default:
			}
			name := filepath.Join(dir, "f")
			f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
			if err != nil {
				wrong <- err.Error()
				return
			}
			st, _ := f.Stat()
			f.Close()
			os.Remove(name)
			if st.Mode().Perm() != 0o644 {
				wrong <- "a file of the daemon got mode " + st.Mode().String()
				return
			}
		}
	}()
	for i := range 40 {
		p := program("sh -c umask")
		want := "0022\n"
		if i%2 == 0 {
			p.Umask, want = 0o777, "0777\n"
		}
		id := s.spawn(p)
		s.story.exitOf(t, id)
		if got := s.pipes.stdout(id); got != want {
			t.Errorf("umask %q, want %q", got, want)
		}
	}
	close(stop)
	if w := <-wrong; w != "" {
		t.Error(w)
	}
}

func TestSignals(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program("sleep 1000"))
	pid := s.story.pidOf(t, id)
	if err := s.signal(t, id+1, pid, syscall.SIGTERM, false); err != syscall.ESRCH {
		t.Errorf("a signal for another process: %v, want ESRCH", err)
	}
	if err := s.signal(t, id, pid+1, syscall.SIGTERM, false); err != syscall.ESRCH {
		t.Errorf("a signal for another child: %v, want ESRCH", err)
	}
	if err := s.signal(t, id, pid, syscall.SIGTERM, false); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if st := s.story.exitOf(t, id); !st.Signaled() || st.Signal() != syscall.SIGTERM {
		t.Errorf("status %v, want SIGTERM", st)
	}
	if err := s.signal(t, id, pid, syscall.SIGTERM, false); err != syscall.ESRCH {
		t.Errorf("a signal after the end: %v, want ESRCH", err)
	}
}

func TestGroupSignalReachesGrandchildren(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program(`sh -c 'sleep 1000 & sleep 1000 & wait'`))
	pid := s.story.pidOf(t, id)
	if err := s.signal(t, id, pid, syscall.SIGKILL, true); err != nil {
		t.Fatal(err)
	}
	s.story.exitOf(t, id)
	s.pipes.stdout(id) // end of file: nobody holds the pipe any more
}

// A child may move to another group and leave none behind.
func TestGroupSignalReachesChildThatLeftItsGroup(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program(`perl -e 'setpgrp 0, getpgrp getppid; print "left\n"; close STDOUT; sleep 1000'`))
	pid := s.story.pidOf(t, id)
	if got := s.pipes.stdout(id); got != "left\n" {
		t.Fatalf("stdout %q", got)
	}
	if err := s.signal(t, id, pid, syscall.SIGTERM, true); err != nil {
		t.Fatal(err)
	}
	if st := s.story.exitOf(t, id); st.Signal() != syscall.SIGTERM {
		t.Errorf("status %v, want SIGTERM", st)
	}
}

func TestSocketBecomesDescriptorZero(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	syscall.CloseOnExec(ends[0])
	syscall.Write(ends[1], []byte("from the socket\n"))
	syscall.Close(ends[1])
	s := start(t, nil)
	s.last++
	spec := request(s.last, program("cat"))
	spec.Streams.SocketFD = ends[0] // the opener closes it
	s.Spawn(spec)
	s.story.exitOf(t, s.last)
	if got := s.pipes.stdout(s.last); got != "from the socket\n" {
		t.Errorf("fd 0 gave %q", got)
	}
}
