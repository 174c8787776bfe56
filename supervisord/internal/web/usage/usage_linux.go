package usage

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var pageSize = int64(os.Getpagesize())

// uptime returns the time since the system came up, by the clock in which /proc
// tells when a process began.
func uptime() (time.Duration, bool) {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return 0, false
	}
	return time.Duration(ts.Nano()), true
}

// look reads /proc/PID/stat, without the files of package os: a thousand
// processes are looked at every few seconds.
func (m *Meter) look(pid int) (l look, ok bool) {
	path := append(strconv.AppendInt(append(m.buf[:0], "/proc/"...), int64(pid), 10), "/stat"...)
	fd, err := syscall.Open(string(path), syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return l, false
	}
	defer syscall.Close(fd)
	n, err := syscall.Read(fd, m.buf[:])
	if err != nil || n <= 0 {
		return l, false
	}
	return parseStat(m.buf[:n])
}

// Fields of /proc/PID/stat, counted from the one after the command's name; see
// proc(5), which counts that as the third from 1.
const (
	utime     = 14 - 3
	stime     = 15 - 3
	starttime = 22 - 3
	rss       = 24 - 3
)

// parseStat reads a line of /proc/PID/stat. The name in it may contain blanks
// and parentheses.
func parseStat(line []byte) (l look, ok bool) {
	i := bytes.LastIndexByte(line, ')')
	if i < 0 {
		return l, false
	}
	rest := bytes.TrimLeft(line[i+1:], " ")
	for field := 0; field <= rss; field++ {
		word, more, found := bytes.Cut(rest, []byte(" "))
		if !found {
			return l, false
		}
		rest = more
		switch field {
		case utime, stime:
			l.ticks += number(word)
		case starttime:
			l.start = number(word)
		case rss:
			l.sample.Memory = int64(number(word)) * pageSize
		}
	}
	return l, true
}

func number(b []byte) (n uint64) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + uint64(c-'0')
	}
	return n
}
