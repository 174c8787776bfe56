package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// soakSize is how much of everything a soak does.
type soakSize struct{ restarts, calls, rereads, reloads int }

// soak restarts, calls and reloads in bulk and prints what the daemon uses
// before and after. A daemon that leaks shows it here.
func soak(c *target.Contender, quick bool) error {
	size := soakSize{100_000, 1_000_000, 1000, 1000}
	if quick {
		size = soakSize{5_000, 50_000, 50, 5}
	}
	const n = 50
	var conf strings.Builder
	for i := range n {
		fmt.Fprintf(&conf, "[program:p%d]\ncommand=/bin/sleep 1000000\nstartsecs=0\nautorestart=true\nstdout_logfile={DIR}/p%d.log\nstderr_logfile=NONE\n", i, i)
	}
	d, err := target.Start(c, "[supervisord]\nloglevel=warn\n"+conf.String())
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := awaitChildren(d, n); err != nil {
		return err
	}
	var rows []string
	note := func(what string, took time.Duration) {
		u := proc.Read(d.PID)
		rows = append(rows, fmt.Sprintf("| %s | %.0f s | %d | %d | %s | %s | %s | %d |", what, took.Seconds(), u.FDs, u.Threads, goroutines(d),
			report.Bytes.Format(float64(u.RSS)), report.Bytes.Format(float64(u.PSS)), len(proc.Children(d.PID))))
		fmt.Println(rows[len(rows)-1])
	}
	fmt.Printf("| after | took | descriptors | threads | goroutines | RSS | PSS | children |\n|---|---:|---:|---:|---:|---:|---:|---:|\n")
	steps := []struct {
		name string
		do   func() error
	}{
		{"the start", func() error { return nil }},
		{fmt.Sprintf("%d calls", size.calls/10), func() error { return soakCalls(d, size.calls/10, n) }},
		{fmt.Sprintf("%d restarts", size.restarts/10), func() error { return soakRestarts(d, size.restarts/10, n) }},
		{fmt.Sprintf("%d calls more", size.calls), func() error { return soakCalls(d, size.calls, n) }},
		{fmt.Sprintf("%d restarts more", size.restarts), func() error { return soakRestarts(d, size.restarts, n) }},
		{fmt.Sprintf("%d rereads with a program added and removed", size.rereads), func() error { return soakRereads(d, conf.String(), size.rereads) }},
		{fmt.Sprintf("%d reopenings of the logs", size.rereads), func() error { return soakReopen(d, size.rereads) }},
		{fmt.Sprintf("%d reloads", size.reloads), func() error { return soakReloads(d, size.reloads, n) }},
	}
	for _, s := range steps {
		began := time.Now()
		if err := s.do(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		took := time.Since(began)
		time.Sleep(time.Second)
		note(s.name, took)
	}
	return nil
}

// goroutines asks the daemon how many goroutines it has; "–" if it does not tell.
func goroutines(d *target.Daemon) string {
	var info struct {
		Goroutines int `json:"goroutines"`
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", d.Dir+"/s")
	}}
	resp, err := (&http.Client{Transport: transport}).Get("http://localhost/api/v1/daemon")
	if err != nil {
		return "–"
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || json.NewDecoder(resp.Body).Decode(&info) != nil {
		return "–"
	}
	return strconv.Itoa(info.Goroutines)
}

func awaitChildren(d *target.Daemon, n int) error {
	return d.Until(fmt.Sprintf("%d children", n), 5*time.Millisecond, func() bool { return len(proc.Children(d.PID)) == n })
}

// soakCalls makes calls of several kinds, faults included.
func soakCalls(d *target.Daemon, calls, n int) error {
	kinds := [][]byte{target.Request("supervisor.getState"), target.Request("supervisor.getProcessInfo", "p1"), target.Request("supervisor.getProcessInfo", "nosuch"),
		target.Request("supervisor.tailProcessStdoutLog", "p2", 0, 100), target.Request("supervisor.getAllProcessInfo"), target.Request("supervisor.signalProcess", "p3", "CONT")}
	done := make(chan error, 4)
	for w := range 4 {
		go func() {
			c := target.NewRPC(d.Dir + "/s")
			defer func() { c.Close() }()
			for i := range calls / 4 {
				// A fault is an answer like any other here.
				if _, err := c.Do(kinds[(i+w)%len(kinds)]); err != nil && !strings.HasPrefix(err.Error(), "fault: ") {
					done <- err
					return
				}
				if i%1000 == 999 {
					c.Close()
					c = target.NewRPC(d.Dir + "/s")
				}
			}
			done <- nil
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			return err
		}
	}
	return nil
}

// soakRestarts kills children and lets the daemon start them again.
func soakRestarts(d *target.Daemon, restarts, n int) error {
	for done := 0; done < restarts; {
		pids := proc.Children(d.PID)
		for _, p := range pids {
			syscall.Kill(p, syscall.SIGKILL)
		}
		done += len(pids)
		gone := map[int]bool{}
		for _, p := range pids {
			gone[p] = true
		}
		err := d.Until("new children", 2*time.Millisecond, func() bool {
			fresh := 0
			for _, p := range proc.Children(d.PID) {
				if !gone[p] {
					fresh++
				}
			}
			return fresh == n
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func soakRereads(d *target.Daemon, conf string, times int) error {
	for range times {
		if err := d.Write("[supervisord]\nloglevel=warn\n" + conf + "[program:extra]\ncommand=/bin/sleep 1000000\nautostart=false\n"); err != nil {
			return err
		}
		for _, call := range [][]any{{"supervisor.reloadConfig"}, {"supervisor.addProcessGroup", "extra"}} {
			if _, err := d.RPC.Call(call[0].(string), call[1:]...); err != nil {
				return err
			}
		}
		if err := d.Write("[supervisord]\nloglevel=warn\n" + conf); err != nil {
			return err
		}
		for _, call := range [][]any{{"supervisor.reloadConfig"}, {"supervisor.removeProcessGroup", "extra"}} {
			if _, err := d.RPC.Call(call[0].(string), call[1:]...); err != nil {
				return err
			}
		}
	}
	return nil
}

func soakReopen(d *target.Daemon, times int) error {
	for range times {
		if err := syscall.Kill(d.PID, syscall.SIGUSR2); err != nil {
			return err
		}
		if _, err := d.RPC.Call("supervisor.getState"); err != nil {
			return err
		}
	}
	return nil
}

func soakReloads(d *target.Daemon, times, n int) error {
	for range times {
		old := proc.Children(d.PID)
		if _, err := d.RPC.Call("supervisor.restart"); err != nil {
			return err
		}
		d.RPC.Close()
		gone := map[int]bool{}
		for _, p := range old {
			gone[p] = true
		}
		err := d.Until("children after a reload", 5*time.Millisecond, func() bool {
			fresh := 0
			for _, p := range proc.Children(d.PID) {
				if gone[p] {
					return false
				}
				fresh++
			}
			return fresh == n
		})
		if err != nil {
			return err
		}
		if err := d.Up(); err != nil {
			return err
		}
	}
	return nil
}
