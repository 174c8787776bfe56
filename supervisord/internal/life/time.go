package life

import (
	"math"
	"time"
)

// Instant is a point in time: nanoseconds of a monotonic clock whose zero is
// arbitrary. The zero Instant means "never".
type Instant int64

// forever is a deadline that no clock reaches: 292 years after the clock's zero.
const forever Instant = math.MaxInt64

// Add returns the instant d later. An instant too late to be told is the latest
// there is; a negative d counts as none.
func (t Instant) Add(d time.Duration) Instant {
	if d < 0 {
		d = 0
	}
	if t > 0 && Instant(d) > forever-t {
		return forever
	}
	return t + Instant(d)
}

// Seconds returns n seconds, or the longest Duration if that many do not fit
// into one: configurations say "1000000000" for "for ever".
func Seconds(n int) time.Duration {
	const most = int64(math.MaxInt64 / time.Second)
	if int64(n) > most {
		return math.MaxInt64
	}
	if int64(n) < -most {
		return math.MinInt64
	}
	return time.Duration(n) * time.Second
}

// deadline is t as a value for Process.Deadline, where zero means none.
func deadline(t Instant) Instant {
	if t == 0 {
		return 1
	}
	return t
}
