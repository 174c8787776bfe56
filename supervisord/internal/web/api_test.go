package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
	"github.com/supervisor-go/supervisor/supervisord/internal/web/openapi"
)

// answerOf is an answer as the document describes it.
func answerOf(t *testing.T, doc openapi.Object, op *openapi.Operation, status int) openapi.Object {
	t.Helper()
	item, _ := doc["paths"].(openapi.Object)[op.Path].(openapi.Object)
	o, _ := item[strings.ToLower(op.Method)].(openapi.Object)
	if o["operationId"] != op.ID {
		t.Fatalf("%s %s is not in the document", op.Method, op.Path)
	}
	answers := o["responses"].(openapi.Object)
	a, ok := answers[fmt.Sprint(status)].(openapi.Object)
	if !ok {
		t.Fatalf("%s %s: the status %d is not described", op.Method, op.Path, status)
	}
	return a
}

// samples fill in the parameters of paths: good ones, and such as do not exist.
var samples = []struct {
	names  *strings.Replacer
	query  string
	status []int
}{
	{strings.NewReplacer("{process}", "worker:a", "{group}", "worker", "{channel}", "stdout", "{operation}", "1"), "?q=line&from=20", []int{200, 403, 409}},
	{strings.NewReplacer("{process}", "nobody", "{group}", "nobody", "{channel}", "stdout", "{operation}", "0"), "?q=line", []int{200, 403, 404, 409}},
	{strings.NewReplacer("{process}", "worker:a", "{group}", "worker", "{channel}", "stdin", "{operation}", "1"), "?q=&file=7&from=x&offset=y", []int{200, 400, 403, 404, 409}},
}

// Every operation of the API is described, has a handler, and answers as it is
// described.
func TestEveryOperationIsAsDescribed(t *testing.T) {
	r := newRig(t)
	a := r.api()
	b, err := json.Marshal(a.Document())
	if err != nil {
		t.Fatal(err)
	}
	var doc openapi.Object
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	r.post("/api/v1/processes/shop/clear", "{}") // operation 1
	seen := map[string]bool{}
	for i := range a.Operations {
		op := &a.Operations[i]
		if seen[op.ID] {
			t.Errorf("two operations have the ID %s", op.ID)
		}
		seen[op.ID] = true
		for _, sample := range samples {
			t.Run(op.ID, func(t *testing.T) {
				path := a.Base + sample.names.Replace(op.Path) + sample.query
				if strings.HasSuffix(op.Path, "/follow") || op.Path == "/events" {
					checkStream(t, r, doc, op, a.Base+samples[0].names.Replace(op.Path))
					return
				}
				got := r.ask(op.Method, path, "", "Content-Type: application/json")
				if !slices.Contains(sample.status, got.StatusCode) {
					t.Fatalf("%s: %s: %s", path, got.Status, got.body)
				}
				checkBody(t, doc, op, got)
			})
		}
	}
}

func checkBody(t *testing.T, doc openapi.Object, op *openapi.Operation, got answer) {
	t.Helper()
	content, _ := answerOf(t, doc, op, got.StatusCode)["content"].(openapi.Object)
	media, ok := content[got.Header.Get("Content-Type")].(openapi.Object)
	if !ok {
		t.Fatalf("%s is not described: %v", got.Header.Get("Content-Type"), content)
	}
	schema := media["schema"].(openapi.Object)
	if schema["format"] == "binary" {
		return
	}
	var v any
	if err := json.Unmarshal([]byte(got.body), &v); err != nil {
		t.Fatal(err)
	}
	if err := openapi.Validate(doc, schema, v); err != nil {
		t.Errorf("%d: %v\n%s", got.StatusCode, err, got.body)
	}
}

// checkStream checks the first event of a stream.
func checkStream(t *testing.T, r *rig, doc openapi.Object, op *openapi.Operation, path string) {
	t.Helper()
	answerOf(t, doc, op, http.StatusOK)
	if op.Path != "/events" {
		path += "?from=nobody:0" // something is skipped
	}
	e := r.follow(path)
	ev := e.next("snapshot", "skipped")
	name := fmt.Sprintf("%T", op.Answers[0].Events[ev.name])
	schema := openapi.Object{"$ref": "#/components/schemas/" + strings.TrimPrefix(name, "web.")}
	var v any
	e.as(&v, ev)
	if err := openapi.Validate(doc, schema, v); err != nil {
		t.Error(err)
	}
	e.cancel()
}

