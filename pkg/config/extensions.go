package config

import (
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// readExtensions reads the options that Python's Supervisor does not have, and
// those of Supervisor 3.0a3.
func (b *builder) readExtensions() {
	b.outputExtensions("stdout", &b.common.Stdout)
	b.outputExtensions("stderr", &b.common.Stderr)
	b.captureFile("stdout", &b.common.Stdout)
	b.captureFile("stderr", &b.common.Stderr)
}

func (b *builder) outputExtensions(prefix string, o *Output) {
	// These come after everything that Supervisor would complain of.
	inProcess := b.process
	b.process = false
	defer func() { b.process = inProcess }()
	key := prefix + "_logfile"
	o.Rotation = value(b.scope, key+"_rotation", ParseRotation)
	o.Compress = value(b.scope, key+"_compress", ParseBool)
	o.MaxAge = value(b.scope, key+"_maxage", ParseAge)
	if o.Rotation == RotateTimestamp {
		return
	}
	for _, k := range []string{key + "_compress", key + "_maxage"} {
		if _, _, ok := b.raw(k); ok {
			b.warn(k, "this has no effect without "+key+"_rotation = timestamp")
		}
	}
}

// ParseRotation reads numbered or timestamp, in any case.
func ParseRotation(s string) (Rotation, error) {
	switch strings.ToLower(s) {
	case "numbered":
		return RotateNumbered, nil
	case "timestamp":
		return RotateTimestamp, nil
	}
	return 0, badValue("not a style of rotation: %s", pytext.Repr(s), "not a style of rotation", "numbered or timestamp")
}

// String returns "numbered" or "timestamp".
func (r Rotation) String() string {
	if r == RotateTimestamp {
		return "timestamp"
	}
	return "numbered"
}

// maxAge is the longest age, a hundred years.
const maxAge = 36500 * 24 * time.Hour

// ParseAge reads an age: a number of days, or numbers with the units d, h, m and
// s, such as 7d, 12h or 1d12h.
func ParseAge(s string) (time.Duration, error) {
	age, ok := parseAge(s)
	if !ok {
		return 0, badValue("not an age: %s", pytext.Repr(s), "not an age", "a number of days, or a duration such as 7d or 12h")
	}
	return age, nil
}

func parseAge(s string) (age time.Duration, ok bool) {
	text := strings.ToLower(pytext.Strip(s))
	if _, number := pytext.Int(text, 10); number {
		text += "d"
	}
	days, rest, hasDays := strings.Cut(text, "d")
	if !hasDays {
		days, rest = "0", text
	}
	n, ok := pytext.Int(days, 10)
	if !ok || n < 0 || n > int64(maxAge/(24*time.Hour)) {
		return 0, false
	}
	age = time.Duration(n) * 24 * time.Hour
	if rest == "" && hasDays {
		return age, true
	}
	d, err := time.ParseDuration(rest)
	return age + d, err == nil && d >= 0 && d <= maxAge-age
}
