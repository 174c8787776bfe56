// Package core owns all control state of the daemon: processes, groups,
// listener pools, deadlines and waiters. The loop alone reads and writes that
// state; everyone else sends it closures and events.
package core

import (
	"syscall"

	"github.com/supervisor-go/supervisor/pkg/config"
)

// ProcID identifies a process for as long as it is configured. It is never
// used again, and it stays the same when the process is restarted.
type ProcID uint64

// Channel is an output channel of a child.
type Channel uint8

// The output channels.
const (
	Stdout Channel = 1
	Stderr Channel = 2
)

// String returns "stdout" or "stderr".
func (c Channel) String() string {
	if c == Stderr {
		return "stderr"
	}
	return "stdout"
}

// StreamSpec says how the standard streams of a child are to be set up. It is
// handed by the loop to the Spawner, and by that to the Streams.
type StreamSpec struct {
	ID        ProcID
	Config    *config.Process
	StdoutLog string // path of the log, AUTO resolved; "" for none
	StderrLog string // "" for none or when stderr is redirected
	Listener  bool   // stdout speaks the event listener protocol: raw bytes go to Sink.ListenerOutput
	StripANSI bool
	SocketFD  int // descriptor to become fd 0, or -1 for a stdin pipe
}

// SpawnRequest asks for a child.
type SpawnRequest struct {
	Streams   StreamSpec
	ServerURL string // value of SUPERVISOR_SERVER_URL; "" leaves it unset
}

// Spawner forks, signals and reaps. Its methods never block; what comes of them
// arrives as calls of Children, in the order in which it happened.
type Spawner interface {
	// Spawn makes a child. Children.Spawned or Children.SpawnFailed answers.
	Spawn(SpawnRequest)
	// Signal sends sig to the child of id, or to its process group. A child that
	// has already been reaped is not signalled. done is called from the Spawner's
	// goroutine, with nil when the signal was sent, syscall.ESRCH when there is no
	// such child any more, or the error of kill(2); done may be nil.
	Signal(id ProcID, pid int, sig syscall.Signal, group bool, done func(error))
}

// Children is told by the Spawner what became of children. The loop implements
// it; calls return at once and are taken in order.
type Children interface {
	Spawned(id ProcID, pid int)
	SpawnFailed(id ProcID, reason string)
	// Exited tells that the child was reaped. status is that of wait4(2).
	Exited(id ProcID, pid int, status syscall.WaitStatus)
	// ReapedStranger tells of a reaped process that the Spawner did not make.
	ReapedStranger(pid int, status syscall.WaitStatus)
}

// Streams owns every byte stream of the children. Its methods never block;
// functions given to it are called from one of its own goroutines, that of Write
// perhaps by the caller's own before Write returns.
type Streams interface {
	// Write queues data for the child's standard input. done (may be nil) is
	// called with nil once all is queued in or accepted by the pipe, or with
	// syscall.EPIPE when the child has closed its end or has none.
	Write(id ProcID, data []byte, done func(error))
	// Drain reads the child's output pipes until they would block or are at end
	// of file, and then calls done. Everything the child wrote before it exited
	// has been handed on by then.
	Drain(id ProcID, done func())
	// Release tells that the child has ended. Its standard input is closed; its
	// outputs are still read until end of file, because a grandchild may hold
	// them.
	Release(id ProcID)
	// Forget closes everything that belongs to id, logs included.
	Forget(id ProcID)
	// Clear removes the logs of id and opens them anew.
	Clear(id ProcID, done func(error))
	// Reopen closes and opens every log by name.
	Reopen()
}

// Hold names what a program waits for whose output makes events: the listeners
// of one type of event. 0 stands for nothing.
type Hold uint8

// holds is how many there are.
const holds = 4

// HoldLog is that of PROCESS_LOG events of a channel.
func HoldLog(ch Channel) Hold { return Hold(ch) }

// holdMessage is that of PROCESS_COMMUNICATION events of a channel.
func holdMessage(ch Channel) Hold { return Hold(ch) + 2 }

// Sink is told by the Streams what children wrote. The loop implements it.
// Calls may block until the loop has taken them. data is only valid during the
// call.
//
// Output and Captured return a Hold if the listeners that get such events are
// behind: then the child should not be read before CaughtUp has called back.
type Sink interface {
	// Output reports output of a channel that has PROCESS_LOG events enabled.
	Output(id ProcID, pid int, ch Channel, data []byte) Hold
	// Captured reports what was written between the capture-mode tags.
	Captured(id ProcID, pid int, ch Channel, data []byte) Hold
	// Held reports whether others are waiting for the same already, so that output
	// that is sure to make such an event should not be read either. It costs
	// nothing.
	Held(Hold) bool
	// CaughtUp calls ready when the listeners have caught up, or have taken too
	// long to be waited for: at once, or later from any goroutine. ready must not
	// block.
	CaughtUp(h Hold, ready func())
	// ListenerOutput reports what an event listener wrote to its stdout.
	ListenerOutput(id ProcID, data []byte)
}

// Logger is the activity log. Its methods are safe for every goroutine and do
// not block on a disk.
type Logger interface {
	Enabled(config.LogLevel) bool
	Log(level config.LogLevel, msg string)
}
