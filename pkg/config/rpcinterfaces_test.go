package config

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestHereInPlugins guards the examples of the manual: a plug-in can be found
// beside the configuration file.
func TestHereInPlugins(t *testing.T) {
	c := mustLoad(t, "[supervisord]\n[rpcinterface:greeter]\nrpcinterface.command=%(here)s/greeter --at %(here)s\nfile=%(here)s/x\n")
	here := c.Here
	if len(c.RPCInterfaces) != 1 || c.RPCInterfaces[0].Command != here+"/greeter --at "+here ||
		c.RPCInterfaces[0].Options["file"] != filepath.Join(here, "x") {
		t.Errorf("got %+v", c.RPCInterfaces)
	}
	_, err := Load(LoadOptions{File: write(t, "[supervisord]\n[rpcinterface:x]\nrpcinterface.command=%(nonsense)s\n")})
	if err == nil || strings.Contains(err.Error(), "there is no option") {
		t.Errorf("a command that cannot be expanded gives %v", err)
	}
	ctl, err := LoadCtl(write(t, "[supervisorctl]\n[ctlplugin:hello]\ncommand=%(here)s/hello\n"), nil)
	if err != nil || len(ctl.Plugins) != 1 || !strings.HasSuffix(ctl.Plugins[0].Command, "/hello") ||
		strings.Contains(ctl.Plugins[0].Command, "%") {
		t.Errorf("got %+v, %v", ctl, err)
	}
}
