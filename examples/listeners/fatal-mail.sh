#!/bin/sh
# fatal-mail.sh ADDRESS... sends a mail when a program could not be kept running,
# with the end of what it wrote to stderr. To be run by eventlisten for
# PROCESS_STATE_FATAL. SENDMAIL may name another sendmail.
set -eu

name=$EVENT_PROCESSNAME
[ "$name" = "$EVENT_GROUPNAME" ] || name=$EVENT_GROUPNAME:$name
host=$(uname -n)

# The mail goes out with or without the log.
log=$(${SUPERVISORCTL:-supervisorctl -s "${SUPERVISOR_SERVER_URL:-}"} tail "$name" stderr 2>&1) || true

${SENDMAIL:-/usr/sbin/sendmail} -i "$@" <<END
To: $*
Subject: [$host] $name is FATAL
Content-Type: text/plain; charset=utf-8

supervisord ($EVENT_SERVER) on $host has given up starting $name.

Its last words on standard error:

$log
END
