// Package namespec handles the names that users write for processes:
// "name", "group:name" and "group:*".
package namespec

import "strings"

// Make returns the shortest name of a process: its own name alone when the
// group has the same name, else "group:process".
func Make(group, process string) string {
	if group == process {
		return process
	}
	return group + ":" + process
}

// Split splits a namespec into group and process. process is "" when the whole
// group is meant ("group:*" or "group:"); a name without a colon stands for the
// process of that name in the group of that name.
func Split(spec string) (group, process string) {
	group, process, ok := strings.Cut(spec, ":")
	if !ok {
		return spec, spec
	}
	if process == "*" {
		process = ""
	}
	return group, process
}
