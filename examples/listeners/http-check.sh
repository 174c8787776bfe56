#!/bin/sh
# http-check.sh PROGRAM=URL... asks for each URL and restarts PROGRAM when there
# is no good answer three times in a row, a second apart. A program that is not
# RUNNING is left alone: it is being started, or was stopped on purpose. To be
# run by eventlisten for TICK_60 or TICK_5. SUPERVISORCTL may hold another
# command for supervisorctl, with a user name and password if need be.
set -eu

ctl() { ${SUPERVISORCTL:-supervisorctl -s "$SUPERVISOR_SERVER_URL"} "$@"; }

answers() {
	for try in 1 2 3; do
		[ $try = 1 ] || sleep "${PAUSE:-1}"
		curl -fsS --max-time 5 -o /dev/null "$1" && return 0
	done
	return 1
}

status=0
for pair; do
	program=${pair%%=*} url=${pair#*=}
	state=$(ctl status "$program" 2>&1) || true
	case $state in
	*' RUNNING '*) ;;
	*' STARTING '* | *' BACKOFF '* | *' STOPPING '* | *' STOPPED '* | *' EXITED '* | *' FATAL '*) continue ;;
	*) # no server, no right to ask, no such program
		echo "cannot look after $program: $state"
		continue
		;;
	esac
	answers "$url" && continue
	echo "$program does not answer at $url: restarting it"
	ctl restart "$program" || status=1
done
exit $status
