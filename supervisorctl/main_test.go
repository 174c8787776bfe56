package main

import (
	"flag"
	"os"
	"testing"
)

// asProgram in the environment makes the test binary behave as supervisorctl.
const asProgram = "TEST_AS_SUPERVISORCTL"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		_ = os.Unsetenv(asProgram)
		main()
	}
	// The tests wait for daemons that sleep most of the time.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
