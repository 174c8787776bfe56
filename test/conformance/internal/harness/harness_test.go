package harness

import (
	"os"
	"strings"
	"testing"
)

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"2026-11-21 06:41:01,123 INFO spawned: 'p' with pid 17", "{TIME} INFO spawned: 'p' with pid {PID}"},
		{"pid 0", "pid 0"},
		{"pid 12, uptime 0:00:01", "pid {PID}, uptime {UPTIME}"},
		{"pid 12, uptime 2 days, 0:00:01", "pid {PID}, uptime {UPTIME}"},
		{"Nov 21 06:41 AM", "{DATE}"},
		{"killing 'p' (17) with SIGKILL", "killing 'p' ({PID}) with SIGKILL"},
		{"/x/p-stdout---conf-ab_d3f9h.log", "/x/p-stdout---conf-{RAND}.log"},
		{"/x/p-stdout---conf-ab_d3f9h.log.1", "/x/p-stdout---conf-{RAND}.log.1"},
		{"error: <class 'X'>, y: file: z line: 3", "error: {WHAT}"},
		{"ERROR: no such group", "ERROR: no such group"},
		{"processname:p groupname:p from_state:RUNNING expected:1 pid:17", "processname:p groupname:p from_state:RUNNING expected:1 pid:{PID}"},
	} {
		if got := Normalise(c.in); got != c.want {
			t.Errorf("Normalise(%q) = %q, not %q", c.in, got, c.want)
		}
	}
}

func TestEncodeAndDecode(t *testing.T) {
	call := EncodeCall("a.b", "x<y", 1, true, Array{"z"}, Struct{"k": 1.5}, []byte("b"), Raw("<value>r</value>"))
	for _, want := range []string{"<methodName>a.b</methodName>", "x&lt;y", "<int>1</int>", "<boolean>1</boolean>", "<data><value>", "<double>1.5</double>", "<base64>Yg==</base64>", "<value>r</value>"} {
		if !strings.Contains(call, want) {
			t.Errorf("%s is not in %s", want, call)
		}
	}
	v, err := DecodeResponse(strings.NewReader(`<?xml version='1.0'?><methodResponse><params><param><value><struct>
<member><name>pid</name><value><int>7</int></value></member>
<member><name>stop</name><value><int>0</int></value></member>
<member><name>list</name><value><array><data><value>a</value><value><boolean>1</boolean></value><value><nil/></value></data></array></value></member>
</struct></value></param></params></methodResponse>`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Show(v), `{list=["a", true, nil] pid={PID} stop=0}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	v, err = DecodeResponse(strings.NewReader(`<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>10</int></value></member><member><name>faultString</name><value><string>BAD_NAME</string></value></member></struct></value></fault></methodResponse>`))
	if err != nil || Show(v) != `fault 10 "BAD_NAME"` {
		t.Errorf("got %s, %v", Show(v), err)
	}
	if _, err := DecodeResponse(strings.NewReader("<html>")); err == nil {
		t.Error("half a page is taken for a response")
	}
}

func TestListener(t *testing.T) {
	file := t.TempDir() + "/events"
	in := strings.NewReader("ver:3.0 eventname:A len:5\nhellover:3.0 eventname:B len:0\n")
	var out strings.Builder
	if err := ListenerMain([]string{file, "FAIL", "OK"}, in, &out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "READY\nRESULT 4\nFAILREADY\nRESULT 2\nOKREADY\n"; got != want {
		t.Errorf("it said %q, not %q", got, want)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "ver:3.0 eventname:A len:5\nhello\x00ver:3.0 eventname:B len:0\n\x00"; string(b) != want {
		t.Errorf("it wrote %q, not %q", b, want)
	}
}

func TestHidingPrefersTheLongerText(t *testing.T) {
	x := &T{}
	x.Hide("/tmp/a", "{A}")
	x.Hide("/tmp/a/b", "{B}")
	x.Printf("/tmp/a/b /tmp/a/c")
	if got := x.Observation(); got != "{B} {A}/c\n" {
		t.Errorf("got %q", got)
	}
}

func TestResponseIsCompleteByItsLength(t *testing.T) {
	r := splitResponse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab")
	if !r.complete() || r.Body != "ab" || r.Get("content-length") != "2" {
		t.Errorf("got %+v", r)
	}
	if splitResponse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab").complete() {
		t.Error("two bytes of three are taken for all")
	}
}
