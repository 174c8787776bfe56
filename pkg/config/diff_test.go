package config

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// describeChanges renders changes, a line for each.
func describeChanges(c Changes) []string {
	list := []string{}
	option := func(o OptionChange) string {
		s := fmt.Sprintf("%s.%s %d->%d", o.Section, o.Option, o.Old.Line, o.New.Line)
		if o.OldValue != "" || o.NewValue != "" {
			s += fmt.Sprintf(" %s->%s", o.OldValue, o.NewValue)
		}
		if o.Live {
			s += " live"
		}
		return s
	}
	for _, o := range c.Daemon {
		list = append(list, "daemon "+option(o))
	}
	for _, g := range c.Groups {
		list = append(list, fmt.Sprintf("group %s %s replaced=%v", g.Name, g.Kind, g.Replaced))
		for _, o := range g.Options {
			list = append(list, "  "+option(o))
		}
		for _, p := range g.Processes {
			list = append(list, fmt.Sprintf("  process %s %s live=%v", p.Name, p.Kind, p.Live()))
			for _, o := range p.Options {
				list = append(list, "    "+option(o))
			}
		}
	}
	return list
}

func TestDiff(t *testing.T) {
	program := header + "[program:a]\ncommand=x\n"
	many := header + "[program:a]\ncommand=x %(process_num)d\nprocess_name=%(process_num)d\n"
	for _, test := range []struct {
		name, before, after string
		want                []string
	}{
		{"nothing", program, header + "\n; moved\n[program:a]\ncommand = x\nautostart=yes\nuser=\n", nil},
		{"live option", program, program + "startsecs=5\nstopsignal=HUP\n", []string{
			"group a changed replaced=false", "  process a changed live=true",
			"    program:a.startsecs 0->4 1->5 live", "    program:a.stopsignal 0->5 TERM->HUP live",
		}},
		{"restart", program, program + "directory=/tmp\nautostart=false\n", []string{
			"group a changed replaced=false", "  process a changed live=false",
			"    program:a.directory 0->4", "    program:a.autostart 0->5 true->false live",
		}},
		{"priority", program, program + "priority=5\n", []string{
			"group a changed replaced=false", "  program:a.priority 0->4 999->5 live", "  process a changed live=true", "    program:a.priority 0->4 999->5 live",
		}},
		{"added and removed", program, header + "[program:b]\ncommand=x\n", []string{"group a removed replaced=false", "group b added replaced=false"}},
		{"scaled", many + "numprocs=2\n", many + "numprocs=3\n", []string{"group a changed replaced=false", "  process 2 added live=false"}},
		{"scaled down", many + "numprocs=2\n", many + "numprocs=1\n", []string{"group a changed replaced=false", "  process 1 removed live=false"}},
		{"one of many", many + "numprocs=2\n", strings.Replace(many, "x %(process_num)d", "x 0%(process_num)x", 1) + "numprocs=2\n", []string{
			"group a changed replaced=false",
			"  process 0 changed live=false", "    program:a.command 3->3",
			"  process 1 changed live=false", "    program:a.command 3->3",
		}},
		{"environment", program + "environment=A=1,B=2\n", program + "environment=B=2,A=topsecret\n", []string{
			"group a changed replaced=false", "  process a changed live=false", "    program:a.environment 4->4",
		}},
		{"order of environment", program + "environment=A=1,B=2\n", program + "environment=B=2,A=1\n", nil},
		{"environment of all", program, strings.Replace(program, header, header+"environment=A=1\n", 1), []string{
			"daemon supervisord.environment 0->2",
			"group a changed replaced=false", "  process a changed live=false", "    program:a.environment 0->2",
		}},
		{"kind", program, header + "[eventlistener:a]\ncommand=x\nevents=TICK\npriority=999\n", []string{
			"group a changed replaced=true", "  eventlistener:a.events 0->4 ->TICK live", "  eventlistener:a.buffer_size 0->0 0->10 live",
		}},
		{"asking for AUTO", program + "stdout_logfile=/tmp/x\n", program + "stdout_logfile=AUTO\n", nil},
		{"leaving AUTO", program, program + "stdout_logfile=/tmp/x\n", []string{
			"group a changed replaced=false", "  process a changed live=false", "    program:a.stdout_logfile 0->4",
		}},
		{"order of programs", program + "[program:b]\ncommand=x\n[group:g]\nprograms=a,b\n", program + "[program:b]\ncommand=x\n[group:g]\nprograms=b,a\n", nil},
		{"member", program + "[program:b]\ncommand=x\n[group:g]\nprograms=a,b\n", program + "[program:b]\ncommand=y\n[group:g]\nprograms=b,a\n", []string{
			"group g changed replaced=false", "  process b changed live=false", "    program:b.command 5->5",
		}},
		{"same user", program + "user=root\n", program + "user=0\n", nil},
		{"daemon", header + "loglevel=info\n", header + "\nloglevel=debug\nidentifier=x\n[inet_http_server]\nport=1\n", []string{
			"daemon supervisord.loglevel 2->3 info->debug", "daemon supervisord.identifier 0->4", "daemon inet_http_server. 0->0",
		}},
		{"password", header + "[inet_http_server]\nport=1\nusername=a\npassword=topsecret\n", header + "[inet_http_server]\nport=1\nusername=a\npassword=other\n", []string{
			"daemon inet_http_server. 0->0",
		}},
		{"interface", header + "[rpcinterface:a]\nrpcinterface.command=x\n", header + "[rpcinterface:a]\nrpcinterface.command=x\na=1\n", []string{
			"daemon rpcinterface:a. 0->0",
		}},
		{"socket", header + "[fcgi-program:f]\ncommand=x\nsocket=unix:///tmp/f\n", header + "[fcgi-program:f]\ncommand=x\nsocket=unix:///tmp/f\nsocket_mode=0770\n", []string{
			"group f changed replaced=false", "  fcgi-program:f.socket_mode 0->5 0700->0770", "  process f changed live=false", "    fcgi-program:f.socket 4->4",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := mustLoad(t, test.before), mustLoad(t, strings.ReplaceAll(test.after, "user=\n", ""))
			if diff := gocmp.Diff(append([]string{}, test.want...), describeChanges(Diff(before, after))); diff != "" {
				t.Errorf("wanted -, got +:\n%s", diff)
			}
		})
	}
}

