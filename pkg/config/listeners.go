package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/pkg/ini"
)

// readEventListener reads an [eventlistener:x] section, in Supervisor's order.
func (r *reader) readEventListener(sec *ini.Section) {
	s := r.groupScope(sec, EventListenerSection)
	g := Group{
		Kind:     ListenerPool,
		Name:     s.name(),
		Section:  sec.Name(),
		Priority: value(s, "priority", ParseInt),
	}
	g.BufferSize = value(s, "buffer_size", ParseInt)
	_, _, g.BufferSizeSet = s.raw("buffer_size")
	if g.BufferSize < 1 {
		s.badSection("buffer_size", "the buffer is too small", "a number of events of at least 1",
			fmt.Sprintf("[%s] section sets invalid buffer_size (%d)", sec.Name(), g.BufferSize))
	}
	s.resultHandler()
	g.Events = s.events()
	if value(s, "redirect_stderr", ParseBool) {
		s.badSection("redirect_stderr",
			"an event listener must not mix its messages into stdout, on which it speaks with supervisord", "false",
			fmt.Sprintf("[%s] section sets redirect_stderr=true but this is not allowed because it will interfere with the eventlistener protocol", sec.Name()))
	}
	g.Processes = r.processes(sec, EventListenerSection, g.Name)
	g.RestartUnknown = value(s, "restart_unknown", ParseBool)
	g.Set = s.setOf(g.Processes)
	r.cfg.Groups = append(r.cfg.Groups, g)
}

const defaultResultHandler = "supervisor.dispatchers:default_handler"

// resultHandler looks at result_handler, which names a Python function: there
// is only the standard one.
func (s *scope) resultHandler() {
	handler := value(s, "result_handler", plainText)
	if handler != defaultResultHandler {
		s.warn("result_handler", fmt.Sprintf("%s is a Python function and is not called; a result OK accepts an event, and FAIL rejects it", s.shown("result_handler", handler)))
	}
}

// events reads the event types of a pool.
func (s *scope) events() []string {
	text, _ := s.text("events")
	names := ParseList(strings.ToUpper(text))
	if len(names) == 0 {
		s.badSection("events", "an event listener needs event types", "events = names of event types with commas between them",
			fmt.Sprintf("[%s] section requires an \"events\" line", s.sec.Name()))
	}
	for _, name := range names {
		if event.Legacy(name) {
			s.warn("events", fmt.Sprintf("%s is an event type of Supervisor 3.0a3 and is deprecated", name))
			continue
		}
		if !event.Known(name) {
			allowed := "a type listed in the manual"
			if near := nearest(name, event.Names()); near != "" {
				allowed += "; did you mean " + near + "?"
			}
			shown := s.shown("events", name)
			s.badItem("events", name, fmt.Sprintf("there is no event type %q", shown), allowed,
				fmt.Sprintf("Unknown event type %s in [%s] events", shown, s.sec.Name()))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
