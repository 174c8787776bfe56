package pump

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// producer is the environment variable that turns the test binary into a
// program that writes: "SIZE COUNT".
const producer = "PUMP_TEST_PRODUCER"

func TestMain(m *testing.M) {
	var size, count int
	if n, _ := fmt.Sscan(os.Getenv(producer), &size, &count); n == 2 {
		produce(size, count)
		return
	}
	os.Exit(m.Run())
}

// produce writes count lines of size bytes, each with one write(2).
func produce(size, count int) {
	line := make([]byte, size)
	for i := range line {
		line[i] = 'x'
	}
	line[size-1] = '\n'
	for range count {
		for rest := line; len(rest) > 0; {
			n, err := syscall.Write(1, rest)
			if err != nil {
				os.Exit(1)
			}
			rest = rest[n:]
		}
	}
}

// load is what the children of a benchmark write, b.N times over.
type load struct {
	children int
	size     int // of a write, in bytes
}

// perN is how many bytes all children write for each of b.N.
const perN = 4 << 20

func (l load) count(n int) int { return max(n*perN/l.size/l.children, 1) }

func (l load) start(b *testing.B, stdout int) int {
	b.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"producer"}, &syscall.ProcAttr{
		Env:   append(os.Environ(), fmt.Sprintf("%s=%d %d", producer, l.size, l.count(b.N)), "GOMAXPROCS=1"),
		Files: []uintptr{null.Fd(), uintptr(stdout), 2},
	})
	if err != nil {
		b.Fatal(err)
	}
	return pid
}

// BenchmarkOutput compares the pump with one cat for each child. cpu-s/GiB is
// what the pump or the cats used, without the children.
func BenchmarkOutput(b *testing.B) {
	for _, l := range []load{{1, 64 << 10}, {4, 64 << 10}, {16, 64 << 10}, {1, 100}, {4, 100}, {16, 100}} {
		name := fmt.Sprintf("%dx%d", l.children, l.size)
		b.Run(name+"/cat", func(b *testing.B) { benchCat(b, l) })
		b.Run(name+"/pump", func(b *testing.B) { benchPump(b, l, config.Output{}, nil) })
		b.Run(name+"/rotated", func(b *testing.B) {
			benchPump(b, l, config.Output{MaxBytes: 50 << 20, Backups: 3}, nil)
		})
	}
}

// BenchmarkExtras shows what the options cost.
func BenchmarkExtras(b *testing.B) {
	l := load{4, 4096}
	for _, c := range []struct {
		name   string
		o      config.Output
		change func(*core.StreamSpec)
	}{
		{"plain", config.Output{}, nil},
		{"capture", config.Output{CaptureBytes: 1 << 20}, nil},
		{"events", config.Output{Events: true}, nil},
		{"ansi", config.Output{}, func(s *core.StreamSpec) { s.StripANSI = true }},
		{"nolog", config.Output{}, func(s *core.StreamSpec) { s.StdoutLog = "" }},
	} {
		b.Run(c.name, func(b *testing.B) { benchPump(b, l, c.o, c.change) })
	}
}

func benchPump(b *testing.B, l load, o config.Output, change func(*core.StreamSpec)) {
	r := newRig(b, Options{Sink: deaf{}})
	before := ownCPU()
	b.SetBytes(perN)
	b.ResetTimer()
	var children []*child
	for range l.children {
		spec := r.spec(func(s *core.StreamSpec, c *config.Process) { c.Stdout = o; s.StderrLog = "" })
		if change != nil {
			change(&spec)
		}
		conn, err := r.Open(spec)
		if err != nil {
			b.Fatal(err)
		}
		pid := l.start(b, conn.Child()[1])
		conn.Commit(pid)
		children = append(children, &child{r, spec, pid})
	}
	for _, c := range children {
		c.wait()
	}
	b.StopTimer()
	report(b, ownCPU()-before)
	if n, _ := r.Dropped(); n > 0 {
		b.Errorf("%d bytes were dropped", n)
	}
	b.ReportMetric(float64(r.Turns())/float64(b.N*perN>>20), "turns/MiB")
	if o == (config.Output{}) && change == nil {
		checkSizes(b, r.dir, "*.out", l)
	}
}

