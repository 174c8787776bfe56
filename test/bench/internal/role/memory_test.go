package role

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestMemory has a large process ask for the memory of a small one.
func TestMemory(t *testing.T) {
	if os.Getenv("MEMORY_INSIDE") != "" {
		if err := memory([]string{"/bin/sh", "-c", "exit 3"}, os.Stdout); err != nil {
			t.Fatal(err)
		}
		return
	}
	large := make([]byte, 200<<20)
	for i := 0; i < len(large); i += 4096 {
		large[i] = 1
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestMemory$")
	cmd.Env = append(os.Environ(), "MEMORY_INSIDE=1")
	out, err := cmd.Output()
	first, _, _ := strings.Cut(string(out), "\n")
	n, convErr := strconv.Atoi(first)
	if err != nil || convErr != nil || n < 100 || n > 150<<10 {
		t.Errorf("%v: a shell had %q KiB beside our %d", err, out, large[0])
	}
}
