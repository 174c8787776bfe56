package api

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/docgen"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
)

//go:generate go test -run ^TestMethodDocs$ . -update

const chapter = "../../../docs/xmlrpc.md"

// TestMethodDocs keeps the reference of methods in the manual true.
func TestMethodDocs(t *testing.T) {
	docgen.CheckPart(t, chapter, "faults", faultsChapter(t))
	docgen.CheckPart(t, chapter, "process", structTable(t, wire.ProcessInfo{}, processMembers))
	docgen.CheckPart(t, chapter, "status", structTable(t, wire.ProcessStatus{}, statusMembers))
	docgen.CheckPart(t, chapter, "config", configMembers())
	docgen.CheckPart(t, chapter, "methods", methodsChapter(t))
}

var faultMeanings = []struct {
	code    wire.FaultCode
	meaning string
}{
	{wire.UnknownMethod, "there is no such method"},
	{wire.IncorrectParameters, "the number or the types of the arguments are wrong"},
	{wire.BadArguments, "the arguments make no sense together"},
	{wire.SignatureUnsupported, "the method has no signature, or does not exist"},
	{wire.ShutdownState, "supervisord is shutting down or restarting"},
	{wire.BadName, "there is no process or group of that name"},
	{wire.BadSignal, "there is no such signal"},
	{wire.NoFile, "there is no such file: a log, or the command of a program"},
	{wire.NotExecutable, "the command of the program cannot be executed"},
	{wire.Failed, "it did not work; the text may say why"},
	{wire.AbnormalTermination, "the process ended while its start was waited for"},
	{wire.SpawnError, "the process could not be started, or ended before `startsecs`"},
	{wire.AlreadyStarted, "the process is already started"},
	{wire.NotRunning, "the process does not run"},
	{wire.Success, "no fault: the status of a process for which all went well"},
	{wire.AlreadyAdded, "the group is already active"},
	{wire.StillRunning, "the group still has processes that run"},
	{wire.CantReread, "the configuration cannot be read; the text says what is wrong"},
}

func faultsChapter(t *testing.T) string {
	var b strings.Builder
	b.WriteString("| code | name | meaning |\n|---|---|---|\n")
	described := map[wire.FaultCode]bool{}
	for _, f := range faultMeanings {
		described[f.code] = true
		fmt.Fprintf(&b, "| %d | %s | %s |\n", int(f.code), f.code, f.meaning)
	}
	for code := range wire.FaultCode(200) {
		if code.String() != "UNKNOWN" && !described[code] {
			t.Errorf("say what the fault %s means", code)
		}
	}
	return b.String()
}

var processMembers = map[string]string{
	"name":           "name of the process",
	"group":          "name of its group",
	"start":          "time of the last start, in seconds since 1970; 0 for never",
	"stop":           "time of the last end; 0 for never",
	"now":            "the time of this answer",
	"state":          "number of the state",
	"statename":      "name of the state, such as `RUNNING`",
	"spawnerr":       "why the last start failed, or empty",
	"exitstatus":     "exit status of the last end; 0 if there was none, or if a start failed",
	"logfile":        "the same as `stdout_logfile`, for old clients",
	"stdout_logfile": "path of the log of standard output, or empty",
	"stderr_logfile": "path of the log of standard error, or empty",
	"pid":            "process id; 0 if it does not run",
	"description":    "what `supervisorctl status` shows behind the state",
}

var statusMembers = map[string]string{
	"name":        "name of the process",
	"group":       "name of its group",
	"status":      "80 (SUCCESS), or the code of a fault",
	"description": "`OK`, or the text of the fault",
}

func structTable(t *testing.T, value any, meanings map[string]string) string {
	var b strings.Builder
	b.WriteString("| member | type | meaning |\n|---|---|---|\n")
	typ := reflect.TypeOf(value)
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := f.Tag.Get("xmlrpc")
		if meanings[name] == "" {
			t.Errorf("say what the member %s of %s means", name, typ)
		}
		kind := Int
		if f.Type.Kind() == reflect.String {
			kind = String
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, kind, meanings[name])
	}
	return b.String()
}

func configMembers() string {
	var names []string
	for _, m := range configInfo(&config.Group{}, &config.Process{}, true, nil) {
		names = append(names, "`"+m.Name+"`")
	}
	return strings.Join(names, ", ") + "."
}

