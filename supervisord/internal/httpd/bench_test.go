package httpd

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/config"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
	"github.com/supervisor-go/supervisor/supervisord/internal/life"
)

// many returns a daemon with n processes.
func many(n int) *apitest.Supervisor {
	views := make([]core.View, n)
	for i := range views {
		views[i] = apitest.Process("p"+strconv.Itoa(i), "p"+strconv.Itoa(i), life.Running)
		views[i].StdoutLog = "/var/log/supervisor/p-stdout---supervisor-x1y2z3.log"
	}
	return apitest.New(views...)
}

// benchClient makes n calls on one connection.
func benchClient(b *testing.B, address string, request []byte, n int) {
	c, err := net.Dial("unix", address)
	if err != nil {
		b.Error(err)
		return
	}
	defer c.Close()
	br := bufio.NewReaderSize(c, 64<<10)
	for range n {
		if _, err := c.Write(request); err != nil {
			b.Error(err)
			return
		}
		length := 0
		for {
			line, err := br.ReadSlice('\n')
			if err != nil {
				b.Error(err)
				return
			}
			if len(line) <= 2 {
				break
			}
			if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
			}
		}
		if _, err := br.Discard(length); err != nil && err != io.EOF {
			b.Error(err)
			return
		}
	}
}

// BenchmarkRPC measures whole calls, client included. "handed over" is the same
// call by way of net/http.
func BenchmarkRPC(b *testing.B) {
	info := "<?xml version='1.0'?>\n<methodCall>\n<methodName>supervisor.getProcessInfo</methodName>\n<params>\n<param>\n<value><string>p1</string></value>\n</param>\n</params>\n</methodCall>\n"
	for _, c := range []struct {
		name, fields, body string
		programs           int
	}{
		{"getState", "", call("supervisor.getState"), 10},
		{"getState by net/http", "Origin: http://localhost\r\n", call("supervisor.getState"), 10},
		{"getProcessInfo of 1000", "", info, 1000},
		{"getAllProcessInfo of 1000", "", call("supervisor.getAllProcessInfo"), 1000},
	} {
		for _, clients := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d clients", c.name, clients), func(b *testing.B) {
				h := start(b, many(c.programs), func(o *Options) { o.Log.(*logRecord).level = config.LevelInfo })
				request := []byte(post("HTTP/1.1", "User-Agent: Python-xmlrpc/3.11\r\nAccept-Encoding: gzip\r\nContent-Type: text/xml\r\n"+c.fields, c.body))
				b.ReportAllocs()
				b.ResetTimer()
				var wg sync.WaitGroup
				for range clients {
					wg.Go(func() { benchClient(b, h.unix, request, (b.N+clients-1)/clients) })
				}
				wg.Wait()
			})
		}
	}
}
