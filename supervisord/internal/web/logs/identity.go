package logs

import (
	"io/fs"
	"strconv"
	"syscall"
)

// plainIdentity names a file by device and inode.
func plainIdentity(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return strconv.FormatUint(uint64(st.Dev), 36) + "-" + strconv.FormatUint(uint64(st.Ino), 36)
}

// removed reports whether an open file has no name any more.
func removed(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Nlink == 0
}
