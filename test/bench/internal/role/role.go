// Package role is what the benchmark program does when it runs as a child of
// what it measures, or as the floor: the least that the operating system asks
// for the same work, in a few lines of Go.
package role

import (
	"fmt"
	"os"
	"strconv"
)

// Main carries out `SELF role NAME ARGS...`.
func Main(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no role is named")
	}
	name, args := args[0], args[1:]
	switch name {
	case "hello":
		return nil
	case "memory":
		return memory(args, os.Stdout)
	case "write":
		return write(args)
	case "listen":
		return listen(args[0], os.Stdin, os.Stdout)
	case "floor-relay":
		return floorRelay(args[0], number(args, 1))
	case "floor-fleet":
		return floorFleet(number(args, 0))
	case "floor-respawn":
		return floorRespawn()
	case "floor-churn":
		return floorChurn(number(args, 0))
	}
	return fmt.Errorf("no such role: %s", name)
}

func number(args []string, i int) int {
	if i >= len(args) {
		return 0
	}
	n, _ := strconv.Atoi(args[i])
	return n
}
