package spawn

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

const lastWords = "supervisor: child process was not spawned\n"

// A spawn that fails after the fork makes a real child, which says why and
// ends with status 127.
func TestFailureAfterFork(t *testing.T) {
	dir := t.TempDir()
	noInterpreter := filepath.Join(dir, "script")
	os.WriteFile(noInterpreter, []byte("#!/no/such/interpreter\n"), 0o755)
	garbage := filepath.Join(dir, "garbage")
	os.WriteFile(garbage, []byte("not a program"), 0o755)
	huge := strings.Repeat("x", 200<<10)

	for _, c := range []struct {
		name   string
		change func(*config.Process)
		stderr string
	}{
		{"no directory", func(p *config.Process) { p.Directory = "/no/such/dir" },
			"supervisor: couldn't chdir to /no/such/dir: ENOENT\n"},
		{"directory is a file", func(p *config.Process) { p.Directory = "/etc/passwd" },
			"supervisor: couldn't chdir to /etc/passwd: ENOTDIR\n"},
		{"no interpreter", func(p *config.Process) { p.Command = noInterpreter + " a b" },
			"supervisor: couldn't exec " + noInterpreter + ": ENOENT\n"},
		{"not a program", func(p *config.Process) { p.Command = garbage },
			"supervisor: couldn't exec " + garbage + ": ENOEXEC\n"},
		{"argument too long", func(p *config.Process) { p.Command = "true " + huge },
			"supervisor: couldn't exec true: E2BIG\n"},
		{"NUL in the environment", func(p *config.Process) { p.Environment = []config.EnvVar{{Key: "A", Value: "b\x00c"}} },
			"supervisor: couldn't exec true: EINVAL\n"},
		{"no such uid", func(p *config.Process) { p.UID = 3999999 },
			"supervisor: couldn't setuid to 3999999: Can't find uid 3999999\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, nil)
			p := program("true")
			c.change(p)
			id := s.spawn(p)
			if pid := s.story.pidOf(t, id); pid <= 0 {
				t.Errorf("pid %d", pid)
			}
			if st := s.story.exitOf(t, id); !st.Exited() || st.ExitStatus() != 127 {
				t.Errorf("status %v, want exit status 127", st)
			}
			if got := s.pipes.stderr(id); got != c.stderr+lastWords {
				t.Errorf("stderr %q, want %q", got, c.stderr+lastWords)
			}
		})
	}
}

func TestFailureBeforeFork(t *testing.T) {
	s := start(t, nil)
	id := s.spawn(program("/no/such/file"))
	if got := s.story.reasonOf(t, id); got != "can't find command '/no/such/file'" {
		t.Error(got)
	}
	if len(s.story.pids) != 0 {
		t.Error("a child was reported as well")
	}
}

type closedOpener struct{ err error }

func (c closedOpener) Open(core.StreamSpec) (Conn, error) { return nil, c.err }

func TestStreamsThatCannotBeOpened(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&os.PathError{Op: "open", Path: "/x", Err: syscall.EMFILE}, "too many open files to spawn 'prog'"},
		{&os.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, "unknown error making dispatchers for 'prog': EACCES"},
		{errors.New("odd"), "unknown error making dispatchers for 'prog': odd"},
	} {
		s := start(t, func(o *Options) { o.Opener = closedOpener{c.err} })
		if got := s.story.reasonOf(t, s.spawn(program("true"))); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func TestForkReasons(t *testing.T) {
	for err, want := range map[syscall.Errno]string{
		syscall.EAGAIN: "Too many processes in process table to spawn 'x'",
		syscall.ENOMEM: "unknown error during fork for 'x': ENOMEM",
		syscall.EMFILE: "too many open files to spawn 'x'",
		9999:           "unknown error during fork for 'x': errno 9999",
	} {
		if got := forkReason("x", err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

// Between fork and exec a child may find no number left to move a descriptor to.
func TestNoDescriptorNumberLeft(t *testing.T) {
	if _, err := new(Spawner).forkCarefully(&job{}, syscall.EBADF); err != syscall.EMFILE {
		t.Errorf("%v, want EMFILE", err)
	}
}

func TestStageIsLeftCleanAfterClose(t *testing.T) {
	st := &stage{story: newStory(), pipes: &pipes{mute: true}}
	sp, err := Start(Options{Children: st.story, Opener: st.pipes})
	if err != nil {
		t.Fatal(err)
	}
	st.Spawner = sp
	for range 100 {
		st.spawn(program("true"))
	}
	sp.Close()
	sp.Close()
	// Collect what was forked before the end, as the next Spawner would.
	next := start(t, nil)
	next.story.until(t, "the children of the first", func() bool {
		_, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		return err == syscall.ECHILD
	})
}
