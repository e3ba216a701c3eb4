#!/bin/sh
# A smolvm that outlives its launcher: a start that a killed launcher left under way boots its VM and writes its
# record later. Whoever clears up must wait for it.
. "$(dirname "$0")/lib.sh"

engine_start a

# begin NAME: a launch by user 1 in the background.
begin() {
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $launch "$1" >"$work/out" 2>"$work/err" &
	launching=$!
}

for way in launch unjournalled gc; do
	fault 1 start.late 2
	begin web
	wait_for 60 journal_has 1 web start
	wait_for 60 sh -c "pgrep -u $(uid 1) -f 'smolvm machine start' >/dev/null"
	kill -KILL "$(launcher 1)"
	wait "$launching"
	# Killed between the start of the child and the line that names it.
	[ "$way" != unjournalled ] || sed -i '/"event":"child"/d' "$(journal 1 web)"
	if [ "$way" != gc ]; then
		# shellcheck disable=SC2086
		try 1 "$bottle" $launch web
		is "$status" 0 "orphaned start, $way: the next launch succeeds"
		like "$work/err" 'waiting for a smolvm' "orphaned start, $way: and waited for it"
		is "$(ps -o stat=,comm= -u "$(uid 1)" | grep -c "^[^Z].*sleep")" 1 "orphaned start, $way: there is one VM"
		try 1 "$bottle" stop web
	else
		try 1 "$bottle" gc -f
		is "$status" 0 "orphaned start: gc succeeds"
	fi
	no_faults 1 # not before: the child that was left may not have looked yet
	is "$(leftovers 1 a)" "" "orphaned start, $way: nothing is left"
done

done_testing
