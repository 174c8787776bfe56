// Command supervisorctl controls a supervisord: one command from the command
// line, or many in a shell.
package main

import "os"

func main() {
	p := program{argv: os.Args, environ: os.Environ(), in: os.Stdin, out: os.Stdout, err: os.Stderr}
	os.Exit(p.run())
}
