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

// openParked makes a parked pipe: a descriptor for the child, and the name by
// which unpark knows the pipe.
func openParked() (fd int, name pipeName, err error) {
	r, w, err := closeOnExecPipe()
	if err != nil {
		return -1, pipeName{}, err
	}
	defer unix.Close(r)
	defer unix.Close(w)
	if name, err = nameOf(r); err != nil {
		return -1, pipeName{}, err
	}
	fd, err = unix.Open("/proc/self/fd/"+strconv.Itoa(r), unix.O_RDWR|unix.O_CLOEXEC, 0)
	return fd, name, err
}

// unpark opens the writing end of a child's parked standard input. The child is
// free to close it, and another file can have its number then: one that the child
// may only read, or a device. That one is looked at and never opened.
func unpark(pid int, name pipeName) (int, error) {
	path, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/fd/0", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(path)
	if found, err := nameOf(path); err != nil || found != name {
		return -1, unix.EPIPE
	}
	return unix.Open("/proc/self/fd/"+strconv.Itoa(path), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
}

func nameOf(fd int) (pipeName, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return pipeName{}, err
	}
	return pipeName{st.Dev, st.Ino}, nil
}
