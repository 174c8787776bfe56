package config

import (
	"fmt"
	"os"
	"strings"
)

// FindFile looks for a configuration file in the places where Supervisor does:
// around the program (argv0 is its name as it was called), in the working
// directory and in /etc. searched lists the places in order; the error repeats
// them in Supervisor's words.
func FindFile(argv0 string) (path string, searched []string, err error) {
	prefix := directory(directory(programPath(argv0)))
	searched = []string{
		joinPath(prefix, "etc/supervisord.conf"),
		joinPath(prefix, "supervisord.conf"),
		"supervisord.conf",
		"etc/supervisord.conf",
		"/etc/supervisord.conf",
		"/etc/supervisor/supervisord.conf",
	}
	for _, path := range searched {
		if _, err := os.Stat(path); err == nil {
			return path, searched, nil
		}
	}
	//lint:ignore ST1005 the words are Supervisor's
	return "", searched, fmt.Errorf("No config file found at default paths (%s); use the -c option to specify a config file at a different path",
		strings.Join(searched, ", "))
}

// programPath returns the path of a program that was found on PATH: a script
// sees its path as its name, a binary only what was typed.
func programPath(argv0 string) string {
	if strings.Contains(argv0, "/") {
		return argv0
	}
	for _, dir := range strings.Split(os.Getenv("PATH"), ":") {
		if path := joinPath(dir, argv0); isExecutable(path) {
			return path
		}
	}
	return argv0
}
