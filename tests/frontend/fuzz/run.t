#!/bin/sh
# Every fuzz target beside this file for FUZZ_SECONDS (60), FUZZ_JOBS (8) at a time, from its part of corpus/; `make
# frontend-fuzzers` builds them. What fails, and new inputs, go to FUZZ_DIR, or are thrown away. Which target reads what,
# and what has none: README.md.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
built=${BUILD:-$here/../../../build}/fuzzers/fuzz
seconds=${FUZZ_SECONDS:-60}
tmp=$(mktemp -d)
dir=${FUZZ_DIR:-$tmp}
# Files that are written many thousand times: in memory where that is possible.
TMPDIR=$(mktemp -d /dev/shm/bottle-fuzz.XXXXXX 2>/dev/null) || TMPDIR=$tmp
export TMPDIR
trap 'rm -rf "$TMPDIR" "$tmp"' EXIT
[ -d "$built" ] || skip_all "not built: make frontend-fuzzers"

# has_seeds TARGET: a file with something in it, or the fuzzer begins from nothing.
has_seeds() {
	[ -n "$(find "$here/corpus/$1" -type f -size +0 2>/dev/null)" ]
}

# fuzz TARGET: in the background, behind everything else: a lab machine or another test may run beside it. An input is
# a hang after much longer than any takes, because its time is not the fuzzer's own then.
fuzz() {
	mkdir -p "$dir/$1"
	nice -n 19 "$built/$1" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4000 -max_len=8192 \
		-print_final_stats=1 -artifact_prefix="$dir/$1-" "$dir/$1" "$here/corpus/$1" >"$tmp/$1.log" 2>&1 &
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
	ok "$1: it did run" test "${runs:-0}" -gt 20
	said="$said, $1 ${runs:-0}"
}

for seeds in "$here"/corpus/*; do
	ok "the seeds of $(basename "$seeds") have a target" test -f "$here/$(basename "$seeds").c"
done
under_way=
for source in "$here"/*.c; do
	target=$(basename "$source" .c)
	ok "$target: it has seeds" has_seeds "$target"
	ok "$target: README.md says what it reads" grep -q "^| \`$target\` " "$here/README.md"
	fuzz "$target"
	under_way="$under_way $target"
	# shellcheck disable=SC2086 # names
	set -- $under_way
	[ $# -lt "${FUZZ_JOBS:-8}" ] || {
		judge "$1"
		under_way=${under_way#" $1"}
	}
done
for target in $under_way; do judge "$target"; done
echo "# executions in $seconds s each:${said#,}"
done_testing
