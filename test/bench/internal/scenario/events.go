package scenario

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/role"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// pool renders an event listener pool of n of our own listeners.
func (e *Env) pool(n int, events string, buffer int) string {
	return fmt.Sprintf("[eventlistener:l]\ncommand=%s\nevents=%s\nbuffer_size=%d\nnumprocs=%d\nprocess_name=%%(process_num)d\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE\n",
		e.role("listen", "{DIR}/events%(process_num)d"), events, buffer, n)
}

func received(dir string, n int) int {
	total := 0
	for i := range n {
		total += role.Count(fmt.Sprintf("%s/events%d", dir, i))
	}
	return total
}

// flapping lets 200 programs exit and start without end and counts the events
// that reach a listener.
func flapping() *Scenario {
	return &Scenario{Name: "events of 200 flapping programs, 1 listener", InQuick: true, Run: runFlapping,
		Targets: map[string]string{"delivered": "all", "events lost": "0"}}
}

func runFlapping(e *Env) error {
	if e.C.IsFloor() {
		return nil
	}
	var conf strings.Builder
	conf.WriteString(e.pool(1, "PROCESS_STATE", 10))
	for i := range 200 {
		fmt.Fprintf(&conf, "[program:p%d]\ncommand=/bin/true\nstartsecs=0\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n", i)
	}
	d, err := target.Start(e.C, conf.String())
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(200); err != nil {
		return err
	}
	from, spawned := received(d.Dir, 1), d.LogCount("INFO spawned: ")
	began := time.Now()
	time.Sleep(For(e, 8*time.Second, 2*time.Second))
	took := time.Since(began).Seconds()
	spawns := float64(d.LogCount("INFO spawned: ") - spawned)
	records, err := role.Records(d.Dir + "/events0")
	if err != nil {
		return err
	}
	got, dropped := float64(len(records)-from), missing(records[from:])
	e.Add("events delivered", report.Rate, got/took)
	e.Add("spawns", report.Rate, spawns/took)
	e.Add("events lost", report.Rate, dropped/took)
	if got+dropped > 0 {
		e.Add("delivered", report.Share, got/(got+dropped))
	}
	return nil
}

// missing returns how many events a listener never saw between those that it did
// see: the daemon numbers all events that its pool is to have.
func missing(records []role.Record) float64 {
	if len(records) == 0 {
		return 0
	}
	first, last := records[0].Serial, records[0].Serial
	for _, r := range records {
		first, last = min(first, r.Serial), max(last, r.Serial)
	}
	return float64(max(0, last-first+1-int64(len(records))))
}

// burst sends events as fast as four clients can and looks when they arrive.
func burst() *Scenario {
	return &Scenario{Name: "burst of sendRemoteCommEvent, 4 clients", InQuick: true, Run: runBurst,
		Targets: map[string]string{"1 listener: delivered": "≥ 15000/s", "4 listeners: delivered": "≥ 15000/s", "one event each 2 ms: delay p99": "≤ 2 ms"}}
}

func runBurst(e *Env) error {
	for _, n := range []int{1, 4} {
		title := fmt.Sprintf("%d listener", n)
		if n > 1 {
			title += "s"
		}
		send := remoteBurst
		if e.C.IsFloor() {
			send = floorBurst
		}
		if err := send(e, title, n); err != nil {
			return err
		}
	}
	if e.C.IsFloor() {
		return nil
	}
	if err := paced(e); err != nil {
		return err
	}
	return logBurst(e)
}

// paced sends an event each two milliseconds: how long one takes that need not
// wait for others.
func paced(e *Env) error {
	d, err := target.Start(e.C, e.pool(1, "REMOTE_COMMUNICATION", 1000000))
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(1); err != nil {
		return err
	}
	sent := 0
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < For(e, 5*time.Second, 1500*time.Millisecond); sent++ {
		<-tick.C
		if _, err := d.RPC.Call("supervisor.sendRemoteCommEvent", "bench", role.Stamp()); err != nil {
			return err
		}
	}
	if err := d.Until("the last event", 10*time.Millisecond, func() bool { return received(d.Dir, 1) >= sent }); err != nil {
		return err
	}
	records, err := role.Records(d.Dir + "/events0")
	if err != nil {
		return err
	}
	var delays []float64
	for _, r := range records {
		delays = append(delays, r.Delay.Seconds())
	}
	e.Add("one event each 2 ms: delay p50", report.Seconds, report.Median(delays))
	e.Add("one event each 2 ms: delay p99", report.Seconds, report.Quantile(delays, 0.99))
	return nil
}

// remoteBurst sends events by calls.
func remoteBurst(e *Env, title string, listeners int) error {
	d, err := target.Start(e.C, e.pool(listeners, "REMOTE_COMMUNICATION", 1000000))
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(listeners); err != nil {
		return err
	}
	return sendBurst(e, title, d.Dir, listeners, func() (client, error) {
		c := target.NewRPC(d.Dir + "/s")
		return client{func() error {
			_, err := c.Call("supervisor.sendRemoteCommEvent", "bench", role.Stamp())
			return err
		}, c.Close}, nil
	})
}

