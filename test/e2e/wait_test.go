package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for something that must happen. It says
// nothing of how long that may take: the machine may be busy.
const patience = 60 * time.Second

// eventually waits until cond holds; seen is shown when it never does.
func (d *daemon) eventually(what string, cond func() (ok bool, seen any)) {
	d.t.Helper()
	eventually(d.t, what, cond)
}

func eventually(t testing.TB, what string, cond func() (ok bool, seen any)) {
	t.Helper()
	end := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 20*time.Millisecond) {
		ok, seen := cond()
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s; seen: %v", what, seen)
		}
		<-time.After(pause)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// tail returns the end of a long text.
func tail(s string, n int) string {
	if len(s) > n {
		return "..." + s[len(s)-n:]
	}
	return s
}

// alive reports whether a process exists and is not a zombie.
func alive(pid int) bool {
	s := stat(pid)
	return s != nil && s[0] != "Z" && s[0] != "X"
}

// stat returns the fields of /proc/PID/stat after the name: state, parent,
// group, session...; nil if there is no such process.
func stat(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

func allPIDs() (pids []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// childrenOf returns the pids of the children of a process, zombies included.
func childrenOf(parent int) (pids []int) {
	want := strconv.Itoa(parent)
	for _, pid := range allPIDs() {
		if s := stat(pid); len(s) > 1 && s[1] == want {
			pids = append(pids, pid)
		}
	}
	return pids
}

// fds returns how many descriptors a process has open.
func fds(t testing.TB, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	must(t, err)
	return len(entries)
}

// threads returns how many threads a process has.
func threads(t testing.TB, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	must(t, err)
	return len(entries)
}

// rss returns the resident memory of a process in KiB.
func rss(t testing.TB, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(t, err)
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			n, err := strconv.Atoi(f[1])
			must(t, err)
			return n
		}
	}
	t.Fatalf("no VmRSS of %d", pid)
	return 0
}

// cpu returns the processor time that a process has used, in hundredths of a
// second.
func cpu(t testing.TB, pid int) int {
	t.Helper()
	s := stat(pid)
	if len(s) < 13 {
		t.Fatalf("process %d: %v", pid, s)
	}
	user, err := strconv.Atoi(s[11])
	must(t, err)
	sys, err := strconv.Atoi(s[12])
	must(t, err)
	return user + sys
}

// needRoot skips a test that only root can do.
func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("this test needs root")
	}
}

// needDevice makes a device of its own for a test.
func needDevice(t testing.TB, path string, major, minor uint32) {
	t.Helper()
	needRoot(t)
	if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, int(major<<8|minor)); err != nil {
		t.Skip("this system lets nobody make devices: ", err)
	}
	must(t, os.Chmod(path, 0o666))
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Skip("devices cannot be used in the temporary directory: ", err)
	}
	f.Close()
}

// isDevice reports whether path still is the device that it was made.
func isDevice(path string) bool {
	st, err := os.Lstat(path)
	return err == nil && st.Mode()&fs.ModeCharDevice != 0
}

// nobody is an unprivileged user without processes of its own.
const nobody = 65534
