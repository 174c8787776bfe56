package core

import (
	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// Preview reads the configuration file and tells how it differs from what is in
// force: the active groups, and the rest as it was at the start. Nothing is
// changed, and what was read is not kept for AddGroup and UpdateGroup. Fault:
// CANT_REREAD with the reader's message.
func (l *Loop) Preview() (next *config.Config, changes config.Changes, err error) {
	next, err = l.opts.Load()
	if err != nil {
		return nil, changes, wire.NewFault(wire.CantReread, err.Error())
	}
	inForce := *l.opts.Config
	if err := l.do(func(s *state) {
		inForce.Groups = make([]config.Group, 0, len(s.order))
		for _, g := range s.order {
			inForce.Groups = append(inForce.Groups, *g.cfg)
		}
	}); err != nil {
		return nil, changes, err
	}
	return next, config.Diff(&inForce, next), nil
}
