#!/bin/sh
# A launch, end to end, against a real engine; the VM is the scripted stand-in of this folder.
. "$(dirname "$0")/lib.sh"

engine_start a
# shellcheck disable=SC2086 # a list of words
as 1 "$bottle" $launch web --timings >"$work/out" 2>"$work/err"
is "$?" 0 "launch succeeds"
like "$work/out" 'web is ready on 127.0.0.16: verified, alias' "and says where the bottle is"
cat "$work/out" "$work/err" | sed 's/^/# /'
as 1 "$bottle" ps >"$work/out" 2>&1
like "$work/out" '^web +running +127.0.0.16 +smolvm +alias' "ps shows it verified"
as 1 "$bottle" exec web -- sh -c 'echo $HTTPS_PROXY; exit 7' >"$work/out" 2>"$work/err"
is "$?" 7 "exec passes the exit code on"
like "$work/out" '^http://127.0.0.16:[0-9]+$' "exec gives the command its proxy"
as 1 "$bottle" stop web >"$work/out" 2>&1
is "$?" 0 "stop succeeds"
is "$(leftovers 1 a)" "" "nothing is left"
cat $work/out
done_testing
