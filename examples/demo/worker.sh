# A worker that says its number now and then.
echo "worker $1 starts with pid $$"
while :; do
  echo "worker $1 is at work"
  sleep $((3 + $1))
done
