#!/usr/bin/awk -f
# Counts the events of each type and prints the counts at the end of its input.
# To be run by eventlisten --lines.
match($0, /"event":"[A-Z0-9_]*"/) {
	count[substr($0, RSTART + 9, RLENGTH - 10)]++
}
END {
	for (name in count) print count[name], name | "sort -k2"
}
