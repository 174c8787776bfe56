package actlog

import (
	"time"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// levelName returns a level as it stands in a line, with the space after it.
func levelName(level config.LogLevel) string {
	switch {
	case level >= config.LevelCritical:
		return "CRIT "
	case level >= config.LevelError:
		return "ERRO "
	case level >= config.LevelWarn:
		return "WARN "
	case level >= config.LevelInfo:
		return "INFO "
	case level >= config.LevelDebug:
		return "DEBG "
	case level >= config.LevelTrace:
		return "TRAC "
	default:
		return "BLAT "
	}
}

// stamp renders times as "2006-01-02 15:04:05,000 ", remembering the last
// second.
type stamp struct {
	second int64
	text   []byte
}

func (s *stamp) append(dst []byte, t time.Time) []byte {
	if second := t.Unix(); s.text == nil || second != s.second {
		s.second = second
		s.text = t.AppendFormat(s.text[:0], time.DateTime)
	}
	ms := t.Nanosecond() / 1e6
	dst = append(dst, s.text...)
	return append(dst, ',', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), ' ')
}

// maxEarly is how many bytes are kept before the log is open.
const maxEarly = 1 << 20

// early keeps lines until the log is open.
type early struct {
	text   []byte
	ends   []int
	levels []config.LogLevel
}

func (e *early) add(level config.LogLevel, line []byte) {
	if len(e.text) > maxEarly {
		return
	}
	e.text = append(e.text, line...)
	e.ends = append(e.ends, len(e.text))
	e.levels = append(e.levels, level)
}

func (e *early) each(f func(config.LogLevel, []byte)) {
	start := 0
	for i, end := range e.ends {
		f(e.levels[i], e.text[start:end])
		start = end
	}
}

// replay hands on all lines and forgets them.
func (e *early) replay(f func(config.LogLevel, []byte)) {
	e.each(f)
	*e = early{}
}
