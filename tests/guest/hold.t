#!/bin/sh
# bottle-guest hold: waits, ends on SIGTERM and SIGINT, reaps as pid 1.
# shellcheck source=tests/guest/tap.sh
. "$(dirname "$0")/tap.sh"

for sig in TERM INT; do
	# A shell without job control starts this with SIGINT ignored: hold must end on it all the same.
	"$guest" hold &
	pid=$!
	pids="$pids $pid"
	sleep 0.3
	ok "holds until SIG$sig" kill -0 $pid
	stop $pid $sig
	is "SIG$sig ends it with 0" "$code" 0
done

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && cp "$guest" "$tmp/copy"; then
	chmod 755 "$tmp"
	setpriv --reuid 65534 --clear-groups "$tmp/copy" hold &
	pid=$!
	pids="$pids $pid"
	sleep 0.3
	stop $pid TERM
	is "holds and ends as nobody" "$code" 0
else
	skip "holds and ends as nobody" "needs root and setpriv"
fi

# Pid 1 of a pid namespace, its init: the parent that unshare leaves waiting is not it.
entry="unshare -pf"
$entry true 2>/dev/null || entry="unshare -rpf"
if $entry true 2>/dev/null && command -v nsenter >/dev/null; then
	$entry "$guest" hold &
	waiter=$!
	pids="$pids $waiter"
	child() {
		init=$(cat "/proc/$waiter/task/$waiter/children" 2>/dev/null)
		[ -n "$init" ]
	}
	wait_for child
	init=${init% }
	pids="$pids $init"
	sleep 0.2
	is "is pid 1 in there" "$(awk '/^NSpid/ { print $3 }' "/proc/$init/status")" 1

	enter="nsenter -t $init -p"
	[ "$entry" = "unshare -pf" ] || enter="nsenter -t $init -U --preserve-credentials -p"
	$enter sh -c 'sleep 0.6 & exit 0'
	orphans() {
		wc -w <"/proc/$init/task/$init/children"
	}
	is "an orphan becomes its child" "$(orphans)" 1
	reaped() {
		[ "$(orphans)" = 0 ]
	}
	sleep 0.6
	ok "and is reaped" wait_for reaped

	stop "$init" TERM $waiter
	is "SIGTERM ends pid 1 with 0" "$code" 0
else
	for name in "is pid 1" "an orphan becomes its child" "and is reaped" "SIGTERM ends pid 1"; do
		skip "$name" "no pid namespace here"
	done
fi
done_testing
