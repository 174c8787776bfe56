package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// statFields returns the fields of /proc/PID/stat from the state on (the third
// in proc_pid_stat(5)); the name before them may hold anything.
func statFields(pid int) [][]byte {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	end := bytes.LastIndexByte(text, ')')
	if end < 0 {
		return nil
	}
	return bytes.Fields(text[end+1:])
}

func zombie(pid int) bool {
	fields := statFields(pid)
	return len(fields) > 0 && (fields[0][0] == 'Z' || fields[0][0] == 'X')
}

// clock remembers how far the wall clock was from the time since boot.
type clock struct{ offset time.Duration }

func newClock() clock { return clock{wallOffset()} }

func sinceBoot() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

func wallOffset() time.Duration {
	return time.Duration(time.Now().UnixNano()) - sinceBoot()
}

// userHz is the unit of times in /proc, the same on every architecture that Go
// runs on.
const userHz = 100

// processAge returns for how long a process has been running. It says nothing
// when the wall clock was set since newClock, because file times and process
// times cannot be compared then.
func (c clock) processAge(pid int) (age time.Duration, ok bool) {
	if d := wallOffset() - c.offset; d > time.Second || d < -time.Second {
		return 0, false
	}
	fields := statFields(pid)
	const startTime = 22 - 3
	if len(fields) <= startTime {
		return 0, false
	}
	ticks, err := strconv.ParseInt(string(fields[startTime]), 10, 64)
	if err != nil {
		return 0, false
	}
	return sinceBoot() - time.Duration(ticks)*time.Second/userHz, true
}
