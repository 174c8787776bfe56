#!/bin/sh
# stop-on-fatal.sh [PROGRAM...] stops supervisord, in order, when one of the
# programs (any program, when none is given) goes FATAL: in a container it is
# better to end and be started anew than to stay without the program. To be run
# by eventlisten for PROCESS_STATE_FATAL.
set -eu

if [ $# -gt 0 ]; then
	critical=no
	for program; do
		case $program in
		"$EVENT_PROCESSNAME" | "$EVENT_GROUPNAME:$EVENT_PROCESSNAME" | "$EVENT_GROUPNAME:*") critical=yes ;;
		esac
	done
	[ $critical = yes ] || exit 0
fi

echo "$EVENT_GROUPNAME:$EVENT_PROCESSNAME is FATAL: stopping supervisord"
kill -TERM "$EVENT_DAEMON_PID"
