#!/bin/sh
# CYCLES (20) launches and stops beside a bottle that stays up: nothing is left, and nothing grows. `make load` does 200.
# The VM is the scripted stand-in.
. "$(dirname "$0")/lib.sh"

cycles=${CYCLES:-20}
engine_start a
cc -O2 -o "$work/bin/peak" "$here/peak.c" || plan_skip "no compiler"

# What the host has for bottles: interfaces and firewall rules of the engine's namespace, everything of the engine,
# files and processes of the user.
state() {
	"$here/dockerd" run "$work/a" ip -br link | wc -l | sed 's/^/interfaces /'
	"$here/dockerd" run "$work/a" iptables-save 2>/dev/null | grep -c '^-A' | sed 's/^/rules /'
	leftovers 1 a | sed 's/process \([^ ]*\).*/process \1/'
	(cd "$work/home-1" && find . ! -name '*-wal' ! -name '*-shm' ! -name smolvm.calls | sort)
	find /tmp -maxdepth 1 -user "$(uid 1)"
}

supervisor_of() { # NAME
	pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise $1\$"
}

descriptors() { # PID
	find "/proc/$1/fd" -mindepth 1 | wc -l
}

resident() { # PID, in KiB
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

cycle() {
	# shellcheck disable=SC2086 # a list of words
	as 1 "$work/bin/peak" "$work/home-1/peak.launch" "$bottle" $launch web >"$work/out" 2>"$work/err" || return 1
	supervisor=$(supervisor_of web)
	descriptors "$supervisor" >>"$work/descriptors"
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$supervisor/status" >>"$work/home-1/peak.supervisor"
	as 1 "$work/bin/peak" "$work/home-1/peak.ps" "$bottle" ps >/dev/null 2>"$work/err" || return 1
	as 1 "$work/bin/peak" "$work/home-1/peak.stop" "$bottle" stop web >/dev/null 2>"$work/err"
}

# The largest of the LINES first and last lines of FILE.
first() { head -n "$2" "$1" | sort -n | tail -n 1; }
last() { tail -n "$2" "$1" | sort -n | tail -n 1; }

# shellcheck disable=SC2086
as 1 "$bottle" $launch stay >"$work/out" 2>"$work/err"
is "$?" 0 "a bottle that stays up"
cycle
is "$?" 0 "the first cycle"
stay=$(supervisor_of stay)
sleep 6 # one look around
state >"$work/before"
descriptors_before=$(descriptors "$stay")
resident_before=$(resident "$stay")
rm -f "$work"/home-1/peak.* "$work/descriptors"
sed -i '/peak\./d' "$work/before"

begin=$(date +%s) failures=0
for _ in $(seq "$cycles"); do
	cycle || { failures=$((failures + 1)) && sed 's/^/# /' "$work/err" >&2; }
done
echo "# $cycles cycles in $(($(date +%s) - begin)) s"
is "$failures" 0 "$cycles cycles, and every command succeeded"
wait_for 5 sh -c "! pgrep -r D,R,S,T -u $(uid 1) -f 'supervise web\$'"
state | sed '/peak\./d' >"$work/after"
is "$(diff "$work/before" "$work/after" 2>&1)" "" "no interface, rule, container, network, record, file or process more than before"

tenth=$(((cycles + 9) / 10))
[ "$tenth" -ge 3 ] || tenth=3 # a single peak says little
for what in launch supervisor ps stop; do
	early=$(first "$work/home-1/peak.$what" $tenth) late=$(last "$work/home-1/peak.$what" $tenth)
	[ "$late" -le $((early + 512)) ]
	ok $? "$what: its peak of memory is flat ($early KiB in the first cycles, $late KiB in the last)"
done
is "$(last "$work/descriptors" $tenth)" "$(first "$work/descriptors" $tenth)" \
	"a supervisor has as many descriptors in the last cycles as in the first"
is "$(supervisor_of stay)" "$stay" "the supervisor of the bottle that stays up is the same"
is "$(descriptors "$stay")" "$descriptors_before" "with $descriptors_before descriptors"
grown=$(($(resident "$stay") - resident_before))
[ "$grown" -le 256 ]
ok $? "and as much memory ($resident_before KiB, $grown KiB more)"
as 1 "$bottle" ps --json >"$work/out"
is "$(jq -r '.bottles[] | .name + " " + .state' "$work/out")" "stay running" "the bottle is up and healthy"
as 1 "$bottle" stop stay >/dev/null
is "$(leftovers 1 a)" "" "after stop nothing is left"
done_testing
