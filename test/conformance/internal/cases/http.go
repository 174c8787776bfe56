package cases

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/test/conformance/internal/harness"
	"github.com/supervisor-go/supervisor/test/conformance/internal/suite"
)

var _ = register(func() []*suite.Suite {
	conf := quiet("run") + prog("out", "sh -c 'echo hello; echo err >&2; exec cat'", "startsecs=0", "stdout_logfile={DIR}/out.log", "stderr_logfile={DIR}/out.err") +
		quiet("nolog", "stdout_logfile=NONE", "stderr_logfile=NONE") + quiet("m") + "[group:g]\nprograms=m\n"
	up := func(t *T) {
		t.Await("run", "RUNNING")
		t.Until("output", func() bool { return t.Read("out.log") == "hello\n" })
	}
	return []*suite.Suite{
		{Name: "http", Config: conf, Setup: up, Slow: 20, Cases: append(httpRequests(), httpXML()...)},
		{Name: "http-stream", Config: conf, Setup: up, Slow: 20, Cases: httpStreams()},
		{Name: "http-auth", Config: "[unix_http_server]\nusername=user\npassword=pass\n" + conf, Slow: 5, Cases: httpAuth(),
			AwaitLog: "started with pid"},
		{Name: "http-servers", Slow: 10, Cases: httpServers()},
	}
})

func unix(t *T, request string) harness.Response { return t.Raw("unix", t.Path("s"), request) }

// post renders a call with a content length.
func post(path, version, body string, headers ...string) string {
	h := ""
	for _, x := range headers {
		h += x + "\r\n"
	}
	return fmt.Sprintf("POST %s HTTP/%s\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n%s\r\n%s", path, version, len(body), h, body)
}

