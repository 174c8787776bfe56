package config

import (
	"fmt"
	"os"
	"syscall"
)

// checkPermissions warns, for root, of a configuration file that others can
// change: whoever can write it runs programs as root.
func (r *reader) checkPermissions(name string) {
	if *r.opts.EffectiveUID != 0 {
		return
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		r.warn(fmt.Sprintf("%s: this file can be changed by others than its owner (mode %04o), who can thereby run programs as root", name, mode))
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 {
		r.warn(fmt.Sprintf("%s: this file belongs to the user with the id %d, who can thereby run programs as root", name, stat.Uid))
	}
}
