# What the event listener runs for each event: the header and the payload's
# tokens are in the environment, the payload itself is on stdin.
{
  echo "$EVENT_SERIAL $EVENT_NAME ${EVENT_GROUPNAME:-}:${EVENT_PROCESSNAME:-} ${EVENT_FROM_STATE:-}"
} >>"$1"
