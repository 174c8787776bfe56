package event

import "strconv"

// Change is a change of a process's state.
type Change struct {
	Process, Group string
	From, To       State
	Tries          int  // STARTING, BACKOFF: failed starts in a row
	PID            int  // RUNNING, STOPPING, EXITED, STOPPED; 0 if there is no child
	Expected       bool // EXITED: the exit status is one of exitcodes
}

// AppendState appends the payload of a PROCESS_STATE event.
func AppendState(dst []byte, c *Change) []byte {
	dst = appendNames(dst, c.Process, c.Group)
	dst = append(dst, " from_state:"...)
	dst = append(dst, c.From.String()...)
	switch c.To {
	case Starting, Backoff:
		dst = appendInt(dst, " tries:", c.Tries)
	case Exited:
		expected := 0
		if c.Expected {
			expected = 1
		}
		dst = appendInt(dst, " expected:", expected)
		dst = appendInt(dst, " pid:", c.PID)
	case Running, Stopping, Stopped:
		dst = appendInt(dst, " pid:", c.PID)
	}
	return dst
}

// AppendLegacyState appends the payload that 3.0a3 gave a change of state.
func AppendLegacyState(dst []byte, process, group string, pid int) []byte {
	dst = append(dst, "process_name:"...)
	dst = append(dst, process...)
	dst = append(dst, " group_name:"...)
	dst = append(dst, group...)
	return appendInt(dst, " pid:", pid)
}

// AppendLogHead appends what stands before the data in a PROCESS_LOG payload.
// channel is "stdout" or "stderr".
func AppendLogHead(dst []byte, process, group string, pid int, channel string) []byte {
	dst = appendNames(dst, process, group)
	dst = appendInt(dst, " pid:", pid)
	dst = append(dst, " channel:"...)
	dst = append(dst, channel...)
	return append(dst, '\n')
}

// AppendCommunicationHead appends what stands before the data in a
// PROCESS_COMMUNICATION payload.
func AppendCommunicationHead(dst []byte, process, group string, pid int) []byte {
	dst = appendNames(dst, process, group)
	dst = appendInt(dst, " pid:", pid)
	return append(dst, '\n')
}

// AppendRemote appends the payload of a REMOTE_COMMUNICATION event.
func AppendRemote(dst []byte, typ, data string) []byte {
	dst = append(dst, "type:"...)
	dst = append(dst, typ...)
	dst = append(dst, '\n')
	return append(dst, data...)
}

// AppendTick appends the payload of a TICK event. when is in seconds since the
// epoch, a multiple of the period.
func AppendTick(dst []byte, when int64) []byte {
	return strconv.AppendInt(append(dst, "when:"...), when, 10)
}

// AppendGroup appends the payload of a PROCESS_GROUP event.
func AppendGroup(dst []byte, group string) []byte {
	dst = append(dst, "groupname:"...)
	dst = append(dst, group...)
	return append(dst, '\n')
}

// AppendOverflow appends the payload of an EVENT_BUFFER_OVERFLOW event. pool is
// the name of the pool whose buffer overflowed.
func AppendOverflow(dst []byte, pool string, discarded Type) []byte {
	dst = append(dst, "group_name:"...)
	dst = append(dst, pool...)
	dst = append(dst, " event_type:"...)
	return append(dst, discarded.String()...)
}

func appendNames(dst []byte, process, group string) []byte {
	dst = append(dst, "processname:"...)
	dst = append(dst, process...)
	dst = append(dst, " groupname:"...)
	return append(dst, group...)
}

func appendInt(dst []byte, key string, n int) []byte {
	return strconv.AppendInt(append(dst, key...), int64(n), 10)
}
