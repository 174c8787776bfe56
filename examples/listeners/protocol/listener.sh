#!/bin/sh
# A listener that speaks the protocol by itself, in sh: it prints every event to
# stderr. With eventlisten none of this is needed.
while :; do
	echo READY
	read -r header || exit 0 # supervisord has closed the pipe
	# "len" counts characters; where the bytes differ, "bytes" has their number.
	case $header in
	*" bytes:"*) len=${header##* bytes:} ;;
	*) len=${header##*len:} ;;
	esac
	len=${len%% *}
	payload=$(head -c "$len" && echo .) # the dot keeps line feeds at the end
	payload=${payload%.}
	printf '%s\n%s\n' "$header" "$payload" >&2
	printf 'RESULT 2\nOK'
done