func benchCat(b *testing.B, l load) {
	dir := b.TempDir()
	b.SetBytes(perN)
	b.ResetTimer()
	var cats, children []int
	for i := range l.children {
		var p [2]int
		if err := func() (err error) { p[0], p[1], err = closeOnExecPipe(); return }(); err != nil {
			b.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(i)+".out"), os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			b.Fatal(err)
		}
		pid, err := syscall.ForkExec("/bin/cat", []string{"cat"}, &syscall.ProcAttr{Files: []uintptr{uintptr(p[0]), f.Fd(), 2}})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		cats = append(cats, pid)
		children = append(children, l.start(b, p[1]))
		syscall.Close(p[0])
		syscall.Close(p[1])
	}
	var cpu time.Duration
	for _, pid := range append(children, cats...) {
		var usage syscall.Rusage
		if _, err := syscall.Wait4(pid, nil, 0, &usage); err != nil {
			b.Fatal(err)
		}
		if len(children) == 0 {
			cpu += cpuOf(&usage)
		} else {
			children = children[1:]
		}
	}
	b.StopTimer()
	report(b, cpu)
	checkSizes(b, dir, "*.out", l)
}

func checkSizes(b *testing.B, dir, pattern string, l load) {
	files, _ := filepath.Glob(filepath.Join(dir, pattern))
	for _, f := range files {
		st, err := os.Stat(f)
		if want := int64(l.count(b.N) * l.size); err != nil || st.Size() != want {
			b.Errorf("%s has %d bytes, want %d", f, st.Size(), want)
		}
		os.Remove(f)
	}
	if len(files) != l.children {
		b.Errorf("%d files", len(files))
	}
}

func report(b *testing.B, cpu time.Duration) {
	b.ReportMetric(cpu.Seconds()/(float64(b.N)*perN/(1<<30)), "cpu-s/GiB")
	b.ReportMetric(0, "ns/op")
}

func ownCPU() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return cpuOf(&usage)
}

func cpuOf(u *syscall.Rusage) time.Duration {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// deaf is a core.Sink that does nothing.
type deaf struct{}

func (deaf) Output(core.ProcID, int, core.Channel, []byte) core.Hold   { return 0 }
func (deaf) Captured(core.ProcID, int, core.Channel, []byte) core.Hold { return 0 }
func (deaf) Held(core.Hold) bool                                       { return false }
func (deaf) CaughtUp(_ core.Hold, ready func())                        { ready() }
func (deaf) ListenerOutput(core.ProcID, []byte)                        {}

// BenchmarkIdle reports the memory that an idle output pipe needs.
func BenchmarkIdle(b *testing.B) {
	const programs = 2000
	for b.Loop() {
		r := newRig(b, Options{MaxOpenLogs: 100})
		var specs []core.StreamSpec
		for range programs {
			specs = append(specs, r.spec(nil))
		}
		ends := make([]int, 0, 3*programs)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for _, spec := range specs {
			conn, err := r.Open(spec)
			if err != nil {
				b.Fatal(err)
			}
			for _, fd := range conn.Child() { // a child that holds its ends
				held, err := syscall.Dup(fd)
				if err != nil {
					b.Fatal(err)
				}
				ends = append(ends, held)
			}
			conn.Commit(1)
		}
		settled := make(chan struct{})
		for _, s := range r.shards {
			s.do(func(*shard) { settled <- struct{}{} })
			<-settled
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(2*programs), "heap-bytes/pipe")
		runtime.KeepAlive(specs)
		for _, fd := range ends {
			syscall.Close(fd)
		}
		b.ReportMetric(float64(after.StackSys-before.StackSys)/(2*programs), "stack-bytes/pipe")
	}
}
