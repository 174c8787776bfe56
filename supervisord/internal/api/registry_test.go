package api

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/supervisor-go/supervisor/pkg/wire"
	"github.com/supervisor-go/supervisor/supervisord/internal/api/apitest"
	"github.com/supervisor-go/supervisor/supervisord/internal/core"
)

// logStub is an activity log of which only the path matters.
type logStub struct {
	path  string
	err   error
	clear int
}

func (l *logStub) Path() string { return l.path }
func (l *logStub) Clear() error { l.clear++; return l.err }

func (l *logStub) Sync(context.Context) error { return nil }

// newRegistry returns a registry with the supervisor namespace over a fake.
func newRegistry(t testing.TB, s *apitest.Supervisor) (*Registry, *logStub) {
	t.Helper()
	r := NewRegistry()
	log := &logStub{}
	o := Options{Supervisor: s, Log: log, Identifier: "supervisor", PID: os.Getpid()}
	if err := r.Add("supervisor", SupervisorMethods(o)...); err != nil {
		t.Fatal(err)
	}
	return r, log
}

var _ Supervisor = (*core.Loop)(nil)

func nothing(context.Context, []any) (any, error) { return true, nil }

func TestRegistryRefusesUnsafeNames(t *testing.T) {
	for _, name := range []string{"", "_x", "a.b", "__class__", "a b", "é", "1a", "a/b", "a\x00"} {
		r := NewRegistry()
		if err := r.Add("ns", Method{Name: name, Fn: nothing}); err == nil {
			t.Errorf("a method named %q was accepted", name)
		}
		if err := r.Add(name, Method{Name: "m", Fn: nothing}); err == nil {
			t.Errorf("a namespace named %q was accepted", name)
		}
	}
	r := NewRegistry()
	if err := r.Add("my-plug_in2", Method{Name: "do_It2", Fn: nothing}); err != nil {
		t.Error(err)
	}
	if err := r.Add("system", Method{Name: "m", Fn: nothing}); err == nil {
		t.Error("the system namespace could be taken over")
	}
	if err := r.Add("twice", Method{Name: "m", Fn: nothing}, Method{Name: "m", Fn: nothing}); err == nil {
		t.Error("a method was accepted twice")
	}
	if err := r.Add("without", Method{Name: "m"}); err == nil {
		t.Error("a method without a function was accepted")
	}
}

func TestRegistryReplace(t *testing.T) {
	r := NewRegistry()
	if err := r.Add("p", Method{Name: "old", Fn: nothing}); err != nil {
		t.Fatal(err)
	}
	if err := r.Replace("p", Method{Name: "new", Fn: nothing}); err != nil {
		t.Fatal(err)
	}
	if r.Lookup("p.old") != nil || r.Lookup("p.new") == nil {
		t.Error("the methods of a namespace were not replaced")
	}
	if diff := cmp.Diff([]string{"system", "p"}, r.Namespaces()); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSorted(r.Names()) || !slices.Contains(r.Names(), "p.new") {
		t.Error("names:", r.Names())
	}
}

func TestCallArity(t *testing.T) {
	r := NewRegistry()
	err := r.Add("t",
		Method{Name: "two", Params: []Param{{Name: "a", Type: Int}, {Name: "b", Type: Int, Optional: true}}, Fn: nothing},
		Method{Name: "fails", Fn: func(context.Context, []any) (any, error) { return nil, errors.New("cannot do it") }})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []any
		want string
	}{
		{"t.two", []any{}, "INCORRECT_PARAMETERS"},
		{"t.two", []any{1}, ""},
		{"t.two", []any{1, 2}, ""},
		{"t.two", []any{1, 2, 3}, "INCORRECT_PARAMETERS"},
		{"t.fails", nil, "FAILED: cannot do it"},
		{"t.nope", nil, "UNKNOWN_METHOD"},
		{"two", nil, "UNKNOWN_METHOD"},
		{"t.two.x", nil, "UNKNOWN_METHOD"},
		{".two", nil, "UNKNOWN_METHOD"},
		{"", nil, "UNKNOWN_METHOD"},
	} {
		_, fault := r.Call(context.Background(), c.name, c.args)
		if got := faultText(fault); got != c.want {
			t.Errorf("%s%v: %q, want %q", c.name, c.args, got, c.want)
		}
	}
}

func faultText(f *wire.Fault) string {
	if f == nil {
		return ""
	}
	return f.Text
}

// Every method must describe itself completely; clients read the tags.
func TestEveryMethodIsDescribed(t *testing.T) {
	r, _ := newRegistry(t, apitest.New())
	for _, name := range r.Names() {
		m := r.Lookup(name)
		help := m.Help()
		if sig := m.Signature(); len(sig) != 1+len(m.Params) || slices.Contains(sig, "") {
			t.Errorf("%s has the signature %v", name, sig)
		}
		if strings.Count(help, "@param ") != len(m.Params) || strings.Count(help, "@return ") != 1 {
			t.Errorf("the help of %s lacks tags:\n%s", name, help)
		}
		for _, p := range m.Params {
			if !strings.Contains(help, "@param "+string(p.Type)+" "+p.Name+"   "+p.Doc+"\n") {
				t.Errorf("the help of %s does not describe %s:\n%s", name, p.Name, help)
			}
		}
		for i := 1; i < len(m.Params); i++ {
			if m.Params[i-1].Optional && !m.Params[i].Optional {
				t.Errorf("%s: a parameter that must be given follows one that need not", name)
			}
		}
		if m.Extension != strings.Contains(help, "extension") {
			t.Errorf("the help of %s does not tell whether it is an extension", name)
		}
	}
}

// No string reaches anything but a registered method (the fault of
// CVE-2017-11610 was a lookup by attribute).
func FuzzMethodName(f *testing.F) {
	for _, seed := range []string{
		"supervisor.getState", "system.listMethods", "supervisor.supervisord.options.execve",
		"supervisor.__class__", "system.__init__", "supervisor._update", "supervisor..getState",
		".getState", "supervisor.", "supervisor.getState.__call__", "SUPERVISOR.getState",
		"supervisor.getstate", "supervisor.getState ", "system.multicall.func_globals", "system.namespaces",
	} {
		f.Add(seed)
	}
	s := apitest.New()
	r, _ := newRegistry(f, s)
	names := r.Names()
	f.Fuzz(func(t *testing.T, name string) {
		if slices.Contains(names, name) {
			return
		}
		_, fault := r.Call(context.Background(), name, nil)
		if fault == nil || fault.Code != wire.UnknownMethod {
			t.Errorf("%q: %v", name, fault)
		}
		_, fault = r.Call(context.Background(), "system.methodHelp", []any{name})
		if fault == nil || fault.Code != wire.SignatureUnsupported {
			t.Errorf("help of %q: %v", name, fault)
		}
	})
}
