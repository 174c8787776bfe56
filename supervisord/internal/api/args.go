package api

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// Arguments arrive as whatever the caller sent. What is accepted for what
// follows the reference, where the functions of Python decide: int("5") is 5,
// any value is true or false. What would break a call there is
// INCORRECT_PARAMETERS here.

// text returns a string argument.
func text(arg any) (string, error) {
	s, ok := arg.(string)
	if !ok {
		return "", incorrectParameters
	}
	return s, nil
}

// key returns an argument that is looked up in a table of names. Numbers and the
// like are never found there: they are BAD_NAME.
func key(arg any) (string, error) {
	if s, ok := arg.(string); ok {
		return s, nil
	}
	if arg == nil {
		return "", wire.NewFault(wire.BadName, "")
	}
	s, ok := scalarText(arg)
	if !ok {
		return "", incorrectParameters
	}
	return "", wire.NewFault(wire.BadName, s)
}

// integer returns a number, saturating at the ends of the range.
func integer(arg any) (int64, error) {
	switch v := arg.(type) {
	case int:
		return int64(v), nil
	case int64:
		return v, nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case float64:
		return truncated(v)
	case string:
		return decimal(v)
	}
	return 0, incorrectParameters
}

func truncated(f float64) (int64, error) {
	switch {
	case math.IsNaN(f):
		return 0, incorrectParameters
	case f >= math.MaxInt64:
		return math.MaxInt64, nil
	case f <= math.MinInt64:
		return math.MinInt64, nil
	}
	return int64(f), nil
}

// decimal reads a whole number with white space around it, a sign, and single
// underscores between digits.
func decimal(s string) (int64, error) {
	s = strings.TrimSpace(s)
	digits := strings.TrimPrefix(s, "+")
	if len(digits) == len(s) {
		digits = strings.TrimPrefix(s, "-")
	}
	prev := byte('_')
	for i := 0; i < len(digits); i++ {
		c := digits[i]
		if (c < '0' || c > '9') && (c != '_' || prev == '_') {
			return 0, incorrectParameters
		}
		prev = c
	}
	if prev == '_' {
		return 0, incorrectParameters
	}
	// ParseInt saturates when a number is out of range, which is the only way in
	// which it can fail here.
	n, _ := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	return n, nil
}

// flag returns the argument number i as a truth value, or byDefault when the
// caller left it out.
func flag(args []any, i int, byDefault bool) bool {
	if i >= len(args) {
		return byDefault
	}
	switch v := args[i].(type) {
	case nil:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case int64:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// scalarText returns a value other than an array or a struct as Python's str()
// writes it.
func scalarText(arg any) (string, bool) {
	switch v := arg.(type) {
	case nil:
		return "None", true
	case string:
		return v, true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		if v {
			return "True", true
		}
		return "False", true
	case float64:
		return floatText(v), true
	case time.Time:
		return v.Format("2006-01-02 15:04:05"), true
	}
	return "", false
}

func floatText(f float64) string {
	switch a := math.Abs(f); {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case a != 0 && (a < 1e-4 || a >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
