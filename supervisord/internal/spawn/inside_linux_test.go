package spawn

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/supervisord/internal/account"
)

// Some circumstances are a whole process's: its user, its limits, what it
// ignores. Tests of those run once more in a process of their own.

const insideVar = "SPAWN_TEST_INSIDE"

func inside() bool { return os.Getenv(insideVar) != "" }

// runInside runs the calling test in a child of this test binary. shell, if
// any, is run before it by the same process.
func runInside(t *testing.T, shell string, change func(*exec.Cmd)) {
	t.Helper()
	script := shell + "\n" + `exec "$0" "$@"`
	cmd := exec.Command("/bin/sh", "-c", script, testBinary(t), "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), insideVar+"=1")
	cmd.Dir = "/"
	if change != nil {
		change(cmd)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	} else if !strings.Contains(string(out), "PASS") {
		t.Fatalf("the test did not run inside:\n%s", out)
	}
}

// testBinary returns a copy of this binary that every user may run.
func testBinary(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "spawn")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	body, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "test")
	if err := os.WriteFile(file, body, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func onlyRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
}

const nobody = 65534

func asNobody(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}

func TestUserOfAChild(t *testing.T) {
	onlyRoot(t)
	s := start(t, nil)
	p := program(`grep -E "^(Uid|Gid|Groups)" /proc/self/status`)
	p.UID = nobody
	id := s.spawn(p)
	s.story.exitOf(t, id)
	want := "Uid: 65534 65534 65534 65534 Gid: 65534 65534 65534 65534 Groups: 65534"
	if got := strings.Join(strings.Fields(s.pipes.stdout(id)), " "); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSupplementaryGroupsOfAChild(t *testing.T) {
	onlyRoot(t)
	s := start(t, func(o *Options) {
		o.Account = func(uid int) (account.Account, error) {
			return account.Account{Name: "x", UID: uid, GID: 7001, Groups: []int{7001, 7002, 7003}}, nil
		}
	})
	for _, dir := range []string{"", "/tmp"} {
		p := program("sh -c 'id -u; id -g; id -G'")
		p.UID, p.Directory = 7000, dir
		id := s.spawn(p)
		s.story.exitOf(t, id)
		if got := s.pipes.stdout(id); got != "7000\n7001\n7001 7002 7003\n" {
			t.Errorf("ran as %q", got)
		}
	}
}

func TestUnprivilegedDaemon(t *testing.T) {
	if !inside() {
		onlyRoot(t)
		runInside(t, "", asNobody)
		return
	}
	s := start(t, nil)
	same := program("id -u")
	same.UID = nobody
	id := s.spawn(same)
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); got != "65534\n" {
		t.Errorf("a program of the daemon's own user ran as %q", got)
	}

	other := program("id -u")
	other.UID = 0
	id = s.spawn(other)
	if st := s.story.exitOf(t, id); st.ExitStatus() != 127 {
		t.Errorf("ended with %s", ending(st))
	}
	want := "supervisor: couldn't setuid to 0: Can't drop privilege as nonroot user\n" + lastWords
	if got := s.pipes.stderr(id); got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}

	masked := program("sh -c umask")
	masked.Umask = 0o027
	id = s.spawn(masked)
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); got != "0027\n" {
		t.Errorf("umask %q", got)
	}
	if !s.thread.private {
		t.Error("an unprivileged daemon got no umask of its own")
	}
}

func TestForbiddenDirectoryAndCommand(t *testing.T) {
	if !inside() {
		onlyRoot(t)
		roots := filepath.Join(t.TempDir(), "tool")
		if err := os.WriteFile(roots, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		for dir := filepath.Dir(roots); dir != filepath.Clean(os.TempDir()); dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("ROOTS_TOOL", roots)
		runInside(t, "", asNobody)
		return
	}
	s := start(t, nil)
	tool := os.Getenv("ROOTS_TOOL")
	if got, want := s.story.reasonOf(t, s.spawn(program(tool))), "no permission to run command '"+tool+"'"; got != want {
		t.Errorf("reason %q, want %q", got, want)
	}
	p := program("true")
	p.Directory = "/root"
	id := s.spawn(p)
	s.story.exitOf(t, id)
	if got, want := s.pipes.stderr(id), "supervisor: couldn't chdir to /root: EACCES\n"+lastWords; got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}
}

