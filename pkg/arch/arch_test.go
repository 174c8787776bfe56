package arch

import "testing"

func TestPkg(t *testing.T) {
	Check(t, []Rule{
		{
			Packages:  []string{"ini", "shlex", "namespec", "event", "capture", "wire", "getopt"},
			Forbidden: []string{"std:os", "std:net", "std:sync", "std:syscall", "golang.org/x/sys/...", "std:log"},
			Reason:    "this package is pure: it takes values and returns values, so that it can be tested without a system",
		},
		{
			Packages:  []string{"*", "*/*"},
			Forbidden: []string{"github.com/supervisor-go/supervisor/supervisor*/...", "github.com/supervisor-go/supervisor/logrotate/...", "github.com/supervisor-go/supervisor/eventlisten/...", "github.com/supervisor-go/supervisor/pidproxy/...", "github.com/supervisor-go/supervisor/commevent/..."},
			Reason:    "pkg is what the tools share; it never imports a tool",
		},
	})
}

func TestMatch(t *testing.T) {
	for _, tc := range []struct {
		pattern, name string
		want          bool
	}{
		{"internal/*", "internal/core", true},
		{"internal/*", "internal/core/x", false},
		{"internal/...", "internal/core/x", true},
		{"a/...", "ab", false},
		{"std:os", "os/exec", true},
	} {
		if got := forbids(tc.pattern, tc.name); got != tc.want {
			t.Errorf("forbids(%q, %q) = %v", tc.pattern, tc.name, got)
		}
	}
}
