package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/supervisor-go/supervisor/pkg/client"
)

// counter is a program that writes numbered lines for ever.
const counter = "command=/bin/sh -c 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.005; done'\n"

// gather reads numbered lines from a log and its backups, oldest first.
func (d *daemon) gather(name string, backups int) (numbers []int) {
	for i := backups; i >= 0; i-- {
		file := name
		if i > 0 {
			file += "." + strconv.Itoa(i)
		}
		for line := range strings.Lines(d.read(file)) {
			var n int
			if _, err := fmt.Sscanf(line, "line %d\n", &n); err == nil && strings.HasSuffix(line, "\n") {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// consecutive fails unless numbers count up without a gap.
func consecutive(t *testing.T, numbers []int) {
	t.Helper()
	for i := 1; i < len(numbers); i++ {
		if numbers[i] != numbers[i-1]+1 {
			t.Fatalf("line %d is followed by line %d", numbers[i-1], numbers[i])
		}
	}
}

// A log that is deleted, renamed or truncated while it is written and rotated is
// made anew, and loses no more than was deleted.
func TestLogIsTakenAway(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\n"+counter+"startsecs=0\nstdout_logfile={D}/p.log\nstdout_logfile_maxbytes=1KB\nstdout_logfile_backups=500\n"+
		"[program:q]\n"+counter+"startsecs=0\nstdout_logfile={D}/q.log\nstdout_logfile_maxbytes=0\n")
	for i := range 8 {
		d.has("q.log", "line")
		must(t, os.Remove(d.path("q.log")))
		d.has("q.log", "line")
		// Between two rotations nobody knows which file is the active one, but
		// whatever was written before stays somewhere.
		_ = os.Rename(d.path("p.log"), d.path(fmt.Sprintf("moved%d", i)))
		d.has("p.log", "line")
		must(t, os.Truncate(d.path("q.log"), 0))
	}
	d.stopp("p")
	d.stopp("q")
	seen := map[int]int{}
	most := 0
	files, err := filepath.Glob(d.path("p.log*"))
	must(t, err)
	moved, err := filepath.Glob(d.path("moved*"))
	must(t, err)
	for _, file := range append(files, moved...) {
		for _, n := range d.gather(filepath.Base(file), 0) {
			seen[n]++
			most = max(most, n)
		}
	}
	for n := 1; n <= most; n++ {
		if seen[n] != 1 {
			t.Errorf("line %d was seen %d times", n, seen[n])
		}
	}
	if log := d.read("q.log"); strings.Contains(log, "\x00") {
		t.Error("the truncated log was continued at its old end")
	}
}

// Rotation is exact and complete: nothing is lost or torn, backups are as many
// as configured.
func TestRotationLosesNothing(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo line $i; done; echo done >&2; sleep 1000'
startsecs=0
stdout_logfile={D}/p.log
stdout_logfile_maxbytes=1KB
stdout_logfile_backups=100
stderr_logfile={D}/p.err
[program:few]
command=/bin/sh -c 'i=0; while [ $i -lt 4000 ]; do i=$((i+1)); echo line $i; done; echo done >&2; sleep 1000'
startsecs=0
stdout_logfile={D}/few.log
stdout_logfile_maxbytes=1MB
stdout_logfile_backups=1
stderr_logfile={D}/few.err
`)
	d.has("p.err", "done")
	d.stopp("p")
	numbers := d.gather("p.log", 100)
	if len(numbers) != 4000 {
		t.Errorf("%d lines of 4000", len(numbers))
	}
	consecutive(t, numbers)
	d.has("few.err", "done")
	d.stopp("few")
	if exists(d.path("few.log.1")) || exists(d.path("few.log.2")) {
		t.Error("a log below its limit was rotated")
	}
	// It is appended to, not begun anew.
	d.startp("few")
	d.eventually("a second run", func() (bool, any) { return d.lines("few.err", "done") == 2, nil })
	d.stopp("few")
	if n := len(d.gather("few.log", 0)); n != 8000 {
		t.Errorf("%d lines after two runs", n)
	}
}

// SIGUSR2 by the hundred while clients come and go and a program restarts:
// descriptors stay as they were, and nothing spins afterwards.
func TestReopenLogs(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\n"+counter+"startsecs=0\nstdout_logfile={D}/p.log\n[program:flap]\ncommand=/bin/sh -c 'echo up; sleep 0.05'\nautorestart=true\nstartsecs=0\nstdout_logfile={D}/flap.log\n")
	d.has("p.log", "line 20\n")
	before := fds(t, d.pid)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() { d.pester(stop, func(c *client.Client) { _, _ = c.State(d.ctx()) }) })
	}
	for i := range 1000 {
		d.signal(syscall.SIGUSR2)
		if i%100 == 50 { // logrotate(8) moves them first
			must(t, os.Rename(d.path("p.log"), d.path(fmt.Sprintf("old%d", i))))
			d.signal(syscall.SIGUSR2)
			d.has("p.log", "line")
		}
	}
	close(stop)
	wg.Wait()
	d.stopp("flap")
	d.stopp("p")
	d.eventually("descriptors to be closed", func() (bool, any) { n := fds(t, d.pid); return n <= before, fmt.Sprint(n, " before ", before) })
	used := cpu(t, d.pid)
	for range 200 {
		d.info("p")
	}
	if more := cpu(t, d.pid) - used; more > 100 {
		t.Errorf("%d hundredths of a second for 200 calls", more)
	}
	seen := map[int]bool{}
	for _, file := range append([]string{"p.log"}, names(t, d.dir, "old*")...) {
		for _, n := range d.gather(file, 0) {
			if seen[n] {
				t.Errorf("line %d twice", n)
			}
			seen[n] = true
		}
	}
	for n := 1; n <= len(seen); n++ {
		if !seen[n] {
			t.Errorf("line %d is missing", n)
		}
	}
}

func names(t *testing.T, dir, pattern string) (list []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	must(t, err)
	for _, p := range paths {
		list = append(list, filepath.Base(p))
	}
	return list
}

// A disk is full for a while: nobody waits, nobody dies, what is dropped is
// counted and told once, and logging goes on by itself.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, log := range map[string]string{"activity log elsewhere": "{D}/log", "activity log there too": "{D}/disk/log"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testFullDisk(t, log)
		})
	}
}

func testFullDisk(t *testing.T, log string) {
	d := newDaemon(t)
	disk := d.path("disk")
	must(t, os.Mkdir(disk, 0o755))
	needRoot(t)
	if err := unix.Mount("none", disk, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("this system lets nobody mount: ", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(disk, unix.MNT_DETACH) })
	d.configure("[supervisord]\nlogfile=" + log + `
[program:p]
command=/bin/sh -c 'i=0; while :; do i=$((i+1)); echo "$i $1"; echo $i >{D}/at; sleep 0.002; done' sh ` + strings.Repeat("x", 500) + `
startsecs=0
stdout_logfile={D}/disk/p.log
[program:q]
command=/bin/sh -c 'head -c 4000000 /dev/zero; echo over >&2; exec sleep 1000'
startsecs=0
autostart=false
stdout_logfile={D}/disk/q.log
stderr_logfile={D}/q.err
`)
	d.launch()
	d.up()
	logged := func() (last int) {
		for line := range strings.Lines(d.read("disk/p.log")) {
			if strings.HasSuffix(line, "x\n") {
				_, _ = fmt.Sscanf(line, "%d ", &last)
			}
		}
		return last
	}
	d.eventually("p to log", func() (bool, any) { return logged() > 3, nil })
	must(t, d.rpc.StartProcess(d.ctx(), "q", true))
	d.has("q.err", "over") // it was not held up
	d.eventually("p to go on without a log", func() (bool, any) { now := d.pidIn("at"); return now > logged()+50, now })
	for range 20 {
		if d.info("p").StateName != "RUNNING" {
			t.Error("p is not running")
		}
	}
	d.stopp("q")
	must(t, d.rpc.ClearProcessLogs(d.ctx(), "q"))
	from := d.pidIn("at")
	d.eventually("logging to go on", func() (bool, any) { return logged() > from, logged() })
	if strings.HasSuffix(log, "/disk/log") {
		d.stopp("p")
		d.has("disk/log", "stopped: p")
	} else {
		d.has("log", "p.log works again")
		if told := d.lines("log", "p.log: no space left"); told != 1 {
			t.Errorf("the full disk is told of %d times", told)
		}
		if !regexp.MustCompile(`p\.log works again, [1-9]\d* bytes were dropped`).MatchString(d.log()) {
			t.Error("what was dropped is not told")
		}
	}
	d.stop()
}

// A log on a device that is always full, and one that is a FIFO nobody reads.
func TestLogsThatAreNoFiles(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	needDevice(t, d.path("null"), 1, 3)
	if err := syscall.Mknod(d.path("full"), syscall.S_IFCHR|0o666, 1<<8|7); err != nil {
		t.Skip(err)
	}
	must(t, syscall.Mkfifo(d.path("fifo"), 0o600))
	must(t, os.Symlink(d.path("null"), d.path("link")))
	var conf strings.Builder
	devices := []string{"null", "full", "fifo", "link"}
	for _, name := range devices {
		fmt.Fprintf(&conf, "[program:%s]\n%sstartsecs=0\nstdout_logfile={D}/%s\nstdout_logfile_maxbytes=100\nstdout_logfile_backups=3\nstderr_logfile={D}/null\n", name, counter, name)
	}
	d.configure(conf.String())
	d.launch()
	d.up()
	for _, name := range devices {
		d.state(name, "RUNNING")
		for range 3 {
			must(t, d.rpc.ClearProcessLogs(d.ctx(), name))
		}
	}
	_, err := d.rpc.ClearAllProcessLogs(d.ctx())
	must(t, err)
	r, err := os.OpenFile(d.path("fifo"), os.O_RDONLY, 0)
	must(t, err)
	line, err := bufio.NewReader(r).ReadString('\n')
	r.Close()
	if err != nil || !strings.HasPrefix(line, "line ") {
		t.Errorf("the FIFO gave %q, %v", line, err)
	}
	d.signal(syscall.SIGUSR2)
	for _, name := range devices {
		d.stopp(name)
	}
	for _, name := range []string{"null", "full"} {
		if !isDevice(d.path(name)) {
			t.Errorf("%s is no device any more", name)
		}
	}
	if st, err := os.Lstat(d.path("fifo")); err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the FIFO: %v, %v", st, err)
	}
	if st, err := os.Lstat(d.path("link")); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link: %v, %v", st, err)
	}
	for _, name := range devices {
		if exists(d.path(name) + ".1") {
			t.Errorf("%s was rotated", name)
		}
	}
	if n := d.lines("log", "/full: no space left"); n != 1 {
		t.Errorf("the full device is told of %d times", n)
	}
	d.stop()
}

// The daemon's own output as a log: a pipe, a terminal, a socket, a file, or
// closed; with the default maxbytes.
func TestDevStdout(t *testing.T) {
	t.Parallel()
	const program = `[program:p]
command=/bin/sh -c 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i; done; echo done >{D}/done; exec sleep 1000'
startsecs=0
startretries=0
stdout_logfile=/dev/stdout
`
	run := func(t *testing.T, stdout *os.File, change func(*daemon)) *daemon {
		d := newDaemon(t)
		d.stdio[1] = stdout
		d.configure(program)
		if change != nil {
			change(d)
		}
		d.launch()
		if stdout != nil {
			stdout.Close()
		}
		d.up()
		return d
	}
	// expect reads the two hundred lines from r.
	expect := func(t *testing.T, r io.Reader) {
		t.Helper()
		in := bufio.NewReader(r)
		for want := 1; want <= 200; {
			line, err := in.ReadString('\n')
			if err != nil {
				t.Fatalf("%v after line %d", err, want-1)
			}
			if strings.TrimSpace(line) == fmt.Sprintf("line %d", want) {
				want++
			} else if strings.HasPrefix(line, "line ") {
				t.Fatalf("%q instead of line %d", line, want)
			}
		}
	}
	t.Run("pipe", func(t *testing.T) {
		t.Parallel()
		r, w, err := os.Pipe()
		must(t, err)
		d := run(t, w, nil)
		expect(t, r)
		d.stop()
	})
	t.Run("pipe of another user", func(t *testing.T) {
		t.Parallel()
		needRoot(t)
		r, w, err := os.Pipe()
		must(t, err)
		d := run(t, w, func(d *daemon) {
			must(t, os.Chown(d.dir, nobody, nobody))
			d.configure("[supervisord]\nuser=nobody\n" + program)
		})
		expect(t, r)
		d.stop()
	})
	t.Run("pipe without reader", func(t *testing.T) {
		t.Parallel()
		r, w, err := os.Pipe()
		must(t, err)
		r.Close()
		d := run(t, w, nil)
		d.has("done", "done") // nobody is held up, nobody dies of SIGPIPE
		d.state("p", "RUNNING")
		d.stop()
	})
	t.Run("pipe that nobody empties", func(t *testing.T) {
		t.Parallel()
		r, w, err := os.Pipe()
		must(t, err)
		d := run(t, w, func(d *daemon) {
			d.configure("[program:p]\ncommand=/bin/sh -c 'echo begin >&2; while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'\nstartsecs=0\nstdout_logfile=/dev/stdout\nstderr_logfile={D}/p.err\n" +
				"[program:q]\n" + counter + "startsecs=0\nstdout_logfile={D}/q.log\n")
		})
		d.has("p.err", "begin")
		d.has("q.log", "line 50\n") // others are not held up
		d.stopp("p")
		must(t, d.rpc.StartProcess(d.ctx(), "p", true))
		go func() { _, _ = io.Copy(io.Discard, r) }()
		d.stop()
	})
	t.Run("terminal", func(t *testing.T) {
		t.Parallel()
		master, slave := terminal(t)
		d := run(t, slave, nil)
		expect(t, master)
		d.stop()
	})
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		must(t, err)
		r := os.NewFile(uintptr(pair[1]), "socket")
		d := run(t, os.NewFile(uintptr(pair[0]), "socket"), nil)
		expect(t, r)
		d.stop()
	})
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "out")
		must(t, os.WriteFile(path, []byte("before\n"), 0o644))
		w, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		d := run(t, w, nil)
		d.has("done", "done")
		must(t, d.rpc.ClearProcessLogs(d.ctx(), "p"))
		d.signal(syscall.SIGUSR2)
		d.stop()
		b, err := os.ReadFile(path)
		must(t, err)
		if !bytes.HasPrefix(b, []byte("before\n")) {
			t.Errorf("the beginning is gone: %.50q", b)
		}
		expect(t, bytes.NewReader(b))
	})
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		d.wrap = []string{"/bin/sh", "-c", `exec "$@" >&-`, "sh"}
		d.configure(program + "[program:q]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
		d.launch()
		d.up()
		// The program may be refused, but nothing else may take its place on
		// descriptor 1.
		d.state("p", "RUNNING", "FATAL")
		d.state("q", "RUNNING")
		for _, file := range []string{"log", "pid"} {
			if strings.Contains(d.read(file), "line 1\n") {
				t.Errorf("the output is in %s", file)
			}
		}
		d.stop()
	})
}

// terminal returns the two ends of a pseudo-terminal.
func terminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { master.Close() })
	must(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	must(t, err)
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	return master, slave
}

// Two programs on one log that is rotated: no line is lost or torn.
func TestTwoProgramsOnOneLog(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo %(process_num)d $i; done; echo done >{D}/done%(process_num)d; exec sleep 1000'
process_name=%(process_num)d
numprocs=3
startsecs=0
stdout_logfile={D}/p.log
stdout_logfile_maxbytes=2KB
stdout_logfile_backups=200
`)
	before := fds(t, d.pid)
	for i := range 3 {
		d.has(fmt.Sprintf("done%d", i), "done")
	}
	_, err := d.rpc.StopProcessGroup(d.ctx(), "p", true)
	must(t, err)
	next := map[string]int{}
	for i := 200; i >= 0; i-- {
		name := "p.log"
		if i > 0 {
			name += "." + strconv.Itoa(i)
		}
		for line := range strings.Lines(d.read(name)) {
			f := strings.Fields(line)
			if len(f) != 2 || f[1] != strconv.Itoa(next[f[0]]+1) {
				t.Fatalf("%s: %q after %v", name, line, next)
			}
			next[f[0]]++
		}
	}
	for who, n := range next {
		if n != 1500 {
			t.Errorf("%s: %d lines", who, n)
		}
	}
	if after := fds(t, d.pid); after > before {
		t.Errorf("%d descriptors, then %d", before, after)
	}
}

// Bytes that are no UTF-8, and characters that a limit cuts through, arrive as
// readable text in well-formed answers.
func TestOddBytes(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'printf "\303\244\342\202\254\360\237\230\200"; printf "\377\376\000\001\033[31m\r\n"; printf "\303"; echo up >&2; exec sleep 1000'
startsecs=0
stdout_logfile={D}/p.log
stderr_logfile={D}/p.err
`)
	d.has("p.err", "up")
	size := len(d.read("p.log"))
	for offset := -size; offset <= size; offset++ {
		for _, length := range []int{0, 1, 2, 3, 5, size} {
			text, err := d.rpc.ReadProcessLog(d.ctx(), "p", client.Stdout, int64(offset), int64(length))
			if err != nil && fault(err) == 0 {
				t.Fatalf("offset %d, length %d: %v", offset, length, err)
			}
			tail, err := d.rpc.TailProcessLog(d.ctx(), "p", client.Stdout, int64(max(offset, 0)), int64(length))
			if err != nil && fault(err) == 0 {
				t.Fatalf("tail: offset %d, length %d: %v", offset, length, err)
			}
			if !utf8.ValidString(text) || !utf8.ValidString(tail.Data) {
				t.Fatalf("offset %d, length %d: %q, %q", offset, length, text, tail.Data)
			}
		}
	}
	if _, out := d.ctl("tail", "p"); !strings.Contains(out, "ä€😀") {
		t.Errorf("tail: %q", out)
	}
	for _, path := range []string{"/logtail/p", "/", "/tail.html?processname=p"} {
		ctx, cancel := context.WithCancel(d.ctx())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://d"+path, nil)
		must(t, err)
		resp, err := d.http.Do(r)
		must(t, err)
		if resp.StatusCode >= 500 {
			t.Errorf("%s: %s", path, resp.Status)
		}
		cancel()
		resp.Body.Close()
	}
}

// Those who follow a log see all of it, through rotation and clearing, while
// others call; and the log of stdout is stdout's.
func TestFollow(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'i=0; while :; do i=$((i+1)); echo line $i; echo error $i >&2; sleep 0.005; done'
startsecs=0
stdout_logfile={D}/p.log
stdout_logfile_maxbytes=512
stdout_logfile_backups=3
stderr_logfile={D}/p.err
`)
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	log, err := d.rpc.FollowLog(ctx, "p", client.Stdout)
	must(t, err)
	defer log.Close()
	follow := exec.CommandContext(ctx, filepath.Join(bin, "supervisorctl"), "-c", d.path("c"), "tail", "-f", "p")
	follow.Env = d.environ()
	out := &buffer{}
	follow.Stdout, follow.Stderr = out, out
	must(t, follow.Start())
	defer func() { cancel(); _ = follow.Wait() }()
	in := bufio.NewReader(log)
	last, seen := 0, 0
	for seen < 400 {
		line, err := in.ReadString('\n')
		must(t, err)
		var n int
		if _, err := fmt.Sscanf(line, "line %d\n", &n); err != nil {
			continue // the announcement of a rotation, or the rest of a first line
		}
		if last != 0 && n != last+1 {
			t.Fatalf("line %d is followed by line %d", last, n)
		}
		last = n
		seen++
		if seen%20 == 0 {
			d.info("p")
		}
	}
	must(t, d.rpc.ClearProcessLogs(d.ctx(), "p"))
	after := last + 200
	for last < after { // what was cleared may be missing, the rest is not
		line, err := in.ReadString('\n')
		must(t, err)
		_, _ = fmt.Sscanf(line, "line %d\n", &last)
	}
	d.eventually("supervisorctl to have followed", func() (bool, any) {
		return strings.Contains(out.String(), fmt.Sprintf("line %d\n", after)), tail(out.String(), 300)
	})
	if strings.Contains(out.String(), "error") {
		t.Error("stderr is in the log of stdout")
	}
	if _, out := d.ctl("tail", "p", "stderr"); strings.Contains(out, "line") || !strings.Contains(out, "error") {
		t.Errorf("tail p stderr: %q", out)
	}
}

// A client that follows a log without reading, and a program that writes as fast
// as it can, hold up nobody.
func TestFloodAndSlowReaders(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:flood]
command=/bin/sh -c 'exec cat /dev/zero'
startsecs=0
stdout_logfile={D}/flood.log
stdout_logfile_maxbytes=1MB
stdout_logfile_backups=1
[program:p]
`+counter+`startsecs=0
stdout_logfile={D}/p.log
`)
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	for range 5 {
		for _, name := range []string{"p", "flood"} {
			log, err := d.rpc.FollowLog(ctx, name, client.Stdout)
			must(t, err)
			defer log.Close() // never read
		}
	}
	var calls atomic.Int64
	d.eventually("a hundred calls and lines during the flood", func() (bool, any) {
		d.info("flood")
		return calls.Add(1) > 100 && len(d.gather("p.log", 0)) > 100, calls.Load()
	})
	wrote := func() (n uint64) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", d.info("flood").PID))
		must(t, err)
		_, err = fmt.Sscanf(string(b[bytes.Index(b, []byte("wchar")):]), "wchar: %d", &n)
		must(t, err)
		return n
	}
	from := wrote()
	d.eventually("the flood to go on", func() (bool, any) { n := wrote(); return n > from+20<<20, n })
	d.stopp("flood")
	if st, err := os.Stat(d.path("flood.log.1")); err != nil || st.Size() < 1<<20 || st.Size() > 4<<20 {
		t.Errorf("the rotated log: %v, %v", st, err)
	}
	if exists(d.path("flood.log.2")) {
		t.Error("a backup too many")
	}
}
