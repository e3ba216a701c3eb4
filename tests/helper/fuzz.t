#!/bin/sh
# Both fuzz targets for FUZZ_SECONDS (60): any arguments, and a kernel that answers anything. They start from
# tests/helper/fuzz/corpus. What fails, and new inputs, go to FUZZ_DIR, or are thrown away.
# shellcheck source=tests/helper/tap.sh
. "$(dirname "$0")/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "the model is of Linux"
here=$(cd "$(dirname "$0")" && pwd)
seconds=${FUZZ_SECONDS:-60}
dir=${FUZZ_DIR:-$tmp}
CC=${FUZZ_CC:-clang-14}
BUILD=${netd%/*/*}
MODEL_CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"
MODEL_LINK=-fsanitize=fuzzer
export CC BUILD MODEL_CFLAGS MODEL_LINK

for target in argv kernel; do
	MODEL_INCLUDE=
	[ $target = argv ] || MODEL_INCLUDE=$here/fuzz/kernel.h
	export MODEL_INCLUDE
	ok "$target: builds with $CC and libFuzzer" sh "$here/model/build.sh" "$tmp/fuzz-$target" "$here/fuzz/$target.c" ||
		echo "# next: install/deps check"
	mkdir -p "$dir/$target"
	"$tmp/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4000 -max_len=600 -print_final_stats=1 \
		-artifact_prefix="$dir/$target-" "$dir/$target" "$here/fuzz/corpus/$target" >"$tmp/$target.log" 2>&1 &
	eval "pid_$target=$!"
done
said=
for target in argv kernel; do
	eval "pid=\$pid_$target"
	code=0
	wait "$pid" || code=$?
	is "$target: nothing found in $seconds s" "$code" 0
	[ "$code" -eq 0 ] || tail -n 40 "$tmp/$target.log" >&2
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$tmp/$target.log")
	ok "$target: it did run" test "${runs:-0}" -gt 1000
	said="$said, $target ${runs:-0} executions"
done
[ "$failed" -ne 0 ] || echo "# audit: fuzz ${said#, } in $seconds s each, nothing found"
done_testing
