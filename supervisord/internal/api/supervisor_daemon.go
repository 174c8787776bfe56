package api

import (
	"context"
	"errors"
	"io/fs"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// daemonMethods control supervisord itself and show its log.
func (s *supervisor) daemonMethods() []Method {
	readLog := Method{
		Name:    "readLog",
		Doc:     "Read a part of supervisord's activity log.\n" + readRules,
		Params:  []Param{offsetParam, lengthParam},
		Returns: Result{Type: String, Doc: "what the log holds there"},
		Fn:      s.readMainLog,
	}
	return []Method{
		readLog,
		alias(readLog, "readMainLog"),
		{
			Name:    "clearLog",
			Doc:     "Remove supervisord's activity log and begin a new one.",
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn:      s.clearMainLog,
		},
		{
			Name: "shutdown",
			Doc: `Shut supervisord down. All processes are stopped in the reverse order of their
priorities; the call returns before that is done. While supervisord is
restarting, it ends in place of coming back.`,
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn: func(context.Context, []any) (any, error) {
				s.core.Shutdown()
				return true, nil
			},
		},
		{
			Name: "restart",
			Doc: `Stop all processes, read the configuration again and start anew in the same
process. The call returns before that is done. A configuration that cannot be
read is a CANT_REREAD fault, and nothing is stopped then.`,
			Returns: Result{Type: Boolean, Doc: "always true"},
			Fn: func(context.Context, []any) (any, error) {
				if err := s.core.Restart(); err != nil {
					return nil, err
				}
				return true, nil
			},
		},
	}
}

func (s *supervisor) readMainLog(ctx context.Context, args []any) (any, error) {
	if err := s.log.Sync(ctx); err != nil {
		return nil, wire.NewFault(wire.Failed, "")
	}
	return readLogFile(s.log.Path(), args[0], args[1])
}

func (s *supervisor) clearMainLog(context.Context, []any) (any, error) {
	if !exists(s.log.Path()) {
		return nil, wire.NewFault(wire.NoFile, "")
	}
	if err := s.log.Clear(); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, wire.NewFault(wire.NoFile, "")
		}
		return nil, wire.NewFault(wire.Failed, "")
	}
	return true, nil
}
