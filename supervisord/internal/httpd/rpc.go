package httpd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/pyrepr"
)

// rpc answers XML-RPC calls.
type rpc struct {
	registry *api.Registry
	log      core.Logger
}

// answer carries out the call in body and appends the response to out. The
// status is 200 unless the call cannot be understood (400) or broke something
// (500); out is then unchanged.
func (s *rpc) answer(ctx context.Context, body, out []byte) (status int, response []byte) {
	method, params, err := wire.DecodeCall(body)
	if err != nil {
		s.refuse(body, err)
		return http.StatusBadRequest, out
	}
	status, response = http.StatusInternalServerError, out
	defer func() {
		if p := recover(); p != nil {
			s.log.Log(config.LevelCritical, fmt.Sprintf(
				"Handling XML-RPC request with data %s raised an unexpected exception: %v\n%s", excerpt(body), p, debug.Stack()))
		}
	}()
	trace := s.log.Enabled(config.LevelTrace)
	if trace {
		s.log.Log(config.LevelTrace, "XML-RPC method called: "+method+"()")
	}
	value, fault := s.registry.Call(ctx, method, params)
	if trace {
		s.log.Log(config.LevelTrace, outcome(method, fault))
	}
	if fault != nil {
		return http.StatusOK, wire.AppendFault(out, fault)
	}
	return http.StatusOK, wire.AppendResponse(out, value)
}

func outcome(method string, fault *wire.Fault) string {
	if fault == nil {
		return "XML-RPC method " + method + "() returned successfully"
	}
	return "XML-RPC method " + method + "() returned fault: [" + strconv.Itoa(int(fault.Code)) + "] " + fault.Text
}

// refuse logs a request that is not a call.
func (s *rpc) refuse(body []byte, err error) {
	why := "unmarshallable"
	if strings.HasSuffix(err.Error(), "names no method") {
		why = "no method name"
	}
	s.log.Log(config.LevelError, "XML-RPC request data "+excerpt(body)+" is invalid: "+why)
}

// excerpt shows the beginning of what a client sent, for the log.
func excerpt(body []byte) string {
	const most = 512
	if len(body) > most {
		return pyrepr.Quote(string(body[:most])) + "..."
	}
	return pyrepr.Quote(string(body))
}

// buffers holds buffers for requests and responses. Those that grew beyond
// maxPooled are not kept.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, 4096)) }}

const maxPooled = 4 << 20

func putBuffer(b *[]byte, used []byte) {
	if cap(used) <= maxPooled {
		*b = used[:0]
		buffers.Put(b)
	}
}

// ServeHTTP answers the calls that come by way of net/http.
func (s *rpc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuse(w, http.StatusBadRequest, "XML-RPC calls are made with POST.")
		return
	}
	if err := crossOrigin.Check(r); err != nil {
		refuse(w, http.StatusForbidden, "XML-RPC calls are not accepted from pages of other sites.")
		return
	}
	if r.ContentLength == 0 && r.Header.Get("Content-Length") == "" {
		refuse(w, http.StatusLengthRequired, "The request tells no length.")
		return
	}
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close")
		refuse(w, http.StatusRequestEntityTooLarge, rpcTrouble[http.StatusRequestEntityTooLarge])
		return
	}
	in, out := buffers.Get().(*[]byte), buffers.Get().(*[]byte)
	body, err := readAll(http.MaxBytesReader(w, r.Body, maxBody), (*in)[:0])
	response := (*out)[:0]
	status := http.StatusBadRequest
	if err == nil {
		status, response = s.answer(r.Context(), body, response)
	} else if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		status = http.StatusRequestEntityTooLarge
	}
	if status == http.StatusOK {
		h := w.Header()
		h["Content-Type"] = []string{"text/xml"}
		h["Content-Length"] = []string{strconv.Itoa(len(response))}
		w.Write(response)
	} else {
		refuse(w, status, rpcTrouble[status])
	}
	putBuffer(in, body)
	putBuffer(out, response)
}

// rpcTrouble says what is wrong with a call that has no XML-RPC response.
var rpcTrouble = map[int]string{
	http.StatusBadRequest:            "The request is not an XML-RPC call.",
	http.StatusRequestEntityTooLarge: "The request is too long: " + strconv.Itoa(maxBody>>20) + " MiB are allowed.",
	http.StatusInternalServerError:   "The call has failed; supervisord's log tells more.",
}

// crossOrigin tells requests that a browser makes for a page of another site.
var crossOrigin = http.NewCrossOriginProtection()

// readAll is io.ReadAll into a buffer.
func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// refuse sends a sentence of plain text.
func refuse(w http.ResponseWriter, status int, sentence string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(sentence)+1))
	w.WriteHeader(status)
	io.WriteString(w, sentence+"\n")
}
