package rotate

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of 64 KiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("cannot mount a small file system here:", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := smallDisk(t)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 32<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	var told []Outage
	path := filepath.Join(dir, "log")
	log := open4test(t, path, Options{OnOutage: func(o Outage) { told = append(told, o) }})
	line := append(bytes.Repeat([]byte("x"), 999), '\n')
	written := 0
	for range 100 {
		n, err := log.Write(line)
		written += n
		if n < len(line) && !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if len(told) != 1 || !errors.Is(told[0].Err, syscall.ENOSPC) {
		t.Fatalf("told %v, want one outage", told)
	}
	if lost := int64(100*len(line) - written); lost == 0 || log.Dropped() != lost {
		t.Fatalf("dropped %d, but %d bytes are missing", log.Dropped(), lost)
	}
	lost := log.Dropped()
	os.Remove(ballast)
	put(t, log, "again\n")
	if len(told) != 2 || told[1].Err != nil || told[1].Dropped != lost {
		t.Fatalf("told %v, want a recovery after %d bytes", told, lost)
	}
	data, _ := os.ReadFile(path)
	if len(data) != written+6 || !bytes.HasSuffix(data, []byte("again\n")) {
		t.Fatalf("the log has %d bytes, want %d", len(data), written+6)
	}
}

// A rotation that removes the oldest backup makes room on a full disk.
func TestFullDiskWithRotation(t *testing.T) {
	dir := smallDisk(t)
	log := open4test(t, filepath.Join(dir, "log"), Options{MaxBytes: 16 << 10, Backups: 2})
	line := append(bytes.Repeat([]byte("x"), 511), '\n')
	for range 1000 {
		put(t, log, string(line))
	}
	if got := len(contents(t, dir)); got != 3 {
		t.Fatalf("%d files", got)
	}
}
