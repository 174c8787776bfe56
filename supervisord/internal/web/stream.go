package web

import (
	"bytes"
	"errors"
	"net/http"
	"time"
)

// stream is a response of server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration // for one write
	buf     bytes.Buffer
}

var (
	errClosing = errors.New("supervisord is closing its servers")
	errNoBody  = errors.New("only the head of the response was asked for")
)

// openStream begins a stream. done has to be called at its end.
func (s *Site) openStream(w http.ResponseWriter, r *http.Request) (st *stream, done func(), err error) {
	if s.ctx.Err() != nil {
		return nil, nil, errClosing
	}
	s.stream.Add(1)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h["X-Accel-Buffering"] = []string{"no"} // nginx would hold events back
	if r.Method == http.MethodHead {
		s.stream.Done()
		return nil, nil, errNoBody
	}
	st = &stream{w: w, control: http.NewResponseController(w), timeout: s.limits.write}
	st.buf.WriteString("retry: 1000\n\n")
	done = func() {
		st.control.SetWriteDeadline(time.Time{})
		s.stream.Done()
	}
	if err := st.flush(); err != nil {
		done()
		return nil, nil, err
	}
	return st, done, nil
}

// add writes an event, whose data is one line, to the buffer.
func (st *stream) add(id, event string, data []byte) {
	if id != "" {
		st.buf.WriteString("id: " + id + "\n")
	}
	st.buf.WriteString("event: " + event + "\ndata: ")
	st.buf.Write(data)
	st.buf.WriteString("\n\n")
}

// flush sends what was added. The client must not keep us waiting too long.
func (st *stream) flush() error {
	if err := st.control.SetWriteDeadline(time.Now().Add(st.timeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := st.w.Write(st.buf.Bytes()); err != nil {
		return err
	}
	st.buf.Reset()
	return st.control.Flush()
}

// beat tells a client that we are there.
func (st *stream) beat() error {
	st.add("", "beat", []byte("{}"))
	return st.flush()
}

// events streams the state of everything: a snapshot, then differences.
func (s *Site) events(w http.ResponseWriter, r *http.Request) {
	st, done, err := s.openStream(w, r)
	if err != nil {
		return
	}
	defer done()
	v := s.monitor.join()
	defer v.leave()
	beat := time.NewTicker(s.limits.beat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		case <-beat.C:
			err = st.beat()
		case <-v.news:
			list, more := v.take()
			for _, m := range list {
				st.add("", m.event, m.data)
			}
			if len(list) > 0 {
				err = st.flush()
			}
			if !more {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
