package scenario

import (
	"os"
	"syscall"
)

// warm has the machine own as many bytes of memory as a measurement is about to
// take. Where the machine is a virtual one, its host may take back what was free
// for two seconds; to get it again costs more than the work that is measured, and
// only those who start late after others would pay for it.
func warm(bytes int) error {
	memory, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return err
	}
	for i := 0; i < len(memory); i += os.Getpagesize() {
		memory[i] = 1
	}
	return syscall.Munmap(memory)
}
