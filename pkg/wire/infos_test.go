package wire

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What the encoder writes is read back as it was; what looks different is left
// to the general decoder.
func TestParseProcessInfos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z <>&"'\n\täöü;#]*`)
		var list []ProcessInfo
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			log := text.Draw(t, "log")
			list = append(list, ProcessInfo{
				Name: text.Draw(t, "name"), Group: text.Draw(t, "group"), Start: int64(rapid.Int32().Draw(t, "start")),
				Stop: 1, Now: 2, State: 20, StateName: "RUNNING", SpawnErr: text.Draw(t, "err"),
				ExitStatus: int(rapid.Int16().Draw(t, "exit")), LogFile: log, StdoutLogFile: log,
				StderrLogFile: text.Draw(t, "stderr"), PID: 7, Description: text.Draw(t, "description"),
			})
		}
		data := AppendResponse(nil, list)
		got, ok := ParseProcessInfos(data)
		if !ok {
			t.Fatalf("not read: %s", data)
		}
		if len(got) != len(list) || len(list) > 0 && !reflect.DeepEqual(got, list) {
			t.Fatalf("got %+v, want %+v", got, list)
		}
	})
}

func TestParseProcessInfosLeavesTheRest(t *testing.T) {
	good := string(AppendResponse(nil, []ProcessInfo{{Name: "a"}}))
	for _, bad := range []string{
		"", "<methodResponse>", good + "x", strings.Replace(good, "<int>", "<i4>", 1),
		strings.Replace(good, "<string>a", "<string>&#65;", 1), strings.Replace(good, "<name>pid", "<name>pids", 1),
		strings.Replace(good, "<string>a", "<string>a<b/>", 1), string(AppendFault(nil, NewFault(BadName, "x"))),
	} {
		if _, ok := ParseProcessInfos([]byte(bad)); ok {
			t.Errorf("read %q", bad)
		}
	}
}

func BenchmarkParseProcessInfos1000(b *testing.B) {
	var list []ProcessInfo
	for i := range 1000 {
		list = append(list, ProcessInfo{Name: fmt.Sprint("p", i), Group: fmt.Sprint("p", i), StateName: "RUNNING",
			Description: "pid 1234, uptime 0:00:12"})
	}
	data := AppendResponse(nil, list)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, ok := ParseProcessInfos(data); !ok {
			b.Fatal("not read")
		}
	}
}
