// Supervisord runs programs, restarts them when they die, keeps their logs and
// lets clients control all of it. See docs/ for the manual.
package main

import (
	"os"

	"github.com/supervisor-go/supervisor/supervisord/internal/boot"
)

func main() { os.Exit(boot.Main()) }
