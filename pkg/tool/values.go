package tool

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads a length of time: a number of seconds such as "30" or
// "0.5", or one with units such as "500ms", "2m30s", "24h" or "7d". It is never
// negative.
func ParseDuration(s string) (time.Duration, error) {
	d, err := parseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is no length of time (30, 500ms, 2m30s, 24h and 7d are)", s)
	}
	return d, nil
}

func parseDuration(s string) (time.Duration, error) {
	unit := time.Second
	number := s
	if days, ok := strings.CutSuffix(s, "d"); ok {
		unit, number = 24*time.Hour, days
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return time.ParseDuration(s)
	}
	f *= float64(unit)
	if math.IsNaN(f) || math.Abs(f) >= math.MaxInt64 {
		return 0, strconv.ErrRange
	}
	return time.Duration(f), nil
}

// ParseSize reads a number of bytes, with or without one of the units KB, MB and
// GB (of 1024, 1024² and 1024³ bytes, in either case), as supervisord's options
// have it.
func ParseSize(s string) (int64, error) {
	number, factor := strings.TrimSpace(s), int64(1)
	for _, u := range []struct {
		name   string
		factor int64
	}{{"KB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}} {
		if n := len(number) - len(u.name); n > 0 && strings.EqualFold(number[n:], u.name) {
			number, factor = strings.TrimSpace(number[:n]), u.factor
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("%q is no number of bytes (5000, 64KB, 50MB and 1GB are)", s)
	}
	return n * factor, nil
}
