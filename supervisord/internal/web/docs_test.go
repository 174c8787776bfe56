package web

import (
	"fmt"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/docgen"
)

//go:generate go test -run ^TestAPIDocs$ . -update

// TestAPIDocs keeps the list of requests in the manual true.
func TestAPIDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString("| request | what it does |\n|---|---|\n")
	for _, op := range newRig(t).api().Operations {
		fmt.Fprintf(&b, "| `%s %s` | %s |\n", op.Method, op.Path, op.Summary)
	}
	docgen.CheckPart(t, "../../../docs/web.md", "api", b.String())
}
