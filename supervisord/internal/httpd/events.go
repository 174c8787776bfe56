package httpd

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/supervisor-go/supervisor/pkg/event"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// eventBuffer is how many events wait for a client that is slow to take them.
const eventBuffer = 1024

// events streams the events as they happen, as server-sent events:
//
//	id: 12
//	event: PROCESS_STATE_RUNNING
//	data: {"serial":12,"name":"PROCESS_STATE_RUNNING","payload":"processname:..."}
//
// ?types=A,B selects types; abstract types stand for their subtypes. A client
// that is too slow loses the oldest events and is told how many:
//
//	event: lost
//	data: {"lost":3}
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		refuse(w, http.StatusMethodNotAllowed, "Events are read with GET.")
		return
	}
	types, unknown := eventTypes(r.URL.Query()["types"])
	if unknown != "" {
		refuse(w, http.StatusBadRequest, "There is no event type "+strconv.Quote(unknown)+". The types are "+
			strings.Join(event.Names(), ", ")+".")
		return
	}
	notices, lost, cancel := s.options.Source.Subscribe(types, eventBuffer)
	defer cancel()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h["X-Accel-Buffering"] = []string{"no"}
	st, err := s.openStream(w, r)
	if err != nil {
		return
	}
	defer s.closeStream(st)
	f := &feed{stream: st, lost: lost}
	f.comment("listening")
	beat := time.NewTimer(s.limits.heartbeat)
	defer beat.Stop()
	for f.err == nil {
		select {
		case <-st.ctx.Done():
			return
		case n, open := <-notices:
			if !open {
				return
			}
			f.take(n, notices)
		case <-beat.C:
			f.comment("nothing new")
		}
		beat.Reset(s.limits.heartbeat)
	}
}

// eventTypes reads the types parameters of a request; unknown is the first name
// that is none.
func eventTypes(params []string) (types []string, unknown string) {
	for _, list := range params {
		for name := range strings.SplitSeq(list, ",") {
			name = strings.ToUpper(strings.TrimSpace(name))
			switch {
			case name == "":
			case event.Known(name):
				types = append(types, name)
			default:
				return nil, name
			}
		}
	}
	return types, ""
}

// feed writes events to a stream.
type feed struct {
	stream *stream
	lost   func() uint64
	told   uint64 // how many lost events were told of
	buf    []byte
	err    error
}

// take writes an event and those that wait behind it, in one piece.
func (f *feed) take(n core.Notice, more <-chan core.Notice) {
	f.buf = f.buf[:0]
	f.appendLost()
	f.appendNotice(n)
	for len(f.buf) < 32<<10 {
		select {
		case n, open := <-more:
			if open {
				f.appendNotice(n)
				continue
			}
		default:
		}
		break
	}
	_, f.err = f.stream.Write(f.buf)
}

func (f *feed) comment(text string) {
	_, f.err = f.stream.Write([]byte(": " + text + "\n\n"))
}

// notice is the data of one event.
type notice struct {
	Serial  uint64 `json:"serial"`
	Name    string `json:"name"`
	Payload string `json:"payload"`
}

func (f *feed) appendNotice(n core.Notice) {
	data, err := json.Marshal(notice{n.Serial, n.Name, string(n.Payload)})
	if err != nil {
		return // strings and numbers can always be written
	}
	f.buf = append(f.buf, "id: "...)
	f.buf = strconv.AppendUint(f.buf, n.Serial, 10)
	f.buf = append(f.buf, "\nevent: "...)
	f.buf = append(f.buf, n.Name...)
	f.buf = append(f.buf, "\ndata: "...)
	f.buf = append(f.buf, data...)
	f.buf = append(f.buf, "\n\n"...)
}

// appendLost tells of events that were lost since the last time.
func (f *feed) appendLost() {
	lost := f.lost()
	if lost == f.told {
		return
	}
	f.buf = append(f.buf, "event: lost\ndata: {\"lost\":"...)
	f.buf = strconv.AppendUint(f.buf, lost-f.told, 10)
	f.buf = append(f.buf, "}\n\n"...)
	f.told = lost
}
