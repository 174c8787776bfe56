package scenario

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/role"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// load is how children write.
type load struct {
	children, size int
	total          int // bytes of all children
	rotate         bool
	lines          []string // further options of the programs
	supervisord    string   // further options of [supervisord]
}

func outputs() []*Scenario {
	var out []*Scenario
	add := func(inQuick bool, l load, quickTotal int) {
		name := fmt.Sprintf("log, %d × %d-byte writes", l.children, l.size)
		aim := "≥ 1.0 × floor"
		if l.children == 16 && l.size > 1000 {
			aim = "≥ 0.8 × floor"
		}
		if l.rotate {
			name += ", rotated at 50 MB"
			aim = "≥ 0.95 of unrotated"
		}
		out = append(out, &Scenario{Name: name, InQuick: inQuick, Run: func(e *Env) error {
			m := l
			m.total = For(e, l.total, quickTotal)
			return runOutput(e, m)
		}, Targets: map[string]string{"throughput": aim, "daemon CPU a GiB": "≤ 1.1 × floor", "bytes kept": "100 %"}})
	}
	const mib = 1 << 20
	add(true, load{children: 1, size: 64 << 10, total: 512 * mib}, 256*mib)
	add(false, load{children: 4, size: 64 << 10, total: 512 * mib}, 256*mib)
	add(true, load{children: 16, size: 64 << 10, total: 512 * mib}, 256*mib)
	add(true, load{children: 1, size: 64 << 10, total: 512 * mib, rotate: true}, 256*mib)
	add(false, load{children: 16, size: 64 << 10, total: 512 * mib, rotate: true}, 256*mib)
	add(true, load{children: 1, size: 100, total: 128 * mib}, 16*mib)
	add(false, load{children: 16, size: 100, total: 256 * mib}, 32*mib)
	return out
}

func runOutput(e *Env, l load) error {
	if e.C.IsFloor() {
		return floorOutput(e, l)
	}
	m, err := throughput(e, l)
	if err != nil {
		return err
	}
	e.Add("throughput", report.Speed, m.speed)
	e.Add("daemon CPU a GiB", report.Seconds, m.cpuPerGiB)
	e.Add("bytes kept", report.Share, m.kept)
	return nil
}

type measured struct{ speed, cpuPerGiB, kept float64 }

// throughput lets children of a daemon write and measures from the first write
// to the last byte in its file.
func throughput(e *Env, l load) (measured, error) {
	each := l.total / l.children
	maxbytes, backups := "0", "0"
	if l.rotate {
		maxbytes, backups = "50MB", "1000"
	}
	var conf strings.Builder
	if l.supervisord != "" {
		conf.WriteString("[supervisord]\n" + l.supervisord + "\n")
	}
	for i := range l.children {
		fmt.Fprintf(&conf, "[program:w%d]\ncommand=%s\nautostart=false\nautorestart=false\nstartsecs=0\nstderr_logfile=NONE\nstdout_logfile={DIR}/w%d.log\nstdout_logfile_maxbytes=%s\nstdout_logfile_backups=%s\n%s\n",
			i, e.role("write", fmt.Sprint(l.size), fmt.Sprint(each), fmt.Sprint(i), fmt.Sprintf("{DIR}/stamp%d", i)), i, maxbytes, backups, strings.Join(l.lines, "\n"))
	}
	d, err := target.Start(e.C, conf.String())
	if err != nil {
		return measured{}, err
	}
	defer d.Stop()
	if err := d.Up(); err != nil {
		return measured{}, err
	}
	if err := warm(l.total); err != nil {
		return measured{}, err
	}
	cpu := proc.CPU(d.PID)
	if _, err := d.RPC.Call("supervisor.startAllProcesses", false); err != nil {
		return measured{}, err
	}
	waitForWriters(d, l.children)
	end, size := settle(d.Dir, int64(each*l.children), func() bool { return len(proc.Children(d.PID)) == 0 })
	used := proc.CPU(d.PID) - cpu
	began, err := firstStamp(d.Dir, l.children)
	if err != nil {
		return measured{}, err
	}
	good := int64(0)
	for i := range l.children {
		n, err := verify(d.Dir, i, l.lines)
		if err != nil {
			return measured{}, fmt.Errorf("%s: %w", e.C.Name, err)
		}
		good += n
	}
	took := end.Sub(began).Seconds()
	return measured{float64(size) / took, used.Seconds() / (float64(size) / (1 << 30)), float64(good) / float64(each*l.children)}, nil
}

