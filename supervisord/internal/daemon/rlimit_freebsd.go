package daemon

import "syscall"

// getLimit returns a limit; the largest int64 stands for none.
func getLimit(resource int) (soft, hard uint64, err error) {
	var l syscall.Rlimit
	err = syscall.Getrlimit(resource, &l)
	return uint64(l.Cur), uint64(l.Max), err
}

func setLimit(resource int, soft, hard uint64) error {
	return syscall.Setrlimit(resource, &syscall.Rlimit{Cur: int64(soft), Max: int64(hard)})
}
