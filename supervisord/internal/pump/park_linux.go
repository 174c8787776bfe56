package pump

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// A parked standard input costs the daemon no descriptor: the child holds both
// ends of its pipe, as one descriptor open for reading and writing, and the
// daemon opens the writing end through /proc when there is something to write.
// A child that reads waits, as it would on a pipe of ours; but it does not see an
// end of file when the daemon dies.

// openParked makes a parked pipe: a descriptor for the child.
func openParked() (int, error) {
	r, w, err := closeOnExecPipe()
	if err != nil {
		return -1, err
	}
	defer unix.Close(r)
	defer unix.Close(w)
	return unix.Open("/proc/self/fd/"+strconv.Itoa(r), unix.O_RDWR|unix.O_CLOEXEC, 0)
}

// unpark opens the writing end of a child's parked standard input.
func unpark(pid int) (int, error) {
	return unix.Open("/proc/"+strconv.Itoa(pid)+"/fd/0", unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
}
