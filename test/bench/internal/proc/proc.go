// Package proc reads what the kernel knows of a process from /proc.
package proc

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc/PID/stat, USER_HZ, which is 100 on
// every platform Go supports.
const tick = 10 * time.Millisecond

// Usage is what a process has used so far. CPU is its own, without children.
type Usage struct {
	CPU        time.Duration
	ChildCPU   time.Duration // of children it has waited for
	Switches   int64         // voluntary and involuntary context switches of its living threads
	RSS, PSS   int64         // bytes
	FDs        int
	Threads    int
	WriteBytes int64
}

// Read returns the usage of a process; fields that cannot be read stay zero.
func Read(pid int) Usage {
	var u Usage
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if _, rest, ok := strings.Cut(string(stat), ") "); ok {
		f := strings.Fields(rest)
		n := func(i int) int64 { v, _ := strconv.ParseInt(f[i-3], 10, 64); return v }
		if len(f) > 20 {
			u.CPU = time.Duration(n(14)+n(15)) * tick
			u.ChildCPU = time.Duration(n(16)+n(17)) * tick
			u.Threads = int(n(20))
		}
	}
	u.Switches = switches(pid)
	u.RSS, u.PSS = memory(pid)
	if fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
		u.FDs = len(fds)
	}
	return u
}

// CPU returns the processor time a process has used, without its children,
// from the scheduler's own count where it can be read: it has nanoseconds
// where /proc/PID/stat has hundredths. Threads that ended are counted from the
// coarse figure only.
func CPU(pid int) time.Duration {
	coarse := Read(pid).CPU
	var fine time.Duration
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		v, _, _ := strings.Cut(string(b), " ")
		ns, _ := strconv.ParseInt(v, 10, 64)
		fine += time.Duration(ns)
	}
	return max(coarse, fine)
}

// Switches counts context switches of all living threads.
func switches(pid int) int64 {
	var n int64
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for _, l := range strings.Split(string(b), "\n") {
			k, v, _ := strings.Cut(l, ":")
			if strings.HasSuffix(k, "voluntary_ctxt_switches") {
				x, _ := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
				n += x
			}
		}
	}
	return n
}

func memory(pid int) (rss, pss int64) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for _, l := range strings.Split(string(b), "\n") {
		f := strings.Fields(l)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "Rss:":
			rss = kb << 10
		case "Pss:":
			pss = kb << 10
		}
	}
	return rss, pss
}

// Children returns the children of a process, whichever thread made them.
func Children(pid int) []int {
	var out []int
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range tasks {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, t.Name()))
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// State returns the letter of a process's state, or "" when there is none.
func State(pid int) string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	s, _, _ := strings.Cut(rest, " ")
	return s
}

// Alive tells whether a process exists and is no zombie.
func Alive(pid int) bool {
	s := State(pid)
	return s != "" && s != "Z" && s != "X"
}

// WithEnv returns the processes whose environment has an entry.
func WithEnv(entry string) []int {
	var out []int
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil && strings.Contains("\x00"+string(b)+"\x00", "\x00"+entry+"\x00") {
			pid, _ := strconv.Atoi(strings.Split(f, "/")[2])
			out = append(out, pid)
		}
	}
	return out
}