// A daemon that lost the right to change users says which step failed.
func TestUserThatCannotBeTaken(t *testing.T) {
	if !inside() {
		onlyRoot(t)
		for caps, want := range map[string]string{
			"-setgid": "Could not set groups of effective user",
			"-setuid": "EPERM",
		} {
			t.Setenv("WANT", want)
			runInside(t, `[ "$CAPS" ] || CAPS=1 exec setpriv --bounding-set `+caps+` --inh-caps `+caps+` /bin/sh -c 'exec "$0" "$@"' "$0" "$@"`, nil)
		}
		return
	}
	s := start(t, nil)
	p := program("true")
	p.UID = nobody
	id := s.spawn(p)
	s.story.exitOf(t, id)
	if got, want := s.pipes.stderr(id), "supervisor: couldn't setuid to 65534: "+os.Getenv("WANT")+"\n"+lastWords; got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}
}

// The user's limit of processes strikes at exec, not at fork.
func TestTooManyProcessesOfTheUser(t *testing.T) {
	if !inside() {
		onlyRoot(t)
		runInside(t, "", nil)
		return
	}
	if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{}); err != nil {
		t.Fatal(err)
	}
	s := start(t, nil)
	first := program("sleep 1000") // the kernel lets one more pass than the limit
	first.UID = nobody
	one := s.spawn(first)
	pid := s.story.pidOf(t, one)
	defer s.signal(t, one, pid, syscall.SIGKILL, false)
	p := program("true")
	p.UID = nobody
	id := s.spawn(p)
	s.story.exitOf(t, id)
	if got, want := s.pipes.stderr(id), "supervisor: couldn't exec true: EAGAIN\n"+lastWords; got != want {
		t.Errorf("stderr %q, want %q", got, want)
	}
}

// Whatever we were started with, children start with defaults.
func TestIgnoredSignalsAreNotInherited(t *testing.T) {
	if !inside() {
		runInside(t, "trap '' HUP INT QUIT TERM PIPE CHLD USR1 TSTP TTIN TTOU CONT XFSZ WINCH", nil)
		return
	}
	s := start(t, nil)
	id := s.spawn(program(`grep -E "^Sig(Blk|Ign)" /proc/self/status`))
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); got != "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" {
		t.Errorf("inherited: %s", got)
	}
	// We ourselves go on ignoring what nohup wants ignored.
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Error(err)
	}
}

