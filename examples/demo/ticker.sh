# A steady logger: a line each second, and every ten seconds a message that
# supervisord turns into a PROCESS_COMMUNICATION event.
n=0
while :; do
  n=$((n + 1))
  echo "tick $n"
  if [ $((n % 10)) -eq 0 ]; then
    "$SUPERVISOR_BIN/commevent" "ticked $n times"
  fi
  sleep 1
done
