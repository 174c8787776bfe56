package boot

import (
	"runtime"
	"runtime/debug"
	"time"
)

// tidyAfter is when the memory that the start took for a moment is given back:
// after the programs of an ordinary configuration have been started.
const tidyAfter = time.Second

// tidy gives memory back to the system once the start is over. Reading the
// configuration of thousands of programs leaves a few megabytes that nobody needs
// again; a daemon that is idle never collects garbage and would keep them.
func (in *instance) tidy() {
	t := time.AfterFunc(tidyAfter, func() {
		runtime.GC() // buffers in a sync.Pool outlive one collection
		debug.FreeOSMemory()
	})
	in.later(func() { t.Stop() })
}
