package e2e

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/supervisor-go/supervisor/pkg/client"
	"github.com/supervisor-go/supervisor/pkg/wire"
)

// routes returns every path that the daemon's sources name, so that no new one
// is forgotten.
func routes(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	literal := regexp.MustCompile(`"(?:[A-Z]+ )?(/[^"\s%\\]*)"`)
	for _, dir := range []string{"httpd", "web"} {
		files, err := filepath.Glob("../../supervisord/internal/" + dir + "/*.go")
		must(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			must(t, err)
			for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
				found[strings.NewReplacer("{", "", "}", "", "$", "", "...", "").Replace(m[1])] = true
			}
		}
	}
	if len(found) < 5 {
		t.Fatalf("only %d routes found", len(found))
	}
	var list []string
	for path := range found {
		list = append(list, path)
	}
	return append(list, "/", "/index.html", "/tail.html", "/RPC2", "/RPC2/", "/RPC2/x", "//RPC2", "/./RPC2", "/x/../RPC2", "/%52PC2", "/RPC2?x=y",
		"/logtail/p", "/logtail/p/stderr", "/mainlogtail", "/events", "/events?types=EVENT", "/stylesheets/supervisor.css", "/images/x.gif",
		"/index.html?processname=p&action=stop", "/favicon.ico", "/metrics", "/debug/pprof/", "/health", "http://d/RPC2", "/program/list")
}

// Without the right credentials nothing is answered but 401, whatever the path,
// the method, or what is wrong with the credentials.
func TestNothingWithoutCredentials(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	d := newDaemon(t)
	d.write("c", "[inet_http_server]\nport=127.0.0.1:"+port+"\nusername=user\npassword=secret\n"+
		"[supervisord]\nlogfile={D}/log\npidfile={D}/pid\nchildlogdir={D}\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"+
		"[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	d.launch()
	d.eventually("the server", func() (bool, any) {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
		}
		return err == nil, err
	})
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	credentials := []string{"", basic("user:wrong"), basic("user:"), basic(":secret"), basic("user"), basic(""), basic("user:secret\x00"), basic("USER:secret"),
		"Basic", "Basic !!!", "Bearer secret", "Basic " + strings.Repeat("A", 5000), basic("user:secret") + "x", "user:secret"}
	ask := func(method, path, credential, body string) string {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		must(t, err)
		defer c.Close()
		must(t, c.SetDeadline(time.Now().Add(patience)))
		head := method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n"
		if credential != "" {
			head += "Authorization: " + credential + "\r\n"
		}
		_, err = io.WriteString(c, head+"\r\n"+body)
		must(t, err)
		b, _ := io.ReadAll(bufio.NewReader(io.LimitReader(c, 1<<20)))
		return string(b)
	}
	body := call("supervisor.getAllProcessInfo", "")
	refused := func(method, path, credential string) {
		t.Helper()
		answer := ask(method, path, credential, body)
		line, _, _ := strings.Cut(answer, "\r\n")
		if !strings.Contains(line, " 401 ") && !strings.Contains(line, " 400 ") && !strings.Contains(line, " 431 ") || strings.Contains(answer, "secret") || strings.Contains(answer, "sleep") {
			t.Errorf("%s %s with %q: %.300s", method, path, credential, answer)
		}
	}
	for _, path := range routes(t) {
		for _, method := range []string{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "X"} {
			refused(method, path, "")
		}
		refused("GET", path, basic("user:wrong"))
	}
	refused("OPTIONS", "*", "")
	refused("CONNECT", "127.0.0.1:80", "")
	for _, credential := range credentials {
		refused("POST", "/RPC2", credential)
		refused("GET", "/", credential)
		refused("GET", "/logtail/p", credential)
	}
	// With them it works, and only for this request on this connection.
	if answer := ask("POST", "/RPC2", basic("user:secret"), body); !strings.Contains(answer, "RUNNING") {
		t.Errorf("with credentials: %.300s", answer)
	}
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(patience)))
	request := func(credential string) string {
		return fmt.Sprintf("POST /RPC2 HTTP/1.1\r\nHost: d\r\n%sContent-Length: %d\r\n\r\n%s", credential, len(body), body)
	}
	_, err = io.WriteString(c, request("Authorization: "+basic("user:secret")+"\r\n")+request(""))
	must(t, err)
	in := bufio.NewReader(c)
	for _, want := range []int{200, 401} {
		resp, err := http.ReadResponse(in, nil)
		must(t, err)
		_, _ = io.Copy(io.Discard, resp.Body)
		if resp.StatusCode != want {
			t.Errorf("%s, want %d", resp.Status, want)
		}
	}
	if strings.Contains(d.log(), "secret") {
		t.Error("the password is in the log")
	}
}

