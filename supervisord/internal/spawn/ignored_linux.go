package spawn

import (
	"syscall"
	"unsafe"
)

// sigaction is the kernel's struct, large enough on every architecture; its
// first word is the handler.
type sigaction [4]uintptr

const sigIgn = 1

// defaultDispositions sets the signals that Go never handles to their default
// if they were ignored when this process started.
func defaultDispositions() {
	for _, sig := range []uintptr{uintptr(syscall.SIGCONT), uintptr(syscall.SIGTSTP),
		uintptr(syscall.SIGTTIN), uintptr(syscall.SIGTTOU), 32, 33, 34} {
		var old, dfl sigaction
		if rtSigaction(sig, nil, &old) == 0 && old[0] == sigIgn {
			rtSigaction(sig, &dfl, nil)
		}
	}
}

func rtSigaction(sig uintptr, act, old *sigaction) syscall.Errno {
	const maskSize = 8
	_, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, sig,
		uintptr(unsafe.Pointer(act)), uintptr(unsafe.Pointer(old)), maskSize, 0, 0)
	return e
}
