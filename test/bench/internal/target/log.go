package target

import (
	"bytes"
	"os"
)

// logReader counts lines of a growing file by what they contain, reading only
// what is new.
type logReader struct {
	path   string
	f      *os.File
	rest   []byte
	counts map[string]int
	known  []string
	all    []byte
}

// count returns how many complete lines so far contain text.
func (r *logReader) count(text string) int {
	if r.counts == nil {
		r.counts = map[string]int{}
	}
	if _, ok := r.counts[text]; !ok {
		r.counts[text] = bytes.Count(r.all, []byte(text))
		r.known = append(r.known, text)
	}
	r.read()
	return r.counts[text]
}

func (r *logReader) read() {
	if r.f == nil {
		f, err := os.Open(r.path)
		if err != nil {
			return
		}
		r.f = f
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := r.f.Read(buf)
		if n > 0 {
			r.rest = append(r.rest, buf[:n]...)
		}
		if err != nil || n == 0 {
			break
		}
	}
	end := bytes.LastIndexByte(r.rest, '\n')
	if end < 0 {
		return
	}
	for _, t := range r.known {
		r.counts[t] += bytes.Count(r.rest[:end+1], []byte(t))
	}
	r.all = append(r.all, r.rest[:end+1]...)
	r.rest = append([]byte(nil), r.rest[end+1:]...)
}