func httpRequests() []suite.Case {
	version := harness.EncodeCall("supervisor.getVersion")
	req := func(name, request string, body bool) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) { t.ShowHTTP(name, unix(t, request), body) }}
	}
	get := func(path string, headers ...string) string {
		h := ""
		for _, x := range headers {
			h += x + "\r\n"
		}
		return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + h + "\r\n"
	}
	cases := []suite.Case{
		req("post-11", post("/RPC2", "1.1", version), true),
		req("post-11-close", post("/RPC2", "1.1", version, "Connection: close"), true),
		req("post-10", post("/RPC2", "1.0", version), true),
		req("post-10-keepalive", post("/RPC2", "1.0", version, "Connection: keep-alive"), true),
		req("post-slash", post("/RPC2/", "1.1", version), true),
		req("post-below", post("/RPC2/x", "1.1", version), true),
		req("post-query", post("/RPC2?x=1", "1.1", version), true),
		better("A POST to the page needs the token of a form of ours: without one it is 403.", req("post-root", post("/", "1.1", version), false)),
		better("A path that does not exist is 404 for every method; the reference answers a POST with 400.", req("post-elsewhere", post("/nosuch", "1.1", version), false)),
		req("post-no-length", "POST /RPC2 HTTP/1.1\r\nHost: x\r\n\r\n", false),
		better("A length that is no number gives HTTP 500 in the reference; ours is a 400.", req("post-bad-length", "POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", false)),
		req("post-text-plain", strings.Replace(post("/RPC2", "1.1", version), "text/xml", "text/plain", 1), true),
		req("post-no-host", strings.Replace(post("/RPC2", "1.0", version), "Host: x\r\n", "", 1), true),
		better("A call with an empty body is never answered by the reference; ours is a 400.", req("post-empty-body", post("/RPC2", "1.1", ""), false)),
		req("get-rpc2", get("/RPC2"), false), req("put-rpc2", strings.Replace(post("/RPC2", "1.1", version), "POST", "PUT", 1), false),
		req("head-rpc2", "HEAD /RPC2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false),
		req("get-root", get("/"), false), req("get-index", get("/index.html"), false), better("The web page is our own: the files behind the page of the reference (its templates and its style sheet) are not served.", req("get-status", get("/status.html"), false)),
		better("HEAD of the page works; the reference answers 404.", req("head-root", "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false)),
		req("get-nosuch", get("/nosuch"), false), req("get-nosuch-html", get("/nosuch.html"), false), better("A path with dots is answered with a redirect to the path without them, which is then not found.", req("get-dotdot", get("/../../etc/passwd"), false)), req("get-dotdot-escaped", get("/%2e%2e/%2e%2e/etc/passwd"), false),
		better("The web page is our own: the files behind the page of the reference (its templates and its style sheet) are not served.", req("get-stylesheet", get("/stylesheets/supervisor.css"), false)),
		req("get-root-query", get("/?message=hello"), false),
		req("tail-page", get("/tail.html?processname=out"), false), req("tail-page-nosuch", get("/tail.html?processname=nosuch"), false), req("tail-page-without", get("/tail.html"), false),
		better("A method that the page does not have is 405, with a list of those it has; the reference answers 400.", req("delete", "DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false)),
		better("What is no HTTP gets no proper answer from the reference; ours is a 400 or 505.", req("garbage", "garbage\r\n\r\n", false)),
		better("What is no HTTP gets no proper answer from the reference; ours is a 400 or 505.", req("bad-version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", false)),
		better("What is no HTTP gets no proper answer from the reference; ours is a 400 or 505.", req("http-09", "GET /RPC2\r\n\r\n", false)),
		req("logtail-nosuch", get("/logtail/nosuch"), false), req("logtail-nolog", get("/logtail/nolog"), false), req("logtail-bad-channel", get("/logtail/out/nosuch"), false),
		req("logtail-group", get("/logtail/g:*"), false), req("logtail-empty", get("/logtail/"), false), better("A log that is not named gives HTTP 500 in the reference; ours is a 404.", req("logtail-bare", get("/logtail"), false)), req("logtail-post", post("/logtail/out", "1.1", "x"), false), req("mainlogtail-post", post("/mainlogtail", "1.1", "x"), false),
		{Name: "keep-alive-two-calls", Run: func(t *T) {
			c, err := net.Dial("unix", t.Path("s"))
			t.Must(err)
			defer c.Close()
			r := bufio.NewReader(c)
			for range 3 {
				io.WriteString(c, post("/RPC2", "1.1", version))
				t.Printf("%s", readOne(t, c, r))
			}
		}},
		{Name: "pipelined-in-pieces", Run: func(t *T) {
			c, err := net.Dial("unix", t.Path("s"))
			t.Must(err)
			defer c.Close()
			msg := post("/RPC2", "1.1", version)
			for _, piece := range []string{msg[:10], msg[10:60], msg[60 : len(msg)-5], msg[len(msg)-5:]} {
				io.WriteString(c, piece)
				time.Sleep(30 * time.Millisecond)
			}
			t.Printf("%s", readOne(t, c, bufio.NewReader(c)))
		}},
		{Name: "expect-100", Run: func(t *T) {
			t.ShowHTTP("expect", unix(t, post("/RPC2", "1.1", version, "Expect: 100-continue")), false)
		}},
		{Name: "many-connections", Run: func(t *T) {
			var conns []net.Conn
			for range 50 {
				c, err := net.Dial("unix", t.Path("s"))
				t.Must(err)
				conns = append(conns, c)
				io.WriteString(c, post("/RPC2", "1.1", version))
			}
			ok := 0
			for _, c := range conns {
				if strings.HasPrefix(readOne(t, c, bufio.NewReader(c)), "HTTP/1.1 200") {
					ok++
				}
				c.Close()
			}
			t.Printf("%d answered", ok)
		}},
		{Name: "client-vanishes", Run: func(t *T) {
			for range 20 {
				c, err := net.Dial("unix", t.Path("s"))
				t.Must(err)
				io.WriteString(c, post("/RPC2", "1.1", harness.EncodeCall("supervisor.getAllProcessInfo"))[:100])
				c.Close()
			}
			t.RPC("getVersion")
		}},
		{Name: "large-call", Run: func(t *T) {
			t.RPC("getVersion")
			v := t.Call("sendRemoteCommEvent", "x", strings.Repeat("y", 1<<20))
			t.Printf("%s", harness.Show(v))
		}},
	}
	return cases
}

// readOne reads one response with a content length.
func readOne(t *T, c net.Conn, r *bufio.Reader) string {
	c.SetReadDeadline(time.Now().Add(harness.MaxWait))
	status, err := r.ReadString('\n')
	if err != nil {
		return "no answer"
	}
	n := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == "\r\n" {
			break
		}
		fmt.Sscanf(strings.ToLower(line), "content-length: %d", &n)
	}
	body := make([]byte, n)
	io.ReadFull(r, body)
	return strings.TrimSpace(status) + " " + strings.Join(strings.Fields(string(body)), " ")
}

// httpXML are bodies that are not quite a call.
func httpXML() []suite.Case {
	rows := []struct{ name, body string }{
		{"no-params", "<methodCall><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"empty-params", "<methodCall><methodName>supervisor.getVersion</methodName><params/></methodCall>"},
		{"declaration-latin1", "<?xml version='1.0' encoding='iso-8859-1'?><methodCall><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"declaration-utf8", "<?xml version='1.0' encoding='utf-8'?><methodCall><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"spaces", "\n <methodCall>\n <methodName>supervisor.getVersion</methodName>\n <params>\n </params>\n</methodCall>\n"},
		{"spaces-in-name", "<methodCall><methodName> supervisor.getVersion </methodName></methodCall>"},
		{"comment", "<methodCall><!-- x --><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"attribute", "<methodCall a='b'><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"namespace", "<methodCall xmlns='urn:x'><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"no-name", "<methodCall></methodCall>"}, {"empty-name", "<methodCall><methodName></methodName></methodCall>"},
		{"not-xml", "hello"}, {"unclosed", "<methodCall><methodName>supervisor.getVersion"}, {"other-root", "<foo/>"}, {"response", "<methodResponse/>"},
		{"two-roots", "<methodCall><methodName>supervisor.getVersion</methodName></methodCall><x/>"},
		{"doctype", "<!DOCTYPE x [<!ENTITY a 'b'>]><methodCall><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"entity-bomb", "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><methodCall><methodName>supervisor.&b;</methodName></methodCall>"},
		{"external-entity", "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><methodCall><methodName>supervisor.&a;</methodName></methodCall>"},
		{"unknown-entity", "<methodCall><methodName>&nosuch;</methodName></methodCall>"},
		{"bad-utf8", "<methodCall><methodName>\xff</methodName></methodCall>"},
		{"control-character", "<methodCall><methodName>a\x01b</methodName></methodCall>"},
		{"value-without-type", "<methodCall><methodName>system.methodSignature</methodName><params><param><value>supervisor.getPID</value></param></params></methodCall>"},
		{"param-without-value", "<methodCall><methodName>system.methodSignature</methodName><params><param></param></params></methodCall>"},
		{"two-values", "<methodCall><methodName>supervisor.getVersion</methodName><params><param><value>a</value><value>b</value></param></params></methodCall>"},
		{"struct-argument", "<methodCall><methodName>supervisor.getVersion</methodName><params><param><value><struct><member><name>a</name><value>1</value></member></struct></value></param></params></methodCall>"},
		{"struct-no-name", "<methodCall><methodName>supervisor.getVersion</methodName><params><param><value><struct><member><value>1</value></member></struct></value></param></params></methodCall>"},
		{"bad-base64", "<methodCall><methodName>supervisor.addProcessGroup</methodName><params><param><value><base64>!!!</base64></value></param></params></methodCall>"},
		{"bad-boolean", "<methodCall><methodName>supervisor.startProcess</methodName><params><param><value>nosuch</value></param><param><value><boolean>x</boolean></value></param></params></methodCall>"},
		{"bad-double", "<methodCall><methodName>supervisor.addProcessGroup</methodName><params><param><value><double>x</double></value></param></params></methodCall>"},
		{"bad-date", "<methodCall><methodName>supervisor.addProcessGroup</methodName><params><param><value><dateTime.iso8601>x</dateTime.iso8601></value></param></params></methodCall>"},
		{"trailing-text", "<methodCall><methodName>supervisor.getVersion</methodName></methodCall>garbage"},
		{"leading-blank-line", "\r\n<methodCall><methodName>supervisor.getVersion</methodName></methodCall>"},
		{"fault-body", "<methodCall><methodName>supervisor.getProcessInfo</methodName><params><param><value>a&lt;b&amp;c</value></param></params></methodCall>"},
	}
	var out []suite.Case
	for _, r := range rows {
		reasons := map[string]string{
			"bad-utf8":    "A call that is no UTF-8 gets no answer from the reference; ours is a 400.",
			"entity-bomb": "Entities declared in a call are expanded by the reference, which makes it grow without bounds; ours refuses such calls.",
			"namespace":   "A call with an XML namespace is refused by the reference and understood by ours.",
		}
		out = append(out, suite.Case{Name: "xml-" + r.name, Differs: reasons[r.name], Run: func(t *T) {
			res := unix(t, post("/RPC2", "1.1", r.body, "Connection: close"))
			t.ShowHTTP(r.name, res, strings.Contains(res.StatusLine, " 200 "))
		}})
	}
	return out
}

// httpStreams follow logs.
func httpStreams() []suite.Case {
	follow := func(t *T, path string) (*bufio.Reader, net.Conn) {
		c, err := net.Dial("unix", t.Path("s"))
		t.Must(err)
		io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
		c.SetReadDeadline(time.Now().Add(harness.MaxWait))
		r := bufio.NewReader(c)
		headers := map[string]bool{}
		for {
			line, err := r.ReadString('\n')
			t.Must(err)
			line = strings.TrimSpace(line)
			if line == "" {
				for _, h := range sortedNames(headers) {
					t.Printf("  %s", h)
				}
				return r, c
			}
			k, _, _ := strings.Cut(line, ":")
			switch strings.ToLower(k) {
			case "content-type", "transfer-encoding", "x-accel-buffering", "last-modified":
				headers[line] = true
			default:
				if strings.HasPrefix(line, "HTTP") {
					t.Printf("  %s", line)
				}
			}
		}
	}
	// dechunk reads until the text so far ends as wanted.
	dechunk := func(t *T, r *bufio.Reader, want string) string {
		var all string
		for !strings.HasSuffix(all, want) {
			line, err := r.ReadString('\n')
			t.Must(err)
			var n int
			if _, err := fmt.Sscanf(strings.TrimSpace(line), "%x", &n); err != nil {
				t.Fatalf("no chunk length: %q", line)
			}
			buf := make([]byte, n+2)
			_, err = io.ReadFull(r, buf)
			t.Must(err)
			all += string(buf[:n])
		}
		return all
	}
	say := func(t *T, text string) { t.Call("sendProcessStdin", "out", text) }
	return []suite.Case{
		{Name: "follows", Run: func(t *T) {
			r, c := follow(t, "/logtail/out")
			defer c.Close()
			t.Printf("%q", dechunk(t, r, "hello\n"))
			say(t, "more\n")
			t.Printf("%q", dechunk(t, r, "more\n"))
		}},
		{Name: "stdout", Run: func(t *T) {
			r, c := follow(t, "/logtail/out/stdout")
			defer c.Close()
			t.Printf("%q", dechunk(t, r, "more\n"))
		}},
		{Name: "stderr", Run: func(t *T) {
			r, c := follow(t, "/logtail/out/stderr")
			defer c.Close()
			t.Printf("%q", dechunk(t, r, "err\n"))
		}},
		{Name: "group-name", Run: func(t *T) {
			_, c := follow(t, "/logtail/g:m")
			c.Close()
		}},
		{Name: "escaped-name", Run: func(t *T) {
			_, c := follow(t, "/logtail/%6Fut")
			c.Close()
		}},
		{Name: "survives-clear", Run: func(t *T) {
			r, c := follow(t, "/logtail/out")
			defer c.Close()
			dechunk(t, r, "more\n")
			t.Call("clearProcessLogs", "out")
			say(t, "after clear\n")
			t.Printf("%q", dechunk(t, r, "after clear\n"))
		}},
		{Name: "last-kilobyte", Run: func(t *T) {
			say(t, strings.Repeat("x", 3000)+"\n")
			t.Until("the log", func() bool { return len(t.Read("out.log")) > 3000 })
			r, c := follow(t, "/logtail/out")
			defer c.Close()
			t.Printf("%d bytes", len(dechunk(t, r, "x\n")))
		}},
		{Name: "main-log", Run: func(t *T) {
			r, c := follow(t, "/mainlogtail")
			defer c.Close()
			t.Call("stopProcess", "run")
			t.Call("startProcess", "run")
			text := dechunk(t, r, "(startsecs)\n")
			t.Printf("has the start: %v", strings.Contains(text, "success: run entered RUNNING state"))
		}},
		{Name: "http-10", Differs: "To a client of HTTP/1.0 the reference sends a log only in large blocks; ours as it grows.", Run: func(t *T) {
			c, err := net.Dial("unix", t.Path("s"))
			t.Must(err)
			defer c.Close()
			io.WriteString(c, "GET /logtail/out/stderr HTTP/1.0\r\n\r\n")
			c.SetReadDeadline(time.Now().Add(2 * time.Second))
			all, _ := io.ReadAll(c)
			status, _, _ := strings.Cut(string(all), "\r\n")
			_, body, _ := strings.Cut(string(all), "\r\n\r\n")
			t.Printf("%s %q", status, body)
		}},
	}
}

// better marks a case in which ours is meant to be another than the reference.
func better(why string, c suite.Case) suite.Case {
	c.Differs = why
	return c
}

func httpAuth() []suite.Case {
	version := harness.EncodeCall("supervisor.getVersion")
	try := func(name, path, auth string) suite.Case {
		return suite.Case{Name: name, Run: func(t *T) {
			var h []string
			if auth != "" {
				h = append(h, "Authorization: "+auth)
			}
			var request string
			if path == "/RPC2" {
				request = post(path, "1.1", version, h...)
			} else {
				request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + strings.Join(append(h, ""), "\r\n") + "\r\n"
			}
			r := unix(t, request)
			t.ShowHTTP(path+" "+auth, r, path == "/RPC2" && strings.Contains(r.StatusLine, " 200 "))
		}}
	}
	good, bad := "Basic dXNlcjpwYXNz", "Basic dXNlcjp3cm9uZw=="
	noColon := try("no-colon", "/RPC2", "Basic dXNlcg==")
	noColon.Differs = "Credentials without a colon give HTTP 500 in the reference; ours is a 401."
	return []suite.Case{
		try("none", "/RPC2", ""), try("good", "/RPC2", good), try("bad-password", "/RPC2", bad), try("bad-user", "/RPC2", "Basic eDpwYXNz"), better("Credentials that cannot be decoded give HTTP 500 in the reference; ours is a 401.", try("empty", "/RPC2", "Basic ")), noColon,
		better("Credentials that cannot be decoded give HTTP 500 in the reference; ours is a 401.", try("not-base64", "/RPC2", "Basic !!!")),
		try("lower-case-scheme", "/RPC2", "basic dXNlcjpwYXNz"), try("digest", "/RPC2", "Digest x"), try("garbage", "/RPC2", "x"),
		try("root-none", "/", ""), try("root-good", "/", good), try("logtail-none", "/logtail/out", ""), try("mainlogtail-none", "/mainlogtail", ""), try("static-none", "/stylesheets/supervisor.css", ""),
		try("nosuch-none", "/nosuch", ""), try("nosuch-good", "/nosuch", good), try("tail-page-none", "/tail.html?processname=out", ""),
	}
}

// httpServers are about the sockets.
func httpServers() []suite.Case {
	return []suite.Case{
		{Name: "socket-mode", Run: func(t *T) {
			t.Start("")
			t.Printf("%s", t.Mode("s"))
		}},
		{Name: "socket-chmod", Run: func(t *T) {
			t.Start("[unix_http_server]\nchmod=0777\n")
			t.Printf("%s", t.Mode("s"))
		}},
		{Name: "socket-replaced-if-stale", Run: func(t *T) {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: t.Path("s"), Net: "unix"})
			t.Must(err)
			l.SetUnlinkOnClose(false)
			l.Close()
			t.Start("")
			t.RPC("getVersion")
		}},
		{Name: "socket-path-is-a-file", Differs: "A file in the place of the socket is removed by the reference; ours refuses to start.", Run: func(t *T) {
			t.Write("s", "precious")
			t.Launch(harness.Header)
			t.Until("it to end or answer", func() bool {
				_, err := t.D.Try("supervisor.getPID")
				return t.D.Over() || err == nil
			})
			t.Printf("ended %v", t.D.Over())
		}},
		{Name: "tcp", Run: func(t *T) {
			port := t.Port()
			t.Start(fmt.Sprintf("[inet_http_server]\nport=127.0.0.1:%d\n", port))
			r := t.Raw("tcp", fmt.Sprintf("127.0.0.1:%d", port), post("/RPC2", "1.1", harness.EncodeCall("supervisor.getVersion")))
			t.ShowHTTP("tcp", r, true)
			t.ShowLog("CRIT Server")
		}},
		{Name: "tcp-in-use", Run: func(t *T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			t.Must(err)
			defer l.Close()
			t.Launch(harness.Header + fmt.Sprintf("[inet_http_server]\nport=%s\n", l.Addr()))
			t.Printf("%s", t.D.Ended())
			say(t, "output", t.D.Out.String(), "Error:")
		}},
		{Name: "two-tcp", Run: func(t *T) {
			a, b := t.Port(), t.Port()
			t.Start(fmt.Sprintf("[inet_http_server:one]\nport=127.0.0.1:%d\n[inet_http_server:two]\nport=localhost:%d\n", a, b))
			for _, p := range []int{a, b} {
				r := t.Raw("tcp", fmt.Sprintf("127.0.0.1:%d", p), post("/RPC2", "1.1", harness.EncodeCall("supervisor.getVersion")))
				t.Printf("%s", r.StatusLine)
			}
			t.ShowLog("CRIT Server")
		}},
		{Name: "no-server-at-all", Run: func(t *T) {
			t.Launch("[supervisord]\nlogfile={DIR}/log\npidfile={DIR}/pid\n" + quiet("p"))
			t.AwaitLog("success: p", 1)
			t.ShowLog("CRIT Server|INFO")
		}},
		{Name: "serverurl-in-child-tcp-only", Run: func(t *T) {
			port := t.Port()
			t.Launch(fmt.Sprintf("[inet_http_server]\nport=127.0.0.1:%d\n[supervisord]\nlogfile={DIR}/log\npidfile={DIR}/pid\n", port) + prog("p", "env", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/o"))
			t.AwaitLog("exited: p", 1)
			say(t, "env", t.Read("o"), "SUPERVISOR_")
		}},
		{Name: "serverurl-in-child-any-address", Run: func(t *T) {
			port := t.Port()
			t.Launch(fmt.Sprintf("[inet_http_server]\nport=*:%d\n[supervisord]\nlogfile={DIR}/log\npidfile={DIR}/pid\n", port) + prog("p", "env", "startsecs=0", "autorestart=false", "stdout_logfile={DIR}/o"))
			t.AwaitLog("exited: p", 1)
			say(t, "env", t.Read("o"), "SUPERVISOR_SERVER_URL")
		}},
	}
}
