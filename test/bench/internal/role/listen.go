package role

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Record is what a listener notes of one event.
type Record struct {
	Serial int64         // within its pool
	Delay  time.Duration // from the time in its payload to its arrival; -1 if it has none
	Size   int64         // of its payload, in bytes
}

const recordSize = 24

// listen is an event listener: it notes each event in a file, as a record of
// three numbers. A payload that has a line "t:NANOSECONDS" tells when it was sent.
func listen(file string, in io.Reader, out io.Writer) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	w := bufio.NewWriterSize(f, 64<<10)
	go func() {
		// What was noted is in the file soon, at no cost per event.
		for range time.Tick(20 * time.Millisecond) {
			mu.Lock()
			w.Flush()
			mu.Unlock()
		}
	}()
	r := bufio.NewReaderSize(in, 64<<10)
	payload := make([]byte, 0, 4096)
	for {
		if _, err := io.WriteString(out, "READY\n"); err != nil {
			return err
		}
		header, err := r.ReadString('\n')
		if err != nil {
			break
		}
		n := field(header, "len:")
		if int64(cap(payload)) < n {
			payload = make([]byte, n)
		}
		payload = payload[:n]
		if _, err := io.ReadFull(r, payload); err != nil {
			break
		}
		var rec [recordSize]byte
		binary.LittleEndian.PutUint64(rec[:], uint64(field(header, "poolserial:")))
		binary.LittleEndian.PutUint64(rec[8:], uint64(delay(payload)))
		binary.LittleEndian.PutUint64(rec[16:], uint64(n))
		mu.Lock()
		w.Write(rec[:])
		mu.Unlock()
		if _, err := io.WriteString(out, "RESULT 2\nOK"); err != nil {
			return err
		}
	}
	mu.Lock()
	defer mu.Unlock()
	return w.Flush()
}

func field(header, key string) int64 {
	_, rest, ok := strings.Cut(header, key)
	if !ok {
		return -1
	}
	end := strings.IndexAny(rest, " \n")
	if end < 0 {
		end = len(rest)
	}
	n, _ := strconv.ParseInt(rest[:end], 10, 64)
	return n
}

func delay(payload []byte) int64 {
	sent := field(string(payload[max(0, len(payload)-64):]), "\nt:")
	if sent <= 0 {
		return -1
	}
	return time.Now().UnixNano() - sent
}

// Stamp is the payload line by which a listener knows when an event was sent.
func Stamp() string { return fmt.Sprintf("\nt:%d", time.Now().UnixNano()) }

// Records reads what a listener noted.
func Records(file string) ([]Record, error) {
	b, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]Record, 0, len(b)/recordSize)
	for ; len(b) >= recordSize; b = b[recordSize:] {
		out = append(out, Record{int64(binary.LittleEndian.Uint64(b)), time.Duration(binary.LittleEndian.Uint64(b[8:])), int64(binary.LittleEndian.Uint64(b[16:]))})
	}
	return out, nil
}

// Count returns how many events a listener noted so far.
func Count(file string) int {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return int(info.Size() / recordSize)
}
