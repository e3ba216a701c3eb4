#!/bin/sh
# The filter's generator: what it prints beside the program, and what it refuses. FILTER_GEN names another one, as
# mutation tests do.
# shellcheck source=tests/helper/tap.sh
. "$(dirname "$0")/tap.sh"
gen=${FILTER_GEN:-${BUILD:-build}/netd/filter_gen}
made=$tmp/one
"$gen" x86_64 >"$made"

is "the header says what made it" "$(head -n 1 "$made")" "/* Made by filter_gen x86_64; the table there is the source. */"
reasons=$(sed -n 's|^/\* \([a-z_]*\): .\{5,\} \*/$|\1|p' "$made")
is "each allowed call stands in the header with its reason" "$(echo "$reasons" | sort | uniq -c | xargs)" \
	"1 capget 1 capset 1 exit_group 1 getpid 6 ioctl 1 sendto 1 setitimer 2 write"

refuses() { # ARGUMENT...: no program, one line, status 1
	run "$gen" "$@"
	[ "$code|$out|$err" = "1||filter_gen: cannot make the filter (usage: filter_gen x86_64|aarch64)" ]
}
ok "the generator refuses to run without an architecture" refuses
ok "the generator refuses two architectures" refuses x86_64 aarch64
ok "the generator refuses an architecture that it does not know" refuses pdp11
ok "the generator refuses an empty name" refuses ''
ok "the generator says when it could not write" sh -c '! "$1" x86_64 >/dev/full' sh "$gen"
"$gen" x86_64 >"$tmp/two"
ok "the generator makes the same program twice" cmp -s "$tmp/one" "$tmp/two"

done_testing
