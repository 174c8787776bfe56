// Command eventlisten makes an event listener of supervisord out of any program.
package main

import (
	"os"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

//go:generate sh -c "go run . --man > ../docs/man/eventlisten.1"

func main() {
	t := Tool{tool.OS()}
	os.Exit(t.Run())
}