// waitForWriters waits until the children have written all, or one has ended before
// it had. To look at all logs meanwhile would take processor time from those who
// are measured.
func waitForWriters(d *target.Daemon, n int) {
	deadline := time.Now().Add(target.Limit)
	for i := range n {
		for looks := 1; time.Now().Before(deadline); looks++ {
			if _, err := os.Stat(role.EndStamp(fmt.Sprintf("%s/stamp%d", d.Dir, i))); err == nil {
				break
			}
			if looks%500 == 0 && len(proc.Children(d.PID)) == 0 {
				return
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
}

// settle waits until the logs have all bytes, or until there are no children
// and nothing has been added for two seconds. It returns the time of the last
// growth it saw.
func settle(dir string, want int64, over func() bool) (time.Time, int64) {
	var last int64
	grown := time.Now()
	deadline := grown.Add(target.Limit)
	for {
		size := logSize(dir)
		now := time.Now()
		if size != last {
			last, grown = size, now
		}
		if size >= want || now.After(deadline) || now.Sub(grown) > 2*time.Second && (size > 0 || now.Sub(grown) > 10*time.Second) && over() {
			return grown, last
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func logSize(dir string) int64 {
	var n int64
	files, _ := filepath.Glob(dir + "/w*.log*")
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			n += info.Size()
		}
	}
	return n
}

func firstStamp(dir string, n int) (time.Time, error) {
	var first int64
	for i := range n {
		b, err := os.ReadFile(fmt.Sprintf("%s/stamp%d", dir, i))
		if err != nil {
			return time.Time{}, err
		}
		t, err := strconv.ParseInt(string(b), 10, 64)
		if err != nil {
			return time.Time{}, err
		}
		if first == 0 || t < first {
			first = t
		}
	}
	return time.Unix(0, first), nil
}

// verify reads the log of a child, backups first, and returns how many bytes
// from its beginning are right.
func verify(dir string, child int, _ []string) (int64, error) {
	base := fmt.Sprintf("%s/w%d.log", dir, child)
	files, _ := filepath.Glob(base + ".*")
	number := func(f string) int { n, _ := strconv.Atoi(f[len(base)+1:]); return n }
	sort.Slice(files, func(i, j int) bool { return number(files[i]) > number(files[j]) })
	var readers []io.Reader
	for _, f := range append(files, base) {
		h, err := os.Open(f)
		if err != nil {
			return 0, err
		}
		defer h.Close()
		readers = append(readers, h)
	}
	bad, n, err := role.Check(io.MultiReader(readers...), uint64(child))
	if err != nil {
		return 0, err
	}
	if bad >= 0 {
		return bad, nil
	}
	return n, nil
}

// floorOutput lets `cat >FILE` do the work.
func floorOutput(e *Env, l load) error {
	dir, err := tempDir()
	if err != nil {
		return err
	}
	defer target.Clean(dir)
	if err := warm(l.total); err != nil {
		return err
	}
	each := l.total / l.children
	var cats []*exec.Cmd
	var writers []*exec.Cmd
	for i := range l.children {
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		out, err := os.Create(fmt.Sprintf("%s/w%d.log", dir, i))
		if err != nil {
			return err
		}
		cat := exec.Command("cat")
		cat.Stdin, cat.Stdout = r, out
		writer := exec.Command(e.Self, "role", "write", fmt.Sprint(l.size), fmt.Sprint(each), fmt.Sprint(i), fmt.Sprintf("%s/stamp%d", dir, i))
		writer.Stdout = w
		cat.Env, writer.Env = target.Env(dir), target.Env(dir)
		err = cat.Start()
		if err == nil {
			err = writer.Start()
		}
		r.Close()
		w.Close()
		out.Close()
		if err != nil {
			return err
		}
		cats, writers = append(cats, cat), append(writers, writer)
	}
	for _, w := range writers {
		if err := w.Wait(); err != nil {
			return err
		}
	}
	var cpu time.Duration
	for _, c := range cats {
		if err := c.Wait(); err != nil {
			return err
		}
		cpu += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	}
	end := time.Now()
	began, err := firstStamp(dir, l.children)
	if err != nil {
		return err
	}
	size := float64(logSize(dir))
	e.Add("throughput", report.Speed, size/end.Sub(began).Seconds())
	e.Add("daemon CPU a GiB", report.Seconds, cpu.Seconds()/(size/(1<<30)))
	return nil
}
