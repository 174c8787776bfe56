package main

import "syscall"

// more returns PWR and the real-time signals. Go's run time keeps 32 to 34, as
// C libraries do.
func more() []syscall.Signal {
	all := []syscall.Signal{syscall.SIGPWR}
	for n := syscall.Signal(35); n <= 64; n++ {
		all = append(all, n)
	}
	return all
}
