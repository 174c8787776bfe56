package role

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
)

// relayed is how many events may wait for the listeners of floorRelay.
const relayed = 256

// floorRelay is `floor-relay DIR N`: N listeners get what clients send to the
// socket DIR/s, a line for each event, by the listener protocol. It is the least
// that events take from clients to listeners: no XML, no HTTP, no state.
func floorRelay(dir string, n int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	events := make(chan string, relayed)
	for i := range n {
		if err := relayTo(exec.Command(self, "role", "listen", fmt.Sprintf("%s/events%d", dir, i)), events); err != nil {
			return err
		}
	}
	l, err := net.Listen("unix", dir+"/s")
	if err != nil {
		return err
	}
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			for r := bufio.NewReader(c); ; {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				events <- line
				if _, err := io.WriteString(c, "\n"); err != nil {
					return
				}
			}
		}()
	}
}

// relayTo starts a listener that takes events whenever it is ready.
func relayTo(listener *exec.Cmd, events <-chan string) error {
	in, err := listener.StdinPipe()
	if err != nil {
		return err
	}
	out, err := listener.StdoutPipe()
	if err != nil {
		return err
	}
	if err := listener.Start(); err != nil {
		return err
	}
	go func() {
		answers := bufio.NewReader(out)
		result := make([]byte, len("RESULT 2\nOK"))
		if _, err := answers.ReadString('\n'); err != nil { // READY
			return
		}
		serial := 0
		for line := range events {
			serial++
			payload := "type:bench\n\nt:" + line
			fmt.Fprintf(in, "ver:3.0 server:floor serial:%d pool:l poolserial:%d eventname:REMOTE_COMMUNICATION len:%d\n%s", serial, serial, len(payload), payload)
			if _, err := io.ReadFull(answers, result); err != nil {
				return
			}
			if _, err := answers.ReadString('\n'); err != nil {
				return
			}
		}
	}()
	return nil
}
