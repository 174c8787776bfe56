package cases

import (
	"strconv"

	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{
		ctlMatrix("ctl-start", []ctlVerb{{"start", []string{"start"}}, {"startstar", []string{"start", "*"}}, {"restart", []string{"restart"}}}),
		ctlMatrix("ctl-stop", []ctlVerb{{"stop", []string{"stop"}}, {"stopstar", []string{"stop", "*"}}, {"signal", []string{"signal", "CONT"}}, {"signalstar", []string{"signal", "CONT", "*"}}}),
		ctlMatrix("ctl-query", []ctlVerb{{"status", []string{"status"}}, {"pid", []string{"pid"}}, {"tail", []string{"tail"}},
			{"tailerr", []string{"tail", "stderr"}}, {"clear", []string{"clear"}}, {"add", []string{"add"}}, {"remove", []string{"remove"}}, {"fg", []string{"fg"}}}),
	}
})

type ctlVerb struct {
	name string
	args []string // "*" for the group form, "stderr" is put after the name
}

func ctlMatrix(name string, verbs []ctlVerb) *suite.Suite {
	var names []string
	for _, v := range verbs {
		names = append(names, v.name)
	}
	s := &suite.Suite{Name: name, Config: matrixConfig(names), Before: matrixBefore, Setup: matrixSetup(names), Slow: 30}
	for _, v := range verbs {
		for _, st := range states {
			if v.name == "restart" && st.name == "starting" {
				continue // it waits for its thousand seconds
			}
			program := v.name + "_" + st.name
			s.Cases = append(s.Cases, suite.Case{Name: v.name + "-" + st.name, Run: func(t *T) {
				if pid := t.PID(program); pid > 0 {
					t.Hide(strconv.Itoa(pid), "{PID}")
				}
				t.Ctl(ctlArgs(v.args, program)...)
			}})
		}
	}
	return s
}

func ctlArgs(verb []string, program string) []string {
	var args, after []string
	for _, a := range verb {
		switch a {
		case "*":
			program += ":*"
		case "stderr":
			after = append(after, a)
		default:
			args = append(args, a)
		}
	}
	return append(append(args, program), after...)
}
