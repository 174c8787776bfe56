package cases

import (
	"fmt"
	"strings"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	return []*suite.Suite{{Name: "events", Slow: 40, Cases: append(eventTypes(), eventProtocol()...)}}
})

// listenerConf is a listener that records what it gets in the file ev.
func listenerConf(events string, lines ...string) string {
	return section("eventlistener:l", append([]string{"command={SELF} child-listener {DIR}/ev", "events=" + events, "startsecs=0", "buffer_size=100"}, lines...)...)
}

// eventTypes provoke every type of event and show header and payload.
func eventTypes() []suite.Case {
	once := []string{"startsecs=0", "autorestart=false", "autostart=false"}
	about := func(name, events, conf string, n int, drive func(t *T)) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			t.Write("directory/x", "")
			t.Start(listenerConf(events) + conf)
			t.Await("l", "RUNNING")
			drive(t)
			t.ShowEvents(t.AwaitEvents("ev", n, harness.About("p")))
		}}
	}
	start := func(t *T) { t.Call("startProcess", "p", false) }
	differs := func(reason string, c suite.Case) suite.Case {
		c.Differs = reason
		return c
	}
	return []suite.Case{
		about("exit-expected", "PROCESS_STATE", prog("p", "true", once...), 3, start),
		about("exit-unexpected", "PROCESS_STATE", prog("p", "sh -c 'exit 3'", once...), 3, start),
		about("exit-signal", "PROCESS_STATE", prog("p", "sh -c 'kill -9 $$'", once...), 3, start),
		about("stop", "PROCESS_STATE", quiet("p", "autostart=false"), 4, func(t *T) {
			start(t)
			t.Await("p", "RUNNING")
			t.Call("stopProcess", "p")
		}),
		about("backoff-fatal", "PROCESS_STATE", prog("p", "sh -c 'exit 1'", "autostart=false", "startsecs=60", "startretries=1"), 5, start),
		about("spawn-error-fatal", "PROCESS_STATE", prog("p", "sleep 1", "autostart=false", "startretries=0", "stdout_logfile={DIR}/directory"), 3, start),
		about("starting-then-running", "PROCESS_STATE", prog("p", "sleep 1000", "autostart=false", "startsecs=1"), 2, start),
		about("stop-while-starting", "PROCESS_STATE", prog("p", "sleep 1000", "autostart=false", "startsecs=100"), 3, func(t *T) {
			start(t)
			t.Await("p", "STARTING")
			t.Call("stopProcess", "p")
		}),
		about("stop-in-backoff", "PROCESS_STATE", prog("p", "sleep 1", "autostart=false", "startretries=50", "stdout_logfile={DIR}/directory"), 3, func(t *T) {
			start(t)
			t.Await("p", "BACKOFF")
			t.Call("stopProcess", "p")
		}),
		about("only-running", "PROCESS_STATE_RUNNING", prog("p", "true", once...), 1, start),
		about("group-name", "PROCESS_STATE_RUNNING", quiet("p", "autostart=false")+"[group:gruppe]\nprograms=p\n", 1, func(t *T) { t.Call("startProcess", "gruppe:p", false) }),
		about("unicode-name", "PROCESS_STATE_RUNNING", prog("p", "sleep 1000", "autostart=false", "startsecs=0", "process_name=p")+"[group:grüppe]\nprograms=p\n", 1, func(t *T) { t.Call("startProcess", "grüppe:p", false) }),
		about("log-stdout", "PROCESS_LOG_STDOUT", prog("p", "sh -c 'echo out; echo err >&2'", append(once, "stdout_events_enabled=true", "stderr_events_enabled=true")...), 1, start),
		about("log-stderr", "PROCESS_LOG_STDERR", prog("p", "sh -c 'echo out; echo err >&2'", append(once, "stdout_events_enabled=true", "stderr_events_enabled=true")...), 1, start),
		about("log-both", "PROCESS_LOG", prog("p", "sh -c 'echo out; sleep 0.3; echo err >&2'", append(once, "stdout_events_enabled=true", "stderr_events_enabled=true")...), 2, start),
		about("log-unicode", "PROCESS_LOG", prog("p", `printf 'gr\303\274n\n'`, append(once, "stdout_events_enabled=true")...), 1, start),
		about("log-redirected", "PROCESS_LOG", prog("p", "sh -c 'echo err >&2'", append(once, "stdout_events_enabled=true", "redirect_stderr=true")...), 1, start),
		about("communication-stdout", "PROCESS_COMMUNICATION", prog("p", `printf 'a<!--XSUPERVISOR:BEGIN-->hello\nworld<!--XSUPERVISOR:END-->b'`, append(once, "stdout_capture_maxbytes=1MB")...), 1, start),
		about("communication-stderr", "PROCESS_COMMUNICATION_STDERR", prog("p", `sh -c 'printf "<!--XSUPERVISOR:BEGIN-->hello<!--XSUPERVISOR:END-->" >&2'`, append(once, "stderr_capture_maxbytes=1MB")...), 1, start),
		about("communication-two", "PROCESS_COMMUNICATION_STDOUT", prog("p", `printf '<!--XSUPERVISOR:BEGIN-->one<!--XSUPERVISOR:END--><!--XSUPERVISOR:BEGIN-->two<!--XSUPERVISOR:END-->'`, append(once, "stdout_capture_maxbytes=1MB")...), 2, start),
		differs("An empty message between the capture tags is an event too; the reference makes none until more output follows.", about("communication-empty", "PROCESS_COMMUNICATION_STDOUT,PROCESS_STATE_EXITED", prog("p", `printf '<!--XSUPERVISOR:BEGIN--><!--XSUPERVISOR:END-->'`, append(once, "stdout_capture_maxbytes=1MB")...), 1, start)),
		about("communication-split", "PROCESS_COMMUNICATION_STDOUT", prog("p", `sh -c 'printf "x<!--XSUPERVI"; sleep 0.2; printf "SOR:BEGIN-->he"; sleep 0.2; printf "llo<!--XSUPERVISOR:E"; sleep 0.2; printf "ND-->y"'`, append(once, "stdout_capture_maxbytes=1MB")...), 1, start),
		{Name: "log-not-utf8", Run: func(t *T) {
			t.Start(listenerConf("PROCESS_LOG") + prog("p", `printf '\377\376x'`, append(once, "stdout_events_enabled=true")...))
			t.Await("l", "RUNNING")
			start(t)
			t.ShowEvents(t.AwaitEvents("ev", 1, harness.About("p")))
		}},
		{Name: "remote", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION"))
			t.Await("l", "RUNNING")
			t.Call("sendRemoteCommEvent", "kind", "some\ndata")
			t.Call("sendRemoteCommEvent", "", "")
			t.ShowEvents(t.AwaitEvents("ev", 2, nil))
		}},
		{Name: "remote-unicode", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION"))
			t.Await("l", "RUNNING")
			t.Call("sendRemoteCommEvent", "kïnd", "dätä")
			t.ShowEvents(t.AwaitEvents("ev", 1, nil))
		}},
		{Name: "supervisor-running", Run: func(t *T) {
			t.Start(listenerConf("SUPERVISOR_STATE_CHANGE"))
			t.ShowEvents(t.AwaitEvents("ev", 1, nil))
		}},
		{Name: "supervisor-stopping", Run: func(t *T) {
			t.Start(listenerConf("SUPERVISOR_STATE_CHANGE_STOPPING") + prog("slow", `sh -c 'trap "sleep 1; exit" TERM; echo ready; while :; do sleep 0.1; done'`, "startsecs=0", "stdout_logfile={DIR}/slow"))
			t.Until("ready", func() bool { return t.Read("slow") == "ready\n" })
			t.Await("l", "RUNNING")
			t.Call("shutdown")
			t.Printf("%s", t.D.Ended())
			t.ShowEvents(t.Events("ev"))
		}},
		{Name: "groups", Run: func(t *T) {
			t.Start(listenerConf("PROCESS_GROUP") + quiet("p", "autostart=false"))
			t.Await("l", "RUNNING")
			t.Call("removeProcessGroup", "p")
			t.Call("addProcessGroup", "p")
			t.ShowEvents(t.AwaitEvents("ev", 3, func(e harness.Event) bool { return e.Payload == "groupname:p\n" }))
		}},
		{Name: "groups-at-start", Run: func(t *T) {
			t.Start(listenerConf("PROCESS_GROUP_ADDED") + quiet("p", "autostart=false") + quiet("before", "autostart=false", "priority=-10"))
			t.ShowEvents(t.AwaitEvents("ev", 2, nil))
		}},
		{Name: "tick", Run: func(t *T) {
			t.Start(listenerConf("TICK_5"))
			t.ShowEvents(t.AwaitEvents("ev", 1, nil)[:1])
			e := t.Events("ev")[0]
			var when int
			fmt.Sscanf(e.Payload, "when:%d", &when)
			t.Printf("a multiple of five: %v", when%5 == 0 && when > 0)
		}},
		{Name: "everything", Run: func(t *T) {
			t.Start(listenerConf("EVENT") + prog("p", "true", once...))
			t.Await("l", "RUNNING")
			start(t)
			t.AwaitEvents("ev", 3, harness.About("p"))
			seen := map[string]bool{}
			for _, e := range t.Events("ev") {
				if e.Name() != "TICK_5" && e.Name() != "TICK_60" && e.Name() != "TICK_3600" {
					seen[e.Name()] = true
				}
			}
			t.Printf("%s", strings.Join(sortedNames(seen), "\n"))
		}},
		{Name: "subscribed-twice", Differs: "A listener that subscribes to a type and to its subtype gets such an event twice from the reference, once from ours.", Run: func(t *T) {
			t.Start(listenerConf("PROCESS_STATE,PROCESS_STATE_RUNNING") + quiet("p", "autostart=false"))
			t.Await("l", "RUNNING")
			start(t)
			t.Await("p", "RUNNING")
			t.Call("stopProcess", "p")
			t.AwaitEvents("ev", 1, func(e harness.Event) bool {
				return e.Name() == "PROCESS_STATE_STOPPED" && strings.Contains(e.Payload, "processname:p ")
			})
			n := 0
			for _, e := range t.Events("ev") {
				if e.Name() == "PROCESS_STATE_RUNNING" && strings.Contains(e.Payload, "processname:p ") {
					n++
				}
			}
			t.Printf("RUNNING came %d times", n)
		}},
		{Name: "own-events", Run: func(t *T) {
			t.Start(listenerConf("PROCESS_STATE"))
			t.ShowEvents(t.AwaitEvents("ev", 1, harness.About("l"))[:1])
		}},
	}
}

