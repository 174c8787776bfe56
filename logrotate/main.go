// Command logrotate, installed as supervisor-logrotate, writes its standard input
// to a log file that it rotates.
package main

import (
	"os"

	"github.com/supervisor-go/supervisor/pkg/tool"
)

//go:generate sh -c "go run . --man > ../docs/man/supervisor-logrotate.1"

func main() {
	t := Tool{tool.OS()}
	os.Exit(t.Run())
}
