package core

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// TestScripts runs the stories of testdata: what the loop does, event by event,
// with children that exist only on paper and a clock that jumps. Rewrite the
// expectations with -rewrite and read the difference.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var d *story
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string {
			if td.Cmd != "story" {
				td.Fatalf(t, "a script consists of story blocks")
			}
			var out string
			synctest.Test(t, func(t *testing.T) {
				d = newStory(t)
				out = d.tell(td.Input)
			})
			return out
		})
	})
}

// story is one running loop with its fakes.
type story struct {
	t       *testing.T
	os      *fakeOS
	cfg     *config.Config
	next    *config.Config // what Load returns
	loop    *Loop
	ended   chan Mood
	out     strings.Builder
	running bool
	options func(*Options) // changes what the loop is made of
}

func newStory(t *testing.T) *story {
	return &story{t: t, os: newFakeOS(), cfg: &config.Config{}, ended: make(chan Mood, 1)}
}

// tell runs the lines of a story and returns them with what happened.
func (d *story) tell(input string) string {
	for _, line := range strings.Split(strings.TrimSpace(input), "\n") {
		fmt.Fprintf(&d.out, "> %s\n", line)
		d.line(strings.Fields(line))
		synctest.Wait()
		d.out.WriteString(d.os.take())
		d.checkSorted()
	}
	d.finish()
	return d.out.String()
}

// checkSorted checks that the processes that are kept in the order of their names
// are those that there are.
func (d *story) checkSorted() {
	if !d.running {
		return
	}
	var got []ProcID
	d.loop.EachProcess(func(v *View) { got = append(got, v.ID) })
	views := d.loop.ByPriority()
	slices.SortFunc(views, func(a, b View) int {
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Config.Name, b.Config.Name))
	})
	var want []ProcID
	for _, v := range views {
		want = append(want, v.ID)
	}
	if !slices.Equal(got, want) {
		d.t.Errorf("the processes by name are %v; want %v", got, want)
	}
}

// finish ends a loop that the story left running.
func (d *story) finish() {
	if !d.running {
		return
	}
	clear(d.os.deaf)
	d.loop.Shutdown()
	<-d.ended
}

func (d *story) line(words []string) {
	switch words[0] {
	case "program", "listener":
		d.addProgram(d.cfg, words)
	case "next-program":
		if d.next == nil {
			d.next = &config.Config{}
		}
		d.addProgram(d.next, words)
	case "loglevel":
		d.os.level = config.LevelDebug
	case "deaf":
		d.os.deaf[words[1]] = true
	case "manual":
		d.os.manual = true
	case "fork":
		reqs := d.os.waiting
		d.os.waiting = nil
		for _, r := range reqs {
			d.os.fork(r)
		}
	case "run":
		d.run()
	case "advance":
		dur, err := time.ParseDuration(words[1])
		if err != nil {
			d.t.Fatal(err)
		}
		time.Sleep(dur) // virtual: the bubble's clock
	case "exit":
		code, _ := strconv.Atoi(words[2])
		d.os.exit(words[1], syscall.WaitStatus(code<<8))
	case "killed":
		d.os.exit(words[1], syscall.WaitStatus(syscall.SIGKILL))
	case "say":
		text := strings.ReplaceAll(strings.Join(words[2:], " "), `\n`, "\n")
		d.loop.ListenerOutput(d.id(words[1]), []byte(text))
	case "status":
		d.status()
	default:
		d.request(words)
	}
}

func (d *story) id(name string) ProcID {
	v, err := d.loop.Process(name)
	if err != nil {
		d.t.Fatal(err)
	}
	return v.ID
}

func (d *story) addProgram(cfg *config.Config, words []string) {
	kind := config.ProgramGroup
	var events []string
	buffer, restart := 10, false
	if words[0] == "listener" {
		kind = config.ListenerPool
	}
	words = slices.DeleteFunc(slices.Clone(words[1:]), func(w string) bool {
		if v, ok := strings.CutPrefix(w, "events="); ok {
			events = strings.Split(v, ",")
			return true
		}
		if v, ok := strings.CutPrefix(w, "buffer="); ok {
			buffer, _ = strconv.Atoi(v)
			return true
		}
		if w == "restart_unknown" {
			restart = true
			return true
		}
		return false
	})
	p := fakeProgram(d.t, words)
	for i := range cfg.Groups {
		if g := &cfg.Groups[i]; g.Name == p.Group {
			g.Processes = append(g.Processes, p)
			return
		}
	}
	cfg.Groups = append(cfg.Groups, config.Group{Kind: kind, Name: p.Group, Priority: p.Priority,
		Processes: []config.Process{p}, Events: events, BufferSize: buffer, BufferSizeSet: true,
		RestartUnknown: restart})
}

