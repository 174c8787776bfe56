package spawn

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

func init() { runtime.LockOSThread() } // TestMain runs on the first thread

func TestMain(m *testing.M) {
	checkAway()
	// What the caller of the tests left open is not ours to judge.
	unix.CloseRange(3, ^uint(0)>>1&0xffffffff, unix.CLOSE_RANGE_CLOEXEC)
	os.Exit(m.Run())
}

// checkAway checks what only this goroutine can: that the fork thread is another
// one than the first, wherever it begins.
func checkAway() {
	away := false
	awayFromMainThread(func() { away = !onMainThread() })
	if !onMainThread() || !away {
		fmt.Println("the fork thread may be the first thread of the process")
		os.Exit(1)
	}
}
