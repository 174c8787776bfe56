#!/bin/sh
# fatal-webhook.sh URL posts JSON to a web hook (Slack, Mattermost and others take
# this form) when a program goes FATAL or ends unexpectedly. To be run by
# eventlisten for PROCESS_STATE_FATAL and PROCESS_STATE_EXITED.
set -eu

case $EVENT_NAME in
PROCESS_STATE_FATAL) what="could not be started and is FATAL" ;;
PROCESS_STATE_EXITED)
	[ "$EVENT_EXPECTED" = 0 ] || exit 0
	what="ended unexpectedly" ;;
*) exit 0 ;;
esac

# Makes a string safe inside the quotes of JSON.
json() {
	printf '%s' "$1" | tr '\000-\037' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g'
}

name=$EVENT_PROCESSNAME
[ "$name" = "$EVENT_GROUPNAME" ] || name=$EVENT_GROUPNAME:$name

exec curl -fsS --max-time 20 -o /dev/null -H 'Content-Type: application/json' --data-binary @- "$1" <<END
{"text":"$(json "$name on $(uname -n) $what")","program":"$(json "$name")","event":"$EVENT_NAME","server":"$(json "$EVENT_SERVER")"}
END
