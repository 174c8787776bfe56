package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// raceDaemon starts a daemon that was built with the race detector.
func raceDaemon(t *testing.T, conf string) *daemon {
	t.Helper()
	dir := raceBin(t)
	d := newDaemon(t)
	d.bin = dir
	d.configure(conf)
	d.launch()
	d.up()
	return d
}

// connect returns one more client.
func (d *daemon) connect() *client.Client {
	c, err := client.New(client.Options{URL: "unix://" + d.path("s"), DialTimeout: patience})
	must(d.t, err)
	return c
}

// lawful fails the test unless err is nil or one of the faults that a call may
// meet when others change things at the same time.
func (d *daemon) lawful(what string, err error, more ...wire.FaultCode) {
	d.t.Helper()
	allowed := append([]wire.FaultCode{wire.AlreadyStarted, wire.NotRunning, wire.AbnormalTermination, wire.SpawnError}, more...)
	if err != nil && !slices.Contains(allowed, fault(err)) {
		d.t.Errorf("%s: %v", what, err)
	}
}

// bookkeeping waits until the children that there are are those that the daemon
// tells of: none is forgotten, none is started twice.
func (d *daemon) bookkeeping() {
	d.t.Helper()
	d.eventually("the daemon to know its children", func() (bool, any) {
		all, err := d.rpc.AllProcessInfo(d.ctx())
		if err != nil {
			return false, err
		}
		var told, there []int
		for _, p := range all {
			if p.PID != 0 {
				told = append(told, p.PID)
			}
			switch p.StateName {
			case "RUNNING", "STARTING", "STOPPING":
				if p.PID == 0 && p.StateName == "RUNNING" {
					return false, p
				}
			case "STOPPED", "EXITED", "FATAL", "BACKOFF":
				if p.PID != 0 {
					return false, p
				}
			default:
				return false, p
			}
		}
		there = append(there, childrenOf(d.pid)...)
		slices.Sort(told)
		slices.Sort(there)
		return slices.Equal(told, there), fmt.Sprint("told ", told, " there ", there)
	})
}

