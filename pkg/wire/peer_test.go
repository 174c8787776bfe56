package wire

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// peer is a Python process that reads XML-RPC as the world's clients and the
// reference's server do. See testdata/peer.py.
type peer struct {
	in  io.WriteCloser
	out *bufio.Reader
	cmd *exec.Cmd
}

type peerAnswer struct {
	Error  string
	Fault  []any
	Value  []any
	Method string
	Params [][]any
}

func startPeer(t testing.TB) *peer {
	t.Helper()
	// Debian's Python comes first: it is the one that can have the reference.
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil {
		python, err = exec.LookPath("python3")
	}
	if err != nil {
		t.Skip("python3 is not installed: nothing to compare with")
	}
	cmd := exec.Command(python, "-W", "ignore", "testdata/peer.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	return &peer{in: in, out: bufio.NewReader(out), cmd: cmd}
}

func (p *peer) ask(t rapidOrTest, kind, xml string) peerAnswer {
	line, err := json.Marshal(map[string]string{"kind": kind, "xml": xml})
	if err != nil {
		t.Fatalf("%v", err)
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		t.Fatalf("the Python process went away: %v", err)
	}
	reply, err := p.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the Python process went away: %v", err)
	}
	var a peerAnswer
	if err := json.Unmarshal(reply, &a); err != nil {
		t.Fatalf("%v in %s", err, reply)
	}
	return a
}

type rapidOrTest interface{ Fatalf(string, ...any) }

// untag turns a tagged value of the peer into what DecodeCall yields.
func untag(t rapidOrTest, pair []any) any {
	switch pair[0] {
	case "i":
		n, err := strconv.ParseInt(pair[1].(string), 10, 64)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return int(n)
	case "d":
		f, err := strconv.ParseFloat(pair[1].(string), 64)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return f
	case "x":
		b, err := base64.StdEncoding.DecodeString(pair[1].(string))
		if err != nil {
			t.Fatalf("%v", err)
		}
		return b
	case "t":
		tm, err := time.Parse(timeLayout, pair[1].(string))
		if err != nil {
			t.Fatalf("%v", err)
		}
		return tm
	case "a":
		list := []any{}
		for _, v := range pair[1].([]any) {
			list = append(list, untag(t, v.([]any)))
		}
		return list
	case "m":
		m := map[string]any{}
		for k, v := range pair[1].(map[string]any) {
			m[k] = untag(t, v.([]any))
		}
		return m
	}
	return pair[1]
}
