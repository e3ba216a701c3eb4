#!/bin/sh
# The engine's API against real engines: two, in one network namespace of their own.
set -u

root=$(cd "$(dirname "$0")/../../.." && pwd)
program=${BUILD:-$root/build}/tests/frontend/port/engine_native
engine=$root/tests/native/dockerd
work=$(mktemp -d /tmp/bottle-native.XXXXXX)
trap '"$engine" stop "$work/two"; "$engine" stop "$work/one"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

if ! [ -x "$program" ]; then
	echo "Bail out! $program is not built"
	exit 1
fi
"$engine" start "$work/one" >"$work/where" 2>"$work/why" &&
	"$engine" start "$work/two" --netns-of "$work/one" >>"$work/where" 2>"$work/why"
case $? in
0) ;;
77)
	echo "1..0 # SKIP $(tail -n 1 "$work/why")"
	exit 0
	;;
*)
	cat "$work/why"
	echo "Bail out! no engine"
	exit 1
	;;
esac
for name in one two; do
	"$engine" image "$work/$name" >"$work/image" || exit 1
done
mkdir "$work/context"
"$engine" run "$work/one" env HOME="$work" DOCKER_CONFIG="$work/one/config" \
	"$program" "$work/one/docker.sock" "$work/two/docker.sock" "$work/context"
