package scenario

import (
	"fmt"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/test/bench/internal/proc"
	"github.com/supervisor-go/supervisor/test/bench/internal/report"
	"github.com/supervisor-go/supervisor/test/bench/internal/target"
)

// rpcFigures measures rate and latency of three methods with one and with
// sixteen persistent clients.
func rpcFigures(e *Env, d *target.Daemon, n int) error {
	methods := []struct {
		name    string
		request []byte
	}{
		{"getState", target.Request("supervisor.getState")},
		{"getProcessInfo", target.Request("supervisor.getProcessInfo", fmt.Sprintf("p%d", n/2))},
		{"getAllProcessInfo", target.Request("supervisor.getAllProcessInfo")},
	}
	for _, m := range methods {
		for _, clients := range []int{1, 16} {
			title := fmt.Sprintf("%s, %d client", m.name, clients)
			if clients > 1 {
				title += "s"
			}
			cpu := proc.CPU(d.PID)
			took, latencies, err := hammer(d.Dir+"/s", m.request, clients, For(e, 3*time.Second, 350*time.Millisecond))
			if err != nil {
				return fmt.Errorf("%s: %w", title, err)
			}
			e.Add(title, report.Rate, float64(len(latencies))/took.Seconds())
			e.Add(title+": p50", report.Seconds, report.Quantile(latencies, 0.5))
			e.Add(title+": p99", report.Seconds, report.Quantile(latencies, 0.99))
			e.Add(title+": CPU a call", report.Seconds, (proc.CPU(d.PID)-cpu).Seconds()/float64(len(latencies)))
		}
	}
	return nil
}

// hammer lets clients call as fast as they can for a while. It returns the
// time it took and the latency of each call in seconds.
func hammer(socket string, request []byte, clients int, period time.Duration) (time.Duration, []float64, error) {
	var mu sync.Mutex
	var all []float64
	var failure error
	var wg sync.WaitGroup
	began := time.Now()
	for range clients {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := target.NewRPC(socket)
			defer c.Close()
			var mine []float64
			for time.Since(began) < period {
				t := time.Now()
				if _, err := c.Do(request); err != nil {
					mu.Lock()
					failure = err
					mu.Unlock()
					return
				}
				mine = append(mine, time.Since(t).Seconds())
			}
			mu.Lock()
			all = append(all, mine...)
			mu.Unlock()
		}()
	}
	wg.Wait()
	return time.Since(began), all, failure
}
