package api

import (
	"context"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// inputMethods give processes something to read.
func (s *supervisor) inputMethods() []Method {
	return []Method{{
		Name: "sendProcessStdin",
		Doc: `Write text to the standard input of a process, in UTF-8; a base64 value is written
byte for byte. A process that does not run is a NOT_RUNNING fault, one that has
closed its standard input NO_FILE.`,
		Params: []Param{
			processParam,
			{Name: "chars", Type: String, Doc: "what to write"},
		},
		Returns: Result{Type: Boolean, Doc: "always true"},
		Fn:      s.sendStdin,
	}}
}

func (s *supervisor) sendStdin(ctx context.Context, args []any) (any, error) {
	chars, ok := args[1].(string)
	if !ok {
		if args[1] == nil {
			return nil, incorrectParameters
		}
		shown, _ := scalarText(args[1])
		return nil, wire.NewFault(wire.IncorrectParameters, shown)
	}
	name, err := text(args[0])
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, badName(name)
	}
	if err := s.core.WriteStdin(ctx, name, []byte(chars)); err != nil {
		return nil, err
	}
	return true, nil
}

// remoteCommMethod emits events. It works while the daemon is shutting down.
func (s *supervisor) remoteCommMethod() Method {
	return Method{
		Name: "sendRemoteCommEvent",
		Doc: `Emit an event of the type REMOTE_COMMUNICATION, which event listeners can
subscribe to.`,
		Params: []Param{
			{Name: "type", Type: String, Doc: "what listeners find under \"type\""},
			{Name: "data", Type: String, Doc: "the body of the event"},
		},
		Returns: Result{Type: Boolean, Doc: "always true"},
		Fn: func(ctx context.Context, args []any) (any, error) {
			typ, ok := scalarText(args[0])
			data, ok2 := scalarText(args[1])
			if !ok || !ok2 {
				return nil, incorrectParameters
			}
			if err := s.core.RemoteEvent(ctx, typ, data); err != nil {
				return nil, err
			}
			return true, nil
		},
	}
}
