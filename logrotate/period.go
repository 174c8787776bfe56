package main

import (
	"os"
	"time"
)

// period is a time after which the log is rotated. Periods are aligned to the
// local clock, so a restart does not move them.
type period struct {
	every time.Duration // 0: never
	now   int64         // number of the present period
}

// number returns which period t is in, counting from midnight before 1 January
// 1970 in local time.
func (p *period) number(t time.Time) int64 {
	_, offset := t.Zone()
	local := t.UnixNano() + int64(offset)*int64(time.Second)
	n := local / int64(p.every)
	if local%int64(p.every) < 0 {
		n--
	}
	return n
}

// begin takes up the period in which the log was last written.
func (p *period) begin(path string) {
	if p.every <= 0 {
		return
	}
	p.now = p.number(time.Now())
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		p.now = p.number(info.ModTime())
	}
}

// over tells whether the period has ended by now, and takes up the next. Clocks
// that are set back end none.
func (p *period) over(now time.Time) bool {
	if p.every <= 0 {
		return false
	}
	n := p.number(now)
	if n <= p.now {
		return false
	}
	p.now = n
	return true
}

// left returns how long the present period lasts.
func (p *period) left(now time.Time) time.Duration {
	_, offset := now.Zone()
	local := now.UnixNano() + int64(offset)*int64(time.Second)
	into := time.Duration(local % int64(p.every))
	if into < 0 {
		into += p.every
	}
	return p.every - into
}