// eventProtocol is about the conversation with listeners.
func eventProtocol() []suite.Case {
	send := func(t *T, n int) {
		for i := range n {
			t.Call("sendRemoteCommEvent", "n", fmt.Sprint(i))
		}
	}
	payloads := func(events []harness.Event) string {
		var out []string
		for _, e := range events {
			out = append(out, strings.TrimPrefix(e.Payload, "type:n\n"))
		}
		return strings.Join(out, " ")
	}
	talk := func(name, answers string, events, expect int) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			t.Start("[supervisord]\nloglevel=debug\n" + section("eventlistener:l", "command={SELF} child-listener {DIR}/ev "+answers, "events=REMOTE_COMMUNICATION", "startsecs=0"))
			t.Await("l", "RUNNING")
			send(t, events)
			got := t.AwaitEvents("ev", expect, nil)
			t.Printf("%s", payloads(got))
			t.AwaitLog(`l: event was (processed|rejected)`, expect)
			for _, l := range harness.Lines(t.SettledLog(), `l: (BUSY|READY|ACKNOWLEDGED|UNKNOWN)|listener|rebuffer|overflow|rejected|processed`) {
				// Whether a second event has to wait for the first is chance.
				if !strings.Contains(l, "rebuffering event 1") {
					t.Printf("  %s", l)
				}
			}
		}}
	}
	return []suite.Case{
		talk("ok", "", 2, 2),
		talk("fail-then-ok", "FAIL OK", 1, 2),
		{Name: "serials", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION"))
			t.Await("l", "RUNNING")
			send(t, 3)
			events := t.AwaitEvents("ev", 3, nil)
			for i, e := range events {
				t.Printf("poolserial %s, serial after the one before: %v", e.Field("poolserial"), i == 0 || e.Field("serial") > events[i-1].Field("serial"))
			}
		}},
		{Name: "header-form", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION"))
			t.Await("l", "RUNNING")
			send(t, 1)
			h := t.AwaitEvents("ev", 1, nil)[0].Header
			var keys []string
			for _, tok := range strings.Split(h, " ") {
				k, _, _ := strings.Cut(tok, ":")
				keys = append(keys, k)
			}
			t.Printf("%v", keys)
		}},
		{Name: "bad-result", Run: func(t *T) {
			t.Start("[supervisord]\nloglevel=debug\n" + section("eventlistener:l", `command={SELF} child-listener {DIR}/ev "NONSENSE"`, "events=REMOTE_COMMUNICATION", "startsecs=0"))
			t.Await("l", "RUNNING")
			send(t, 1)
			t.AwaitEvents("ev", 1, nil)
			t.AwaitLog("UNKNOWN", 1)
			send(t, 1)
			t.ShowLog(`l: .*UNKNOWN|bad result`)
			t.ShowInfo("l", "statename")
		}},
		{Name: "unknown-result", Run: func(t *T) {
			t.Write("answer", "")
			t.Start("[supervisord]\nloglevel=debug\n" + section("eventlistener:l", `command=sh -c 'while :; do echo READY; read line; echo "$line" >>{DIR}/ev; head -c 8 >/dev/null; printf "RESULT 4\nWHAT"; done'`, "events=REMOTE_COMMUNICATION", "startsecs=0"))
			t.Await("l", "RUNNING")
			send(t, 1)
			t.AwaitLog("event was", 1)
			t.ShowLogOnce(`event was|l: `)
		}},
		{Name: "never-ready", Run: func(t *T) {
			t.Start(section("eventlistener:l", "command=sleep 1000", "events=REMOTE_COMMUNICATION", "startsecs=0", "buffer_size=2"))
			t.Await("l", "RUNNING")
			send(t, 5)
			// Ours does not repeat this for each event.
			t.AwaitLog("overflow", 1)
			t.Printf("%s", harness.Lines(t.Log(), "pool l event buffer overflowed, discarding event")[0])
		}},
		{Name: "not-started", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION", "autostart=false", "buffer_size=3"))
			send(t, 5)
			t.AwaitLog("overflow", 1)
			t.Call("startProcess", "l")
			t.Printf("%s", payloads(t.AwaitEvents("ev", 3, nil)))
		}},
		{Name: "pool-of-two", Run: func(t *T) {
			t.Start(section("eventlistener:l", `command=sh -c 'exec {SELF} child-listener {DIR}/ev'`, "events=REMOTE_COMMUNICATION", "startsecs=0", "numprocs=2", "process_name=%(process_num)d", "buffer_size=50"))
			t.Await("l:0", "RUNNING")
			t.Await("l:1", "RUNNING")
			send(t, 10)
			seen := map[string]int{}
			for _, e := range t.AwaitEvents("ev", 10, nil) {
				seen[e.Payload]++
			}
			t.Printf("%d events, each once: %v", len(seen), len(t.Events("ev")) == 10)
		}},
		{Name: "two-pools", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION") + strings.NewReplacer("eventlistener:l", "eventlistener:k", "{DIR}/ev", "{DIR}/ev2").Replace(listenerConf("EVENT")))
			t.Await("l", "RUNNING")
			t.Await("k", "RUNNING")
			send(t, 2)
			t.Printf("%s", payloads(t.AwaitEvents("ev", 2, nil)))
			t.Printf("%s", payloads(t.AwaitEvents("ev2", 2, func(e harness.Event) bool { return e.Name() == "REMOTE_COMMUNICATION" })))
		}},
		{Name: "listener-dies-busy", Run: func(t *T) {
			t.Start("[supervisord]\nloglevel=debug\n" + section("eventlistener:l", `command=sh -c 'echo READY; read line; echo "$line" >>{DIR}/ev; exit 1'`, "events=REMOTE_COMMUNICATION", "startsecs=0", "autorestart=true"))
			t.Await("l", "RUNNING|EXITED|STARTING")
			send(t, 1)
			t.Until("the event to come again", func() bool { return strings.Count(t.Read("ev"), "\n") >= 2 })
			for i, l := range strings.Split(t.Read("ev"), "\n")[:2] {
				e := harness.Event{Header: l}
				t.Printf("%d: %s poolserial %s", i, e.Name(), e.Field("poolserial"))
			}
		}},
		{Name: "listener-stdout-log", Run: func(t *T) {
			t.Start(listenerConf("REMOTE_COMMUNICATION", "stdout_logfile={DIR}/o"))
			t.Await("l", "RUNNING")
			send(t, 1)
			t.AwaitEvents("ev", 1, nil)
			t.Until("the answer", func() bool {
				return strings.HasSuffix(t.Read("o"), "READY\n") && strings.Contains(t.Read("o"), "RESULT")
			})
			t.Printf("%q", t.Read("o"))
		}},
		{Name: "capture-needs-no-listener", Run: func(t *T) {
			t.Start(prog("p", `printf '<!--XSUPERVISOR:BEGIN-->x<!--XSUPERVISOR:END-->'`, "startsecs=0", "autorestart=false", "stdout_capture_maxbytes=10"))
			t.Await("p", "EXITED")
			t.RPC("getState")
		}},
		{Name: "capture-limit", Run: func(t *T) {
			t.Start(listenerConf("PROCESS_COMMUNICATION") + prog("p", `printf '<!--XSUPERVISOR:BEGIN-->0123456789abcdefghijklmnopqrstuvwxyz<!--XSUPERVISOR:END-->'`, "startsecs=0", "autorestart=false", "autostart=false", "stdout_capture_maxbytes=16"))
			t.Await("l", "RUNNING")
			t.Call("startProcess", "p", false)
			t.ShowEvents(t.AwaitEvents("ev", 1, nil))
		}},
	}
}
