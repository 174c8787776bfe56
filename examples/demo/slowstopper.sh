# Stops three seconds after it was asked to.
trap 'echo "asked to stop: tidying up"; sleep 3; echo "done"; exit 0' TERM
echo "started"
while :; do
  sleep 1 &
  wait $!
done
