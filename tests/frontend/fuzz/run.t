#!/bin/sh
# Every fuzz target beside this file for FUZZ_SECONDS (15), two at a time, from its part of corpus/; `make
# fuzz-frontend` builds them and gives each a minute. What fails, and new inputs, go to FUZZ_DIR, or are thrown away.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
built=${BUILD:-$here/../../../build}/fuzzers/fuzz
seconds=${FUZZ_SECONDS:-15}
tmp=$(mktemp -d)
dir=${FUZZ_DIR:-$tmp}
# Files that are written many thousand times: in memory where that is possible.
TMPDIR=$(mktemp -d /dev/shm/bottle-fuzz.XXXXXX 2>/dev/null) || TMPDIR=$tmp
export TMPDIR
trap 'rm -rf "$TMPDIR" "$tmp"' EXIT
[ -d "$built" ] || skip_all "not built: make frontend-fuzzers"

# fuzz TARGET: in the background.
fuzz() {
	mkdir -p "$dir/$1"
	"$built/$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4000 -max_len=8192 -print_final_stats=1 \
		-artifact_prefix="$dir/$1-" "$dir/$1" "$here/corpus/$1" >"$tmp/$1.log" 2>&1 &
	eval "pid_$1=$!"
}

said=
# A target is slow where a file, a transaction or a connection belongs to each input.
judge() {
	eval "pid=\$pid_$1"
	code=0
	wait "$pid" || code=$?
	is "$1: nothing found in $seconds s" "$code" 0
	[ "$code" -eq 0 ] || tail -n 40 "$tmp/$1.log" >&2
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/$1.log")
	ok "$1: it did run" test "${runs:-0}" -gt 200
	said="$said, $1 ${runs:-0}"
}

before=
for source in "$here"/*.c; do
	target=$(basename "$source" .c)
	ok "$target: it has seeds" test -d "$here/corpus/$target"
	fuzz "$target"
	[ -z "$before" ] || judge "$before"
	before=$target
done
judge "$before"
echo "# executions in $seconds s each:${said#,}"
done_testing
