// Package wire defines what travels over Supervisor's XML-RPC interface: the
// structs, the faults and a codec. It does no I/O.
package wire

import "fmt"

// FaultCode is a Supervisor XML-RPC fault code.
type FaultCode int

// The fault codes of the Supervisor XML-RPC API, version 3.0.
const (
	UnknownMethod        FaultCode = 1
	IncorrectParameters  FaultCode = 2
	BadArguments         FaultCode = 3
	SignatureUnsupported FaultCode = 4
	ShutdownState        FaultCode = 6
	BadName              FaultCode = 10
	BadSignal            FaultCode = 11
	NoFile               FaultCode = 20
	NotExecutable        FaultCode = 21
	Failed               FaultCode = 30
	AbnormalTermination  FaultCode = 40
	SpawnError           FaultCode = 50
	AlreadyStarted       FaultCode = 60
	NotRunning           FaultCode = 70
	Success              FaultCode = 80
	AlreadyAdded         FaultCode = 90
	StillRunning         FaultCode = 91
	CantReread           FaultCode = 92
)

var faultNames = map[FaultCode]string{
	UnknownMethod: "UNKNOWN_METHOD", IncorrectParameters: "INCORRECT_PARAMETERS",
	BadArguments: "BAD_ARGUMENTS", SignatureUnsupported: "SIGNATURE_UNSUPPORTED",
	ShutdownState: "SHUTDOWN_STATE", BadName: "BAD_NAME", BadSignal: "BAD_SIGNAL",
	NoFile: "NO_FILE", NotExecutable: "NOT_EXECUTABLE", Failed: "FAILED",
	AbnormalTermination: "ABNORMAL_TERMINATION", SpawnError: "SPAWN_ERROR",
	AlreadyStarted: "ALREADY_STARTED", NotRunning: "NOT_RUNNING", Success: "SUCCESS",
	AlreadyAdded: "ALREADY_ADDED", StillRunning: "STILL_RUNNING", CantReread: "CANT_REREAD",
}

// String returns the code's name in the API's documents, or "UNKNOWN".
func (c FaultCode) String() string {
	if s, ok := faultNames[c]; ok {
		return s
	}
	return "UNKNOWN"
}

// Fault is an XML-RPC fault. It is the error type of every RPC method.
type Fault struct {
	Code FaultCode
	Text string // faultString, e.g. "BAD_NAME: web"
}

// NewFault returns a fault whose text is the code's name, followed by ": " and
// the extra text if there is any.
func NewFault(code FaultCode, extra string) *Fault {
	text := code.String()
	if extra != "" {
		text += ": " + extra
	}
	return &Fault{Code: code, Text: text}
}

func (f *Fault) Error() string { return fmt.Sprintf("<Fault %d: '%s'>", int(f.Code), f.Text) }

// ProcessInfo is the struct of getProcessInfo and getAllProcessInfo. Times are
// seconds since the epoch, 0 for never.
type ProcessInfo struct {
	Name          string `xmlrpc:"name"`
	Group         string `xmlrpc:"group"`
	Start         int64  `xmlrpc:"start"`
	Stop          int64  `xmlrpc:"stop"`
	Now           int64  `xmlrpc:"now"`
	State         int    `xmlrpc:"state"`
	StateName     string `xmlrpc:"statename"`
	SpawnErr      string `xmlrpc:"spawnerr"`
	ExitStatus    int    `xmlrpc:"exitstatus"`
	LogFile       string `xmlrpc:"logfile"` // alias of StdoutLogFile
	StdoutLogFile string `xmlrpc:"stdout_logfile"`
	StderrLogFile string `xmlrpc:"stderr_logfile"`
	PID           int    `xmlrpc:"pid"`
	Description   string `xmlrpc:"description"`
}

// ProcessStatus is one element of the array that the group and all methods
// (startAllProcesses, stopProcessGroup, clearAllProcessLogs ...) return.
type ProcessStatus struct {
	Name        string    `xmlrpc:"name"`
	Group       string    `xmlrpc:"group"`
	Status      FaultCode `xmlrpc:"status"`
	Description string    `xmlrpc:"description"`
}
