package web

import (
	"bytes"
	"encoding/json"
)

// The types in this file are what the API sends and takes. Their doc tags are
// the descriptions in the OpenAPI document.

// maybe is a value that may be missing; it is null in JSON then.
type maybe[T comparable] struct {
	value T
	known bool
}

func some[T comparable](v T) maybe[T] { return maybe[T]{v, true} }

// MarshalJSON implements json.Marshaler.
func (m maybe[T]) MarshalJSON() ([]byte, error) {
	if !m.known {
		return []byte("null"), nil
	}
	return json.Marshal(m.value)
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *maybe[T]) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*m = maybe[T]{}
		return nil
	}
	m.known = true
	return json.Unmarshal(b, &m.value)
}

// Nullable returns a value of the type that is there when it is not null.
func (m maybe[T]) Nullable() any { return m.value }

// DaemonInfo tells of supervisord itself.
type DaemonInfo struct {
	Identifier string `json:"identifier" doc:"The name of this instance, as identifier= sets it."`
	State      string `json:"state" enum:"RUNNING,RESTARTING,SHUTDOWN,FATAL" doc:"The state of supervisord."`
	Version    string `json:"version" doc:"The version of this program."`
	Supervisor string `json:"supervisor" doc:"The release of the Python Supervisor whose behaviour it has."`
	PID        int    `json:"pid" doc:"The process id of supervisord."`
	ConfigFile string `json:"config_file" doc:"The configuration file."`
	Started    int64  `json:"started" doc:"When it was started or last restarted, in seconds since 1970."`
	Now        int64  `json:"now" doc:"Its clock, in seconds since 1970."`
	Goroutines int    `json:"goroutines" doc:"How many goroutines it has, for those who look for a leak."`
}

// Process is one process.
type Process struct {
	ID          string         `json:"id" doc:"The full name, group:name, by which paths name the process."`
	Group       string         `json:"group" doc:"The name of its group."`
	Name        string         `json:"name" doc:"Its own name."`
	State       string         `json:"state" enum:"STOPPED,STARTING,RUNNING,BACKOFF,STOPPING,EXITED,FATAL,UNKNOWN" doc:"Its state."`
	PID         int            `json:"pid" doc:"Its process id; 0 if it has none."`
	Started     int64          `json:"started" doc:"When it was last started, in seconds since 1970; 0 for never."`
	Stopped     int64          `json:"stopped" doc:"When it last ended, in seconds since 1970; 0 for never."`
	Description string         `json:"description" doc:"What supervisorctl shows beside the state. Empty in events for RUNNING processes, where it is the time since started."`
	SpawnError  string         `json:"spawn_error" doc:"Why it could not be started; empty if nothing is wrong."`
	ExitStatus  maybe[int]     `json:"exit_status" doc:"Its last exit status, -1 for a death by a signal; null if none counts."`
	LastExit    string         `json:"last_exit" doc:"How it last ended, in words; empty if it never has."`
	Restarts    int            `json:"restarts" doc:"How often it was started after the first time."`
	Listener    string         `json:"listener" doc:"For an event listener its state, such as READY; else empty."`
	Stdout      bool           `json:"stdout" doc:"Whether it has a stdout log that can be read."`
	Stderr      bool           `json:"stderr" doc:"Whether it has a stderr log that can be read."`
	CPU         maybe[float64] `json:"cpu" doc:"Its share of one core in percent since the last look; null if unknown. Children do not count."`
	Memory      maybe[int64]   `json:"memory" doc:"Its resident memory in bytes; null if unknown. Children do not count."`
}

// Group is one process group.
type Group struct {
	Name      string         `json:"name" doc:"The name of the group."`
	Processes int            `json:"processes" doc:"The number of its processes."`
	States    map[string]int `json:"states" doc:"How many processes are in each state."`
}

