package config

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// ValueError says that a text is not a value of the wanted kind. Its message is
// Supervisor's.
type ValueError struct {
	Wrong   string // what is wrong, in fewer words than the message
	Allowed string // what would have been right

	before, shown, after string // shown is the part that repeats the text
}

// Error returns Supervisor's message.
func (e *ValueError) Error() string { return e.before + e.shown + e.after }

// masked returns the message without the text it complains of.
func (e *ValueError) masked() string {
	if e.shown == "" {
		return e.before + e.after
	}
	return e.before + mask + e.after
}

// mask stands for a secret.
const mask = "***"

// badValue makes a ValueError from a message with one %s in the place of what
// repeats the text.
func badValue(message, shown, wrong, allowed string) *ValueError {
	before, after, _ := strings.Cut(message, "%s")
	return &ValueError{Wrong: wrong, Allowed: allowed, before: before, shown: shown, after: after}
}

// ParseBool reads yes, true, on, 1, no, false, off or 0 in any case.
func ParseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "yes", "true", "on", "1":
		return true, nil
	case "no", "false", "off", "0":
		return false, nil
	}
	return false, badValue("not a valid boolean value: %s", pytext.Repr(s), "not a truth value", "true or false (also yes, no, on, off, 1, 0)")
}

// ParseInt reads a whole number as Python does. Numbers beyond 32 bits are cut
// to the nearest one within, which is all that XML-RPC can carry.
func ParseInt(s string) (int, error) {
	n, ok := pytext.Int(s, 10)
	if !ok {
		return 0, notInteger(s, "a whole number")
	}
	return int(min(max(n, math.MinInt32), math.MaxInt32)), nil
}

func notInteger(s, allowed string) *ValueError {
	return badValue("invalid literal for int() with base 10: %s", pytext.Repr(s), "not a number", allowed)
}

// ParseByteSize reads a number of bytes; the suffixes KB, MB and GB, in any
// case, multiply by powers of 1024.
func ParseByteSize(s string) (int64, error) {
	const allowed = "a number of bytes, or a number with KB, MB or GB behind it"
	number, factor := strings.ToLower(s), int64(1)
	for i, suffix := range []string{"kb", "mb", "gb"} {
		if rest, found := strings.CutSuffix(number, suffix); found {
			number, factor = rest, int64(1)<<(10*(i+1))
			break
		}
	}
	n, ok := pytext.Int(number, 10)
	if !ok {
		return 0, notInteger(number, allowed)
	}
	if n > math.MaxInt64/factor || n < math.MinInt64/factor {
		return math.MaxInt64, nil
	}
	return n * factor, nil
}

// ParseOctal reads permission bits or a umask in base 8. Bits beyond 07777 are
// dropped.
func ParseOctal(s string) (uint32, error) {
	n, ok := pytext.Int(s, 8)
	if !ok {
		return 0, badValue("%s can not be converted to an octal type", s, "not an octal number", "an octal number such as 022 or 0700")
	}
	return uint32(n & 0o7777), nil
}

var levelsByName = map[string]LogLevel{
	"critical": LevelCritical,
	"error":    LevelError,
	"warn":     LevelWarn,
	"info":     LevelInfo,
	"debug":    LevelDebug,
	"trace":    LevelTrace,
	"blather":  LevelBlather,
}

// ParseLogLevel reads the name of a level: critical, error, warn, info, debug,
// trace or blather.
func ParseLogLevel(s string) (LogLevel, error) {
	if l, ok := levelsByName[strings.ToLower(s)]; ok {
		return l, nil
	}
	return 0, badValue("bad logging level name %s", pytext.Repr(s), "not a log level", "critical, error, warn, info, debug, trace or blather")
}

// String returns the name of the level as it is written in a configuration.
func (l LogLevel) String() string {
	for name, level := range levelsByName {
		if level == l {
			return name
		}
	}
	return fmt.Sprintf("level %d", int(l))
}

// ParseAutoRestart reads true, false (or their synonyms) or unexpected.
func ParseAutoRestart(s string) (AutoRestart, error) {
	lower := strings.ToLower(s)
	if lower == "unexpected" {
		return RestartUnexpected, nil
	}
	b, err := ParseBool(lower)
	switch {
	case err != nil:
		return 0, badValue("invalid 'autorestart' value %s", pytext.Repr(lower), "not a way to restart", "true, false or unexpected")
	case b:
		return RestartAlways, nil
	default:
		return RestartNever, nil
	}
}

// String returns "true", "false" or "unexpected".
func (a AutoRestart) String() string {
	switch a {
	case RestartAlways:
		return "true"
	case RestartUnexpected:
		return "unexpected"
	default:
		return "false"
	}
}

// ParseExitCodes reads a list of exit statuses separated by commas; the empty
// text is the empty list.
func ParseExitCodes(s string) ([]int, error) {
	if s == "" {
		return []int{}, nil
	}
	parts := strings.Split(s, ",")
	codes := make([]int, len(parts))
	for i, part := range parts {
		n, ok := pytext.Int(part, 10)
		if !ok || n < 0 || n > 255 {
			return nil, badValue("not a valid list of exit codes: %s", pytext.Repr(s), "not a list of exit statuses", "numbers from 0 to 255 with commas between them")
		}
		codes[i] = int(n)
	}
	return codes, nil
}

// ParseList reads names separated by commas, without the white space around
// them; the empty text is the empty list.
func ParseList(s string) []string {
	if s == "" {
		return nil
	}
	parts := strings.Split(s, ",")
	for i, part := range parts {
		parts[i] = pytext.Strip(part)
	}
	return parts
}

// ParseName checks the name of a program, process or group, and returns it
// without white space around it. Blanks, colons and slashes would break the event
// listener protocol and the URLs of the web page.
func ParseName(s string) (string, error) {
	name := pytext.Strip(s)
	for _, c := range " :/" {
		if strings.ContainsRune(name, c) {
			return "", badValue("Invalid name: %s because of character: '"+string(c)+"'", pytext.Repr(s), "not a name", "a name without blanks, colons and slashes")
		}
	}
	return name, nil
}

// ParseProfileOptions reads the names of --profile_options: sort keys, and
// whether callers are asked for.
func ParseProfileOptions(s string) (sortKeys []string, callers bool) {
	names := ParseList(strings.ToLower(s))
	callers = slices.Contains(names, "callers")
	return slices.DeleteFunc(names, func(n string) bool { return n == "callers" }), callers
}
