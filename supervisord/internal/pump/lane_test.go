package pump

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// Writes to a listener keep their order, whether they fit in the pipe or have to
// wait in the shard.
func TestWritesToAListenerKeepTheirOrder(t *testing.T) {
	r := newRig(t, Options{})
	spec := r.spec(func(s *core.StreamSpec, _ *config.Process) { s.Listener = true })
	gate := filepath.Join(t.TempDir(), "gate")
	if err := syscall.Mkfifo(gate, 0o600); err != nil {
		t.Fatal(err)
	}
	c := r.start(spec, `: <"$1"; exec cat >&2`, gate)
	var want strings.Builder
	write := func(from, to int) {
		for i := from; i < to; i++ {
			piece := strconv.Itoa(i) + " " + strings.Repeat("x", i%7*1000) + "\n"
			want.WriteString(piece)
			if err := c.write(piece); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(0, 100) // more than a pipe holds
	f, err := os.OpenFile(gate, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	write(100, 300)
	r.has(spec.StderrLog, want.String())
	write(300, 310) // nothing waits any more
	r.has(spec.StderrLog, want.String())
	c.kill()
	r.Release(spec.ID)
	if err := c.write("x"); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write to a listener that has gone = %v", err)
	}
}