// ProcessList is the answer of the list of processes.
type ProcessList struct {
	Now       int64     `json:"now" doc:"The daemon's clock, in seconds since 1970."`
	Processes []Process `json:"processes" doc:"The processes by group and name."`
}

// GroupList is the answer of the list of groups.
type GroupList struct {
	Groups []Group `json:"groups" doc:"The groups by name."`
}

// ActionRequest is the body of a request that does something.
type ActionRequest struct {
	Wait maybe[float64] `json:"wait,omitzero" doc:"How many seconds to wait for the outcome, at most 3600; 0 answers at once. By default 60."`
}

// UpdateRequest is the body of a request to update.
type UpdateRequest struct {
	Wait        maybe[float64] `json:"wait,omitzero" doc:"As for other actions."`
	Fingerprint string         `json:"fingerprint,omitempty" doc:"That of a preview: if the file has changed since, nothing is done and the answer is 409."`
	Groups      []string       `json:"groups,omitempty" doc:"The groups to update; all that differ if it is missing or empty."`
}

// Result is what became of one process or group.
type Result struct {
	Name    string `json:"name" doc:"The full name of the process, or the name of the group."`
	OK      bool   `json:"ok" doc:"Whether it has worked."`
	Code    string `json:"code" doc:"SUCCESS, or the name of the XML-RPC fault that says what went wrong."`
	Message string `json:"message" doc:"The same in words."`
}

// Operation is something that was asked for.
type Operation struct {
	ID      string   `json:"id" doc:"By which its outcome can be asked for."`
	Action  string   `json:"action" enum:"start,stop,restart,clear,update" doc:"What is being done."`
	Target  string   `json:"target" doc:"The full name of a process, the name of a group, or * for all."`
	Done    bool     `json:"done" doc:"Whether it has ended."`
	OK      bool     `json:"ok" doc:"Whether it has ended well for all concerned."`
	Code    string   `json:"code" doc:"SUCCESS, or the name of the first fault; empty until it is done."`
	Message string   `json:"message" doc:"The outcome in words; empty until it is done."`
	Results []Result `json:"results" doc:"The outcome for each process or group concerned; empty in events."`
}

// LogFile is one file of a log.
type LogFile struct {
	Index      int    `json:"index" doc:"0 for the file that is written to; it grows with age."`
	ID         string `json:"id" doc:"Tells the file apart, even when rotation gives it another name."`
	Name       string `json:"name" doc:"Its name without the directory."`
	Size       int64  `json:"size" doc:"Its size in bytes."`
	Modified   int64  `json:"modified" doc:"When it was last written to, in seconds since 1970."`
	Compressed bool   `json:"compressed" doc:"Whether it is compressed and can only be downloaded."`
}

// LogFiles is the list of the files of a log.
type LogFiles struct {
	Path  string    `json:"path" doc:"Where the log is."`
	Files []LogFile `json:"files" doc:"The file that is written to and its rotated predecessors."`
}

// LogText is a part of a log.
type LogText struct {
	ID     string `json:"id" doc:"That of the file."`
	Index  int    `json:"index" doc:"That of the file, at this moment."`
	Offset int64  `json:"offset" doc:"Where the text begins, in bytes."`
	Next   int64  `json:"next" doc:"Where it ends."`
	Size   int64  `json:"size" doc:"The size of the file."`
	Text   string `json:"text" doc:"What is there; bytes that are not UTF-8 are replaced by U+FFFD."`
}

// LogMatch is the outcome of a search.
type LogMatch struct {
	ID      string `json:"id" doc:"That of the file."`
	Index   int    `json:"index" doc:"That of the file, at this moment."`
	Found   bool   `json:"found" doc:"Whether there is a match."`
	Offset  int64  `json:"offset" doc:"Where the match begins, in bytes."`
	Stopped int64  `json:"stopped" doc:"Where to go on searching."`
	More    bool   `json:"more" doc:"Whether a part of the file was not searched."`
}

