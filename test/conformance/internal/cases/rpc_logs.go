package cases

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	conf := prog("ten", "printf 0123456789", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/ten.log") +
		prog("uni", `printf 'a\303\274\342\202\254\360\237\230\200z'`, "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/uni.log") +
		prog("bin", `printf '\001\002\377\376x\000y'`, "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/bin.log") +
		prog("empty", "true", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/empty.log") +
		quiet("nolog", "stdout_logfile=NONE", "stderr_logfile=NONE") +
		quiet("devnull", "stdout_logfile={DIR}/null", "stdout_logfile_maxbytes=0") +
		prog("errs", "sh -c 'echo e >&2'", "startsecs=0", "autorestart=false", "stderr_logfile={DIR}/errs.err") +
		prog("markup", "printf '<a>&amp;\"\\047]]>'", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/markup.log") +
		prog("gone", "echo x", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/gone.log")
	return []*suite.Suite{{Name: "rpc-logs", Config: conf, Slow: 10, Cases: rpcLogCases(),
		Setup: func(t *T) {
			for _, n := range []string{"ten", "uni", "bin", "empty", "errs", "markup", "gone"} {
				t.Await(n, "EXITED")
			}
		}}}
})

const clearDiffers = "The reference says true but clears nothing when the process is down; ours clears its logs."

func rpcLogCases() []suite.Case {
	var out []suite.Case
	offsets := []int{0, 1, 5, 9, 10, 11, 100, -1, -5, -10, -11, -100}
	lengths := []int{0, 1, 5, 10, 11, 100, -1, -5}
	for _, m := range []string{"readProcessStdoutLog", "tailProcessStdoutLog"} {
		for _, o := range offsets {
			out = append(out, suite.Case{Name: fmt.Sprintf("%s-%d", m, o), Run: func(t *T) {
				for _, l := range lengths {
					t.RPC(m, "ten", o, l)
				}
			}})
		}
	}
	for _, n := range []string{"empty", "nolog", "devnull", "errs", "markup"} {
		out = append(out, suite.Case{Name: "log-" + n, Run: func(t *T) {
			for _, m := range []string{"readProcessStdoutLog", "readProcessStderrLog", "tailProcessStdoutLog", "tailProcessStderrLog", "readProcessLog", "tailProcessLog"} {
				t.RPC(m, n, 0, 100)
				t.RPC(m, n, -3, 0)
			}
		}})
	}
	out = append(out,
		suite.Case{Name: "unicode-whole", Run: func(t *T) { t.RPC("readProcessStdoutLog", "uni", 0, 0); t.RPC("tailProcessStdoutLog", "uni", 0, 100) }},
		suite.Case{Name: "unicode-cut", Differs: "A read that cuts a character gives HTTP 500 in the reference; ours is a clean cut with a replacement.", Run: func(t *T) {
			for _, o := range []int{2, 4, 7} {
				t.RPC("readProcessStdoutLog", "uni", o, 0)
				t.RPC("tailProcessStdoutLog", "uni", 0, o)
			}
		}},
		suite.Case{Name: "binary", Differs: "Bytes that are no UTF-8 or no XML give HTTP 500 or a broken response in the reference; ours replaces them.", Run: func(t *T) {
			t.RPC("readProcessStdoutLog", "bin", 0, 0)
			t.RPC("tailProcessStdoutLog", "bin", 0, 100)
		}},
		suite.Case{Name: "huge-numbers", Run: func(t *T) {
			t.RPC("readProcessStdoutLog", "ten", 2147483647, 0)
			t.RPC("readProcessStdoutLog", "ten", 0, 2147483647)
			t.RPC("readProcessStdoutLog", "ten", -2147483648, 0)
			t.RPC("tailProcessStdoutLog", "ten", 2147483647, 2147483647)
			t.RPC("tailProcessStdoutLog", "ten", 0, 2147483647)
		}},
		suite.Case{Name: "text-numbers", Run: func(t *T) {
			t.RPC("readProcessStdoutLog", "ten", "3", "4")
			t.RPC("tailProcessStdoutLog", "ten", "3", "4")
		}},
		crash(suite.Case{Name: "words-for-numbers", Run: func(t *T) {
			t.RPC("readProcessStdoutLog", "ten", "x", 0)
			t.RPC("readProcessStdoutLog", "ten", 0, "")
			t.RPC("tailProcessStdoutLog", "ten", "x", 0)
		}}),
		suite.Case{Name: "clear-then-read", Differs: clearDiffers, Run: func(t *T) {
			t.RPC("clearProcessLogs", "gone")
			t.RPC("readProcessStdoutLog", "gone", 0, 0)
			t.RPC("clearProcessLogs", "gone")
		}},
		suite.Case{Name: "clear-nolog", Run: func(t *T) { t.RPC("clearProcessLogs", "nolog") }},
		suite.Case{Name: "main-log", Run: func(t *T) {
			v, _ := t.Call("readLog", 0, 100).(string)
			t.Printf("%d characters, as in the file: %v", len(v), strings.HasPrefix(t.Read("log"), v))
			v, _ = t.Call("readMainLog", -50, 0).(string)
			t.Printf("%d characters, as in the file: %v", len(v), strings.HasSuffix(t.Read("log"), v))
			t.RPC("readLog", -1, -1)
			t.RPC("readLog", 0, -1)
			t.RPC("readLog", 10000000, 0)
		}},
		suite.Case{Name: "clear-main-log", Run: func(t *T) {
			t.RPC("clearLog")
			t.ShowLog(".")
			t.RPC("readLog", 0, 0)
		}},
		suite.Case{Name: "tail-offsets-follow", Run: func(t *T) {
			offset := 0
			for range 4 {
				v, _ := t.Call("tailProcessStdoutLog", "ten", offset, 4).(array)
				t.Printf("%s", harness.Show(v))
				if len(v) == 3 {
					offset, _ = v[1].(int)
				}
			}
		}},
	)
	return out
}
