package harness

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
)

// killMarked kills what is left of a case: the processes that carry its
// directory in their environment.
func killMarked(dir string) {
	needle := marker + "=" + dir + "\x00"
	for range 5 {
		found := false
		entries, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, e := range entries {
			b, err := os.ReadFile(e)
			if err != nil || !strings.Contains(string(b)+"\x00", needle) {
				continue
			}
			pid, _ := strconv.Atoi(strings.Split(e, "/")[2])
			if pid > 1 && pid != os.Getpid() {
				found = syscall.Kill(pid, syscall.SIGKILL) == nil || found
			}
		}
		if !found {
			return
		}
	}
}

// Child reads what the kernel knows of a process.
type Child struct{ PID int }

// Status returns a field of /proc/PID/status.
func (c Child) Status(field string) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.PID))
	for _, l := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(l, field+":"); ok {
			return strings.Join(strings.Fields(v), " ")
		}
	}
	return "(no " + field + ")"
}

// Environ returns the environment the process was started with, sorted.
func (c Child) Environ() []string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", c.PID))
	var out []string
	for _, v := range strings.Split(string(b), "\x00") {
		if v != "" {
			out = append(out, v)
		}
	}
	sort.Strings(out)
	return out
}

// Cmdline returns the arguments.
func (c Child) Cmdline() []string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", c.PID))
	return strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00")
}

// Dir returns the working directory.
func (c Child) Dir() string {
	s, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", c.PID))
	return s
}

// FDs returns what each descriptor is: "0 pipe", "1 /dev/null" ...
func (c Child) FDs() []string {
	entries, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.PID))
	var nums []int
	for _, e := range entries {
		n, _ := strconv.Atoi(e.Name())
		nums = append(nums, n)
	}
	sort.Ints(nums)
	var out []string
	for _, n := range nums {
		s, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", c.PID, n))
		if kind, _, ok := strings.Cut(s, ":["); ok {
			s = kind
		}
		out = append(out, fmt.Sprintf("%d %s", n, s))
	}
	return out
}

// Limit returns the soft and hard value of a line of /proc/PID/limits.
func (c Child) Limit(name string) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/limits", c.PID))
	for _, l := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(l, name); ok {
			f := strings.Fields(v)
			return f[0] + " " + f[1]
		}
	}
	return "?"
}

// stat returns a field of /proc/PID/stat, counted as in proc(5).
func (c Child) stat(field int) int {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.PID))
	_, rest, ok := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if !ok || len(f) < field-2 {
		return -1
	}
	n, _ := strconv.Atoi(f[field-3])
	return n
}

// LeadsGroup tells whether the process leads a process group of its own.
func (c Child) LeadsGroup() bool { return c.stat(5) == c.PID }

// Session returns the session's number.
func (c Child) Session() int { return c.stat(6) }

// Nice returns the nice value.
func (c Child) Nice() int { return c.stat(19) }

// Alive tells whether a process exists and is no zombie.
func Alive(pid int) bool {
	s := Child{pid}.Status("State")
	return !strings.HasPrefix(s, "(") && !strings.HasPrefix(s, "Z")
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// SameFD tells whether two descriptors are the same pipe or file.
func (c Child) SameFD(a, b int) bool {
	x, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", c.PID, a))
	y, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", c.PID, b))
	return x == y
}

// Owner returns a file's owner as "uid:gid".
func Owner(info os.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "?"
	}
	return fmt.Sprintf("%d:%d", st.Uid, st.Gid)
}
