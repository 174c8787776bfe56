package capture

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// referenceScript feeds the reference's dispatcher: a JSON line with chunks in,
// a JSON line with pieces out. Kinds are those of Kind.
const referenceScript = `
import json, sys
from supervisor import dispatchers, events, loggers

class Anything:
    def __init__(self, **kw):
        self.__dict__.update(kw)

class Options(Anything):
    def getLogger(self, *args):
        return loggers.getLogger()
    def readfd(self, fd):
        return self.chunk

for line in sys.stdin:
    case = json.loads(line)
    out = []
    options = Options(loglevel=20, strip_ansi=False, logger=loggers.getLogger())
    config = Anything(name='p', options=options, stdout_logfile=None, stdout_logfile_maxbytes=0,
        stdout_logfile_backups=0, stdout_syslog=False, stdout_capture_maxbytes=case['max'],
        stdout_events_enabled=False, stderr_events_enabled=False)
    process = Anything(config=config, pid=1, group=None)
    d = dispatchers.POutputDispatcher(process, events.ProcessCommunicationStdoutEvent, 0)
    log = d._log
    def record(data):
        if data:
            out.append([2 if d.capturemode else 1, data.decode('latin-1')])
        log(data)
    d._log = record
    dispatchers.notify = lambda event: out.append([3, event.data.decode('latin-1')])
    for chunk in case['chunks']:
        options.chunk = chunk.encode('latin-1')
        d.handle_read_event()
    print(json.dumps(out), flush=True)
`

// TestSamePiecesAsTheReference compares with the reference's dispatcher: the
// same plain output, and the same bytes kept of each message when the limit is
// small. What the reference still holds back at the end is pushed out by padding.
func TestSamePiecesAsTheReference(t *testing.T) {
	if err := exec.Command("/usr/bin/python3", "-c", "import supervisor.dispatchers").Run(); err != nil {
		t.Skip("the reference (Debian's supervisor) is not installed:", err)
	}
	python := exec.Command("/usr/bin/python3", "-c", referenceScript)
	in, err := python.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := python.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := python.Start(); err != nil {
		t.Fatal(err)
	}
	defer python.Wait()
	defer in.Close()
	answers := bufio.NewReader(out)

	rapid.Check(t, func(r *rapid.T) {
		max := rapid.Int64Range(1, 80).Draw(r, "max")
		chunks := append(cut(r, tagged().Draw(r, "text")), "padding that is longer than a tag")
		json.NewEncoder(in).Encode(map[string]any{"max": max, "chunks": chunks})
		line, err := answers.ReadBytes('\n')
		if err != nil {
			r.Fatal("the reference gave no answer: ", err)
		}
		var theirs [][2]any
		if err := json.Unmarshal(line, &theirs); err != nil {
			r.Fatal(err)
		}
		var want, got recorder
		for _, p := range theirs {
			want.add(Kind(p[0].(float64)), []byte(p[1].(string)))
		}
		var s Scanner
		b := Buffer{Max: max}
		for _, c := range chunks {
			s.Feed([]byte(c), func(kind Kind, data []byte) {
				switch kind {
				case Inside:
					b.Write(data)
				case Message:
					data = b.Bytes()
				}
				got.add(kind, data)
				if kind == Message {
					b.Reset()
				}
			})
		}
		if d := cmp.Diff(want.pieces, got.pieces); d != "" {
			r.Fatalf("%q within %d (-reference +ours):\n%s", chunks, max, d)
		}
	})
}