// Passwords of all sorts let their owners in.
func TestPasswords(t *testing.T) {
	t.Parallel()
	sum := sha1.Sum([]byte("hashed"))
	for stored, password := range map[string]string{
		"with:colon:": "with:colon:", "pässwörd€": "pässwörd€", strings.Repeat("x", 200): strings.Repeat("x", 200),
		"{SHA}" + hex.EncodeToString(sum[:]): "hashed", "p%%q": "p%q", `"quoted"`: `"quoted"`, "sp ace": "sp ace",
	} {
		d := newDaemon(t)
		d.write("c", strings.Replace(header, "file={D}/s", "file={D}/s\nusername=me\npassword="+stored, 1))
		d.launch()
		c, err := client.New(client.Options{URL: "unix://" + d.path("s"), Username: "me", Password: password})
		must(t, err)
		d.eventually("supervisord to answer to "+password, func() (bool, any) { _, err := c.PID(d.ctx()); return err == nil, err })
		c.Close()
		if _, err := d.rpc.PID(d.ctx()); err == nil {
			t.Errorf("%s: open to all", stored)
		}
		if status, out := d.run("supervisorctl", "-s", "unix://"+d.path("s"), "-u", "me", "-p", password, "pid"); status != 0 {
			t.Errorf("%s: supervisorctl: exit status %d, %s", stored, status, out)
		}
		d.stop()
	}
	// A server that lets everybody in says so loudly.
	d := start(t, "")
	if d.lines("log", "CRIT Server 'unix_http_server' running without any HTTP authentication checking") != 1 {
		t.Error("a server without a password is not told of")
	}
}

// Names of methods reach methods, and nothing else.
func TestMethodNames(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	long := strings.Repeat("supervisor.", 1000)
	for _, name := range []string{
		"supervisor.supervisord.options.execve", "supervisor.supervisord.options.warnings.linecache.os.system",
		"supervisor.supervisord.options.server.server.close", "supervisor.rpcinterface.supervisor.getState", "supervisor._update", "supervisor.__init__",
		"supervisor.__class__", "supervisor._readProcessLog", "_supervisor.getState", "system.__class__", "system.namespaces", "system._listMethods",
		"", ".", "..", "supervisor", "supervisor.", ".getState", "getState", "supervisor.getState.", "supervisor..getState", " supervisor.getState",
		"supervisor.getState ", "SUPERVISOR.getState", "supervisor.getstate", "supervisor.GetState", "supervisor/getState", "supervisor.getState\x7f", "süpervisor.getState",
		"supervisor.getStatе", "supervisor.getState&#0;", long, long + "getState", "a.b.c.d.e.f.g.h.i.j", "../RPC2", "$(id)", "supervisor.getState;id", "toString", "constructor", "supervisor.constructor",
	} {
		status, answer := d.post(call(name, ""))
		if status == 200 && !strings.Contains(answer, "UNKNOWN_METHOD") || status >= 500 {
			t.Errorf("%.60q: %d %.300s", name, status, answer)
		}
		results, err := d.rpc.Multicall(d.ctx(), []client.CallSpec{{Method: name}, {Method: "supervisor.getState"}})
		if err != nil {
			continue // not every name can be written
		}
		want := wire.UnknownMethod
		if f := results[0].Fault; f == nil || f.Code != want && name != "" {
			t.Errorf("multicall: %.60q: %+v", name, results[0])
		}
	}
	results, err := d.rpc.Multicall(d.ctx(), []client.CallSpec{{Method: "system.multicall", Params: []any{[]any{}}}})
	if err != nil || results[0].Fault == nil {
		t.Errorf("a multicall in a multicall: %+v, %v", results, err)
	}
	if d.lines("log", "unexpected exception") > 0 {
		t.Error("a call has broken something")
	}
}