// TestSameGroupAndDiffGroupAgree compares random groups with changed ones.
func TestSameGroupAndDiffGroupAgree(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o755); err != nil {
		t.Fatal(err)
	}
	g := generator{Rand: rand.New(rand.NewPCG(13, 14)), dir: dir}
	var all []Group
	for range 200 {
		c, err := loadText(t, filepath.Join(dir, "main.conf"), header+g.section()+g.section())
		if err == nil {
			all = append(all, c.Groups...)
		}
	}
	same := 0
	for i := range all {
		for j := range all {
			a, b := &all[i], &all[j]
			c := DiffGroup(a, b)
			if SameGroup(a, b) {
				same++
			}
			if a.Name == b.Name && SameGroup(a, b) != (c.Kind == Unchanged) {
				t.Fatalf("SameGroup %v, DiffGroup %v:\n%+v\n%+v", SameGroup(a, b), c, a, b)
			}
			if a.Name == b.Name && c.Kind == Changed && !c.Replaced && len(c.Options)+len(c.Processes) == 0 {
				t.Fatalf("changed in nothing:\n%+v\n%+v", a, b)
			}
		}
	}
	if same < len(all) {
		t.Errorf("%d of %d groups equal themselves", same, len(all))
	}
}

// TestEveryOptionIsCompared looks for options of the table that a comparison
// would miss.
func TestEveryOptionIsCompared(t *testing.T) {
	var compared []string
	for _, f := range processFields() {
		compared = append(compared, f.option)
	}
	for _, f := range groupFields {
		compared = append(compared, f.option)
	}
	// These tell which processes there are.
	compared = append(compared, "process_name", "numprocs", "numprocs_start", "result_handler", "stdout_capturefile", "stderr_capturefile")
	for _, doc := range Reference() {
		if !isProcessKind(doc.Kind) {
			continue
		}
		for _, o := range doc.Options {
			if !slices.Contains(compared, o.Name) {
				t.Errorf("[%s] %s is not compared", doc.Name, o.Name)
			}
		}
	}
	for _, o := range optionNames(SupervisordSection) {
		known := slices.ContainsFunc(daemonFields(), func(f daemonField) bool { return f.option == o })
		if !known && LookupOption(SupervisordSection, o).Deprecated == "" {
			t.Errorf("[supervisord] %s is not compared", o)
		}
	}
}
