package tooltest

import (
	"bytes"
	"testing"

	"github.com/supervisor-go/supervisor/pkg/tool"
	"github.com/supervisor-go/supervisor/pkg/tracked"
)

// ManPage fails when the man page at path, relative to the module's directory,
// is not what the tool's table says.
func ManPage(t *testing.T, spec *tool.Spec, path string) {
	t.Helper()
	got, err := tracked.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, spec.Man()) {
		t.Errorf("%s is stale: run \"go generate\" in this module", path)
	}
}