// The socket is never, not for a moment, open to those it is not for.
func TestSocketIsNeverOpenToOthers(t *testing.T) {
	t.Parallel()
	needRoot(t)
	d := newDaemon(t)
	attack := func() (said *buffer, stop func()) {
		said = &buffer{}
		cmd := exec.Command(helper())
		cmd.Env = append(d.environ(), helperVar+"=connect", "E2E_SOCKET="+d.path("s"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		cmd.Stdout, cmd.Stderr = said, said
		in, err := cmd.StdinPipe()
		must(t, err)
		must(t, cmd.Start())
		d.eventually("the attacker to be ready", func() (bool, any) { return strings.Contains(said.String(), "ready\n"), said })
		return said, func() {
			in.Close()
			_ = cmd.Wait()
		}
	}
	d.configure("[program:p]\ncommand=/bin/sleep 1000\n")
	said, stop := attack()
	for range 15 {
		d.launch()
		d.up()
		must(t, d.rpc.Restart(d.ctx()))
		d.eventually("the reload", func() (bool, any) { return d.lines("log", "RPC interface 'supervisor' initialized") == 2, nil })
		d.up()
		d.stop()
		must(t, os.Remove(d.path("log")))
	}
	stop()
	if got := said.String(); got != "ready\n" {
		t.Errorf("the attacker says %q", got)
	}
	// Where the socket is open to all, the attacker notices.
	d.configure("[unix_http_server]\nchmod=0777\n")
	said, stop = attack()
	d.launch()
	d.eventually("the attacker to connect", func() (bool, any) { return said.String() == "ready\nconnected\n", said })
	d.stop()
	stop()
}

// What stands in the place of the socket or the pid file is not destroyed.
func TestPlacesThatAreTaken(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"s", "pid"} {
		for kind, put := range map[string]func(path, victim string) error{
			"a file":          func(path, _ string) error { return os.WriteFile(path, []byte("precious"), 0o644) },
			"a symbolic link": func(path, victim string) error { return os.Symlink(victim, path) },
			"a dangling link": func(path, victim string) error { return os.Symlink(victim+"2", path) },
			"a hard link":     func(path, victim string) error { return os.Link(victim, path) },
			"a directory":     func(path, _ string) error { return os.Mkdir(path, 0o755) },
			"a FIFO":          func(path, _ string) error { return syscall.Mkfifo(path, 0o644) },
		} {
			t.Run(place+" is "+kind, func(t *testing.T) {
				t.Parallel()
				d := newDaemon(t)
				d.write("victim", "precious")
				d.write("c", strings.Replace(header, "file={D}/s", "file={D}/sock", 1))
				if place == "s" {
					d.write("c", header)
				}
				must(t, put(d.path(place), d.path("victim")))
				if strings.HasSuffix(kind, " link") && kind != "a hard link" {
					needRoot(t) // the links of root, or one's own, are followed on purpose
					must(t, os.Lchown(d.path(place), nobody, nobody))
				}
				before, err := os.Lstat(d.path(place))
				must(t, err)
				d.launch()
				d.eventually("the daemon to be up, or to have given up", func() (bool, any) {
					return d.hasEnded() || strings.Contains(d.log(), "pidfile") || strings.Contains(d.log(), "started with pid"), nil
				})
				if !d.hasEnded() {
					d.stop()
				}
				d.mayEnd = true
				if got := d.read("victim"); got != "precious" {
					t.Errorf("the victim is %q", got)
				}
				if exists(d.path("victim2")) {
					t.Error("a file was made through a dangling link")
				}
				after, err := os.Lstat(d.path(place))
				taken := kind != "a symbolic link" && kind != "a dangling link" && (place == "s" || kind != "a file")
				if taken && (err != nil || !os.SameFile(before, after)) {
					t.Errorf("%s is gone: %v", kind, err)
				}
			})
		}
	}
}

// Whoever is to be somebody else, and cannot, does not run at all.
func TestPrivilegesFailClosed(t *testing.T) {
	t.Parallel()
	needRoot(t)
	t.Run("an unknown user of the daemon", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		for _, user := range []string{"no-such-user", "3999999", "-1", "0x0"} {
			d.configure("[supervisord]\nuser=" + user + "\n[program:p]\ncommand=/bin/sh -c 'id >{D}/ran'\n")
			if status, out := d.run("supervisord", "-n", "-c", d.path("c")); status != 2 || !strings.Contains(out, "Error: ") {
				t.Errorf("%s: exit status %d, %s", user, status, out)
			}
		}
		if exists(d.path("ran")) {
			t.Error("it ran")
		}
	})
	t.Run("an unknown user of a program", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		d.configure("[program:p]\nuser=no-such-user\ncommand=/bin/sh -c 'id >{D}/ran'\n")
		if status, out := d.run("supervisord", "-n", "-c", d.path("c")); status != 2 || !strings.Contains(out, "no-such-user") {
			t.Errorf("exit status %d, %s", status, out)
		}
		if exists(d.path("ran")) {
			t.Error("it ran")
		}
	})
	t.Run("a daemon that is not root", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		must(t, os.Chown(d.dir, nobody, nobody))
		d.cred = &syscall.Credential{Uid: nobody, Gid: nobody}
		d.configure("[supervisord]\nuser=daemon\n")
		d.launch("-e", "debug")
		if status := d.ended(); status != 2 || !strings.Contains(d.out.String(), "Can't drop privilege as nonroot user") {
			t.Errorf("exit status %d, %s", status, d.out)
		}
		d.configure("[program:p]\nuser=root\ncommand=/bin/sh -c 'id >{D}/ran'\nstartretries=0\nstderr_logfile={D}/p.err\n[program:q]\nuser=nobody\ncommand=/bin/sleep 1000\nstartsecs=0\n")
		d.launch()
		d.up()
		d.state("p", "FATAL")
		d.state("q", "RUNNING")
		if log := d.read("p.err"); !strings.Contains(log, "couldn't setuid to 0") || !strings.Contains(log, "not spawned") {
			t.Errorf("%q", log)
		}
		if exists(d.path("ran")) {
			t.Error("it ran")
		}
	})
	t.Run("a program that gives up root", func(t *testing.T) {
		t.Parallel()
		d := newDaemon(t)
		// Root's own groups must not come along.
		d.cred = &syscall.Credential{Uid: 0, Gid: 0, Groups: []uint32{0, 4, 27}}
		d.configure("[program:p]\nuser=nobody\ncommand=/bin/sh -c 'grep -E \"^(Uid|Gid|Groups|CapEff):\" /proc/self/status; exec sleep 1000'\nstartsecs=0\nstdout_logfile={D}/p.log\n")
		d.launch()
		d.up()
		log := d.has("p.log", "CapEff")
		if !regexp.MustCompile(`^Uid:(\s65534){4}\nGid:(\s65534){4}\nGroups:\s*(65534)?\s*\nCapEff:\s0+\n$`).MatchString(log) {
			t.Errorf("%s", log)
		}
	})
}

