package command

import (
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisorctl/internal/fake"
)

// TestStatusTable compares what status says of a server that has getStatusTable,
// which is asked nothing else, with what it says of one that has not.
func TestStatusTable(t *testing.T) {
	odd := proc("g", "odd", stateFatal, "FATAL")
	odd.Description = "a\tb\\t <c> \"&\" ü"
	procs := []wire.ProcessInfo{proc("g", "one", stateRunning, "RUNNING"), odd, proc("web", "web", stateStopped, "STOPPED")}
	for _, line := range []string{
		"status", "status all", "status web", "status g:*", "status g", "status g:one g:one", "status web nosuch", "status nosuch:*",
		"status o*", "status 'web", "status --watch=x",
	} {
		plain, table := fake.Start(t, procs...), fake.Start(t, procs...)
		table.Table = true
		want, got := do(t, plain, Settings{}, line, line), do(t, table, Settings{}, line, line)
		if got != want {
			t.Errorf("%s: got %+v\nwant %+v", line, got, want)
		}
		if line == "status" && (plain.Infos() != 2 || table.Infos() != 0) {
			t.Errorf("%d and %d calls of getAllProcessInfo", plain.Infos(), table.Infos())
		}
	}
}

// TestStatusTableFails has a server whose table cannot be had or read: the old
// way decides.
func TestStatusTableFails(t *testing.T) {
	for _, answer := range []any{wire.NewFault(wire.ShutdownState, ""), "no lines", true, 5, wire.NewFault(wire.Failed, "x")} {
		f := fake.Start(t, proc("web", "web", stateRunning, "RUNNING"))
		f.Answer["getStatusTable"] = func([]any) any { return answer }
		got := do(t, f, Settings{}, "status")
		if want := (run{out: "web                              RUNNING   about web\n"}); got != want {
			t.Errorf("%v: got %+v", answer, got)
		}
		f.Answer["getVersion"] = func([]any) any { return wire.NewFault(wire.ShutdownState, "") }
		if got := do(t, f, Settings{}, "status"); got.exit != ExitFailure || got.out != "error: SHUTDOWN_STATE (fault 6)\n" {
			t.Errorf("%v while shutting down: got %+v", answer, got)
		}
	}
}