func (d *story) run() {
	options := Options{
		Config: d.cfg, Spawner: d.os, Streams: d.os, Log: d.os,
		Load: func() (*config.Config, error) {
			if d.next == nil {
				return nil, fmt.Errorf("x.conf:1: broken")
			}
			return d.next, nil
		},
		Resolve: func(p *config.Process) error {
			if strings.HasPrefix(p.Command, "?") {
				return wire.NewFault(wire.NoFile, "can't find command '"+p.Command+"'")
			}
			return nil
		},
		AutoLog: func(p string, ch Channel) (string, error) { return "/tmp/" + p + "-" + ch.String(), nil },
	}
	if d.options != nil {
		d.options(&options)
	}
	loop, err := New(options)
	if err != nil {
		d.t.Fatal(err)
	}
	d.loop, d.os.loop, d.running = loop, loop, true
	go func() {
		mood := loop.Run()
		d.os.say("loop ended: %s", mood)
		d.ended <- mood
	}()
}

func (d *story) status() {
	for _, v := range d.loop.Processes() {
		line := fmt.Sprintf("%s:%s %s", v.Group, v.Config.Name, v.State)
		if v.PID != 0 {
			line += fmt.Sprintf(" pid=%d", v.PID)
		}
		if v.SpawnErr != "" {
			line += " spawnerr=" + strconv.Quote(v.SpawnErr)
		}
		if v.HasExit {
			line += fmt.Sprintf(" exit=%d", v.ExitStatus)
		}
		if v.Listener != "" {
			line += " listener=" + v.Listener
		}
		if v.Stuck != 0 {
			line += fmt.Sprintf(" stuck=%d", v.Stuck)
		}
		d.os.say("%s", line)
	}
}

// request runs an operation in the background; its answer is told when it comes.
func (d *story) request(words []string) {
	verb, nowait := strings.CutSuffix(words[0], "-nowait")
	name := ""
	if len(words) > 1 {
		name = words[1]
	}
	ctx := context.Background()
	go func() {
		var err error
		var result any
		switch verb {
		case "start":
			err = d.loop.Start(ctx, name, !nowait)
		case "stop":
			err = d.loop.Stop(ctx, name, !nowait)
		case "start-group":
			result, err = d.loop.StartGroup(ctx, name, !nowait)
		case "stop-group":
			result, err = d.loop.StopGroup(ctx, name, !nowait)
		case "start-all":
			result, err = d.loop.StartAll(ctx, !nowait)
		case "stop-all":
			result, err = d.loop.StopAll(ctx, !nowait)
		case "signal":
			err = d.loop.Signal(ctx, name, int(syscall.SIGHUP))
		case "signal-all":
			result, err = d.loop.SignalAll(ctx, int(syscall.SIGHUP))
		case "stdin":
			err = d.loop.WriteStdin(ctx, name, []byte(strings.Join(words[2:], " ")))
		case "clear":
			err = d.loop.ClearLogs(ctx, name)
		case "clear-all":
			result, err = d.loop.ClearAllLogs(ctx)
		case "add":
			err = d.loop.AddGroup(ctx, name)
		case "remove":
			err = d.loop.RemoveGroup(ctx, name)
		case "update":
			result, err = d.loop.UpdateGroup(ctx, name)
		case "preview":
			var changes config.Changes
			_, changes, err = d.loop.Preview()
			var told []string
			for _, g := range changes.Groups {
				told = append(told, g.Name+" "+g.Kind.String())
			}
			result = told
		case "reread":
			var a, c, r []string
			a, c, r, err = d.loop.Reread(ctx)
			result = fmt.Sprint("added", a, " changed", c, " removed", r)
		case "remote":
			err = d.loop.RemoteEvent(ctx, name, strings.Join(words[2:], " "))
		case "shutdown":
			d.loop.Shutdown()
		case "restart":
			err = d.loop.Restart()
		default:
			err = fmt.Errorf("no such request in a story: %s", verb)
		}
		answer := "ok"
		if list, ok := result.([]wire.ProcessStatus); ok {
			answer = ""
			for _, st := range list {
				answer += fmt.Sprintf("[%s:%s %s]", st.Group, st.Name, st.Description)
			}
		} else if result != nil {
			answer = fmt.Sprintf("%+v", result)
		}
		if err != nil {
			answer = err.Error()
		}
		d.os.answer(strings.Join(words, " ") + ": " + answer)
	}()
}
