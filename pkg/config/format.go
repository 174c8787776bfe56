package config

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/internal/pytext"
)

// undefinedName is the error of a %(name)s whose name is not defined.
type undefinedName struct{ name string }

func (e *undefinedName) Error() string { return "undefined name " + e.name }

// format does what Python's "text % mapping" does for a mapping of texts and
// integers: https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting.
// The error is an *undefinedName, or has the message of Python's ValueError or
// TypeError.
//
// A directive without a name, such as %s, would stand for the whole mapping in
// Python, and so print every environment variable; here it is an error.
func format(text string, exp *expansions) (string, error) {
	if strings.IndexByte(text, '%') < 0 {
		return text, nil
	}
	f := formatter{text: text, exp: exp}
	for f.pos < len(f.text) {
		i := strings.IndexByte(f.text[f.pos:], '%')
		if i < 0 {
			f.out.WriteString(f.text[f.pos:])
			break
		}
		f.out.WriteString(f.text[f.pos : f.pos+i])
		f.pos += i + 1
		if err := f.directive(); err != nil {
			return "", err
		}
	}
	return f.out.String(), nil
}

type formatter struct {
	text string
	pos  int
	out  strings.Builder
	exp  *expansions
	used bool // a directive has taken a value

	offset0, index0 int // the last question to index, and its answer
}

// spec is one conversion: flags, width, precision and type.
type spec struct {
	minus, plus, space, alt, zero bool
	width                         int
	precision                     int // -1: none given
	verb                          rune
	verbPos                       int // byte offset of verb
}

var (
	errIncomplete = errors.New("incomplete format")
	errTooFew     = errors.New("not enough arguments for format string")
)

// maxField bounds widths and precisions. Python has no such bound short of
// memory; no configuration needs as much.
const maxField = 1 << 16

// directive handles what follows a percent sign.
func (f *formatter) directive() error {
	if strings.HasPrefix(f.text[f.pos:], "%") {
		f.out.WriteByte('%')
		f.pos++
		return nil
	}
	name, named, err := f.name()
	if err != nil {
		return err
	}
	var value expansion
	if named {
		var ok bool
		if value, ok = f.exp.lookup(name); !ok {
			return &undefinedName{name}
		}
	}
	s, err := f.spec(named && value.isNumber)
	if err != nil {
		return err
	}
	if !named {
		return f.unnamed(s)
	}
	f.used = true
	converted, err := convert(s, value, f.index(s.verbPos))
	if err != nil {
		return err
	}
	f.out.WriteString(converted)
	return nil
}

// index turns a byte offset, which is not before the last one that was asked
// for, into Python's index of the character.
func (f *formatter) index(offset int) int {
	f.index0 += utf8.RuneCountInString(f.text[f.offset0:offset])
	f.offset0 = offset
	return f.index0
}

// name reads "(name)"; parentheses within it nest.
func (f *formatter) name() (name string, named bool, err error) {
	if f.pos >= len(f.text) || f.text[f.pos] != '(' {
		return "", false, nil
	}
	depth := 1
	for i := f.pos + 1; i < len(f.text); i++ {
		switch f.text[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			name = f.text[f.pos+1 : i]
			f.pos = i + 1
			return name, true, nil
		}
	}
	return "", false, errors.New("incomplete format key")
}

// spec reads flags, width, precision, a length modifier without meaning, and
// the conversion type. A '*' takes the directive's own value, so that none is
// left to convert.
func (f *formatter) spec(numeric bool) (spec, error) {
	s := spec{precision: -1}
	for ; f.pos < len(f.text) && s.flag(f.text[f.pos]); f.pos++ {
	}
	var err error
	if s.width, err = f.number("width too big", numeric); err != nil {
		return s, err
	}
	if f.pos < len(f.text) && f.text[f.pos] == '.' {
		f.pos++
		if s.precision, err = f.number("precision too big", numeric); err != nil {
			return s, err
		}
	}
	if f.pos < len(f.text) && strings.IndexByte("hlL", f.text[f.pos]) >= 0 {
		f.pos++
	}
	if f.pos >= len(f.text) {
		return s, errIncomplete
	}
	r, size := utf8.DecodeRuneInString(f.text[f.pos:])
	if r == utf8.RuneError && size == 1 {
		r = 0xdc00 + rune(f.text[f.pos]) // as Python sees a byte that is not UTF-8
	}
	s.verb, s.verbPos = r, f.pos
	f.pos += size
	return s, nil
}

func (s *spec) flag(c byte) bool {
	switch c {
	case '-':
		s.minus = true
	case '+':
		s.plus = true
	case ' ':
		s.space = true
	case '#':
		s.alt = true
	case '0':
		s.zero = true
	default:
		return false
	}
	return true
}

func (f *formatter) number(tooBig string, numeric bool) (int, error) {
	if f.pos < len(f.text) && f.text[f.pos] == '*' {
		if f.used || numeric {
			return 0, errTooFew
		}
		return 0, errors.New("* wants int")
	}
	n := 0
	for f.pos < len(f.text) && '0' <= f.text[f.pos] && f.text[f.pos] <= '9' {
		if n = n*10 + int(f.text[f.pos]-'0'); n > maxField {
			return 0, errors.New(tooBig)
		}
		f.pos++
	}
	return n, nil
}

