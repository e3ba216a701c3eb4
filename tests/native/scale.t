#!/bin/sh
# ps and launch beside 0, 16, 200 and 1000 (COUNTS) containers of others on a real engine: as many calls to engine and smolvm
# for many as for none. Times and memory are printed, not judged.
. "$(dirname "$0")/lib.sh"

engine_start a
GROUP=$uids python3 -I "$here/faultproxy.py" "$work/p.sock" "$work/a.sock" "$work/calls" &
proxy=$!
trap 'status=$?; trap - EXIT; kill "$proxy"; finish; exit $status' EXIT
wait_for 5 test -S "$work/p.sock"
cc -O2 -o "$work/bin/peak" "$here/peak.c" || plan_skip "no compiler"
ENGINE=p

# calls FILE CMD...: what the command asks of engine and smolvm, one line each, in FILE; says its time and peak. An inspection
# of one container, again and again, counts once: a launch waits so for its bundle to serve, for as long as that takes.
calls() {
	into=$1
	shift
	: >"$work/calls"
	rm -f "$work/home-1/smolvm.calls" "$work/home-1/peak"
	begin=$(date +%s%N)
	try 1 "$work/bin/peak" "$work/home-1/peak" "$bottle" "$@"
	spent=$((($(date +%s%N) - begin) / 1000000))
	echo "# $made containers: bottle $1: $spent ms, $(cat "$work/home-1/peak") KiB"
	{
		awk -F '\t' '$1 != "GET /containers/ID/json" || $0 != last { print $1 } { last = $0 }' "$work/calls"
		sed 's/^\([a-z]* [a-z-]*\).*/smolvm \1/' "$work/home-1/smolvm.calls" 2>/dev/null
	} | sort >"$into"
}

# shellcheck disable=SC2086 # a list of words
as 1 "$bottle" $launch warm >/dev/null 2>&1 # packs
as 1 "$bottle" stop warm >/dev/null
made=0
for many in 0 ${COUNTS:-16 200 1000}; do
	begin=$(date +%s)
	python3 -I "$here/scale.py" "$work/a.sock" "$made" "$many" >&2
	is "$?" 0 "$many containers"
	[ "$many" -eq 0 ] || echo "# made within $(($(date +%s) - begin)) s"
	made=$many
	# shellcheck disable=SC2086
	calls "$work/launch.$many" $launch web
	is "$status" 0 "$many containers: launch succeeds"
	calls "$work/ps.$many" ps
	is "$(grep -c '^web ' "$work/out")" 1 "$many containers: ps shows the bottle"
	is "$(wc -l <"$work/out")" 2 "$many containers: and nobody else's"
	calls "$work/all.$many" ps --all
	is "$(grep -c ' foreign ' "$work/out")" $((many / 2)) "$many containers: ps --all shows the bundles of others"
	calls "$work/stop.$many" stop web
	is "$status" 0 "$many containers: stop succeeds"
	[ "$many" -gt 0 ] || sed 's/^/# ps: /' "$work/ps.0"
	for what in launch ps all stop; do
		is "$(diff "$work/$what.0" "$work/$what.$many" 2>&1)" "" "$many containers: $what: the same calls as beside none"
	done
	is "$(leftovers 1 a | grep -v 'sidecars-x')" "" "$many containers: nothing is left"
done
is "$(wc -l <"$work/ps.0")" 2 "ps: one call to the engine, one to smolvm"
done_testing