// The document that is served is the one that is tested.
func TestDescriptionIsServed(t *testing.T) {
	r := newRig(t)
	var served, made any
	if err := json.Unmarshal([]byte(r.get("/api/v1/openapi.json").body), &served); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(r.api().Document())
	json.Unmarshal(b, &made)
	if fmt.Sprint(served) != fmt.Sprint(made) {
		t.Error("it is another one")
	}
}

func TestProcesses(t *testing.T) {
	r := newRig(t)
	list := decode[ProcessList](r.get("/api/v1/processes?usage=1"), t)
	if got := names(list.Processes); got != "shop:shop RUNNING, worker:a RUNNING, worker:b STOPPED" {
		t.Error(got)
	}
	p := decode[Process](r.get("/api/v1/processes/shop"), t) // as people name it
	if p.ID != "shop:shop" || p.PID != 4711 || !p.Stdout || !strings.HasPrefix(p.Description, "pid 4711, uptime ") {
		t.Errorf("%+v", p)
	}
	groups := decode[GroupList](r.get("/api/v1/groups"), t)
	if len(groups.Groups) != 2 || groups.Groups[1].States["STOPPED"] != 1 || groups.Groups[1].Processes != 2 {
		t.Errorf("%+v", groups)
	}
}

func TestActions(t *testing.T) {
	r := newRig(t)
	for _, test := range []struct {
		path    string
		status  int
		code    string
		message string
	}{
		{"processes/worker:b/start", 200, "SUCCESS", "Started worker:b."},
		{"processes/worker:b/start", 409, "ALREADY_STARTED", "Cannot start worker:b: it is already started."},
		{"processes/shop/stop", 200, "SUCCESS", "Stopped shop."},
		{"processes/shop:shop/stop", 409, "NOT_RUNNING", "Cannot stop shop: it is not running."},
		{"processes/shop/restart", 200, "SUCCESS", "Restarted shop."},
		{"processes/shop/clear", 200, "SUCCESS", "Cleared the logs of shop."},
		{"groups/worker/stop", 200, "SUCCESS", "Stopped 2 processes of group worker."},
		{"groups/worker/stop", 200, "SUCCESS", "There was nothing to stop of group worker."},
		{"groups/worker/restart", 200, "SUCCESS", "Restarted 2 processes of group worker."},
		{"groups/worker/clear", 200, "SUCCESS", "Cleared the logs of 2 processes of group worker."},
		{"all/stop", 200, "SUCCESS", "Stopped 3 processes."},
		{"all/start", 200, "SUCCESS", "Started 3 processes."},
		{"all/clear", 200, "SUCCESS", "Cleared the logs of 3 processes."},
		{"daemon/log/clear", 200, "SUCCESS", "Cleared the activity log."},
	} {
		got := r.post("/api/v1/"+test.path, "{}")
		op := decode[Operation](got, t)
		if got.StatusCode != test.status || op.Code != test.code || op.Message != test.message || op.OK != (test.status == 200) || !op.Done {
			t.Errorf("%s: %s %+v", test.path, got.Status, op)
		}
	}
	if r.log.cleared != 1 {
		t.Error("the activity log was not cleared")
	}
	for _, path := range []string{"processes/nobody/start", "groups/nobody/stop", "processes/worker:*/start", "processes/x/explode"} {
		if got := r.post("/api/v1/"+path, "{}"); got.StatusCode != 404 {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
	r.daemon.SetMood(core.MoodShutdown)
	if got := r.post("/api/v1/all/start", "{}"); got.StatusCode != 503 || !strings.Contains(got.body, "SHUTDOWN_STATE") {
		t.Errorf("while shutting down: %s %s", got.Status, got.body)
	}
}

// An operation goes on when nobody waits for it, and its outcome can be asked
// for.
func TestOperationOutlivesItsRequest(t *testing.T) {
	r := newRig(t)
	hold, held := make(chan struct{}), make(chan struct{}, 4)
	r.daemon.Hold, r.daemon.Held = hold, held
	got := r.post("/api/v1/processes/shop/restart", `{"wait": 0}`)
	op := decode[Operation](got, t)
	if got.StatusCode != http.StatusAccepted || op.Done {
		t.Fatalf("%s %+v", got.Status, op)
	}
	<-held
	close(hold)
	got = r.get("/api/v1/operations/" + op.ID + "?wait=30")
	if op = decode[Operation](got, t); !op.OK || op.Message != "Restarted shop." || got.StatusCode != 200 {
		t.Errorf("%s %+v", got.Status, op)
	}
	if r.state("shop") != life.Running {
		t.Error("it was not started again")
	}
}

func TestTooManyOperations(t *testing.T) {
	r := newRig(t)
	hold := make(chan struct{})
	r.daemon.Hold = hold
	defer close(hold)
	for range maxOpen {
		if _, err := r.begin("stop", target{oneProcess, "shop"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.post("/api/v1/all/stop", "{}"); got.StatusCode != 503 {
		t.Errorf("one too many: %s", got.Status)
	}
}

// What is remembered of operations is bounded, whatever they were about.
func TestOldOperationsAreForgotten(t *testing.T) {
	r := newRig(t)
	run := func(results int) *operation {
		p, err := r.ops.begin("stop", "*", func(context.Context) outcome { return outcome{results: make([]Result, results)} })
		if err != nil {
			t.Fatal(err)
		}
		<-p.ended
		return p
	}
	first := run(maxResults / 2)
	second := run(maxResults / 2)
	if r.ops.find(first.op.ID) == nil {
		t.Error("the first is forgotten too early")
	}
	third := run(1)
	if r.ops.find(first.op.ID) != nil || r.ops.find(second.op.ID) == nil || r.ops.find(third.op.ID) == nil {
		t.Error("not the oldest is forgotten")
	}
	big := run(2 * maxResults)
	if r.ops.find(third.op.ID) != nil || r.ops.find(big.op.ID) == nil {
		t.Error("the last is forgotten")
	}
	for range maxRecent + 10 {
		run(0)
	}
	r.ops.mu.Lock()
	defer r.ops.mu.Unlock()
	if n := len(r.ops.recent); n > maxRecent {
		t.Errorf("%d are remembered", n)
	}
}

func TestBodies(t *testing.T) {
	r := newRig(t)
	for body, want := range map[string]int{
		"": 200, "{}": 200, `{"wait": 1.5}`: 200, `{"wait": null}`: 200,
		`{"wait": -1}`: 400, `{"wait": 3601}`: 400, `{"wait": "1"}`: 400, `{"weight": 1}`: 400, "[]": 400, "{} {}": 400, "{": 400,
		`{"wait": ` + strings.Repeat(" ", maxRequest) + `1}`: 400,
	} {
		if got := r.post("/api/v1/processes/shop/clear", body); got.StatusCode != want {
			t.Errorf("%.40q: %s %s", body, got.Status, got.body)
		}
	}
}

func TestLogsOverTheAPI(t *testing.T) {
	r := newRig(t)
	r.write("shop.log", "one\ntwo \xff three\nfour\n")
	files := decode[LogFiles](r.get("/api/v1/processes/shop/logs/stdout"), t)
	if len(files.Files) != 2 || files.Files[1].Name != "shop.log.1" || files.Path != filepath.Join(r.dir, "shop.log") {
		t.Errorf("%+v", files)
	}
	text := decode[LogText](r.get("/api/v1/processes/shop/logs/stdout/text?offset=6&length=100&lines=1"), t)
	if text.Text != "four\n" || text.Offset != 16 || text.Next != 21 || text.Size != 21 || text.ID != files.Files[0].ID {
		t.Errorf("%+v", text)
	}
	text = decode[LogText](r.get("/api/v1/processes/shop/logs/stdout/text?id="+files.Files[1].ID), t)
	if text.Text != "first line of shop.log.1\nsecond line\n" || text.Index != 1 {
		t.Errorf("%+v", text)
	}
	match := decode[LogMatch](r.get("/api/v1/processes/shop/logs/stdout/search?q=THREE"), t)
	if !match.Found || match.Offset != 10 {
		t.Errorf("%+v", match)
	}
	file := r.get("/api/v1/processes/shop/logs/stdout/download", "Range: bytes=4-7")
	if file.StatusCode != http.StatusPartialContent || file.body != "two " ||
		file.Header.Get("Content-Disposition") != `attachment; filename=shop.log` || file.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("%s %q %v", file.Status, file.body, file.Header)
	}
	if whole := r.get("/api/v1/processes/shop/logs/stdout/download"); whole.body != "one\ntwo \xff three\nfour\n" {
		t.Errorf("%q", whole.body)
	}
	main := decode[LogText](r.get("/api/v1/daemon/log/text"), t)
	if !strings.HasPrefix(main.Text, "first line of main.log") {
		t.Errorf("%+v", main)
	}
}

// Nothing can be read but the logs of processes.
func TestOtherFilesAreNotServed(t *testing.T) {
	r := newRig(t)
	r.write("secret", "canary")
	r.write("shop.log.3", "canary") // beyond the number of backups
	if err := os.Symlink(filepath.Join(r.dir, "secret"), filepath.Join(r.dir, "shop.log.2")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"processes/shop/logs/secret/text", "processes/shop/logs/..%2Fsecret/text", "processes/shop/logs/stdout/text?file=2",
		"processes/shop/logs/stdout/text?file=3", "processes/shop/logs/stdout/text?file=-1", "processes/shop/logs/stdout/text?id=../secret",
		"processes/shop/logs/stdout/text?file=../secret", "processes/..%2Fsecret/logs/stdout/text", "processes/shop/logs/stdout/secret",
		"processes/shop/logs/stdout/download?file=2", "processes/shop/logs/stdout/", "processes/shop/logs/",
	} {
		got := r.get("/api/v1/" + path)
		if got.StatusCode < 400 || strings.Contains(got.body, "canary") {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
	}
	for _, path := range []string{"/log.html?name=shop&file=2", "/log.html?name=shop&channel=../secret", "/tail.html?processname=../secret", "/s/x/../../secret", "/secret"} {
		if got := r.get(path); strings.Contains(got.body, "canary") {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
}

func TestFollowLog(t *testing.T) {
	r := newRig(t)
	path := "/api/v1/processes/shop/logs/stdout"
	text := decode[LogText](r.get(path+"/text"), t)
	e := r.follow(path + "/follow?from=" + position(text.ID, text.Next))
	appendTo := func(text string) {
		f, err := os.OpenFile(filepath.Join(r.dir, "shop.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.WriteString(text)
		r.follower.Notify()
	}
	expect := func(name, text string) (n LogNews) {
		t.Helper()
		ev := e.next("text", "rotated", "cleared", "skipped")
		e.as(&n, ev)
		if ev.name != name || n.Text != text || ev.id != position(n.ID, n.Next) {
			t.Fatalf("got %+v, want %s %q", ev, name, text)
		}
		return n
	}
	appendTo("third\n")
	expect("text", "third\n")
	if err := os.Rename(filepath.Join(r.dir, "shop.log"), filepath.Join(r.dir, "shop.log.1")); err != nil {
		t.Fatal(err)
	}
	appendTo("<b>fourth</b>\n")
	expect("rotated", "")
	last := expect("text", "<b>fourth</b>\n")
	e.cancel()
	// Back after a while, at the place where it was left.
	appendTo("fifth\n")
	e = r.follow(path + "/follow?from=" + position(last.ID, last.Next))
	expect("text", "fifth\n")
	if got := r.get(path + "/follow?from=nonsense"); got.StatusCode != 400 {
		t.Error(got.Status)
	}
	if got := r.get("/api/v1/processes/nobody/logs/stdout/follow"); got.StatusCode != 404 {
		t.Error(got.Status)
	}
}

// secretChanges is a difference with values that must not be told.
func secretChanges() (*config.Config, config.Changes) {
	group := func(command, secret string, wait int) config.Group {
		return config.Group{Name: "shop", Section: "program:shop", Kind: config.ProgramGroup, Processes: []config.Process{{
			Name: "shop", Group: "shop", Section: "program:shop", Command: command, StopWaitSecs: wait,
			Environment: []config.EnvVar{{Key: "PASSWORD", Value: secret}},
			Set:         config.Origins{{Option: "command", Origin: config.Origin{File: "a.conf", Line: 7}}},
		}}}
	}
	before := &config.Config{Groups: []config.Group{group("x --password=canary1", "canary2", 1)}}
	after := &config.Config{File: "/etc/a.conf", Groups: []config.Group{group("x --password=canary3", "canary4", 2)},
		Servers: []config.Server{{Section: "inet_http_server", Password: "canary5"}}}
	return after, config.Diff(before, after)
}

func TestPreviewTellsNoSecrets(t *testing.T) {
	r := newRig(t)
	r.daemon.preview = func() (*config.Config, config.Changes, error) {
		next, changes := secretChanges()
		return next, changes, nil
	}
	got := r.get("/api/v1/config/preview")
	page := r.get("/config.html")
	if strings.Contains(got.body+page.body, "canary") {
		t.Errorf("a secret is told: %s\n%s", got.body, page.body)
	}
	p := decode[Preview](got, t)
	if len(p.Groups) != 1 || p.Groups[0].Kind != "changed" || len(p.Groups[0].Processes) != 1 || p.Groups[0].Processes[0].Effect != "restart" {
		t.Fatalf("%+v", p)
	}
	var options []string
	for _, o := range p.Groups[0].Processes[0].Options {
		options = append(options, fmt.Sprintf("%s %s %s>%s", o.Option, o.NewAt, o.OldValue, o.NewValue))
	}
	if got := strings.Join(options, ", "); got != "command a.conf:7 >, stopwaitsecs  1>2, environment  >" {
		t.Error(got)
	}
	if !strings.Contains(page.body, "stopwaitsecs") || !strings.Contains(page.body, "a.conf:7") {
		t.Error("the page does not tell the same")
	}
}

func TestPreviewJoinsProcesses(t *testing.T) {
	group := func(n, wait int) config.Group {
		g := config.Group{Name: "many", Section: "program:many", Kind: config.ProgramGroup}
		for i := range n {
			g.Processes = append(g.Processes, config.Process{Name: fmt.Sprint("p", i), Section: "program:many", StopWaitSecs: wait})
		}
		return g
	}
	before := &config.Config{Groups: []config.Group{group(100, 1)}}
	after := &config.Config{Groups: []config.Group{group(101, 2)}}
	changes := config.Diff(before, after)
	g := groupChange(&changes.Groups[0])
	var got []string
	for _, p := range g.Processes {
		got = append(got, fmt.Sprint(p.Effect, len(p.Names)))
	}
	slices.Sort(got)
	if s := strings.Join(got, " "); s != "add1 apply100" && s != "add1 apply11 apply89" && !strings.HasPrefix(s, "add1 apply") {
		t.Error(s)
	}
	if len(g.Processes) > 3 {
		t.Errorf("%d entries for 101 processes", len(g.Processes))
	}
}

func TestUpdate(t *testing.T) {
	r := newRig(t)
	p := decode[Preview](r.get("/api/v1/config/preview"), t)
	if got := r.post("/api/v1/config/update", `{"fingerprint": "another"}`); got.StatusCode != 409 || decode[ErrorBody](got, t).Error.Code != "CHANGED" {
		t.Errorf("with the fingerprint of another preview: %s %s", got.Status, got.body)
	}
	// The fake's reread tells of added a and removed r and s, none of which exist.
	op := decode[Operation](r.post("/api/v1/config/update", `{"fingerprint": "`+p.Fingerprint+`"}`), t)
	if op.OK || op.Code != "BAD_NAME" || len(op.Results) != 3 || !strings.HasPrefix(op.Message, "Not all could be updated: r was not removed: ") {
		t.Errorf("%+v", op)
	}
	op = decode[Operation](r.post("/api/v1/config/update", `{"groups": ["shop"]}`), t)
	if !op.OK || op.Message != "There was nothing to update." {
		t.Errorf("%+v", op)
	}
	r.daemon.preview = func() (*config.Config, config.Changes, error) {
		return nil, config.Changes{}, wire.NewFault(wire.CantReread, "a.conf:3: no such option")
	}
	got := r.get("/api/v1/config/preview")
	if e := decode[ErrorBody](got, t).Error; got.StatusCode != 409 || e.Code != "CANT_REREAD" || e.Message != "a.conf:3: no such option" {
		t.Errorf("%s %s", got.Status, got.body)
	}
	if page := r.get("/config.html"); !strings.Contains(page.body, "a.conf:3: no such option") {
		t.Error("the page does not say what is wrong")
	}
}