// floorBurst sends the same by lines to a process that only hands them on.
func floorBurst(e *Env, title string, listeners int) error {
	dir, err := tempDir()
	if err != nil {
		return err
	}
	defer target.Clean(dir)
	relay := exec.Command(e.Self, "role", "floor-relay", dir, fmt.Sprint(listeners))
	relay.Env = target.Env(dir)
	if err := relay.Start(); err != nil {
		return err
	}
	defer func() {
		relay.Process.Kill()
		relay.Wait()
	}()
	for began := time.Now(); time.Since(began) < target.Limit; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(dir + "/s"); err == nil {
			break
		}
	}
	return sendBurst(e, title, dir, listeners, func() (client, error) {
		c, err := net.Dial("unix", dir+"/s")
		if err != nil {
			return client{}, err
		}
		answer := make([]byte, 1)
		return client{func() error {
			if _, err := fmt.Fprintf(c, "%d\n", time.Now().UnixNano()); err != nil {
				return err
			}
			_, err := c.Read(answer)
			return err
		}, func() { c.Close() }}, nil
	})
}

// client sends events, one after the other.
type client struct {
	send  func() error
	close func()
}

// sendBurst sends events by four clients. What is delivered cannot be more than
// what they send, so that figure is noted, too.
func sendBurst(e *Env, title, dir string, listeners int, dial func() (client, error)) error {
	period := For(e, 5*time.Second, 1500*time.Millisecond)
	var sent atomic.Int64
	failures := make(chan error, 4)
	var wg sync.WaitGroup
	began := time.Now()
	for range cap(failures) {
		c, err := dial()
		if err != nil {
			return err
		}
		wg.Go(func() {
			defer c.close()
			for time.Since(began) < period {
				if err := c.send(); err != nil {
					failures <- err
					return
				}
				sent.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(began).Seconds()
	select {
	case err := <-failures:
		return err
	default:
	}
	inTime := received(dir, listeners)
	// What is still buffered may come for a while.
	drained := time.Now().Add(For(e, 5*time.Second, 1500*time.Millisecond))
	for received(dir, listeners) < int(sent.Load()) && time.Now().Before(drained) {
		time.Sleep(20 * time.Millisecond)
	}
	var delays []float64
	for i := range listeners {
		records, err := role.Records(fmt.Sprintf("%s/events%d", dir, i))
		if err != nil {
			return err
		}
		for _, r := range records {
			if r.Delay >= 0 {
				delays = append(delays, r.Delay.Seconds())
			}
		}
	}
	e.Add(title+": sent", report.Rate, float64(sent.Load())/took)
	e.Add(title+": delivered", report.Rate, float64(inTime)/took)
	e.Add(title+": delay p50", report.Seconds, report.Median(delays))
	e.Add(title+": delay p99", report.Seconds, report.Quantile(delays, 0.99))
	if n := sent.Load(); n > 0 {
		e.Add(title+": arrived at last", report.Share, float64(received(dir, listeners))/float64(n))
	}
	return nil
}

// logBurst makes an event of each piece of output of four busy programs.
func logBurst(e *Env) error {
	var conf strings.Builder
	conf.WriteString(e.pool(1, "PROCESS_LOG", 1000000))
	for i := range 4 {
		fmt.Fprintf(&conf, "[program:w%d]\ncommand=%s\nautostart=false\nautorestart=false\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE\nstdout_events_enabled=true\n",
			i, e.role("write", "100", fmt.Sprint(1<<50), fmt.Sprint(i), fmt.Sprintf("{DIR}/stamp%d", i)))
	}
	d, err := target.Start(e.C, conf.String())
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := d.Running(1); err != nil {
		return err
	}
	for i := range 4 {
		if _, err := d.RPC.Call("supervisor.startProcess", fmt.Sprintf("w%d", i)); err != nil {
			return err
		}
	}
	// How much output one event carries is up to the daemon: bytes count, too.
	from, began := received(d.Dir, 1), time.Now()
	time.Sleep(For(e, 5*time.Second, 1500*time.Millisecond))
	took := time.Since(began).Seconds()
	records, err := role.Records(d.Dir + "/events0")
	if err != nil {
		return err
	}
	size := 0.0
	for _, r := range records[from:] {
		size += float64(r.Size)
	}
	e.Add("PROCESS_LOG: delivered", report.Rate, float64(len(records)-from)/took)
	e.Add("PROCESS_LOG: payload delivered", report.Speed, size/took)
	e.Add("PROCESS_LOG: lost", report.Rate, missing(records[from:])/took)
	return nil
}
