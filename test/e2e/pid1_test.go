package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// inContainer makes a daemon that will be process 1, as in a container.
func inContainer(t *testing.T) *daemon {
	t.Helper()
	needRoot(t)
	if out, err := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").CombinedOutput(); err != nil {
		t.Skipf("this system makes no process namespaces: %v, %s", err, out)
	}
	d := newDaemon(t)
	d.wrap = []string{"unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"}
	return d
}

// inner returns the pid, seen from outside, of the daemon in its container.
func (d *daemon) inner() (pid int) {
	d.t.Helper()
	d.eventually("process 1", func() (bool, any) {
		for _, child := range childrenOf(d.pid) {
			pid = child
		}
		return pid != 0, d.out.String()
	})
	return pid
}

// The configuration of thousands of images: no HTTP server, everything to the
// container's output.
func TestContainer(t *testing.T) {
	t.Parallel()
	d := inContainer(t)
	d.write("talk", `i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "$1 $i $2"; done; echo done >{D}/$1.done; exec sleep 1000`+"\n")
	conf := "[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile={D}/pid\n"
	logs := map[string]string{"stdout": "/dev/stdout", "fd": "/dev/fd/1", "proc": "/proc/1/fd/1", "self": "/proc/self/fd/1", "null": "/dev/null"}
	for name, path := range logs {
		// No maxbytes: what is not a file is not rotated.
		conf += fmt.Sprintf("[program:%s]\ncommand=/bin/sh {D}/talk %s %s\nstdout_logfile=%s\nredirect_stderr=true\n",
			name, name, strings.Repeat(name, 20), path)
	}
	conf += "[program:err]\ncommand=/bin/sh -c 'echo to stderr >&2; exec sleep 1000'\nstderr_logfile=/dev/stderr\nstdout_logfile=/dev/null\n"
	d.write("c", conf)
	null := nullDevice()
	d.exec("-c", d.path("c"))
	inner := d.inner()
	for name := range logs {
		d.has(name+".done", "done")
	}
	var got []string
	d.eventually("all lines", func() (bool, any) {
		got = nil
		for line := range strings.Lines(d.out.String()) {
			if name, _, _ := strings.Cut(line, " "); logs[name] != "" {
				got = append(got, strings.TrimSuffix(line, "\n"))
			}
		}
		return len(got) >= 300*(len(logs)-1), len(got)
	})
	next := map[string]int{}
	for _, line := range got {
		name, _, _ := strings.Cut(line, " ")
		next[name]++
		if whole := fmt.Sprintf("%s %d %s", name, next[name], strings.Repeat(name, 20)); line != whole {
			t.Fatalf("a torn line: %q instead of %q", line, whole)
		}
	}
	if next["null"] != 0 {
		t.Errorf("%d lines of null", next["null"])
	}
	d.eventually("the line on stderr", func() (bool, any) { return strings.Contains(d.out.String(), "to stderr\n"), nil })
	if after := nullDevice(); after != null {
		t.Fatalf("/dev/null was %s and is %s", null, after)
	}
	must(t, syscall.Kill(inner, syscall.SIGTERM))
	if status := d.ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// Orphans are the business of process 1: they are reaped, silently.
func TestOrphansOfProcess1(t *testing.T) {
	t.Parallel()
	d := inContainer(t)
	d.write("parent", `i=0; while [ $i -lt 150 ]; do i=$((i+1)); (setsid sh -c "exit 7" &); done; echo done >{D}/done; exec sleep 1000`+"\n")
	d.configure("[program:parent]\ncommand=/bin/sh {D}/parent\nstartsecs=0\n")
	d.launch()
	d.up()
	inner := d.inner()
	d.has("done", "done")
	d.eventually("the orphans to be reaped", func() (bool, any) {
		children := childrenOf(inner)
		return len(children) == 1 && alive(children[0]), children
	})
	if strings.Contains(d.log(), "reaped unknown pid") {
		t.Error("orphans are told of")
	}
	if d.info("parent").StateName != "RUNNING" {
		t.Error("the parent is not running")
	}
	must(t, syscall.Kill(inner, syscall.SIGTERM))
	if status := d.ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// Hundreds of children with known exit statuses end while orphans are reaped:
// every status is reported, exactly once.
func TestEveryExitStatus(t *testing.T) {
	t.Parallel()
	d := inContainer(t)
	d.configure(`[program:code]
command=/bin/sh -c '(true &); (sleep 0.05 &); exit %(process_num)d'
process_name=%(process_num)d
numprocs=256
startsecs=0
autorestart=false
stdout_logfile=NONE
stderr_logfile=NONE
[program:signal]
command=/bin/sh -c '(true &); kill -%(process_num)d $$; sleep 1000'
process_name=signal%(process_num)d
numprocs=15
numprocs_start=1
startsecs=0
autorestart=false
stdout_logfile=NONE
stderr_logfile=NONE
`)
	d.launch()
	d.up()
	inner := d.inner()
	d.eventually("everybody's end", func() (bool, any) {
		all, err := d.rpc.AllProcessInfo(d.ctx())
		if err != nil || len(all) != 271 {
			return false, err
		}
		for _, p := range all {
			if p.StateName != "EXITED" {
				return false, p
			}
		}
		for _, p := range all {
			want := p.Name
			if p.Group == "signal" {
				want = "-1"
			}
			if got := fmt.Sprint(p.ExitStatus); got != want {
				t.Errorf("%s:%s: exit status %s", p.Group, p.Name, got)
			}
		}
		return true, nil
	})
	for code := range 256 {
		if n := d.lines("log", fmt.Sprintf(" exited: %d (exit status %d; ", code, code)); n != 1 {
			t.Errorf("exit status %d is told %d times", code, n)
		}
	}
	if n := d.lines("log", " exited: signal"); n != 15 {
		t.Errorf("%d deaths by signal are told", n)
	}
	d.eventually("the orphans to be reaped", func() (bool, any) { c := childrenOf(inner); return len(c) == 0, c })
}
