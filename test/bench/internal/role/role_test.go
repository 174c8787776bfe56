package role

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestPatternIsCheckedToTheByte(t *testing.T) {
	text := make([]byte, 100_003)
	p := NewPattern(7)
	// In uneven pieces, as writes come.
	for at, n := 0, 1; at < len(text); at, n = at+n, n%977+13 {
		n = min(n, len(text)-at)
		p.Fill(text[at : at+n])
	}
	if bad, n, err := Check(bytes.NewReader(text), 7); bad != -1 || n != int64(len(text)) || err != nil {
		t.Fatalf("a good text is bad at %d of %d, %v", bad, n, err)
	}
	if bad, _, _ := Check(bytes.NewReader(text), 8); bad < 0 {
		t.Error("the text of another seed is taken for good")
	}
	text[70_001] ^= 1
	if bad, _, _ := Check(bytes.NewReader(text), 7); bad != 70_001 {
		t.Errorf("the wrong byte is found at %d", bad)
	}
	// A piece that is missing shows where it is missing.
	missing := append(append([]byte(nil), text[:1600]...), text[3200:]...)
	if bad, _, _ := Check(bytes.NewReader(missing), 7); bad < 1600 || bad >= 1616 {
		t.Errorf("the gap at 1600 is found at %d", bad)
	}
	if lines := bytes.Count(text[:16000], []byte("\n")); lines != 1000 {
		t.Errorf("%d lines in 16000 bytes", lines)
	}
}

func TestListenerNotesEvents(t *testing.T) {
	file := t.TempDir() + "/events"
	payload := "type:x\n" + Stamp()
	in := strings.NewReader("ver:3.0 serial:15 poolserial:5 len:3\nabcver:3.0 serial:16 poolserial:6 len:" + itoa(len(payload)) + "\n" + payload)
	var out bytes.Buffer
	if err := listen(file, in, &out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "READY\nRESULT 2\nOKREADY\nRESULT 2\nOKREADY\n"; got != want {
		t.Errorf("it said %q, not %q", got, want)
	}
	records, err := Records(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 || Count(file) != 2 {
		t.Fatalf("%d records, %d by the size", len(records), Count(file))
	}
	if r := records[0]; r.Serial != 5 || r.Delay != -1 || r.Size != 3 {
		t.Errorf("the first is %+v", r)
	}
	if r := records[1]; r.Serial != 6 || r.Delay < 0 || r.Delay > time.Hour || r.Size != int64(len(payload)) {
		t.Errorf("the second is %+v", r)
	}
}

func itoa(n int) string {
	var b []byte
	for ; n > 0; n /= 10 {
		b = append([]byte{byte('0' + n%10)}, b...)
	}
	return string(b)
}

func TestUnknownRole(t *testing.T) {
	if err := Main([]string{"nosuch"}); err == nil {
		t.Error("an unknown role is played")
	}
	if err := Main(nil); err == nil {
		t.Error("no role is played")
	}
}