// A container without rights: no root, no capabilities, no new privileges.
func TestWithoutAnyRights(t *testing.T) {
	t.Parallel()
	needRoot(t)
	d := newDaemon(t)
	must(t, os.Chown(d.dir, 1234, 1234))
	d.wrap = []string{"setpriv", "--reuid=1234", "--regid=1234", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"}
	if status, out := d.run(append(d.wrap, "true")...); status != 0 {
		t.Skip("setpriv does not work here: ", out)
	}
	d.configure("[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\numask=077\n")
	d.launch()
	d.up()
	d.state("p", "RUNNING")
	d.stop()
}

// Root is told of configuration files that others can change, and of one that is
// found in the current directory.
func TestFilesOfOthers(t *testing.T) {
	t.Parallel()
	needRoot(t)
	d := newDaemon(t)
	d.write("mine.conf", "[program:a]\ncommand=/bin/true\n")
	d.write("theirs.conf", "[program:b]\ncommand=/bin/true\n")
	d.write("open.conf", "[program:c]\ncommand=/bin/true\n")
	must(t, os.Chown(d.path("theirs.conf"), nobody, nobody))
	must(t, os.Chmod(d.path("open.conf"), 0o666))
	d.configure("[include]\nfiles=*.conf\n")
	_, out := d.run("supervisord", "--check", "-c", d.path("c"))
	if !strings.Contains(out, "theirs.conf: this file belongs to") || !strings.Contains(out, "open.conf: this file can be changed") || strings.Contains(out, "mine.conf: this") {
		t.Errorf("%s", out)
	}
	d.launch()
	d.up()
	d.has("log", "theirs.conf")
	d.stop()

	d.write("supervisord.conf", "[supervisord]\nnodaemon=true\nlogfile={D}/log\npidfile={D}/pid\n[nonsense\n")
	if status, out := d.run("supervisord"); status != 2 || !strings.Contains(out, "runs as root and searches for its configuration file") || !strings.Contains(out, "supervisord.conf") {
		t.Errorf("exit status %d, %s", status, out)
	}
}

// A secret in the configuration appears nowhere: not in errors, not in logs at
// any level, not in answers.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	d := newDaemon(t)
	secret := "[inet_http_server]\nport=127.0.0.1:" + freePort(t) + "\nusername=me\npassword=" + canary + "1\n" +
		"[supervisord]\nenvironment=TOKEN=\"" + canary + "2\"\n[supervisorctl]\npassword=" + canary + "3\nusername=me\n"
	program := "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\nenvironment=PASSWORD=\"" + canary + "4\",B=\"%(ENV_TOKEN)s\"\n" +
		"[program:missing]\ncommand=/no/such/file\nautostart=false\nenvironment=PASSWORD=\"" + canary + "5\"\n" +
		"[program:fails]\ncommand=/bin/false\nuser=root\ndirectory={D}\nstartretries=0\nenvironment=PASSWORD=\"" + canary + "6\"\n" +
		"[eventlistener:l]\ncommand=/bin/cat\nevents=EVENT\nstartretries=0\nenvironment=PASSWORD=\"" + canary + "7\"\n"
	quiet := func(what, text string) {
		t.Helper()
		if i := strings.Index(text, canary); i >= 0 {
			t.Errorf("%s: ...%s...", what, text[max(0, i-100):min(len(text), i+50)])
		}
	}
	d.configure(secret + program)
	for _, args := range [][]string{{"--check"}, {"--dump-config"}, {"--check", "-e", "blather"}} {
		status, out := d.run(append([]string{"supervisord", "-c", d.path("c")}, args...)...)
		if status != 0 {
			t.Errorf("%v: exit status %d, %s", args, status, out)
		}
		quiet(fmt.Sprint(args), out)
	}
	// Mistakes in and around secrets.
	for _, mistake := range []string{
		"[program:q]\ncommand=x\nenvironment=A=\"" + canary + "\n", "[program:q]\ncommand=x\nenvironment=" + canary + "\n",
		"[program:q]\ncommand=x\nenvironment=A=\"%(nope)s" + canary + "\"\n", "[program:q]\ncommand=x\nenvironment=A=\"" + canary + "%\"\n",
		"[program:q]\ncommand=x\nenvironment=A=" + canary + " B=" + canary + " ,,=\n", "[program:q]\ncommand=x\nenviroment=A=\"" + canary + "\"\n",
		"[unix_http_server]\npasword=" + canary + "\n", "[unix_http_server]\npassword=%(nope)s" + canary + "\n", "[unix_http_server]\npassword={SHA}" + canary + "\nusername=\n",
		"[supervisord]\nenvironment=" + canary + "\n", "[supervisord]\nhttp_password=" + canary + "\n", "[supervisorctl]\npassword=%(" + canary + "\n",
		"[unix_http_server]\nusername=%\npassword=" + canary + "\n", "[supervisorctl]\nserverurl=http://me:" + canary + "@127.0.0.1:1\n",
		"[fcgi-program:f]\ncommand=x\nsocket=nonsense\nenvironment=A=\"" + canary + "\n", "[eventlistener:e]\ncommand=x\nenvironment=A=\"" + canary + "\n",
	} {
		d.configure(secret + program + mistake)
		_, out := d.run("supervisord", "--check", "-c", d.path("c"))
		quiet(mistake, out)
		_, out = d.run("supervisord", "--dump-config", "-c", d.path("c"))
		quiet("dump: "+mistake, out)
		_, out = d.ctl("status")
		quiet("supervisorctl: "+mistake, out)
	}
	d.configure(secret + program)
	d.launch("-e", "blather")
	d.up()
	d.state("p", "RUNNING")
	d.state("fails", "FATAL")
	methods, err := d.rpc.ListMethods(d.ctx())
	must(t, err)
	for _, method := range methods {
		switch method {
		case "supervisor.shutdown", "supervisor.restart":
			continue
		}
		for _, params := range []string{"", "p", "missing", "fails"} {
			if params != "" {
				params = "<params><param><value>" + params + "</value></param></params>"
			}
			_, answer := d.post(call(method, params))
			quiet(method, answer)
		}
	}
	for _, path := range []string{"/", "/index.html", "/tail.html?processname=p", "/nowhere"} {
		_, answer := d.get(path)
		quiet(path, answer)
	}
	d.replaceConf(secret + strings.ReplaceAll(program, "4\",", "44\",") + "[program:q]\ncommand=x\nenvironment=A=\"" + canary + "\n")
	for _, verb := range []string{"reread", "update", "avail", "status", "maintail"} {
		_, out := d.ctl(verb)
		quiet(verb, out)
	}
	d.replaceConf(secret + strings.ReplaceAll(program, "4\",", "44\","))
	for _, verb := range []string{"reread", "update"} {
		_, out := d.ctl(verb)
		quiet(verb, out)
	}
	for _, url := range []string{"http://me:" + canary + "@127.0.0.1:1", "http://me:" + canary + "@" + "127.0.0.1:x", "http://me:" + canary + "@/", "ftp://me:" + canary + "@127.0.0.1"} {
		_, out := d.run("supervisorctl", "-s", url, "status")
		quiet("-s URL", out)
	}
	d.stop()
	quiet("the log", d.log())
	quiet("the output", d.out.String())
	for _, file := range names(t, d.dir, "*.log") {
		quiet(file, d.read(file))
	}
}

