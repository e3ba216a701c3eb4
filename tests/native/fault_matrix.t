#!/bin/sh
# Every step of launch and stop times every fault: see fault_matrix.py. Steps that are waited for longer than LONGEST
# seconds (64) are not held up here; `make fault-matrix` does that too. A stand-in for smolvm and a proxy before a real
# engine inject the faults.
. "$(dirname "$0")/lib.sh"

engine_start a
WORK=$work NETNS=$(cat "$work/a/netns") GROUP=$uids BOTTLE=$bottle FIRST_UID=$((70000 + $$ % 10000 * 16))
export WORK NETNS GROUP BOTTLE FIRST_UID
python3 -I "$here/fault_matrix.py"
code=$?
# Whom a cell that went wrong left behind.
for user in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	# shellcheck disable=SC2046 # pids, one word each
	kill -KILL $(pgrep -u $((FIRST_UID + user))) 2>/dev/null
done
exit "$code"
