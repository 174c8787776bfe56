package e2e

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// What goes on in supervisorctl ends with the daemon, and says why.
func TestWatchingADaemonThatDies(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	d.state("p", "RUNNING")
	run := func(words ...string) (*exec.Cmd, *buffer) {
		cmd, out := exec.Command(bin+"/supervisorctl", append([]string{"-c", d.path("c")}, words...)...), &buffer{}
		cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = d.dir, d.environ(), out, out
		must(t, cmd.Start())
		return cmd, out
	}
	status, table := run("status", "--watch=0.1")
	events, stream := run("events")
	d.eventually("both to show something", func() (bool, any) {
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "t", "hello"))
		return strings.Contains(stream.String(), "hello") && strings.Contains(table.String(), "RUNNING"), stream.String()
	})
	d.mayEnd = true
	d.signal(syscall.SIGKILL)
	<-d.done
	for _, c := range []struct {
		cmd    *exec.Cmd
		out    *buffer
		status int
		last   string
	}{
		{status, table, 4, "unix://{D}/s refused connection\n"},
		{events, stream, 1, "error: unix://{D}/s broke off in the midst of its events\n"},
	} {
		_ = c.cmd.Wait()
		if got := c.cmd.ProcessState.ExitCode(); got != c.status || !strings.HasSuffix(c.out.String(), "\n"+d.fill(c.last)) {
			t.Errorf("%q: exit status %d, %s", c.cmd.Args[3:], got, tail(c.out.String(), 300))
		}
	}
	for _, word := range []string{"nan", "inf", "-1", "0", "x"} {
		if status, out := d.ctl("status", "--watch="+word); status != 2 {
			t.Errorf("--watch=%s: exit status %d, %s", word, status, out)
		}
	}
}
