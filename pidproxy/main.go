// Command pidproxy runs a command that keeps its real process behind a pidfile,
// and passes signals on to that process.
package main

import (
	"os"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

//go:generate sh -c "go run . --man > ../docs/man/pidproxy.1"

func main() {
	t := Tool{tool.OS()}
	os.Exit(t.Run())
}
