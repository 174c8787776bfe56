package command

// The exit statuses. The numbers are those of the LSB's init scripts, as in the
// reference; 99 and up are ours.
const (
	ExitOK            = 0   // all that was asked for was done
	ExitFailure       = 1   // something went wrong; for several failures the last one decides
	ExitUsage         = 2   // wrong options, or start without a name or with an unknown group
	ExitUnimplemented = 3   // the server lacks the supervisor namespace
	ExitRefused       = 4   // nobody listens at the server's address
	ExitWrongVersion  = 5   // the server speaks another version of the API
	ExitNotRunning    = 7   // a process is not running, or there is no server socket
	ExitTimedOut      = 99  // wait: the state was not reached in time
	ExitNotExecutable = 126 // a plug-in command exists but cannot be run
	exitSignalled     = 128 // plus n: a plug-in command was killed by signal n
)

// The exit statuses of status, as of the LSB's "status" action.
const (
	ExitStatusStopped = 3 // a process that was asked for is not running
	ExitStatusUnknown = 4 // a name is unknown, or the server cannot be reached
)

// ExitMeaning explains one exit status in the manual.
type ExitMeaning struct {
	Status  string
	Meaning string
}

// ExitMeanings is the documented table of exit statuses.
var ExitMeanings = []ExitMeaning{
	{"0", "All that was asked for was done. Also: what is already started, already stopped or already added; an interactive session, whatever happened in it; `open`."},
	{"1", "Something failed, a name is unknown, an argument is missing, or the server wants other credentials. With several failures the last one decides."},
	{"2", "The command line or the configuration is wrong; `start` without a name or with an unknown group."},
	{"3", "`status`: a process that was asked for is not running. Other commands: the server does not offer the supervisor namespace."},
	{"4", "`status`: an unknown name, or the server cannot be reached. Other commands: nobody listens at the server's address."},
	{"5", "The server speaks another version of the API."},
	{"7", "The process is not running or did not stay up, or there is no server socket."},
	{"99", "`wait`: the state was not reached in time."},
	{"126", "A plug-in command exists but cannot be run."},
	{"128+n", "A plug-in command was killed by signal n. Otherwise the exit status of a plug-in command is its own."},
}
