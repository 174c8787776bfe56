# postgres.sh DIRECTORY PORT: makes a database cluster if there is none yet, and
# becomes postgres. exec matters: supervisord's signals go to the server itself.
set -eu
dir=$1 port=$2
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
if [ ! -s "$dir/PG_VERSION" ]; then
  "$bin/initdb" -D "$dir" -A trust --no-sync >/dev/null
fi
exec "$bin/postgres" -D "$dir" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$dir"
