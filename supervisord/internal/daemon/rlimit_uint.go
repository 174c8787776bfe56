//go:build !freebsd

package daemon

import "syscall"

// getLimit returns a limit; the largest uint64 stands for none.
func getLimit(resource int) (soft, hard uint64, err error) {
	var l syscall.Rlimit
	err = syscall.Getrlimit(resource, &l)
	return l.Cur, l.Max, err
}

func setLimit(resource int, soft, hard uint64) error {
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: soft, Max: hard})
}
