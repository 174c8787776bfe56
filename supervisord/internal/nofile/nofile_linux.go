//go:build linux && (amd64 || arm64)

package nofile

const rlimitNofile = 7

// prlimit64 asks the kernel for a limit of this process; it returns 0 or a
// negative error number.
//
//go:noescape
func prlimit64(resource uintptr, old *[2]uint64) int64

func read() (limit [2]uint64, ok bool) {
	ok = prlimit64(rlimitNofile, &limit) == 0
	return limit, ok
}
