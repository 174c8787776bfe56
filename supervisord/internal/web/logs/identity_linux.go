package logs

import (
	"io/fs"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// identity names a file by device, inode and time of birth. The last is what
// tells a new file from an old one whose inode it was given.
func identity(f *os.File, info fs.FileInfo) string {
	var st unix.Statx_t
	err := unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_INO|unix.STATX_BTIME, &st)
	if err != nil {
		return plainIdentity(info)
	}
	id := strconv.FormatUint(uint64(st.Dev_major)<<32|uint64(st.Dev_minor), 36) + "-" + strconv.FormatUint(st.Ino, 36)
	if st.Mask&unix.STATX_BTIME != 0 {
		id += "-" + strconv.FormatInt(st.Btime.Sec*1e9+int64(st.Btime.Nsec), 36)
	}
	return id
}
