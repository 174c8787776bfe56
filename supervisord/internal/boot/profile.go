package boot

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// startProfile writes a CPU profile while the daemon runs, if profile_options is
// set, and at the end a heap profile beside it. Both are for `go tool pprof`; the
// words of the option, which choose a table of Python's profiler, do not matter.
func (in *instance) startProfile() error {
	d := &in.cfg.Supervisord
	if d.ProfileOptions == "" {
		return nil
	}
	base := filepath.Join(d.ChildLogDir, d.Identifier)
	cpu, err := os.Create(base + "-cpu.pprof")
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return errors.Join(err, cpu.Close())
	}
	in.log.Log(config.LevelInfo, "profiling; at the end see "+cpu.Name()+" and "+base+"-heap.pprof")
	in.later(func() {
		pprof.StopCPUProfile()
		if err := errors.Join(cpu.Close(), writeHeapProfile(base+"-heap.pprof")); err != nil {
			in.log.Log(config.LevelError, "cannot write a profile: "+err.Error())
		}
	})
	return nil
}

func writeHeapProfile(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	runtime.GC() // a heap profile is as of the last collection
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}
