package api

import (
	"strconv"
	"time"

	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// Describe returns the description of a process that status displays show: its
// uptime, when it ended, or what is wrong with it. Times of day are local. An
// event listener that gets no more events, or has let them wait for long, is
// running, but not well: that is said too, which the reference does not do.
func Describe(v *core.View) string {
	switch v.State {
	case life.Running:
		return uptime(v.PID, v.Now-v.Start) + listener(v)
	case life.Fatal, life.Backoff:
		if v.SpawnErr == "" {
			return `unknown error (try "tail ` + v.Config.Name + `")`
		}
		return v.SpawnErr
	case life.Stopped, life.Exited:
		if v.Start == 0 {
			return "Not started"
		}
		return time.Unix(v.Stop, 0).Format("Jan 02 03:04 PM")
	}
	return ""
}

// listener tells of an event listener that does not do its work.
func listener(v *core.View) string {
	switch {
	case v.Listener == "UNKNOWN":
		return ", listener UNKNOWN"
	case v.Stuck > 0:
		return ", listener " + v.Listener + ", events waiting: " + strconv.Itoa(v.Stuck)
	}
	return ""
}

// uptime writes "pid 12, uptime 1 day, 2:03:04". A clock that was set back gives
// no negative times.
func uptime(pid int, seconds int64) string {
	seconds = max(seconds, 0)
	b := make([]byte, 0, 48)
	b = append(b, "pid "...)
	b = strconv.AppendInt(b, int64(pid), 10)
	b = append(b, ", uptime "...)
	if days := seconds / 86400; days > 0 {
		b = strconv.AppendInt(b, days, 10)
		if days == 1 {
			b = append(b, " day, "...)
		} else {
			b = append(b, " days, "...)
		}
	}
	b = strconv.AppendInt(b, seconds%86400/3600, 10)
	b = appendTwo(b, seconds%3600/60)
	b = appendTwo(b, seconds%60)
	return string(b)
}

func appendTwo(b []byte, n int64) []byte {
	return append(b, ':', byte('0'+n/10), byte('0'+n%10))
}
