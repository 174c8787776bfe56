package e2e

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A static Go program asks no library for the time, so nothing can be put before
// it to change the answer. For these tests the daemon is built with another
// version of time.Now, which adds what a file says to the wall clock. Nothing
// else of the daemon is different.

// jumpingNow is added to package time. The runtime calls time.Now where there is
// no room for system calls, so the file is mapped into memory.
const jumpingNow = `package time

import (
	"syscall"
	"unsafe"
)

var jumpOfTests = new(int64)

func init() {
	path, ok := syscall.Getenv("E2E_CLOCK")
	if !ok {
		return
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		panic(err)
	}
	page, err := syscall.Mmap(fd, 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	syscall.Close(fd)
	jumpOfTests = (*int64)(unsafe.Pointer(&page[0]))
}
`

// jumpyBin returns the directory of a supervisord whose wall clock can be made
// to jump.
func jumpyBin(t *testing.T) string {
	t.Helper()
	dir, err := buildJumpy()
	if err != nil {
		t.Skip("this Go cannot be given another clock: ", err)
	}
	return dir
}

var buildJumpy = sync.OnceValues(func() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src/time/time.go")
	text, err := os.ReadFile(source)
	if err != nil {
		return "", err
	}
	const line = "\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(text), line) != 1 {
		return "", fmt.Errorf("%s is not as expected", source)
	}
	dir := filepath.Join(tmp, "jumpy")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	files := map[string]string{"time.go": strings.Replace(string(text), line, line+"\tsec += *jumpOfTests\n", 1), "jump.go": jumpingNow}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		source: filepath.Join(dir, "time.go"), filepath.Join(filepath.Dir(source), "jump_of_tests.go"): filepath.Join(dir, "jump.go"),
	}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644); err != nil {
		return "", err
	}
	return dir, build(dir, false, "-overlay="+filepath.Join(dir, "overlay.json"), "supervisord")
})

// The wall clock jumps while processes are being started, wait for another try
// and are being stopped: only what is displayed changes.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.bin = jumpyBin(t)
	d.env = []string{"E2E_CLOCK=" + d.path("clock")}
	d.configure(`[program:starting]
command=/bin/sleep 1000
startsecs=2
autostart=false
[program:backoff]
command=/bin/false
startretries=2
autostart=false
[program:stopping]
` + stubborn + `startsecs=0
stopwaitsecs=2
autostart=false
stdout_logfile={D}/stopping.log
`)
	jumpTo := func(sec int64) {
		f, err := os.OpenFile(d.path("clock"), os.O_WRONLY|os.O_CREATE, 0o644)
		must(t, err)
		defer f.Close()
		_, err = f.Write(binary.NativeEndian.AppendUint64(nil, uint64(sec)))
		must(t, err)
	}
	jumpTo(0)
	d.launch()
	d.up()
	ticks, err := d.rpc.Events(d.ctx(), []string{"TICK_5"})
	must(t, err)
	defer ticks.Close()
	to2040 := int64(time.Until(time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)) / time.Second)
	for round, jump := range []int64{-3600, 3600, to2040, 0} {
		must(t, d.rpc.StartProcess(d.ctx(), "stopping", true))
		d.eventually("the stubborn program", func() (bool, any) { return d.lines("stopping.log", "up") == round+1, nil })
		began := time.Now()
		for _, start := range []string{"starting", "backoff"} {
			must(t, d.rpc.StartProcess(d.ctx(), start, false))
		}
		d.state("backoff", "BACKOFF")
		must(t, d.rpc.StopProcess(d.ctx(), "stopping", false))

		jumpTo(jump)
		info := d.info("starting")
		if want := min(time.Now().Unix()+jump, math.MaxInt32); info.Now < want-60 || info.Now > want {
			t.Fatalf("the clock of the daemon says %d, not %d: the test tests nothing", info.Now, want)
		}
		for _, p := range []struct{ name, was string }{{"starting", "STARTING"}, {"stopping", "STOPPING"}} {
			// The order matters: the state was this before the time was taken.
			if info := d.info(p.name); info.StateName != p.was && time.Since(began) < 1500*time.Millisecond {
				t.Errorf("jump of %d s: %s is %s at once", jump, p.name, info.StateName)
			}
		}
		info = d.state("starting", "RUNNING")
		d.state("backoff", "FATAL")
		d.state("stopping", "STOPPED")
		for _, name := range []string{"starting", "backoff", "stopping"} {
			info := d.info(name)
			for _, n := range []int64{info.Start, info.Stop, info.Now} {
				if n < 0 || n > math.MaxInt32 {
					t.Errorf("%s: %+v", name, info)
				}
			}
			if strings.Contains(info.Description, "-") && info.StateName == "RUNNING" {
				t.Errorf("%s: %q", name, info.Description)
			}
		}
		if status, out := d.ctl("status"); status != 3 {
			t.Errorf("status: %d, %s", status, out)
		}
		if _, err := ticks.Next(); err != nil { // they go on
			t.Error(err)
		}
		d.stopp("starting")
	}
	d.stop()
}