// Pages of other sites change nothing, nor does a link.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	pid := d.state("p", "RUNNING").PID
	body := call("supervisor.stopAllProcesses", "")
	for name, header := range map[string]string{
		"a foreign origin": "Origin: http://evil.example", "no origin": "Origin: null", "a foreign site": "Sec-Fetch-Site: cross-site",
		"a sibling": "Sec-Fetch-Site: same-site\r\nOrigin: http://other.d",
	} {
		c := d.dial()
		_, err := fmt.Fprintf(c, "POST /RPC2 HTTP/1.1\r\nHost: d\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", header, len(body), body)
		must(t, err)
		b, err := io.ReadAll(c)
		must(t, err)
		if !strings.HasPrefix(string(b), "HTTP/1.1 403 ") {
			t.Errorf("%s: %.100s", name, b)
		}
	}
	for _, path := range []string{"/index.html?processname=p&action=stop", "/?processname=p&action=restart", "/index.html?action=stopall", "/index.html?processname=p&action=clearlog"} {
		if status, _ := d.get(path); status >= 500 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if info := d.info("p"); info.PID != pid || info.StateName != "RUNNING" {
		t.Errorf("%+v", info)
	}
}

// Only logs are served, and only those of the process named.
func TestPathsOfLogs(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	must(t, os.Mkdir(d.path("logs"), 0o755))
	d.write("logs/secret", "s3cret")
	d.write("secret", "s3cret")
	d.configure("[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\nstdout_logfile={D}/logs/p.log\n[program:q]\ncommand=/bin/true\nautostart=false\nstdout_logfile={D}/logs/q.log\n")
	d.launch()
	d.up()
	d.state("p", "RUNNING")
	must(t, os.Mkdir(d.path("logs/q.log"), 0o755)) // a directory in the place of a log
	for _, path := range []string{
		"/logtail/../secret", "/logtail/p/../secret", "/logtail/p/..%2fsecret", "/logtail/%2e%2e/secret", "/logtail/..%2f..%2fsecret", "/logtail/p%00", "/logtail//secret",
		"/logtail/secret", "/logtail/p/secret", "/logtail/p/stdout/../../secret", "/logtail/" + d.path("secret"), "/logtail/q", "/logtail/", "/logtail", "/logtail/p:*", "/logtail/p:p:p",
		"/tail.html?processname=../secret", "/tail.html?processname=" + d.path("secret"), "/tail.html?processname=p%00", "/stylesheets/../../secret", "/stylesheets/%2e%2e/%2e%2e/etc/passwd", "/../../../../etc/passwd",
	} {
		c := d.dial()
		_, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		must(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		must(t, err)
		if strings.HasPrefix(path, "/logtail") && resp.StatusCode < 300 || resp.StatusCode >= 500 {
			t.Errorf("%s: %s", path, resp.Status)
		} else if resp.StatusCode < 300 {
			if b, _ := io.ReadAll(resp.Body); strings.Contains(string(b), "s3cret") || strings.Contains(string(b), "root:") {
				t.Errorf("%s: %s", path, b)
			}
		}
		c.Close()
	}
	if text, err := d.rpc.ReadProcessLog(d.ctx(), "q", client.Stdout, 0, 0); err == nil {
		t.Errorf("a directory as a log: %q", text)
	}
}

// Files that only the daemon's user should read are so.
func TestModes(t *testing.T) {
	t.Parallel()
	d := start(t, "[program:p]\ncommand=/bin/sh -c 'ls /proc/self/fd; env; exec sleep 1000'\nstartsecs=0\n")
	d.state("p", "RUNNING")
	for pattern, want := range map[string]os.FileMode{"p-stdout---*": 0o600, "s": 0o700} {
		for _, name := range names(t, d.dir, pattern) {
			if st, err := os.Lstat(d.path(name)); err != nil || st.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", name, st.Mode(), err)
			}
		}
	}
}

// A child gets its three descriptors, and none that the daemon was started with
// or has opened; and no variable of the daemon's own business.
func TestWhatChildrenGet(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	d.wrap = []string{"/bin/sh", "-c", `exec 7</etc/passwd 8>/dev/null 9</etc/hosts; exec "$@"`, "sh"}
	d.configure("[program:p]\ncommand=/bin/sh -c 'ls /proc/$$/fd; echo; env; echo done; exec sleep 1000'\nstartsecs=0\nstdout_logfile={D}/p.log\numask=077\ndirectory=/\n")
	d.launch()
	d.up()
	log := d.has("p.log", "done\n")
	descriptors, env, _ := strings.Cut(log, "\n\n")
	for _, fd := range strings.Fields(descriptors) {
		if fd != "0" && fd != "1" && fd != "2" && fd != "10" && fd != "255" { // the last two are a shell's own
			t.Errorf("descriptor %s", fd)
		}
	}
	if strings.Contains(env, "_SUPERVISORD") {
		t.Errorf("%s", env)
	}
}
