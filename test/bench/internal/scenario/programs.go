package scenario

import (
	"os/exec"

	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// programs is about the program files themselves.
func programs() *Scenario {
	return &Scenario{Name: "program files", InQuick: true, Run: runPrograms, Targets: map[string]string{
		"supervisord: size": "≤ 10 MB", "supervisord -v": "≤ 2 × floor",
	}}
}

func runPrograms(e *Env) error {
	binary, args := e.C.Binary, []string{"-v"}
	if e.C.IsFloor() {
		hello, clean, err := helloWorld(e)
		if err != nil {
			return err
		}
		defer clean()
		binary, args = hello, nil
	}
	if binary == "" {
		return nil
	}
	e.Add("supervisord: size", report.Bytes, float64(target.Size(binary)))
	if e.C.Ctl != "" {
		e.Add("supervisorctl: size", report.Bytes, float64(target.Size(e.C.Ctl)))
	}
	for range For(e, 20, 5) {
		if err := e.Time("supervisord -v", func() error { return exec.Command(binary, args...).Run() }); err != nil {
			return err
		}
	}
	return nil
}
