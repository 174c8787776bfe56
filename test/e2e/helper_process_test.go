package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
)

// helperVar says what this binary is to do when it is not to run the tests: to
// be an attacker, who needs another user's rights.
const helperVar = "E2E_HELPER"

// helper returns the path of this binary, where every user may run it.
func helper() string { return filepath.Join(tmp, "helper") }

func copySelf() error {
	b, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	return os.WriteFile(helper(), b, 0o755)
}

// help is the helper's main function.
func help(what string) int {
	switch what {
	case "fcgi":
		return serveFastCGI()
	case "connect":
		return connectUntilEOF(os.Getenv("E2E_SOCKET"))
	}
	fmt.Fprintln(os.Stderr, "no such helper:", what)
	return 2
}

// connectUntilEOF tries to connect to a socket as often as it can until its
// standard input ends, and tells when it has succeeded for the first time.
func connectUntilEOF(path string) int {
	var over atomic.Bool
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	fmt.Println("ready")
	for connected := false; !over.Load(); {
		c, err := net.Dial("unix", path)
		if err != nil {
			continue
		}
		c.Close()
		if !connected {
			connected = true
			fmt.Println("connected")
		}
	}
	return 0
}
