package wire

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// timeLayout is the one form of dateTime.iso8601 that XML-RPC knows.
const timeLayout = "20060102T15:04:05"

// scalar gives the value of an element without structure. The text of an
// element that nobody knows is its value, as in the reference; without text it
// is nil.
func scalar(e element) (any, error) {
	text := string(e.text)
	switch e.tag {
	case "int", "i4", "i8", "i1", "i2":
		return parseInt(text)
	case "boolean":
		return text == "1", nil
	case "string", "name":
		return text, nil
	case "double":
		return parseDouble(text)
	case "dateTime.iso8601":
		return parseTime(text)
	case "base64":
		return parseBase64(e.text)
	}
	if !e.hasText {
		return nil, nil
	}
	return text, nil
}

// parseInt reads a decimal number as Python's int() does: white space around
// it, a sign and single underscores between digits are allowed. A number beyond
// the range of int becomes the nearest one.
func parseInt(text string) (any, error) {
	s := strings.TrimSpace(text)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || !isDecimal(digits) {
		return nil, fmt.Errorf("%s is not an integer", quote(text))
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, strconv.IntSize)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return nil, fmt.Errorf("%s is not an integer", quote(text))
	}
	return int(n), nil
}

// isDecimal reports whether s is digits with single underscores between them.
func isDecimal(s string) bool {
	prev := byte('_')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '_' && prev == '_' || c != '_' && (c < '0' || c > '9') {
			return false
		}
		prev = c
	}
	return prev != '_'
}

func parseDouble(text string) (any, error) {
	s := strings.TrimSpace(text)
	f, err := strconv.ParseFloat(s, 64)
	if strings.ContainsAny(s, "xXpP_") || err != nil && !errors.Is(err, strconv.ErrRange) {
		return nil, fmt.Errorf("%s is not a number", quote(text))
	}
	return f, nil
}

func parseTime(text string) (any, error) {
	t, err := time.Parse(timeLayout, text)
	if err != nil {
		return nil, fmt.Errorf("%s is not a time such as 20060102T15:04:05", quote(text))
	}
	return t, nil
}

// parseBase64 skips whatever is not of the alphabet, as Python does. The result
// may be any bytes.
func parseBase64(text []byte) (any, error) {
	clean := make([]byte, 0, len(text))
	for _, c := range text {
		if isBase64(c) {
			clean = append(clean, c)
		}
	}
	n, err := base64.StdEncoding.Decode(clean, clean)
	if err != nil {
		return nil, errors.New("the base64 text is damaged")
	}
	return string(clean[:n]), nil
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '='
}

// quote shows the sender's text in an error, shortened.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "..."
	}
	return strconv.Quote(s)
}

// appendDouble writes f as Python's repr does: the shortest text that reads
// back as f, with a point or an exponent.
func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}
