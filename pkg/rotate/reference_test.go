package rotate

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// referenceScript drives the reference's RotatingFileHandler: a line of JSON in,
// a line out when all is done.
const referenceScript = `
import json, sys
from supervisor import loggers
for line in sys.stdin:
    case = json.loads(line)
    log = loggers.getLogger()
    loggers.handle_file(log, case['path'], '%(message)s', rotating=True,
                        maxbytes=case['max'], backups=case['backups'])
    for op in case['ops']:
        for handler in log.handlers:
            if op == 'reopen':
                handler.reopen()
            elif op == 'remove':
                handler.remove()
                handler.reopen()
            else:
                log.info(op.encode())
    log.close()
    print('done', flush=True)
`

type referenceCase struct {
	Path    string   `json:"path"`
	Max     int64    `json:"max"`
	Backups int      `json:"backups"`
	Ops     []string `json:"ops"`
}

// TestSameFilesAsTheReference compares whole directories after random histories
// of writes, reopens and removals.
func TestSameFilesAsTheReference(t *testing.T) {
	if err := exec.Command("/usr/bin/python3", "-c", "import supervisor.loggers").Run(); err != nil {
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
		theirs, ours := t.TempDir(), t.TempDir()
		c := referenceCase{
			Path:    filepath.Join(theirs, "log"),
			Max:     rapid.Int64Range(1, 40).Draw(r, "max"),
			Backups: rapid.IntRange(0, 4).Draw(r, "backups"),
			Ops: rapid.SliceOfN(rapid.OneOf(
				rapid.StringMatching(`[a-z]{1,15}`), rapid.StringMatching(`[a-z]{1,50}\n`),
				rapid.SampledFrom([]string{"reopen", "remove"})), 0, 30).Draw(r, "ops"),
		}
		runReference(r, in, answers, c)
		log, err := NewNumbered(filepath.Join(ours, "log"), Options{MaxBytes: c.Max, Backups: c.Backups})
		if err != nil {
			r.Fatal(err)
		}
		defer log.Close()
		for _, op := range c.Ops {
			switch op {
			case "reopen":
				err = log.Reopen()
			case "remove":
				err = log.Remove()
			default:
				_, err = log.Write([]byte(op))
			}
			if err != nil {
				r.Fatal(err)
			}
		}
		want(t, ours, contents(t, theirs))
	})
}

func runReference(r *rapid.T, in io.Writer, answers *bufio.Reader, c referenceCase) {
	if err := json.NewEncoder(in).Encode(c); err != nil {
		r.Fatal(err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		r.Fatal("the reference gave no answer: ", err)
	}
}
