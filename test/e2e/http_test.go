package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// dial opens a connection to the daemon's socket.
func (d *daemon) dial() net.Conn {
	d.t.Helper()
	c, err := net.Dial("unix", d.path("s"))
	must(d.t, err)
	d.t.Cleanup(func() { c.Close() })
	must(d.t, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// post sends a body to /RPC2 and returns the status and the answer.
func (d *daemon) post(body string) (status int, answer string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.ctx(), http.MethodPost, "http://d/RPC2", strings.NewReader(body))
	must(d.t, err)
	resp, err := d.http.Do(r)
	must(d.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(d.t, err)
	return resp.StatusCode, string(b)
}

// get fetches a path.
func (d *daemon) get(path string) (status int, answer string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.ctx(), http.MethodGet, "http://d"+path, nil)
	must(d.t, err)
	resp, err := d.http.Do(r)
	must(d.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(d.t, err)
	return resp.StatusCode, string(b)
}

// call is the text of an XML-RPC call.
func call(method, params string) string {
	return "<?xml version='1.0'?><methodCall><methodName>" + method + "</methodName>" + params + "</methodCall>"
}

// Clients that vanish in the middle of a request, of an answer, of a wait or of
// a stream leave nothing behind.
func TestVanishingClients(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\n"+counter+"startsecs=0\nstdout_logfile={D}/p.log\n"+
		"[program:slow]\ncommand=/bin/sleep 1000\nstartsecs=1000\nautostart=false\nstdout_logfile=NONE\nstderr_logfile=NONE\n"+
		"[program:stubborn]\n"+stubborn+"startsecs=0\nstopwaitsecs=1000\nstdout_logfile={D}/stubborn.log\n")
	d.has("stubborn.log", "up")
	d.has("p.log", "line")
	d.info("p")
	before, threadsBefore := fds(t, d.pid), threads(t, d.pid)
	body := call("supervisor.getAllProcessInfo", "")
	wait := call("supervisor.startProcess", "<params><param><value>slow</value></param></params>")
	stop := call("supervisor.stopProcess", "<params><param><value>stubborn</value></param></params>")
	post := func(body string) string {
		return fmt.Sprintf("POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	requests := []string{
		"", "P", "POST /RPC2", "POST /RPC2 HTTP/1.1\r\nHost: d\r\n", post(body)[:80], post(body), post(wait), post(stop),
		strings.Repeat(post(body), 20), "GET /logtail/p HTTP/1.1\r\nHost: d\r\n\r\n", "GET /mainlogtail HTTP/1.0\r\n\r\n",
		"GET /events HTTP/1.1\r\nHost: d\r\n\r\n", "GET / HTTP/1.1\r\nHost: d\r\nConnection: keep-alive\r\n\r\n", "\x16\x03\x01\x00\xa5\x01\x00",
	}
	for round := range 12 {
		for _, request := range requests {
			c := d.dial()
			_, err := io.WriteString(c, request)
			must(t, err)
			switch round % 4 {
			case 1: // half open
				must(t, c.(*net.UnixConn).CloseWrite())
			case 2: // after the beginning of the answer
				if request == post(body) {
					_, err = c.Read(make([]byte, 10))
					must(t, err)
				}
			case 3: // a reset
				must(t, c.(*net.UnixConn).SetReadBuffer(1))
			}
			c.Close()
		}
	}
	d.eventually("the daemon to have closed its ends", func() (bool, any) {
		n := fds(t, d.pid)
		return n <= before+4, fmt.Sprint(n, " before ", before) // the processes that were started have pipes
	})
	if n := threads(t, d.pid); n > threadsBefore+10 {
		t.Errorf("%d threads, then %d", threadsBefore, n)
	}
	used, lines := cpu(t, d.pid), len(d.gather("p.log", 0))
	d.eventually("a few more lines", func() (bool, any) { n := len(d.gather("p.log", 0)); return n > lines+100, n })
	if more := cpu(t, d.pid) - used; more > 100 {
		t.Errorf("%d hundredths of a second of processor time", more)
	}
}

// A call that waits is always answered, whatever becomes of the process.
func TestWaitingCallsAreAnswered(t *testing.T) {
	t.Parallel()
	d := start(t, `[program:dies]
command=/bin/sh -c 'read x; exit 1'
startsecs=1000
startretries=0
autostart=false
autorestart=false
[program:long]
command=/bin/sleep 1000
startsecs=1000
autostart=false
[program:backoff]
command=/bin/false
startretries=1000
autostart=false
[program:deaf]
`+stubborn+`startsecs=0
stopwaitsecs=1000
stdout_logfile={D}/deaf.log
`)
	begin := func(call func(c *client.Client) error) <-chan error {
		ch := make(chan error, 1)
		go func() {
			c := d.connect()
			defer c.Close()
			ch <- call(c)
		}()
		return ch
	}
	start := func(name string) <-chan error {
		return begin(func(c *client.Client) error { return c.StartProcess(d.ctx(), name, true) })
	}
	expect := func(what string, ch <-chan error, want wire.FaultCode) {
		t.Helper()
		if err := <-ch; fault(err) != want || want == 0 && err != nil {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	dies := start("dies")
	d.child("dies")
	must(t, d.rpc.SendProcessStdin(d.ctx(), "dies", []byte("x\n")))
	expect("a start of what dies", dies, wire.SpawnError)

	expect("a start of what fails at once", start("backoff"), wire.SpawnError)
	d.stopp("backoff")

	long := start("long")
	multi := begin(func(c *client.Client) error {
		d.state("long", "STARTING")
		res, err := c.Multicall(d.ctx(), []client.CallSpec{{Method: "supervisor.stopProcess", Params: []any{"long"}}, {Method: "supervisor.startProcess", Params: []any{"nope"}}})
		if err == nil && (len(res) != 2 || res[0].Value != true || res[1].Fault == nil) {
			err = fmt.Errorf("%+v", res)
		}
		return err
	})
	expect("the multicall", multi, 0)
	expect("a start of what is stopped meanwhile", long, wire.AbnormalTermination)

	d.has("deaf.log", "up")
	stops := begin(func(c *client.Client) error { return c.StopProcess(d.ctx(), "deaf", true) })
	info := d.state("deaf", "STOPPING")
	must(t, syscall.Kill(info.PID, syscall.SIGKILL))
	expect("a stop of what is killed from outside", stops, 0)

	// Removed while somebody waits for its start.
	long = start("long")
	d.state("long", "STARTING")
	must(t, d.rpc.StopProcess(d.ctx(), "long", true))
	must(t, d.rpc.RemoveProcessGroup(d.ctx(), "long"))
	expect("a start of what is removed", long, wire.AbnormalTermination)

	// The daemon ends.
	must(t, d.rpc.StartProcess(d.ctx(), "deaf", true))
	must(t, d.rpc.AddProcessGroup(d.ctx(), "long"))
	long = start("long")
	d.state("long", "STARTING")
	d.mayEnd = true
	pid := d.info("deaf").PID
	d.signal(syscall.SIGTERM)
	if err := <-long; err == nil {
		t.Error("a start succeeded during the shutdown")
	}
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	if status := d.ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// The ways in which XML-RPC is written, and what is no XML-RPC.
func TestDialects(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	param := func(v string) string { return "<params><param>" + v + "</param></params>" }
	deep := strings.Repeat("<value><array><data>", 20000)
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"untyped string":    {call("supervisor.getProcessInfo", param("<value>p</value>")), 200, "RUNNING"},
		"spaces":            {call("supervisor.getProcessInfo", "\n<params>\n <param>\n  <value>\n <string>p</string> </value>\n</param>\n</params>\n"), 200, "RUNNING"},
		"no params":         {call("supervisor.getState", ""), 200, "statename"},
		"empty params":      {call("supervisor.getState", "<params/>"), 200, "statename"},
		"no declaration":    {"<methodCall><methodName>supervisor.getState</methodName></methodCall>", 200, "statename"},
		"CDATA":             {call("supervisor.getProcessInfo", param("<value><string><![CDATA[p]]></string></value>")), 200, "RUNNING"},
		"entities":          {call("supervisor.getProcessInfo", param("<value><string>&#112;</string></value>")), 200, "RUNNING"},
		"array":             {call("system.multicall", param("<value><array><data></data></array></value>")), 200, "<array>"},
		"a group":           {call("supervisor.getProcessInfo", param("<value>p:*</value>")), 200, "BAD_NAME"},
		"a number as name":  {call("supervisor.getProcessInfo", param("<value><int>7</int></value>")), 200, "fault"},
		"an array as name":  {call("supervisor.getProcessInfo", param("<value><array><data/></array></value>")), 200, "fault"},
		"a struct as name":  {call("supervisor.startProcess", param("<value><struct/></value>")), 200, "fault"},
		"too many":          {call("supervisor.getState", param("<value>1</value>")), 200, "INCORRECT_PARAMETERS"},
		"too few":           {call("supervisor.getProcessInfo", ""), 200, "INCORRECT_PARAMETERS"},
		"no method":         {"<methodCall></methodCall>", 400, ""},
		"empty method":      {call("", ""), 0, ""},
		"a response":        {"<methodResponse><params/></methodResponse>", 400, ""},
		"no XML":            {"hello", 400, ""},
		"JSON":              {`{"method":"supervisor.getState"}`, 400, ""},
		"an open element":   {"<methodCall><methodName>supervisor.getState", 400, ""},
		"crossed elements":  {"<methodCall><methodName>supervisor.getState</methodCall></methodName>", 400, ""},
		"NUL":               {call("supervisor.getState\x00", ""), 0, ""},
		"invalid UTF-8":     {call("supervisor.getProcessInfo", param("<value>\xff</value>")), 0, ""},
		"UTF-16":            {"\xff\xfe<\x00m\x00", 400, ""},
		"an entity bomb":    {`<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">` + entities() + `]>` + call("supervisor.getProcessInfo", param("<value>&z;</value>")), 400, ""},
		"an outside entity": {`<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + call("supervisor.getProcessInfo", param("<value>&a;</value>")), 400, ""},
		"deep":              {call("supervisor.getProcessInfo", "<params><param>"+deep), 400, ""},
		"deep and closed":   {call("supervisor.getProcessInfo", "<params><param>"+deep+strings.Repeat("</data></array></value>", 20000)+"</param></params>"), 0, ""},
		"a huge integer":    {call("supervisor.readLog", "<params><param><value><int>99999999999999999999</int></value></param><param><value><int>0</int></value></param></params>"), 0, ""},
		"a bad integer":     {call("supervisor.readLog", "<params><param><value><int>x</int></value></param><param><value><int>0</int></value></param></params>"), 0, ""},
		"bad base64":        {call("supervisor.sendProcessStdin", "<params><param><value>p</value></param><param><value><base64>!!!</base64></value></param></params>"), 0, ""},
		"a comment":         {call("supervisor.getState", "<!-- x -->"), 200, "statename"},
	} {
		status, answer := d.post(c.body)
		if c.status == 0 && status != 200 && status != 400 || c.status != 0 && status != c.status || !strings.Contains(answer, c.want) {
			t.Errorf("%s: %d %.300s", name, status, answer)
		}
		if strings.Contains(answer, "root:") {
			t.Errorf("%s: a file was read", name)
		}
	}
	if d.lines("log", "unexpected exception") > 0 {
		t.Error("a request has broken something")
	}
}

// entities declares entities that double ten times each.
func entities() string {
	var b strings.Builder
	for c := 'c'; c <= 'z'; c++ {
		fmt.Fprintf(&b, `<!ENTITY %c "%s">`, c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	return b.String()
}

// Bodies that are longer than allowed are refused without being read into
// memory, however their length is told.
func TestHugeBodies(t *testing.T) {
	t.Parallel()
	d := start(t, "")
	before := rss(t, d.pid)
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	for name, head := range map[string]string{
		"honest":  "POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: 1073741824\r\n\r\n",
		"chunked": "POST /RPC2 HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n",
		"web":     "POST / HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1073741824\r\n\r\n",
		"head":    "POST /RPC2 HTTP/1.1\r\nHost: d\r\nX: ",
		"line":    "POST /",
		"endless": "POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999999999999999999\r\n\r\n",
		"minus":   "POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: -1\r\n\r\n",
		"twice":   "POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
	} {
		c := d.dial()
		_, err := io.WriteString(c, head)
		must(t, err)
		answer := make(chan string, 1)
		go func() {
			line, _ := bufio.NewReader(c).ReadString('\n')
			answer <- line
		}()
		sent := 0
		for err == nil && sent < 1<<30 {
			var n int
			n, err = c.Write(chunk)
			sent += n
		}
		if sent > 300<<20 {
			t.Errorf("%s: the daemon took %d MiB", name, sent>>20)
		}
		c.Close()
		if line := <-answer; line != "" && !strings.Contains(line, " 4") {
			t.Errorf("%s: %q", name, line)
		}
	}
	if after := rss(t, d.pid); after > before+100<<10 {
		t.Errorf("%d KiB of memory, then %d", before, after)
	}
	// Just within the limit is a matter of the call.
	if status, _ := d.post(call("supervisor.getProcessInfo", "<params><param><value>"+strings.Repeat("x", 1<<20)+"</value></param></params>")); status != 200 {
		t.Errorf("a body of a megabyte: %d", status)
	}
}

// Thousands of connections that say nothing, or half of something, do not keep
// others out; their number is bounded.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	d := start(t, "[inet_http_server]\nport=127.0.0.1:"+freePort(t)+"\nusername=u\npassword=p\n[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	parts := []string{"", "P", "POST /RPC2 HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: d\r\n", "POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: 100\r\n\r\nabc"}
	for i := range 2500 {
		c, err := net.Dial("unix", d.path("s"))
		if err != nil {
			if errors.Is(err, syscall.EMFILE) {
				break
			}
			if errors.Is(err, syscall.EAGAIN) { // the queue of the socket is full for now
				continue
			}
			t.Fatal(err)
		}
		conns = append(conns, c)
		_, _ = io.WriteString(c, parts[i%len(parts)]) // it may have been closed already
		if i%100 == 0 {
			d.state("p", "RUNNING")
		}
	}
	if len(conns) < 1500 {
		t.Fatalf("only %d connections", len(conns))
	}
	d.eventually("the number of connections to be bounded", func() (bool, any) { n := fds(t, d.pid); return n < 1000, n })
	pid := d.info("p").PID
	must(t, syscall.Kill(pid, syscall.SIGKILL))
	d.eventually("supervision to go on", func() (bool, any) { info := d.info("p"); return info.PID != pid && info.StateName == "RUNNING", info })
}

// A connection that is kept open is good for many calls, by both servers, and
// requests may be sent without waiting for answers.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	c := d.dial()
	body := call("supervisor.getPID", "")
	request := fmt.Sprintf("POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	in := bufio.NewReader(c)
	answer := func(what string, request string, status int, want string) {
		t.Helper()
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != status || !strings.Contains(string(b), want) {
			t.Fatalf("%s: %s %v %s", what, resp.Status, err, b)
		}
	}
	for range 50 {
		_, err := io.WriteString(c, request)
		must(t, err)
		answer("one", request, 200, strconv.Itoa(d.pid))
	}
	_, err := io.WriteString(c, strings.Repeat(request, 50))
	must(t, err)
	for range 50 {
		answer("many at once", request, 200, strconv.Itoa(d.pid))
	}
	// Another kind of request on the same connection, and back.
	for range 3 {
		_, err := io.WriteString(c, "GET /nowhere HTTP/1.1\r\nHost: d\r\n\r\n"+request)
		must(t, err)
		answer("a page", request, 404, "")
		answer("a call after a page", request, 200, strconv.Itoa(d.pid))
	}
	// One byte at a time.
	c = d.dial()
	in = bufio.NewReader(c)
	for i := range len(request) {
		_, err := io.WriteString(c, request[i:i+1])
		must(t, err)
	}
	answer("bytes", request, 200, strconv.Itoa(d.pid))
}

// A thousand programs: the status is complete, whole, and the same to everybody.
func TestThousandPrograms(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nprocess_name=%(process_num)04d_a_rather_long_name_for_a_process\nnumprocs=1000\nautostart=false\n")
	all, err := d.rpc.AllProcessInfo(d.ctx())
	must(t, err)
	if len(all) != 1000 {
		t.Errorf("%d programs", len(all))
	}
	if _, out := d.ctl("status"); strings.Count(out, "\n") != 1000 {
		t.Errorf("status prints %d lines", strings.Count(out, "\n"))
	}
	if status, page := d.get("/"); status == 200 && (len(page) < 64<<10 || !strings.Contains(page, "0999_a_rather")) {
		t.Errorf("the page: %d, %d bytes", status, len(page))
	}
}

// A body that comes slowly and a client that reads slowly cost nobody else
// anything.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nprocess_name=%(process_num)d\nnumprocs=300\nautostart=false\n")
	body := call("supervisor.getAllProcessInfo", "")
	request := fmt.Sprintf("POST /RPC2 HTTP/1.1\r\nHost: d\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	for range 20 {
		_, err := io.WriteString(d.dial(), strings.Repeat(request, 20)) // and reads nothing
		must(t, err)
		_, err = io.WriteString(d.dial(), request[:len(request)-1])
		must(t, err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := d.connect()
			defer c.Close()
			for range 50 {
				if _, err := c.State(d.ctx()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(d.ctx())
	defer cancel()
	events, err := d.rpc.Events(ctx, nil) // never read
	must(t, err)
	defer events.Close()
	for i := range 3000 {
		must(t, d.rpc.SendRemoteCommEvent(d.ctx(), "x", strings.Repeat("y", 1000)+strconv.Itoa(i)))
	}
	d.stop()
}
