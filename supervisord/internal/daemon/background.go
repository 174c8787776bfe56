package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// A Go program cannot fork, so it goes into the background by starting itself
// once more: same arguments, same directory, a session of its own. The first
// process stays until the second says through a pipe that it is up, or ends;
// until then the second speaks on the terminal.

// backgroundVar tells the second process the descriptor of the pipe.
const backgroundVar = "_SUPERVISORD_BACKGROUND"

// statusFD is that descriptor: the first after the standard ones.
const statusFD = 3

// isUp is what the second process writes when it is up.
const isUp = "up"

// Respawn starts this program again in the background and waits until it is
// up or has failed. It returns the exit status for this process: 0, or that of
// the one that failed. What Respawn itself has to complain about goes to
// stderr.
//
// A SIGINT, SIGTERM, SIGQUIT or SIGHUP that comes while waiting is passed on.
func Respawn(stderr io.Writer) int {
	status, err := respawn()
	if err != nil {
		fmt.Fprintf(stderr, "Error: cannot go into the background: %v\n", err)
		return 1
	}
	return status
}

func respawn() (int, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP)
	defer signal.Stop(signals)
	p, err := startAgain(w)
	w.Close()
	if err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	defer close(ended)
	go passOn(signals, p, ended)
	if said, _ := io.ReadAll(r); string(said) == isUp {
		return 0, nil
	}
	return exitStatus(p)
}

func startAgain(status *os.File) (*os.Process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	attr := &os.ProcAttr{
		Env:   append(os.Environ(), backgroundVar+"="+strconv.Itoa(statusFD)),
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr, status},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	p, err := os.StartProcess(exe, os.Args, attr)
	if errors.Is(err, syscall.ENOENT) && runtime.GOOS == "linux" {
		// The file was removed or replaced; the kernel still knows it.
		return os.StartProcess("/proc/self/exe", os.Args, attr)
	}
	return p, err
}

func passOn(signals <-chan os.Signal, p *os.Process, ended <-chan struct{}) {
	for {
		select {
		case s := <-signals:
			_ = p.Signal(s) // it may have ended
		case <-ended:
			return
		}
	}
}

// exitStatus waits for the end of a process that did not come up.
func exitStatus(p *os.Process) (int, error) {
	st, err := p.Wait()
	if err != nil {
		return 0, err
	}
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 0, fmt.Errorf("supervisord was ended by %s before it was up", ws.Signal())
	}
	if st.ExitCode() == 0 {
		return 0, nil // it was told to stop before it was up
	}
	return st.ExitCode(), nil
}

// Background is the process that Respawn started.
type Background struct{ status *os.File }

// InBackground returns non-nil if this process was started by Respawn. It must
// be called once, before anything else looks at the environment or opens files.
func InBackground() *Background {
	fd, err := strconv.Atoi(os.Getenv(backgroundVar))
	os.Unsetenv(backgroundVar)
	if err != nil || fd != statusFD {
		return nil
	}
	var st syscall.Stat_t
	if syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return nil
	}
	syscall.CloseOnExec(fd)
	return &Background{status: os.NewFile(uintptr(fd), "status pipe")}
}

// Detach leaves what the terminal gave: it changes the directory ("" stays),
// sets the umask and opens /dev/null in place of the standard streams. The log
// hears of it in the reference's words; a directory that cannot be entered is
// not fatal, as there.
func (b *Background) Detach(directory string, umask uint32, log core.Logger) error {
	log.Log(config.LevelInfo, "daemonizing the supervisord process")
	if directory != "" {
		if err := os.Chdir(directory); err != nil {
			log.Log(config.LevelCritical, "can't chdir into "+pyrepr.Quote(directory)+": "+pyError(err, directory))
		} else {
			log.Log(config.LevelInfo, "set current directory: "+pyrepr.Quote(directory))
		}
	}
	if err := nullStreams(); err != nil {
		return fmt.Errorf("cannot leave the terminal: %w", err)
	}
	syscall.Umask(int(umask))
	return nil
}

// pyError words the error of a system call on a path as Python does.
func pyError(err error, path string) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	text := errno.Error()
	return fmt.Sprintf("[Errno %d] %s%s: %s", int(errno), strings.ToUpper(text[:1]), text[1:], pyrepr.Quote(path))
}

func nullStreams() error {
	null, err := syscall.Open(os.DevNull, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: os.DevNull, Err: err}
	}
	for fd := range 3 {
		if err := replace(null, fd); err != nil {
			return os.NewSyscallError("dup", err)
		}
	}
	if null > 2 {
		return syscall.Close(null)
	}
	return nil
}

// Up lets the process that called Respawn end with status 0.
func (b *Background) Up() {
	// The other end is gone if somebody killed it, which is no reason to stop.
	_, _ = b.status.WriteString(isUp)
	b.status.Close()
}
