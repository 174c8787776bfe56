package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

// fed is a handler that is fed with lines.
type fed struct {
	io    *tool.IO
	cmd   *exec.Cmd
	in    *os.File
	ended chan struct{} // closed when the process has been reaped
	heard chan struct{} // closed when all it printed has been read; nil without --ack

	mu     sync.Mutex
	answer chan bool // where the answer to the present event goes, or nil
}

// startWithAnswers starts the handler with its output on a pipe.
func (h *fed) startWithAnswers() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer w.Close()
	h.cmd.Stdout = w
	if err := h.cmd.Start(); err != nil {
		r.Close()
		return err
	}
	h.heard = make(chan struct{})
	go h.listen(r)
	go func() {
		// What the handler printed is in the pipe when it has ended. A grandchild
		// may hold the pipe for ever.
		<-h.ended
		r.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	}()
	return nil
}

// expect returns the channel on which the next answer comes.
func (h *fed) expect() <-chan bool {
	c := make(chan bool, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = c
	return c
}

// listen reads what the handler prints: answers, and other lines, which go to
// stderr.
func (h *fed) listen(out *os.File) {
	defer close(h.heard)
	defer out.Close()
	in := bufio.NewReaderSize(out, 64<<10)
	whole := true // at the beginning of a line
	for {
		piece, err := in.ReadSlice('\n')
		switch text := strings.TrimRight(string(piece), "\r\n"); {
		case whole && text == "OK":
			h.answered(true)
		case whole && text == "FAIL":
			h.answered(false)
		default:
			h.io.Stderr.Write(piece)
		}
		whole = err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (h *fed) answered(ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answer == nil {
		h.io.Warnf("handler answered without having been asked")
		return
	}
	h.answer <- ok
	h.answer = nil
}
