#!/bin/sh
# The whole helper on a modelled machine (tests/helper/model), as it is compiled for Linux, and with the
# sanitizers; and the model's loopback device held against a real one.
# shellcheck source=tests/helper/tap.sh
. "$(dirname "$0")/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "the model is of Linux"
here=$(cd "$(dirname "$0")" && pwd)/model
BUILD=${netd%/*/*}
export BUILD

# shellcheck disable=SC2317 # called by ok
build_model() { # OUT
	sh "$here/build.sh" "$1" "$here/model.c" "$here/traces.c" "$here/faults.c" "$here/behaviour.c" "$here/rivals.c"
}
# shellcheck disable=SC2317
on_the_model() { # PROGRAM
	timeout 300 "$1" "$here/golden" >"$tmp/said"
}

ok "the model builds" build_model "$tmp/model"
ok "on the model every rule holds" on_the_model "$tmp/model"
sed 's/^/    /; s/^    # audit/# audit/' "$tmp/said"
MODEL_CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
export MODEL_CFLAGS
ok "it builds with the sanitizers" build_model "$tmp/sanitized"
ok "and they find nothing" on_the_model "$tmp/sanitized"
enter="unshare -n"
[ "$(id -u)" -eq 0 ] || enter="unshare -rn"
if $enter true 2>/dev/null; then
	ok "the model of lo builds against the real one" \
		${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -I "$here" -o "$tmp/real" "$here/real.c" "$here/lo.c"
	# shellcheck disable=SC2086
	ok "the model does what the real lo does, at every step" timeout 120 $enter "$tmp/real" 20000
else
	skip "the model does what the real lo does" "no network namespace here"
fi
done_testing
