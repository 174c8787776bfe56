package daemon

import (
	"runtime"
	"sync"
)

// SpareThreads makes n threads that wait for work. The runtime starts a thread
// when all it has are busy in system calls, and ends the whole process if the
// system refuses one. A supervisor must survive a process table that a program
// of its has filled, so it has its threads before that happens.
func SpareThreads(n int) {
	var ready, over sync.WaitGroup
	end := make(chan struct{})
	ready.Add(n)
	over.Add(n)
	for range n {
		go func() {
			defer over.Done()
			// A locked goroutine keeps its thread even while it waits.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ready.Done()
			<-end
		}()
	}
	ready.Wait()
	close(end)
	over.Wait()
}