// OptionChange is an option whose value differs.
type OptionChange struct {
	Section  string `json:"section" doc:"The section."`
	Option   string `json:"option" doc:"The option; empty if the whole section came, went or differs."`
	OldAt    string `json:"old_at" doc:"File and line of the old value; empty for a default."`
	NewAt    string `json:"new_at" doc:"File and line of the new value; empty for a default."`
	OldValue string `json:"old_value" doc:"The old value, if it is of a kind that cannot be a secret."`
	NewValue string `json:"new_value" doc:"The new value, if it is of a kind that cannot be a secret."`
	Live     bool   `json:"live" doc:"Whether it can be applied without a restart of the process."`
}

// ProcessChange is what an update does to processes of one group.
type ProcessChange struct {
	Names   []string       `json:"names" doc:"The processes."`
	Effect  string         `json:"effect" enum:"add,remove,restart,apply" doc:"What happens to them: apply changes them while they run."`
	At      string         `json:"at" doc:"File and line of the command of added processes."`
	Options []OptionChange `json:"options" doc:"The options that differ."`
}

// GroupChange is what an update does to one group.
type GroupChange struct {
	Name      string          `json:"name" doc:"The group."`
	Kind      string          `json:"kind" enum:"added,removed,changed" doc:"How it differs."`
	Options   []OptionChange  `json:"options" doc:"The options of the group itself that differ."`
	Processes []ProcessChange `json:"processes" doc:"What happens to its processes."`
}

// Preview tells what an update would do.
type Preview struct {
	Fingerprint string         `json:"fingerprint" doc:"Stands for all that is told here."`
	ConfigFile  string         `json:"config_file" doc:"The file that was read."`
	Groups      []GroupChange  `json:"groups" doc:"The groups that differ."`
	Daemon      []OptionChange `json:"daemon" doc:"What differs otherwise. It takes effect when supervisord is restarted."`
	Warnings    []string       `json:"warnings" doc:"Complaints about the configuration that do not prevent its use."`
}

// Session is what a page needs to do something.
type Session struct {
	Token string `json:"token" doc:"To be sent as X-CSRF-Token."`
}

// ErrorBody is the body of every answer that is an error.
type ErrorBody struct {
	Error ErrorInfo `json:"error" doc:"What is wrong."`
}

// ErrorInfo says what is wrong.
type ErrorInfo struct {
	Code    string `json:"code" doc:"A word that programs can tell apart; the name of a fault where there is one."`
	Message string `json:"message" doc:"One sentence."`
}

// Snapshot is the first message of a stream of events: everything.
type Snapshot struct {
	Daemon    DaemonInfo `json:"daemon" doc:"supervisord itself."`
	Processes []Process  `json:"processes" doc:"All processes, by group and name."`
}

// Patch is a further message of a stream of events: what differs.
type Patch struct {
	Now       int64        `json:"now" doc:"The daemon's clock, in seconds since 1970."`
	State     string       `json:"state,omitempty" doc:"The state of supervisord, if it has changed."`
	Processes []Process    `json:"processes,omitempty" doc:"Processes that are new or have changed."`
	Gone      []string     `json:"gone,omitempty" doc:"Full names of processes that are no more."`
	Usage     []UsageEntry `json:"usage,omitempty" doc:"Processes of which only the usage has changed."`
}

// UsageEntry is what one process uses.
type UsageEntry struct {
	ID     string         `json:"id" doc:"The full name."`
	CPU    maybe[float64] `json:"cpu" doc:"As for a process."`
	Memory maybe[int64]   `json:"memory" doc:"As for a process."`
}

// LogNews is a message of a stream that follows a log.
type LogNews struct {
	ID     string `json:"id" doc:"That of the file."`
	Offset int64  `json:"offset" doc:"Where the text begins."`
	Next   int64  `json:"next" doc:"Where it ends."`
	Text   string `json:"text" doc:"What was added."`
	Bytes  int64  `json:"bytes" doc:"How many bytes were skipped; -1 if nobody knows."`
}
