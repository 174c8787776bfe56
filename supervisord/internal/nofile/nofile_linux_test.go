package nofile_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/supervisor-go/supervisor/supervisord/internal/nofile"
)

func TestOriginalIsWhatTheShellSaid(t *testing.T) {
	if os.Getenv("NOFILE_INSIDE") != "" {
		soft, hard, ok := nofile.Original()
		fmt.Println("original", soft, hard, ok)
		return
	}
	cmd := exec.Command("/bin/sh", "-c", `ulimit -S -n 300; ulimit -H -n 900; exec "$0" -test.run=TestOriginal`, os.Args[0])
	cmd.Env = append(os.Environ(), "NOFILE_INSIDE=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "original 300 900 true\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
