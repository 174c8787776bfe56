package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/client"
)

// figures are what must not grow.
type figures struct{ rss, fds, threads int }

func (d *daemon) figures() figures {
	return figures{rss(d.t, d.pid), fds(d.t, d.pid), threads(d.t, d.pid)}
}

// flat does something often, after it has done it a few times to fill caches and
// buffers, and fails if the daemon has grown.
func (d *daemon) flat(what string, warmUp, times int, do func(i int)) {
	d.t.Helper()
	for i := range warmUp {
		do(i)
	}
	before := d.figures()
	for i := range times {
		do(warmUp + i)
	}
	d.eventually("the daemon to be as it was after "+what, func() (bool, any) {
		after := d.figures()
		return after.fds <= before.fds+2 && after.threads <= before.threads+6 && after.rss <= before.rss+12<<10,
			fmt.Sprintf("%+v, before %+v", after, before)
	})
}

// Nothing grows with reloads, restarts, calls, followers, updates.
func TestNothingGrows(t *testing.T) {
	t.Parallel()
	t.Run("reloads", func(t *testing.T) {
		t.Parallel()
		d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n[program:auto]\ncommand=/bin/echo x\nstartsecs=0\nautorestart=false\n"+
			"[eventlistener:l]\ncommand=/bin/sleep 1000\nevents=TICK_5\nstartsecs=0\n[rpcinterface:x]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n")
		pid := 0
		d.flat("reloads", 15, 85, func(int) {
			d.eventually("a reload", func() (bool, any) { err := d.rpc.Restart(d.ctx()); return err == nil, err })
			d.eventually("the program to run anew", func() (bool, any) {
				info, err := d.rpc.ProcessInfo(d.ctx(), "p")
				if err != nil || info.StateName != "RUNNING" || info.PID == pid {
					return false, err
				}
				pid = info.PID
				return true, nil
			})
		})
	})
	t.Run("restarts", func(t *testing.T) {
		t.Parallel()
		d := start(t, "[program:p]\ncommand=/bin/sh -c 'echo out; echo err >&2; exec sleep 1000'\nstartsecs=0\nstdout_logfile={D}/p.log\nstdout_capture_maxbytes=1KB\n")
		d.state("p", "RUNNING")
		d.flat("restarts", 100, 900, func(int) {
			d.stopp("p")
			d.startp("p")
		})
		d.flat("failed starts", 20, 200, func(int) {
			if err := d.rpc.StartProcess(d.ctx(), "nope", true); err == nil {
				t.Fatal("started nothing")
			}
		})
	})
	t.Run("calls", func(t *testing.T) {
		t.Parallel()
		d := start(t, "[program:p]\n"+counter+"startsecs=0\nstdout_logfile={D}/p.log\n")
		d.has("p.log", "line")
		d.flat("calls", 2, 10, func(int) {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					c := d.connect()
					defer c.Close()
					for range 250 {
						if _, err := c.AllProcessInfo(d.ctx()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
		})
		d.flat("connections and streams", 20, 150, func(i int) {
			c := d.connect()
			defer c.Close()
			ctx, cancel := context.WithCancel(d.ctx())
			defer cancel()
			log, err := c.FollowLog(ctx, "p", client.Stdout)
			must(t, err)
			_, err = log.Read(make([]byte, 1))
			must(t, err)
			events, err := c.Events(ctx, nil)
			must(t, err)
			events.Close()
			log.Close()
			if i%10 == 0 {
				d.ctl("status")
			}
		})
	})
	t.Run("updates", func(t *testing.T) {
		t.Parallel()
		programs := func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "[program:p%d]\ncommand=/bin/sleep 1000\nstartsecs=0\nstdout_logfile={D}/p%d.log\nredirect_stderr=true\n", i, i)
			}
			return b.String()
		}
		d := start(t, programs(1))
		d.flat("additions and removals of a hundred programs", 2, 8, func(int) {
			for _, n := range []int{101, 1} {
				d.replaceConf(programs(n))
				if status, out := d.ctl("update"); status != 0 {
					t.Fatalf("update: exit status %d, %s", status, out)
				}
				if all, err := d.rpc.AllProcessInfo(d.ctx()); err != nil || len(all) != n {
					t.Fatalf("%d programs instead of %d, %v", len(all), n, err)
				}
			}
		})
		d.bookkeeping()
	})
}
