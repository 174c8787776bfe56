// Command echo_supervisord_conf prints a sample configuration file of
// supervisord, with every option explained.
package main

import (
	"fmt"
	"os"

	"github.com/supervisor-go/supervisor/pkg/config"
)

func main() {
	if _, err := os.Stdout.WriteString(config.Sample()); err != nil {
		fmt.Fprintln(os.Stderr, "echo_supervisord_conf: cannot write the sample configuration:", err)
		os.Exit(1)
	}
}
