// Package archtest holds the daemon's architecture as a test.
package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/arch"
)

const daemon = "github.com/supervisor-go/supervisor/supervisord/internal/"

func TestArchitecture(t *testing.T) {
	arch.Check(t, []arch.Rule{
		{
			Packages:  []string{"internal/life", "internal/listen", "internal/group"},
			Forbidden: []string{"std:os", "std:net", "std:sync", "std:syscall", "std:log", "golang.org/x/sys/..."},
			Reason:    "this package is pure: it never touches the system, so that it can be walked exhaustively",
		},
		{
			Packages:  []string{"*", "internal/...", "cmd/..."},
			Except:    []string{"internal/api/apitest"}, // runs peers for tests
			Forbidden: []string{"os/exec"},
			Reason:    "only spawn makes children, and only spawn waits for them: a second waiter steals exit statuses",
		},
		{
			Packages: []string{"internal/core"},
			Forbidden: []string{daemon + "api", daemon + "httpd", daemon + "web", daemon + "pump", daemon + "spawn",
				daemon + "boot", daemon + "daemon"},
			Reason: "core declares the interfaces it needs; main plugs the parts in",
		},
		{
			Packages:  []string{"internal/api"},
			Forbidden: []string{daemon + "httpd", daemon + "web", daemon + "pump", daemon + "spawn", daemon + "boot"},
			Reason:    "imports go one way: httpd, api, core",
		},
		{
			Packages:  []string{"internal/pump", "internal/spawn"},
			Forbidden: []string{daemon + "api", daemon + "httpd", daemon + "web", daemon + "boot"},
			Reason:    "the owners of streams and children know the loop's interfaces and nothing above them",
		},
	})
}

// The daemon is a fifth smaller without these packages, wherever in its
// dependencies they are: they call methods by name, so that the linker keeps
// every exported method of the program.
func TestNoMethodsByName(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, daemon+"web") {
		t.Fatal("go list does not list the daemon's packages")
	}
	for _, name := range []string{"text/template", "html/template"} {
		if slices.Contains(deps, name) {
			t.Errorf("supervisord depends on %s (see docs/decisions/0021-pages.md); `go list -deps -f '{{.ImportPath}} {{.Imports}}' . | grep %[1]s` tells by which way", name)
		}
	}
}
