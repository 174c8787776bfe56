#!/bin/sh
# memory-limit.sh PROGRAM=SIZE... restarts each PROGRAM that, together with its
# children, uses more memory (resident set) than SIZE, such as 500MB or 2GB. To
# be run by eventlisten for TICK_60. SUPERVISORCTL may hold another command for
# supervisorctl, with a user name and password if need be.
set -eu

ctl() { ${SUPERVISORCTL:-supervisorctl -s "$SUPERVISOR_SERVER_URL"} "$@"; }

# Prints the kilobytes that process $1 and all below it use.
used() {
	ps -A -o pid= -o ppid= -o rss= | awk -v root="$1" '
		{ parent[$1] = $2; size[$1] = $3 }
		END {
			for (p in parent) {
				# The bound is for a table that changed while ps read it.
				for (q = p; q in parent && q != root && depth[p]++ < 1000; q = parent[q]) ;
				if (q == root) sum += size[p]
			}
			print sum + 0
		}'
}

# Prints the kilobytes that a SIZE stands for.
kilobytes() {
	case $1 in
	*[Gg][Bb]) echo $((${1%??} * 1024 * 1024)) ;;
	*[Mm][Bb]) echo $((${1%??} * 1024)) ;;
	*[Kk][Bb]) echo $((${1%??})) ;;
	*) echo $(($1 / 1024)) ;;
	esac
}

status=0
for pair; do
	program=${pair%=*} limit=$(kilobytes "${pair##*=}")
	pid=$(ctl pid "$program" 2>&1) || true
	case $pid in
	0) continue ;; # it does not run
	'' | *[!0-9]*) # no server, no right to ask, no such program
		echo "cannot look after $program: $pid"
		continue
		;;
	esac
	kb=$(used "$pid")
	if [ "$kb" -gt "$limit" ]; then
		echo "$program uses $kb KB, more than ${pair##*=}: restarting it"
		ctl restart "$program" || status=1
	fi
done
exit $status
