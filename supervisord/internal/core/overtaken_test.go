package core

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// overtaken runs a loop in which something happens while an operation is busy
// outside of it.
func overtaken(t *testing.T, change func(d *story, o *Options), test func(d *story)) {
	synctest.Test(t, func(t *testing.T) {
		d := newStory(t)
		d.line([]string{"program", "web", "startsecs=0", "autostart=false"})
		d.options = func(o *Options) { change(d, o) }
		d.run()
		synctest.Wait()
		test(d)
		d.finish()
	})
}

// A group is removed while the commands of its processes are looked up: nothing
// may be started that nobody knows of any more.
func TestRemovedWhileStarting(t *testing.T) {
	overtaken(t, func(d *story, o *Options) {
		o.Resolve = func(*config.Process) error { return d.loop.RemoveGroup(context.Background(), "web") }
	}, func(d *story) {
		all, err := d.loop.StartGroup(context.Background(), "web", true)
		if err != nil || len(all) != 1 || all[0].Status != wire.BadName {
			t.Errorf("%+v, %v", all, err)
		}
		if len(d.os.alive) != 0 {
			t.Errorf("alive: %v", d.os.alive)
		}
	})
}

// The configuration is read again while a group is being added: it is the new
// one that counts.
func TestRereadWhileAdding(t *testing.T) {
	overtaken(t, func(d *story, o *Options) {
		versions := 0
		o.Load = func() (*config.Config, error) {
			versions++
			next := &config.Config{}
			d.addProgram(next, []string{"program", "new", "startsecs=0", "priority=" + string(rune('0'+versions))})
			next.Groups[0].Processes[0].Stdout.Kind = config.LogAuto
			return next, nil
		}
		o.AutoLog = func(string, Channel) (string, error) {
			if versions == 1 {
				_, _, _, err := d.loop.Reread(context.Background())
				return "", err
			}
			return "/log", nil
		}
	}, func(d *story) {
		if _, _, _, err := d.loop.Reread(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := d.loop.AddGroup(context.Background(), "new"); err != nil {
			t.Fatal(err)
		}
		v, err := d.loop.Process("new")
		if err != nil || v.Config.Priority != 2 || v.StdoutLog != "/log" {
			t.Errorf("%+v, %v", v, err)
		}
	})
}