// withoutDescriptors runs f while this process can open nothing more.
func withoutDescriptors(t *testing.T, f func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	setLimit := func(cur uint64) {
		l := unix.Rlimit{Cur: cur, Max: old.Max}
		// Not syscall.Setrlimit, which changes what children are given.
		if _, _, e := syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&l)), 0, 0, 0); e != 0 {
			t.Fatal(e)
		}
	}
	lowest, err := syscall.Open("/dev/null", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(lowest)
	defer setLimit(old.Cur)
	setLimit(uint64(lowest))
	f()
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// Lack of descriptors is told, nothing leaks, and it works again afterwards.
func TestDescriptorsRunOutForPipes(t *testing.T) { runOut(t, &pipes{}) }

// Where the fork thread has no descriptors of its own, even a fork takes some.
func TestDescriptorsRunOutForTheFork(t *testing.T) {
	if !inside() {
		runInside(t, "", nil)
		return
	}
	forbidUnshare(t)
	runOut(t, nowhere{null(t)})
}

func runOut(t *testing.T, opener Opener) {
	s := start(t, func(o *Options) { o.Opener = opener })
	// One child first, so that everything that is opened once is open.
	s.story.exitOf(t, s.spawn(program("true")))
	before := openDescriptors(t)
	withoutDescriptors(t, func() {
		for range 20 {
			if got := s.story.reasonOf(t, s.spawn(program("true"))); got != "too many open files to spawn 'prog'" {
				t.Error(got)
			}
		}
	})
	if _, counts := opener.(nowhere); counts {
		if after := openDescriptors(t); after != before {
			t.Errorf("%d descriptors became %d", before, after)
		}
	}
	if st := s.story.exitOf(t, s.spawn(program("true"))); st.ExitStatus() != 0 {
		t.Errorf("afterwards: %s", ending(st))
	}
}

// As process 1 we reap what daemons leave behind, and still know our own.
func TestAsProcessOne(t *testing.T) {
	if !inside() {
		onlyRoot(t)
		runInside(t, "", func(cmd *exec.Cmd) {
			cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
		})
		return
	}
	if os.Getpid() != 1 {
		t.Fatalf("we are process %d", os.Getpid())
	}
	s := start(t, nil)
	s.pipes.mute = true
	for range 50 {
		s.spawn(program(`sh -c 'setsid sh -c "sleep 0.01; exit 42" & exit 7'`))
	}
	s.story.until(t, "all ends", func() bool { return len(s.story.exits) == 50 && len(s.story.strangers) >= 50 })
	for id, st := range s.story.exits {
		if len(st) != 1 || st[0].ExitStatus() != 7 {
			t.Errorf("child %d: %v", id, st)
		}
	}
}

// In a container that forbids unshare(2), a umask still is the child's alone.
func TestUmaskWithoutUnshare(t *testing.T) {
	if !inside() {
		runInside(t, "", nil)
		return
	}
	forbidUnshare(t)
	syscall.Umask(0o022)
	s := start(t, nil)
	for umask, want := range map[int]string{-1: "0022\n", 0o077: "0077\n"} {
		p := program(`sh -c 'umask; pwd; echo $0' word`)
		p.Umask, p.Directory = umask, "/usr"
		id := s.spawn(p)
		if st := s.story.exitOf(t, id); st.ExitStatus() != 0 {
			t.Errorf("umask %d: %s", umask, ending(st))
		}
		if got := s.pipes.stdout(id); got != want+"/usr\nword\n" {
			t.Errorf("umask %d: %q", umask, got)
		}
		if got := s.pipes.stderr(id); got != "" {
			t.Errorf("umask %d: stderr %q", umask, got)
		}
	}
	if s.thread.private {
		t.Error("unshare was not forbidden")
	}
	if got := syscall.Umask(0o022); got != 0o022 {
		t.Errorf("the daemon's umask became %o", got)
	}
	// The careful child leaves no trace in the environment.
	p := program("env")
	p.Umask = 0o77
	id := s.spawn(p)
	s.story.exitOf(t, id)
	if got := s.pipes.stdout(id); strings.Contains(got, carefulPrefix) {
		t.Errorf("environment %q", got)
	}
}

// forbidUnshare makes unshare(2) fail with EPERM in the whole process.
func forbidUnshare(t *testing.T) {
	t.Helper()
	const (
		ld, jeq, ret    = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
		allow           = 0x7fff0000
		fail            = 0x00050000
		modeFilter      = 1
		allThreads      = 1
		numberOfSyscall = 0
	)
	filter := []unix.SockFilter{
		{Code: ld, K: numberOfSyscall},
		{Code: jeq, K: unix.SYS_UNSHARE, Jt: 0, Jf: 1},
		{Code: ret, K: fail | uint32(syscall.EPERM)},
		{Code: ret, K: allow},
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	if _, _, e := syscall.RawSyscall(unix.SYS_SECCOMP, modeFilter, allThreads, uintptr(unsafe.Pointer(&prog))); e != 0 {
		t.Fatalf("seccomp: %v", e)
	}
}
