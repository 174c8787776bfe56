package e2e

import (
	"bufio"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// A reader of supervisorctl events that is too slow is told how many events it
// has missed, and it has all the others.
func TestEventsThatAreLost(t *testing.T) {
	t.Parallel()
	d := start(t, "")
	cmd := exec.Command(bin+"/supervisorctl", "-c", d.path("c"), "events", "--types", "REMOTE_COMMUNICATION")
	cmd.Dir, cmd.Env = d.dir, d.environ()
	errs := &buffer{}
	cmd.Stderr = errs
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	read := bufio.NewReader(out)
	next := func() (name string) {
		line, err := read.ReadString('\n')
		must(t, err)
		_, rest, _ := strings.Cut(line, `type:`)
		name, _, _ = strings.Cut(rest, `\n`)
		return name
	}
	// The reader is there as soon as it has seen something.
	first := make(chan string)
	go func() { first <- next() }()
	d.eventually("the first event", func() (bool, any) {
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "hello", ""))
		select {
		case name := <-first:
			return name == "hello", name
		default:
			return false, errs.String()
		}
	})
	const events = 4000
	for n := range events {
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), fmt.Sprint("n", n), strings.Repeat("x", 1000)))
	}
	got, last := 0, -1
	for last < events-1 {
		name := next()
		if name == "hello" {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(name, "n%d", &n); err != nil || n <= last {
			t.Fatalf("%q after n%d", name, last)
		}
		got, last = got+1, n
	}
	lost := 0
	d.eventually("news of what was lost", func() (bool, any) {
		text := errs.String()
		lost = 0
		for line := range strings.Lines(text) {
			var n int
			if _, err := fmt.Sscanf(line, "supervisorctl: %d events were lost because they were not read in time\n", &n); err == nil {
				lost += n
			}
		}
		return lost > 0, text
	})
	if got+lost != events {
		t.Errorf("%d events, %d were shown and %d lost", events, got, lost)
	}
}
