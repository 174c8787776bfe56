// Command commevent sends a message to supervisord's event listeners from a
// supervised program, by writing it to that program's output.
package main

import (
	"os"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

//go:generate sh -c "go run . --man > ../docs/man/commevent.1"

func main() {
	t := Tool{tool.OS()}
	os.Exit(t.Run())
}
