package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// maxLogRead is the most that one call reads of a log, in bytes.
const maxLogRead = 16 << 20

// readLogFile carries out the read methods. Faults: NO_FILE, BAD_ARGUMENTS,
// INCORRECT_PARAMETERS, FAILED.
func readLogFile(path string, offsetArg, lengthArg any) (any, error) {
	if !exists(path) {
		return nil, wire.NewFault(wire.NoFile, path)
	}
	offset, err := integer(offsetArg)
	if err != nil {
		return nil, err
	}
	length, err := integer(lengthArg)
	if err != nil {
		return nil, err
	}
	f, size, err := OpenLog(path)
	if err != nil {
		return nil, wire.NewFault(wire.Failed, "")
	}
	defer f.Close()
	start, n, ok := readRange(size, offset, length)
	if !ok {
		return nil, wire.NewFault(wire.BadArguments, "")
	}
	s, err := readText(f, start, min(n, maxLogRead))
	if err != nil {
		return nil, wire.NewFault(wire.Failed, "")
	}
	return s, nil
}

// tailLogFile carries out the tail methods. A log that cannot be read is an
// empty one.
func tailLogFile(path string, offsetArg, lengthArg any) (any, error) {
	if !exists(path) {
		return []any{"", 0, false}, nil
	}
	offset, err := integer(offsetArg)
	if err != nil {
		return nil, err
	}
	length, err := integer(lengthArg)
	if err != nil {
		return nil, err
	}
	unread := []any{"", offset, false}
	f, size, err := OpenLog(path)
	if err != nil {
		return unread, nil
	}
	defer f.Close()
	start, n, overflow := tailRange(size, offset, length)
	if n > maxLogRead {
		start, n = start+n-maxLogRead, maxLogRead
	}
	s, err := readText(f, start, n)
	if err != nil {
		return unread, nil
	}
	return []any{s, size, overflow}, nil
}

// OpenLog opens a log for reading and tells its size. It never blocks: of what
// is not a regular file only devices such as /dev/null can be opened, and they
// are empty.
func OpenLog(path string) (f *os.File, size int64, err error) {
	info, err := statLog(path)
	if err != nil {
		return nil, 0, err
	}
	if !readable(info.Mode()) {
		return nil, 0, notALog(path)
	}
	f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	for errors.Is(err, fs.ErrNotExist) && exists(path) { // rotated just now
		f, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, 0, err
	}
	info, err = f.Stat()
	if err == nil && !readable(info.Mode()) {
		err = notALog(path)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	if info.Mode().IsRegular() {
		size = info.Size()
	}
	return f, size, nil
}

// exists reports whether there is a log at a path.
func exists(path string) bool {
	if path == "" {
		return false
	}
	_, err := statLog(path)
	return err == nil
}

// A log that is being rotated has no name between the renaming of the old file
// and the making of the new one. It is waited for; for longer where a backup
// tells that there is a log.
const (
	rotationGap     = 15 * time.Millisecond
	rotationGapMost = 500 * time.Millisecond
)

func statLog(path string) (fs.FileInfo, error) {
	const pause = time.Millisecond
	left := rotationGap
	for {
		info, err := os.Stat(path)
		if !errors.Is(err, fs.ErrNotExist) || left <= 0 {
			return info, err
		}
		if left == rotationGap {
			if _, err := os.Stat(path + ".1"); err == nil {
				left = rotationGapMost
			}
		}
		time.Sleep(pause)
		left -= pause
	}
}

func readable(mode fs.FileMode) bool {
	return mode.IsRegular() || mode&fs.ModeCharDevice != 0
}

func notALog(path string) error {
	return fmt.Errorf("cannot read %s: it is not a regular file", path)
}

// readRange says which bytes of a file of the given size the arguments of a read
// method mean; ok is false when they contradict each other.
func readRange(size, offset, length int64) (start, n int64, ok bool) {
	if offset < 0 {
		if length != 0 {
			return 0, 0, false
		}
		offset = max(offset, -math.MaxInt64)
		start = max(0, size+offset)
		return start, size - start, true
	}
	if length < 0 {
		return 0, 0, false
	}
	if offset >= size {
		return offset, 0, true
	}
	n = size - offset
	if length > 0 {
		n = min(n, length)
	}
	return offset, n, true
}

// tailRange says which bytes of a file of the given size the arguments of a tail
// method mean. The rules are those of the reference, odd cases included: when
// less than length bytes follow the offset, what precedes it fills up the
// answer.
func tailRange(size, offset, length int64) (start, n int64, overflow bool) {
	// No file is this large; sums cannot overflow within it.
	const far = math.MaxInt64 / 4
	offset = min(max(offset, -far), far)
	length = min(max(length, -far), far)
	if size > offset+length {
		overflow = true
		offset = size - 1
	}
	if offset+length > size {
		if offset > size-1 {
			length = 0
		}
		offset = size - length
	}
	start = max(0, offset)
	n = max(0, length)
	return start, max(0, min(n, size-start)), overflow
}

// readText reads n bytes at start, without the parts of UTF-8 characters that
// the range cuts.
func readText(f *os.File, start, n int64) (string, error) {
	if n == 0 {
		return "", nil
	}
	buf := make([]byte, n)
	got, err := f.ReadAt(buf, start)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	buf = buf[:got]
	if start > 0 {
		buf = trimStart(buf)
	}
	return string(trimEnd(buf)), nil
}

// trimStart removes the rest of a character that began before b.
func trimStart(b []byte) []byte {
	n := 0
	for n < len(b) && n < utf8.UTFMax-1 && !utf8.RuneStart(b[n]) {
		n++
	}
	return b[n:]
}

// trimEnd removes the beginning of a character that goes on after b.
func trimEnd(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i]
			}
			break
		}
	}
	return b
}
