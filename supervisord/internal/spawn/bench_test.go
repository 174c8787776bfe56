package spawn

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// cpu returns the processor time this process has used, without its children.
func cpu() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() + u.Stime.Nano()
}

type counter struct{ ended chan struct{} }

func (c counter) Spawned(core.ProcID, int)                    {}
func (c counter) SpawnFailed(core.ProcID, string)             { c.ended <- struct{}{} }
func (c counter) Exited(core.ProcID, int, syscall.WaitStatus) { c.ended <- struct{}{} }
func (c counter) ReapedStranger(int, syscall.WaitStatus)      {}

// nowhere is an Opener that costs next to nothing.
type nowhere struct{ null int }

func (n nowhere) Open(core.StreamSpec) (Conn, error) { return n, nil }
func (n nowhere) Child() [3]int                      { return [3]int{n.null, n.null, n.null} }
func (n nowhere) Commit(int)                         {}
func (n nowhere) Abort()                             {}
func (n nowhere) WriteStderr([]byte)                 {}

func null(t testing.TB) int {
	t.Helper()
	fd, err := syscall.Open("/dev/null", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	return fd
}

func perSpawn(b *testing.B, before int64) {
	b.ReportMetric(float64(cpu()-before)/float64(b.N)/1e3, "cpu-us/spawn")
}

// BenchmarkSpawner starts /bin/true and waits for its end, one at a time.
func BenchmarkSpawner(b *testing.B) {
	c := counter{make(chan struct{}, 1024)}
	s, err := Start(Options{Children: c, Opener: nowhere{null(b)}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	p := program("/bin/true")
	before := cpu()
	for b.Loop() {
		s.Spawn(request(1, p))
		<-c.ended
	}
	perSpawn(b, before)
}

// BenchmarkSpawnerCrowded is the same in a process with as many descriptors as
// ten thousand programs take, or as the system allows.
func BenchmarkSpawnerCrowded(b *testing.B) {
	fd := null(b)
	for range 19_500 {
		n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			break
		}
		defer syscall.Close(n)
	}
	BenchmarkSpawner(b)
}

// BenchmarkSpawnerQueue asks for all of them at once.
func BenchmarkSpawnerQueue(b *testing.B) {
	c := counter{make(chan struct{}, 1024)}
	s, err := Start(Options{Children: c, Opener: nowhere{null(b)}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	p := program("/bin/true")
	before := cpu()
	b.ResetTimer()
	for i := range b.N {
		s.Spawn(request(core.ProcID(i), p))
	}
	for range b.N {
		<-c.ended
	}
	perSpawn(b, before)
}

// BenchmarkBare is ForkExec and Wait4 in a loop: the least it can cost.
func BenchmarkBare(b *testing.B) {
	null := uintptr(null(b))
	env := newEnvironment(syscall.Environ())
	attr := &syscall.ProcAttr{
		Env: env.of(&config.Process{}, ""), Files: []uintptr{null, null, null},
		Sys: &syscall.SysProcAttr{Setpgid: true},
	}
	before := cpu()
	for b.Loop() {
		pid, err := syscall.ForkExec("/bin/true", []string{"/bin/true"}, attr)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
			b.Fatal(err)
		}
	}
	perSpawn(b, before)
}