// unnamed is a directive without a name.
func (f *formatter) unnamed(s spec) error {
	if f.used {
		return errTooFew
	}
	switch s.verb {
	case 's', 'r', 'a':
		return fmt.Errorf("%%%c without a name in parentheses", s.verb)
	case 'd', 'i', 'u':
		return fmt.Errorf("%%%c format: a real number is required, not dict", s.verb)
	case 'o', 'x', 'X':
		return fmt.Errorf("%%%c format: an integer is required, not dict", s.verb)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return errors.New("must be real number, not dict")
	case 'c':
		return errors.New("%c requires int or char")
	}
	return unsupported(s.verb, f.index(s.verbPos))
}

func unsupported(verb rune, index int) error {
	shown := verb
	if verb < 31 || verb > 126 {
		shown = '?'
	}
	return fmt.Errorf("unsupported format character '%c' (0x%x) at index %d", shown, verb, index)
}

// convert renders one value.
func convert(s spec, v expansion, index int) (string, error) {
	switch s.verb {
	case 's':
		return s.pad(s.cut(v.text)), nil
	case 'r', 'a':
		return s.pad(s.cut(repr(v, s.verb == 'a'))), nil
	case 'c':
		return s.char(v)
	case 'd', 'i', 'u':
		if !v.isNumber {
			return "", fmt.Errorf("%%%c format: a real number is required, not str", s.verb)
		}
		return s.integer(v.number, 10), nil
	case 'o', 'x', 'X':
		if !v.isNumber {
			return "", fmt.Errorf("%%%c format: an integer is required, not str", s.verb)
		}
		return s.integer(v.number, map[rune]int{'o': 8, 'x': 16, 'X': 16}[s.verb]), nil
	case 'e', 'E', 'f', 'F', 'g', 'G':
		if !v.isNumber {
			return "", errors.New("must be real number, not str")
		}
		return s.float(v.number), nil
	}
	return "", unsupported(s.verb, index)
}

func repr(v expansion, ascii bool) string {
	if v.isNumber {
		return v.text
	}
	r := pytext.Repr(v.text)
	if !ascii {
		return r
	}
	var b strings.Builder
	for _, c := range r {
		switch {
		case c < 0x80:
			b.WriteRune(c)
		case c < 0x100:
			fmt.Fprintf(&b, `\x%02x`, c)
		case c < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			fmt.Fprintf(&b, `\U%08x`, c)
		}
	}
	return b.String()
}

// cut limits a text to the precision.
func (s spec) cut(text string) string {
	if s.precision < 0 || s.precision >= len(text) {
		return text
	}
	n := 0
	for i := range text {
		if n == s.precision {
			return text[:i]
		}
		n++
	}
	return text
}

// pad fills a text up to the width with spaces.
func (s spec) pad(text string) string {
	missing := s.width - utf8.RuneCountInString(text)
	switch {
	case missing <= 0:
		return text
	case s.minus:
		return text + strings.Repeat(" ", missing)
	default:
		return strings.Repeat(" ", missing) + text
	}
}

// padNumber fills a number up to the width; prefix is its sign and 0x or 0o.
func (s spec) padNumber(prefix, digits string) string {
	if s.zero && !s.minus {
		if missing := s.width - len(prefix) - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
	}
	return s.pad(prefix + digits)
}

func (s spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case s.plus:
		return "+"
	case s.space:
		return " "
	}
	return ""
}

func (s spec) integer(n int64, base int) string {
	abs := new(big.Int).Abs(big.NewInt(n))
	digits := abs.Text(base)
	if missing := s.precision - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	prefix := s.sign(n < 0)
	if s.alt && base != 10 {
		prefix += map[int]string{8: "0o", 16: "0x"}[base]
	}
	if s.verb == 'X' {
		prefix, digits = strings.ToUpper(prefix), strings.ToUpper(digits)
	}
	return s.padNumber(prefix, digits)
}

func (s spec) float(n int64) string {
	x := math.Abs(float64(n))
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	verb := byte(s.verb)
	switch {
	case verb == 'F':
		verb = 'f'
	case (verb == 'g' || verb == 'G') && precision == 0:
		precision = 1
	}
	digits := strconv.FormatFloat(x, verb, precision, 64)
	if verb == 'g' || verb == 'G' {
		digits = s.general(x, verb, precision)
	} else if s.alt && precision == 0 {
		digits = addPoint(digits)
	}
	return s.padNumber(s.sign(n < 0), digits)
}

// general renders %g: FormatFloat chooses the exponent form by other rules, and
// the # flag keeps trailing zeros.
func (s spec) general(x float64, verb byte, precision int) string {
	flags := "%"
	if s.alt {
		flags = "%#"
	}
	return fmt.Sprintf(flags+".*"+string(verb), precision, x)
}

// addPoint puts a decimal point behind the mantissa.
func addPoint(digits string) string {
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		return digits[:i] + "." + digits[i:]
	}
	return digits + "."
}

// char renders %c: one character, or the character of that number.
func (s spec) char(v expansion) (string, error) {
	if !v.isNumber {
		if utf8.RuneCountInString(v.text) != 1 {
			return "", errors.New("%c requires int or char")
		}
		return s.pad(v.text), nil
	}
	if v.number < 0 || v.number > utf8.MaxRune {
		return "", errors.New("%c arg not in range(0x110000)")
	}
	return s.pad(string(rune(v.number))), nil
}
