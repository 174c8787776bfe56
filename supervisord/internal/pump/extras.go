package pump

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/supervisor-go/supervisor/pkg/capture"
	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// extras is what a stream needs beyond a log.
type extras struct {
	scan     capture.Scanner
	captured capture.Buffer // Max is 0 without capture mode
	strip    stripper
	ansi     bool   // strip control sequences
	events   bool   // report output to Sink.Output
	syslog   string // what lines to syslog begin with; "" without syslog
	line     []byte // the beginning of a line to syslog

	hold     core.Hold // what has to be waited for before more is read
	released bool      // that is over: the next read need not wait
	rest     []byte    // what was read, and waits as well
	draining bool      // nothing waits, because the child has ended
}

// newExtras returns nil if a stream needs nothing.
func newExtras(spec *core.StreamSpec, o *config.Output) *extras {
	x := &extras{captured: capture.Buffer{Max: o.CaptureBytes}, ansi: spec.StripANSI, events: o.Events}
	if o.Syslog {
		x.syslog = spec.Config.Name + " "
	}
	if o.CaptureBytes <= 0 && !x.ansi && !x.events && !o.Syslog {
		return nil
	}
	return x
}

// take hands on what was read.
func (st *stream) take(s *shard, data []byte) {
	switch {
	case st.listener:
		st.takeListener(s, data)
	case st.x == nil:
		if st.sink != nil {
			st.sink.write(data)
		}
		st.debug(s, data)
	case st.x.captured.Max > 0:
		st.feed(s, data)
	default:
		st.deliver(s, capture.Plain, data)
	}
}

var endTag = []byte(capture.End)

// feed looks for tags in what was read, one message after the other. If listeners
// have to catch up, the rest is kept until they have.
func (st *stream) feed(s *shard, data []byte) {
	x := st.x
	for len(data) > 0 && (x.hold == 0 || x.draining) {
		n := len(data)
		if i := bytes.Index(data, endTag); i >= 0 {
			n = i + len(capture.End)
		}
		x.scan.Feed(data[:n], func(kind capture.Kind, part []byte) { st.deliver(s, kind, part) })
		data = data[n:]
	}
	if len(data) == 0 {
		x.rest = nil
		return
	}
	x.rest = append(x.rest[:0], data...)
}

// flushRest hands on all that waits, whether or not listeners have caught up.
func (st *stream) flushRest(s *shard) {
	if x := st.x; x != nil && len(x.rest) > 0 {
		x.draining = true
		st.feed(s, x.rest)
		x.draining = false
	}
}

// deliver hands on one piece of output, in the order of the reference: log,
// activity log, event.
func (st *stream) deliver(s *shard, kind capture.Kind, data []byte) {
	x := st.x
	if kind == capture.Message {
		st.message(s)
		return
	}
	if x.ansi {
		data = x.strip.strip(data)
	}
	if len(data) == 0 {
		return
	}
	if kind == capture.Inside {
		x.captured.Write(data)
	} else {
		st.keep(s, data)
	}
	st.debug(s, data)
	if x.events {
		x.holdUp(s.pump.sink.Output(st.proc.id, int(st.pid), st.channel, data))
	}
}

func (x *extras) holdUp(h core.Hold) {
	if h != 0 {
		x.hold = h
	}
}

// keep writes to the log and to syslog.
func (st *stream) keep(s *shard, data []byte) {
	if st.sink != nil {
		st.sink.write(data)
	}
	if st.x != nil && st.x.syslog != "" {
		st.toSyslog(s, data)
	}
}

// message reports what was between two tags.
func (st *stream) message(s *shard) {
	st.x.holdUp(s.pump.sink.Captured(st.proc.id, int(st.pid), st.channel, st.x.captured.Bytes()))
	st.x.captured.Reset()
	if s.pump.log.Enabled(config.LevelDebug) {
		s.pump.log.Log(config.LevelDebug, fmt.Sprintf("%s %s emitted a comm event", pyrepr.Quote(st.proc.conf.Name), st.channel))
	}
}

// takeListener hands on what an event listener says.
func (st *stream) takeListener(s *shard, data []byte) {
	if s.pump.log.Enabled(config.LevelDebug) {
		s.pump.log.Log(config.LevelDebug, pyrepr.Quote(st.proc.conf.Name)+" "+st.channel.String()+" output:\n"+reprBytes(data))
	}
	kept := data
	if st.x != nil && st.x.ansi {
		kept = st.x.strip.strip(bytes.Clone(data))
	}
	st.keep(s, kept)
	if !st.old { // what a descendant still writes is no word of the next child
		s.pump.sink.ListenerOutput(st.proc.id, data)
	}
}

// debug copies output to the activity log.
func (st *stream) debug(s *shard, data []byte) {
	if !s.pump.log.Enabled(config.LevelDebug) {
		return
	}
	msg := pyrepr.Quote(st.proc.conf.Name) + " " + st.channel.String() + " output:\n"
	if utf8.Valid(data) {
		s.pump.log.LogData(config.LevelDebug, msg, data)
	} else {
		s.pump.log.Log(config.LevelDebug, msg+"Undecodable: "+reprBytes(data))
	}
}

// maxSyslogLine is the length of an unfinished line that is no longer held back.
const maxSyslogLine = 8 << 10

// toSyslog sends whole lines.
func (st *stream) toSyslog(s *shard, data []byte) {
	x := st.x
	end := bytes.LastIndexByte(data, '\n') + 1
	if end == 0 && len(x.line)+len(data) > maxSyslogLine {
		end = len(data)
	}
	if end > 0 {
		s.pump.syslog.Lines(x.syslog, append(x.line, data[:end]...))
		x.line = nil
	}
	x.line = append(x.line, data[end:]...)
}

// finish hands on what was held back when the output is at its end. What stands
// after an opening tag without its closing tag is not reported, as in the
// reference.
func (st *stream) finish(s *shard) {
	x := st.x
	if x == nil || st.listener {
		return
	}
	st.flushRest(s)
	if x.captured.Max > 0 {
		x.scan.Flush(func(kind capture.Kind, part []byte) { st.deliver(s, kind, part) })
	}
	if held := x.strip.flush(); len(held) > 0 && !x.scan.Open() {
		st.keep(s, held)
	}
	if len(x.line) > 0 {
		s.pump.syslog.Lines(x.syslog, x.line)
		x.line = nil
	}
	if x.scan.Open() && s.pump.log.Enabled(config.LevelDebug) {
		s.pump.log.Log(config.LevelDebug, fmt.Sprintf("%s %s ended within a comm event, which is dropped", pyrepr.Quote(st.proc.conf.Name), st.channel))
	}
}