// faultsOf lists what the methods of the supervisor and system namespaces can
// fault with, besides what all of them can.
var faultsOf = map[string][]wire.FaultCode{
	"supervisor.readLog":              {wire.BadArguments, wire.NoFile, wire.Failed},
	"supervisor.clearLog":             {wire.NoFile, wire.Failed},
	"supervisor.restart":              {wire.CantReread},
	"supervisor.reloadConfig":         {wire.CantReread},
	"supervisor.addProcessGroup":      {wire.BadName, wire.AlreadyAdded, wire.Failed},
	"supervisor.removeProcessGroup":   {wire.BadName, wire.StillRunning, wire.Failed},
	"supervisor.updateProcessGroup":   {wire.BadName, wire.Failed},
	"supervisor.getProcessInfo":       {wire.BadName},
	"supervisor.startProcess":         {wire.BadName, wire.NoFile, wire.NotExecutable, wire.AlreadyStarted, wire.Failed, wire.SpawnError, wire.AbnormalTermination},
	"supervisor.startProcessGroup":    {wire.BadName},
	"supervisor.stopProcess":          {wire.BadName, wire.NotRunning, wire.Failed},
	"supervisor.stopProcessGroup":     {wire.BadName},
	"supervisor.signalProcess":        {wire.BadName, wire.BadSignal, wire.NotRunning, wire.Failed},
	"supervisor.signalProcessGroup":   {wire.BadName},
	"supervisor.readProcessStdoutLog": {wire.BadName, wire.BadArguments, wire.NoFile, wire.Failed},
	"supervisor.readProcessStderrLog": {wire.BadName, wire.BadArguments, wire.NoFile, wire.Failed},
	"supervisor.tailProcessStdoutLog": {wire.BadName},
	"supervisor.tailProcessStderrLog": {wire.BadName},
	"supervisor.clearProcessLogs":     {wire.BadName, wire.Failed},
	"supervisor.sendProcessStdin":     {wire.BadName, wire.NotRunning, wire.NoFile},
	"system.methodHelp":               {wire.SignatureUnsupported},
	"system.methodSignature":          {wire.SignatureUnsupported},
}

// olderNames lists the methods that are the same as another.
var olderNames = map[string]string{
	"supervisor.getVersion": "supervisor.getAPIVersion", "supervisor.readMainLog": "supervisor.readLog",
	"supervisor.readProcessLog": "supervisor.readProcessStdoutLog", "supervisor.tailProcessLog": "supervisor.tailProcessStdoutLog",
	"supervisor.clearProcessLog": "supervisor.clearProcessLogs",
}

func methodsChapter(t *testing.T) string {
	var b strings.Builder
	listed := 0
	write := func(namespace string, methods []Method) {
		for i := range methods {
			writeMethod(t, &b, namespace+"."+methods[i].Name, &methods[i])
			listed++
		}
	}
	write("supervisor", SupervisorMethods(Options{Supervisor: &apitest.Supervisor{}, Log: &logStub{}}))
	write("system", systemMethods(NewRegistry()))
	r, _ := newRegistry(t, &apitest.Supervisor{})
	if len(r.Names()) != listed {
		t.Errorf("%d methods are described, and %d registered", listed, len(r.Names()))
	}
	for name := range faultsOf {
		if r.Lookup(name) == nil {
			t.Errorf("there are faults of %s, which does not exist", name)
		}
	}
	return b.String()
}

func writeMethod(t *testing.T, b *strings.Builder, name string, m *Method) {
	fmt.Fprintf(b, "### %s\n\n", name)
	if original := olderNames[name]; original != "" {
		fmt.Fprintf(b, "An older name of %s.\n\n", original)
		return
	}
	var params []string
	for _, p := range m.Params {
		text := string(p.Type) + " " + p.Name
		if p.Optional {
			text = "[" + text + "]"
		}
		params = append(params, text)
	}
	fmt.Fprintf(b, "    %s %s(%s)\n\n%s\n\n", m.Returns.Type, name, strings.Join(params, ", "), strings.TrimSpace(m.Doc))
	if m.Extension {
		b.WriteString("Not in the Python Supervisor.\n\n")
	}
	for _, p := range m.Params {
		fmt.Fprintf(b, "- `%s`: %s\n", p.Name, p.Doc)
	}
	fmt.Fprintf(b, "- returns %s\n", m.Returns.Doc)
	if faults := faultsOf[name]; len(faults) > 0 {
		var names []string
		for _, f := range slices.Sorted(slices.Values(faults)) {
			names = append(names, f.String())
		}
		fmt.Fprintf(b, "- faults: %s\n", strings.Join(names, ", "))
	}
	b.WriteString("\n")
	if m.Doc == "" || m.Returns.Type == "" || m.Returns.Doc == "" {
		t.Errorf("%s lacks a description, or that of its result", name)
	}
}
