package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/wire"
)

// hostilePlugin answers XML-RPC calls on descriptor 0, and has methods that do
// what no plug-in should. Its first run ends at once.
const hostilePlugin = `#!/usr/bin/env python3
import os, signal, socket, sys
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

open("{D}/starts", "a").write("%d\n" % os.getpid())
if len(open("{D}/starts").readlines()) < 2:
    sys.exit(1)

class Handler(SimpleXMLRPCRequestHandler):
    disable_nagle_algorithm = False

class Server(SimpleXMLRPCServer):
    def __init__(self):
        super().__init__(("", 0), Handler, logRequests=False, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=0)

    def get_request(self):
        return self.socket.accept()[0], ("supervisord", 0)

server = Server()
server.register_introspection_functions()
server.register_function(lambda x: x, "echo")
server.register_function(lambda: os.kill(os.getpid(), signal.SIGKILL), "die")
server.register_function(lambda: os.kill(os.getpid(), signal.SIGSTOP), "stop")
server.register_function(lambda: 1, "supervisor.shutdown")
server.serve_forever()
`

// A plug-in that dies in the midst of a call, hangs, and offers methods of
// others hurts nobody; all its runs share one log, and nothing of it is left in
// the end.
func TestHostilePlugin(t *testing.T) {
	t.Parallel()
	findPython(t)
	d := newDaemon(t)
	d.write("plug", hostilePlugin)
	d.configure("[rpcinterface:plug]\nrpcinterface.command={D}/plug\n[program:p]\ncommand=/bin/sleep 1000\nstartsecs=0\n")
	d.launch()
	d.up()
	d.state("p", "RUNNING")
	methods := func() []string {
		var list []string
		must(t, d.rpc.Call(d.ctx(), "system.listMethods", &list))
		return list
	}
	d.eventually("the methods of the plug-in", func() (bool, any) {
		list := methods()
		return slices.Contains(list, "plug.echo"), list
	})
	if slices.Contains(methods(), "plug.shutdown") {
		t.Error("the plug-in offers a method of supervisord")
	}
	echo := func() {
		t.Helper()
		var back string
		must(t, d.rpc.Call(d.ctx(), "plug.echo", &back, "<ü>"))
		if back != "<ü>" {
			t.Errorf("%q", back)
		}
	}
	echo()
	if err := d.rpc.Call(d.ctx(), "plug.die", nil); fault(err) != wire.Failed {
		t.Errorf("a plug-in that dies: %v", err)
	}
	d.state("p", "RUNNING")
	echo() // waits for the next one
	hang := make(chan error, 1)
	go func() { hang <- d.rpc.Call(d.ctx(), "plug.stop", nil) }()
	starts := strings.Fields(d.read("starts"))
	d.eventually("the plug-in to hang", func() (bool, any) {
		pid, err := strconv.Atoi(starts[len(starts)-1])
		must(t, err)
		s := stat(pid)
		return s != nil && s[0] == "T", s
	})
	d.stopp("p")
	d.startp("p")
	d.stop()
	<-hang
	d.eventually("the end of the plug-in", func() (bool, any) { left := d.processes(); return len(left) == 0, left })
	if logs, _ := filepath.Glob(d.path("rpcinterface-plug-stdout*")); len(starts) < 3 || len(logs) != 1 {
		t.Errorf("%d runs have the logs %q", len(starts), logs)
	}
	if left, _ := filepath.Glob(d.path("supervisor-rpc-*")); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
	if log := d.log(); strings.Contains(log, "context canceled") {
		t.Error("the log speaks of contexts")
	}
}

// A command of supervisorctl that is a program gets the server, the credentials
// and its options, and its status is that of supervisorctl.
func TestCommandPlugins(t *testing.T) {
	t.Parallel()
	d := newDaemon(t)
	must(t, os.Mkdir(d.path("path"), 0o755))
	const show = "#!/bin/sh\necho \"$SUPERVISOR_SERVER_URL|$SUPERVISOR_USERNAME|$SUPERVISOR_PASSWORD|$SUPERVISOR_PLUGIN_WHOM|$*\"\nexit 7\n"
	d.write("path/supervisorctl-onpath", show)
	d.write("named", show)
	d.write("deadly", "#!/bin/sh\nkill -TERM $$\n")
	d.write("c", "[supervisorctl]\nserverurl=unix://{D}/s\nusername=me\npassword=se:cret\n[ctlplugin:named]\ncommand={D}/named\nwhom=you\n"+
		"[ctlplugin:deadly]\ncommand={D}/deadly\n[ctlplugin:absent]\ncommand={D}/absent\n[ctlplugin:status]\ncommand={D}/named\n")
	d.env = []string{"PATH=" + d.path("path") + ":/usr/bin:/bin"}
	for _, c := range []struct {
		words  []string
		status int
		out    string
	}{
		{[]string{"named", "a", "b"}, 7, "unix://{D}/s|me|se:cret|you|a b\n"},
		{[]string{"onpath"}, 7, "unix://{D}/s|me|se:cret||\n"},
		{[]string{"deadly"}, 128 + 15, ""},
		{[]string{"absent"}, 1, "error: cannot run the plug-in absent: {D}/absent: no such file or directory\n"},
		{[]string{"../path/supervisorctl-onpath"}, 1, "*** Unknown syntax: ../path/supervisorctl-onpath\n"},
		{[]string{"status"}, 4, "unix://{D}/s no such file\n"}, // a command of its own cannot be replaced
	} {
		status, out := d.ctl(c.words...)
		if status != c.status || out != d.fill(c.out) {
			t.Errorf("%q: exit status %d, %q", c.words, status, out)
		}
	}
}
