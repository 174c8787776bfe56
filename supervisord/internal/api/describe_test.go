package api

import (
	"encoding/json"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

const referenceDescriptions = `
import json, sys
from supervisor.rpcinterface import SupervisorNamespaceRPCInterface as I
i = I(None)
json.dump([i._interpretProcessInfo(c) for c in json.load(sys.stdin)], sys.stdout)
`

// TestDescribeListener: a listener that does not do its work is seen in the status.
func TestDescribeListener(t *testing.T) {
	for want, v := range map[string]core.View{
		"pid 12, uptime 0:01:00":                                    {Listener: "BUSY"},
		"pid 12, uptime 0:01:00, listener UNKNOWN":                  {Listener: "UNKNOWN", Stuck: 3},
		"pid 12, uptime 0:01:00, listener BUSY, events waiting: 3":  {Listener: "BUSY", Stuck: 3},
		"pid 12, uptime 0:01:00, listener READY, events waiting: 1": {Listener: "READY", Stuck: 1},
	} {
		v.Config, v.State, v.PID, v.Start, v.Now = &config.Process{Name: "ear"}, life.Running, 12, 40, 100
		if got := Describe(&v); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestDescriptionMatchesReference(t *testing.T) {
	apitest.NeedReference(t)
	type info struct {
		State    life.State `json:"state"`
		Start    int64      `json:"start"`
		Stop     int64      `json:"stop"`
		Now      int64      `json:"now"`
		PID      int        `json:"pid"`
		SpawnErr string     `json:"spawnerr"`
		Name     string     `json:"name"`
	}
	const day = 86400
	var infos []info
	for _, up := range []int64{-5, 0, 1, 59, 60, 3599, 3600, day - 1, day, day + 1, 2*day - 1, 2 * day, 400*day + 7384, 10000 * day} {
		infos = append(infos, info{State: life.Running, Start: 1000000000, Now: 1000000000 + up, PID: 12, Name: "x"})
	}
	for _, stop := range []int64{0, 1, 1700000000, 1700040000, 1706745600, 1711846800, 1729990800, 2147483647} {
		infos = append(infos, info{State: life.Stopped, Start: 5, Stop: stop}, info{State: life.Exited, Start: 5, Stop: stop})
	}
	for _, s := range []life.State{life.Stopped, life.Starting, life.Running, life.Backoff, life.Stopping, life.Exited, life.Fatal, life.Unknown} {
		infos = append(infos, info{State: s, Name: "web", Now: 77}, info{State: s, Name: "web", SpawnErr: "cannot", Start: 7, Now: 77})
	}
	input, _ := json.Marshal(infos)
	var want []string
	if err := json.Unmarshal(apitest.Python(t, referenceDescriptions, input), &want); err != nil {
		t.Fatal(err)
	}
	for i, in := range infos {
		v := core.View{Config: &config.Process{Name: in.Name}, State: in.State, PID: in.PID,
			Start: in.Start, Stop: in.Stop, Now: in.Now, SpawnErr: in.SpawnErr}
		if got := Describe(&v); got != want[i] {
			t.Errorf("%+v: %q, the reference says %q", in, got, want[i])
		}
	}
}
