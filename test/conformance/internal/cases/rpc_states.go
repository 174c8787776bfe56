package cases

import (
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{
		rpcMatrix("rpc-start", []rpcVerb{
			{"start", func(t *T, n string) { t.RPC("startProcess", n); t.ShowInfo(n, "statename", "spawnerr", "pid") }},
			{"startnowait", func(t *T, n string) { t.RPC("startProcess", n, false) }},
			{"startgroup", func(t *T, n string) { t.RPC("startProcessGroup", n) }},
			{"startstar", func(t *T, n string) { t.RPC("startProcess", n+":*") }},
		}),
		rpcMatrix("rpc-stop", []rpcVerb{
			{"stop", func(t *T, n string) {
				t.RPC("stopProcess", n)
				t.ShowInfo(n, "statename", "pid", "exitstatus", "spawnerr", "description")
			}},
			{"stopnowait", func(t *T, n string) { t.RPC("stopProcess", n, false) }},
			{"stopgroup", func(t *T, n string) { t.RPC("stopProcessGroup", n) }},
			{"signal", func(t *T, n string) { t.RPC("signalProcess", n, "CONT") }},
			{"signalgroup", func(t *T, n string) { t.RPC("signalProcessGroup", n, "CONT") }},
		}),
		rpcMatrix("rpc-query", []rpcVerb{
			{"info", func(t *T, n string) { t.RPC("getProcessInfo", n) }},
			{"stdin", func(t *T, n string) { t.RPC("sendProcessStdin", n, "x\n") }},
			{"read", func(t *T, n string) { t.RPC("readProcessStdoutLog", n, 0, 0) }},
			{"readerr", func(t *T, n string) { t.RPC("readProcessStderrLog", n, 0, 0) }},
			{"tail", func(t *T, n string) { t.RPC("tailProcessStdoutLog", n, 0, 100) }},
			{"clear", func(t *T, n string) { t.RPC("clearProcessLogs", n); t.RPC("readProcessStdoutLog", n, 0, 0) }},
			{"remove", func(t *T, n string) { t.RPC("removeProcessGroup", n) }},
			{"add", func(t *T, n string) { t.RPC("addProcessGroup", n) }},
		}),
	}
})

type rpcVerb struct {
	name string
	do   func(t *T, program string)
}

// rpcMatrix makes a suite that carries out every verb on a program in every
// state.
func rpcMatrix(name string, verbs []rpcVerb) *suite.Suite {
	var names []string
	for _, v := range verbs {
		names = append(names, v.name)
	}
	s := &suite.Suite{Name: name, Config: matrixConfig(names), Before: matrixBefore, Setup: matrixSetup(names), Slow: 30}
	for _, v := range verbs {
		for _, st := range states {
			c := suite.Case{Name: v.name + "-" + st.name, Run: func(t *T) { v.do(t, v.name+"_"+st.name) }}
			if c.Name == "clear-exited" {
				c.Differs = clearDiffers
			}
			s.Cases = append(s.Cases, c)
		}
	}
	return s
}