// A program that exits by itself at the very moment at which it is stopped.
func TestStopAsItExits(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:p]
command=/bin/sh -c 'read delay; sleep 0.0$delay'
startsecs=0
autostart=false
autorestart=false
[program:innocent]
command=/bin/sleep 1000
startsecs=0
`)
	innocent := d.state("innocent", "RUNNING").PID
	for i := range 150 {
		must(t, d.rpc.StartProcess(d.ctx(), "p", true))
		must(t, d.rpc.SendProcessStdin(d.ctx(), "p", []byte(strconv.Itoa(i%3)+"\n")))
		switch i % 3 {
		case 0:
			d.lawful("stop", d.rpc.StopProcess(d.ctx(), "p", true))
		case 1:
			d.lawful("signal", d.rpc.SignalProcess(d.ctx(), "p", "KILL"))
		case 2:
			d.lawful("stop", d.rpc.StopProcess(d.ctx(), "p", false))
			d.lawful("signal", d.rpc.SignalProcess(d.ctx(), "p", "TERM"))
		}
		if info := d.state("p", "STOPPED", "EXITED"); info.PID != 0 {
			t.Fatalf("%+v", info)
		}
	}
	if pid := d.info("innocent").PID; pid != innocent {
		t.Errorf("innocent had pid %d and has %d", innocent, pid)
	}
	d.bookkeeping()
}

// A program that exits all the time while several clients restart it.
func TestRestartsOfAFlappingProgram(t *testing.T) {
	t.Parallel()
	d := raceDaemon(t, "[program:p]\ncommand=/bin/sleep 0.02\nstartsecs=0\nautorestart=true\n")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := d.connect()
			defer c.Close()
			for range 60 {
				d.lawful("stop", c.StopProcess(d.ctx(), "p", true))
				d.lawful("start", c.StartProcess(d.ctx(), "p", true))
			}
		})
	}
	wg.Wait()
	d.lawful("start", d.rpc.StartProcess(d.ctx(), "p", true))
	d.state("p", "RUNNING")
	d.stopp("p")
	if info := d.info("p"); info.StateName != "STOPPED" || info.PID != 0 {
		t.Errorf("%+v", info)
	}
	d.bookkeeping()
	d.stop()
}

// Every operation in every state: it is answered, lawfully, and leaves the
// process in a state from which it can be used.
func TestEveryOperationInEveryState(t *testing.T) {
	t.Parallel()
	states := map[string]string{
		"STARTING": "command=/bin/sleep 1000\nstartsecs=1000\n",
		"RUNNING":  "command=/bin/sleep 1000\nstartsecs=0\n",
		"BACKOFF":  "command=/bin/false\nstartretries=1000\n",
		"STOPPING": "command=/bin/sh -c 'trap \"\" TERM; while :; do sleep 0.1; done'\nstartsecs=0\nstopwaitsecs=1000\n",
		"EXITED":   "command=/bin/true\nstartsecs=0\nautorestart=false\n",
		"FATAL":    "command=/bin/false\nstartretries=0\n",
		"STOPPED":  "command=/bin/sleep 1000\nstartsecs=0\nautostart=false\n",
	}
	operations := []string{"start", "start nowait", "stop", "stop nowait", "signal", "remove", "restart", "update", "clear", "stdin"}
	var conf strings.Builder
	name := func(state, op string) string { return strings.ToLower(state) + "_" + strings.ReplaceAll(op, " ", "_") }
	for state, options := range states {
		for _, op := range operations {
			fmt.Fprintf(&conf, "[program:%s]\n%sstdout_logfile=NONE\nstderr_logfile=NONE\n", name(state, op), options)
		}
	}
	d := start(t, conf.String())
	var wg sync.WaitGroup
	for state := range states {
		for _, op := range operations {
			wg.Go(func() { d.operateIn(state, op, name(state, op)) })
		}
	}
	wg.Wait()
	d.bookkeeping()
	d.stop()
}

// operateIn brings a process into a state, performs an operation, and then
// expects that the process can be stopped.
func (d *daemon) operateIn(state, op, name string) {
	c := d.connect()
	defer c.Close()
	if state == "STOPPING" {
		d.state(name, "RUNNING")
		must(d.t, c.StopProcess(d.ctx(), name, false))
	}
	d.state(name, state)
	var err error
	switch op {
	case "start", "start nowait":
		if state == "STARTING" || state == "BACKOFF" {
			op = "start nowait"
		}
		err = c.StartProcess(d.ctx(), name, op == "start")
	case "stop", "stop nowait":
		err = c.StopProcess(d.ctx(), name, op == "stop")
	case "signal":
		err = c.SignalProcess(d.ctx(), name, "CONT")
	case "remove":
		err = c.RemoveProcessGroup(d.ctx(), name)
	case "restart":
		if err = c.StopProcess(d.ctx(), name, true); err == nil || fault(err) == wire.NotRunning {
			err = c.StartProcess(d.ctx(), name, false)
		}
	case "update":
		_, err = c.UpdateProcessGroup(d.ctx(), name)
	case "clear":
		err = c.ClearProcessLogs(d.ctx(), name)
	case "stdin":
		err = c.SendProcessStdin(d.ctx(), name, []byte("x\n"))
	}
	d.lawful(op+" in "+state, err, wire.StillRunning, wire.NoFile)
	if op == "remove" && err == nil {
		if _, err := c.ProcessInfo(d.ctx(), name); fault(err) != wire.BadName {
			d.t.Errorf("%s: removed, but %v", name, err)
		}
		must(d.t, c.AddProcessGroup(d.ctx(), name))
	}
	if state == "STOPPING" {
		_ = syscall.Kill(d.info(name).PID, syscall.SIGKILL)
		d.state(name, "STOPPED")
		return
	}
	d.lawful("the last stop", c.StopProcess(d.ctx(), name, true))
	d.state(name, "STOPPED", "EXITED", "FATAL")
}

// Many clients do everything at once, and the configuration changes under them.
func TestManyClients(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.bin = raceBin(t)
	d.configure(d.variant(0))
	d.launch()
	d.up()
	const clients, rounds = 40, 12
	names := []string{"a", "b", "c:c0", "c:c1", "c:c2", "flap", "slow"}
	groups := []string{"a", "b", "c", "flap", "slow"}
	faults := []wire.FaultCode{wire.BadName, wire.AlreadyAdded, wire.StillRunning, wire.Failed}
	var wg sync.WaitGroup
	for k := range clients {
		wg.Go(func() {
			c := d.connect()
			defer c.Close()
			r := rand.New(rand.NewPCG(uint64(k), 7))
			for range rounds {
				name, group := names[r.IntN(len(names))], groups[r.IntN(len(groups))]
				wait := r.IntN(2) == 0
				var err error
				op := r.IntN(14)
				switch op {
				case 0, 1:
					err = c.StartProcess(d.ctx(), name, wait)
				case 2, 3:
					err = c.StopProcess(d.ctx(), name, wait)
				case 4:
					_, err = c.StopProcessGroup(d.ctx(), group, wait)
				case 5:
					_, err = c.StartProcessGroup(d.ctx(), group, wait)
				case 6:
					_, err = c.AllProcessInfo(d.ctx())
				case 7:
					err = c.SignalProcess(d.ctx(), name, "KILL")
				case 8, 9:
					d.replaceConf(d.variant(r.IntN(4)))
					_, err = c.ReloadConfig(d.ctx())
				case 10, 11:
					_, err = c.UpdateProcessGroup(d.ctx(), group)
				case 12:
					err = c.RemoveProcessGroup(d.ctx(), group)
				case 13:
					err = c.AddProcessGroup(d.ctx(), group)
				}
				d.lawful(fmt.Sprintf("operation %d on %s", op, name), err, faults...)
			}
		})
	}
	wg.Wait()
	d.lawful("stop", d.rpc.StopProcess(d.ctx(), "flap", true), wire.BadName) // it is never the same for long
	d.bookkeeping()
	_, err := d.rpc.StopAllProcesses(d.ctx(), true)
	must(t, err)
	d.bookkeeping()
	if left := childrenOf(d.pid); len(left) > 0 {
		t.Errorf("children are left: %v", left)
	}
	d.stop()
}

// variant is one of several configurations of the same groups.
func (d *daemon) variant(n int) string {
	var b strings.Builder
	program := func(name, options string) {
		fmt.Fprintf(&b, "[program:%s]\nstopwaitsecs=1\nstdout_logfile={D}/%s.log\nredirect_stderr=true\n%s\n", name, name, options)
	}
	program("a", "command=/bin/sleep 1000\nstartsecs=0\nenvironment=N=\""+strconv.Itoa(n)+"\"")
	if n != 3 {
		program("b", "command=/bin/sleep 1000\nstartsecs=0\nautorestart="+strconv.FormatBool(n == 1))
	}
	program("c", fmt.Sprintf("command=/bin/sleep 100%d\nstartsecs=0\nprocess_name=c%%(process_num)d\nnumprocs=%d", n/2, n+1))
	program("flap", "command=/bin/sleep 0.01\nstartsecs=0\nautorestart=true\npriority="+strconv.Itoa(n+1))
	program("slow", "command=/bin/sh -c 'trap \"sleep 0.1; exit\" TERM; while :; do sleep 0.02; done'\nstartsecs=0")
	return b.String()
}

// replaceConf changes the configuration file in one step.
func (d *daemon) replaceConf(conf string) {
	f, err := os.CreateTemp(d.dir, "new")
	if err == nil {
		_, err = f.WriteString(d.fill(header + conf))
	}
	if err == nil {
		err = errors.Join(f.Close(), os.Rename(f.Name(), d.path("c")))
	}
	if err != nil {
		d.t.Error(err)
	}
}
