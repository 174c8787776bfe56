package api

import (
	"context"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

var (
	offsetParam = Param{Name: "offset", Type: Int, Doc: "where to begin, in bytes"}
	lengthParam = Param{Name: "length", Type: Int, Doc: "how many bytes to read"}
)

// The rules of reading are the same for every log.
const (
	readRules = `
With an offset of 0 or more, length bytes are read from there on, or all that
follows if length is 0. With a negative offset, length must be 0 and the last
-offset bytes are read. Characters that the range cuts are left out. One call
returns at most 16 MiB.`
	tailRules = `
The result is an array: the last length bytes of the log, or what there is; the
size of the log, which is the offset to ask for next; and whether there was more
than length bytes between the given offset and the end of the log. Characters
that the range cuts are left out. One call returns at most 16 MiB.`
)

// logMethods read and clear the logs of processes.
func (s *supervisor) logMethods() []Method {
	readStdout := s.readMethod("readProcessStdoutLog", core.Stdout)
	tailStdout := s.tailMethod("tailProcessStdoutLog", core.Stdout)
	clearLogs := Method{
		Name:    "clearProcessLogs",
		Doc:     "Remove the stdout and stderr logs of a process and begin new ones.",
		Params:  []Param{processParam},
		Returns: Result{Type: Boolean, Doc: "always true"},
		Fn:      s.clearLogs,
	}
	return []Method{
		readStdout,
		alias(readStdout, "readProcessLog"),
		s.readMethod("readProcessStderrLog", core.Stderr),
		tailStdout,
		alias(tailStdout, "tailProcessLog"),
		s.tailMethod("tailProcessStderrLog", core.Stderr),
		clearLogs,
		alias(clearLogs, "clearProcessLog"),
		{
			Name:    "clearAllProcessLogs",
			Doc:     "Remove the logs of all processes and begin new ones.",
			Returns: statuses,
			Fn: func(ctx context.Context, _ []any) (any, error) {
				return list(s.core.ClearAllLogs(ctx))
			},
		},
	}
}

func (s *supervisor) readMethod(name string, ch core.Channel) Method {
	return Method{
		Name:    name,
		Doc:     "Read a part of the " + ch.String() + " log of a process.\n" + readRules,
		Params:  []Param{processParam, offsetParam, lengthParam},
		Returns: Result{Type: String, Doc: "what the log holds there"},
		Fn: func(_ context.Context, args []any) (any, error) {
			v, err := s.process(args[0])
			if err != nil {
				return nil, err
			}
			return readLogFile(LogOf(&v, ch), args[1], args[2])
		},
	}
}

func (s *supervisor) tailMethod(name string, ch core.Channel) Method {
	return Method{
		Name:    name,
		Doc:     "Return the end of the " + ch.String() + " log of a process, and how far it has grown.\n" + tailRules,
		Params:  []Param{processParam, offsetParam, lengthParam},
		Returns: Result{Type: Array, Doc: "[string bytes, int offset, bool overflow]"},
		Fn: func(_ context.Context, args []any) (any, error) {
			v, err := s.process(args[0])
			if err != nil {
				return nil, err
			}
			return tailLogFile(LogOf(&v, ch), args[1], args[2])
		},
	}
}

// LogOf returns the path of a process's log of one channel, or "".
func LogOf(v *core.View, ch core.Channel) string {
	if ch == core.Stderr {
		return v.StderrLog
	}
	return v.StdoutLog
}

func (s *supervisor) clearLogs(ctx context.Context, args []any) (any, error) {
	name, err := text(args[0])
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, badName(name)
	}
	if err := s.core.ClearLogs(ctx, name); err != nil {
		return nil, err
	}
	return true, nil
}
