package event

import (
	"errors"
	"fmt"
	"strconv"
)

// Version is the version of the listener protocol.
const Version = "3.0"

// Header is the line that precedes every payload.
type Header struct {
	Version    string // "ver"
	Server     string // "server": the identifier of the daemon
	Serial     uint64 // "serial": counts the daemon's events
	Pool       string // "pool"
	PoolSerial uint64 // "poolserial": counts the pool's events
	Name       string // "eventname"
	Len        int    // length of the payload in bytes: "bytes" if that is there, else "len"

	// Fields are all tokens of a header that was read, known or not.
	Fields Fields
}

// AppendHeader appends the header line, with its newline.
func AppendHeader(dst []byte, h *Header) []byte {
	dst = append(dst, "ver:"...)
	dst = append(dst, h.Version...)
	dst = append(dst, " server:"...)
	dst = append(dst, h.Server...)
	dst = strconv.AppendUint(append(dst, " serial:"...), h.Serial, 10)
	dst = append(dst, " pool:"...)
	dst = append(dst, h.Pool...)
	dst = strconv.AppendUint(append(dst, " poolserial:"...), h.PoolSerial, 10)
	dst = append(dst, " eventname:"...)
	dst = append(dst, h.Name...)
	return appendLength(dst, h.Len, h.Len)
}

// appendLength appends the end of a header: the length of the payload as its
// encoding counts, and in bytes if that is another number.
func appendLength(dst []byte, n, bytes int) []byte {
	dst = strconv.AppendInt(append(dst, " len:"...), int64(n), 10)
	if n != bytes {
		dst = strconv.AppendInt(append(dst, " bytes:"...), int64(bytes), 10)
	}
	return append(dst, '\n')
}

// ParseHeader reads a header line, with or without its newline. The tokens may
// be in any order; only eventname and len have to be there.
func ParseHeader(line string) (Header, error) {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	f, ok := ParseFields(line)
	if !ok {
		return Header{}, fmt.Errorf("cannot read event header %.80q: a line of key:value tokens is expected", line)
	}
	h := Header{Fields: f, Version: f.Get("ver"), Server: f.Get("server"), Pool: f.Get("pool"), Name: f.Get("eventname")}
	if h.Name == "" {
		return h, fmt.Errorf("cannot read event header %.80q: it has no eventname", line)
	}
	var err1, err2, err3 error
	h.Serial, err1 = serialField(f, "serial")
	h.PoolSerial, err2 = serialField(f, "poolserial")
	h.Len, err3 = lenField(f)
	if err := errors.Join(err1, err2, err3); err != nil {
		return h, fmt.Errorf("cannot read event header %.80q: %w", line, err)
	}
	return h, nil
}

func serialField(f Fields, key string) (uint64, error) {
	s, ok := f.Lookup(key)
	if !ok {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s:%.40s is not a number of events", key, s)
	}
	return n, nil
}

// lenField returns the length of the payload in bytes: "len", unless the daemon
// counts characters there and tells the bytes in "bytes" (see Characters).
func lenField(f Fields) (int, error) {
	key := "bytes"
	s, ok := f.Lookup(key)
	if !ok {
		key = "len"
		if s, ok = f.Lookup(key); !ok {
			return 0, errors.New("it has no len")
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("%s:%.40s is not a number of bytes", key, s)
	}
	return int(n), nil
}
