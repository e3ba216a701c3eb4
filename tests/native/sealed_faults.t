#!/bin/sh
# network: sealed, killed: the launcher at each line of its journal, the supervisor of a bottle that is up. What gc, or stop
# of one that was ready, then leaves is nothing: no socket, folder, process, container, network, record. The VM is a network
# namespace, see smolvm.
. "$(dirname "$0")/lib.sh"

unshare -rn true 2>/dev/null || plan_skip "no network namespaces here"
command -v strace >/dev/null || plan_skip "no strace"
engine_start a
state=$work/home-1/.local/state/bottle
sealed="$launch --network sealed web"

# Kills the launcher that the journal names as soon as these events are in it, in this order; and then strace, which would
# hold the dead one for as long as it was told to. A shell would be too slow.
cat >"$work/kill_after.py" <<'PY'
import json, os, signal, sys, time
path, want, end = sys.argv[1], sys.argv[2:], time.monotonic() + 120
print("ready", flush=True)
while time.monotonic() < end:
    try:
        lines = [json.loads(line) for line in open(path).read().split("\n")[:-1]]
    except OSError:
        lines = []
    events = iter(line["event"] for line in lines)
    if all(event in events for event in want):
        pid = lines[0]["pid"]
        status = open(f"/proc/{pid}/status").read()
        os.kill(pid, signal.SIGKILL)
        os.kill(int(status.split("TracerPid:")[1].split()[0]), signal.SIGKILL)
        print("killed", flush=True)
        break
    time.sleep(0.0005)
PY

# What is left of it besides; empty when nothing is.
traces() {
	leftovers 1 a
	find "$work/home-1/.local/state" -type s | sed 's/^/socket /'
	as 1 sed -n "s|^.* \($state/.*\)|bound \1|p" /proc/net/unix
	as 1 python3 -c 'import socket; socket.socket().bind(("127.0.0.16", 10213))' >/dev/null 2>&1 || echo "lease port"
}
# A supervisor may be at it too: then gc says that somebody is, or finds nothing.
gone_by_gc() {
	as 1 "$bottle" gc -f >"$work/out" 2>"$work/err" && [ -z "$(traces)" ]
}
cleaned() { # WHAT
	tries=0
	until gone_by_gc || [ $((tries += 1)) -ge 20 ]; do sleep 0.5; done
	[ $tries -lt 20 ]
	ok $? "$1: gc ends it"
	is "$(traces)" "" "$1: and nothing is left"
	is "$(as 1 "$bottle" gc -f)" "nothing to remove" "$1: as gc says"
}
try_up() {
	# shellcheck disable=SC2086 # a list of words
	try 1 "$bottle" $sealed
	[ "$status" -eq 0 ] || sed 's/^/# /' "$work/err"
	supervisor=$(pgrep -o -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise web")
	vm=$(pgrep -o -r D,R,S,T -u "$(uid 1)" -f "^[^ ]*bottle-guest relay")
	[ "$status" -eq 0 ] && [ -n "$supervisor" ] && [ -n "$vm" ]
}

try_up
ok $? "control: a sealed bottle launches"
[ -n "$(traces | grep '^socket ')" ] && [ -n "$(traces | grep '^bound ')" ] && [ -n "$(traces | grep '^lease port')" ]
ok $? "control: a bottle that is up has its sockets, bound, and the lease port"
as 1 "$bottle" stop web >/dev/null
is "$(traces)" "" "stop leaves none of it"

# The launcher's first thread writes these lines, in this order. Those about the machine that another thread of it makes may
# come anywhere before start. strace follows the first alone, and holds it in the write of the line in question until it is
# dead: it never gets to the next, however late the killer looks.
own="launch sealed network container start child booted child ready"
traced="strace -qq -P $state/web/journal -e trace=write -o $work/home-1/writes"
# shellcheck disable=SC2086
try 1 $traced -s 40 "$bottle" $sealed
# shellcheck disable=SC2046 # the lines as words
is "$(echo $(sed -n 's/^write(.*{\\"event\\":\\"\([a-z]*\)\\".*/\1/p' "$work/home-1/writes"))" "$own" \
	"control: what the launcher's first thread writes"
as 1 "$bottle" stop web >/dev/null

killed() { # LINE EVENT...: the launcher, once the journal has these, and at the latest in its own write of line LINE
	line=$1
	shift
	what="killed after $*"
	python3 "$work/kill_after.py" "$state/web/journal" "$@" >"$work/killer" &
	killer=$!
	wait_for 20 grep -q ready "$work/killer"
	# shellcheck disable=SC2086
	as 1 $traced -e "inject=write:delay_exit=180000000:when=$line" "$bottle" $sealed >"$work/launched" 2>&1
	wait "$killer"
	grep -qx killed "$work/killer"
	ok $? "$what: it was there, and is dead"
}

line=0
events=
for event in $own; do
	line=$((line + 1))
	events="$events $event"
	# shellcheck disable=SC2086
	killed $line $events
	[ "$event" = ready ] || cleaned "$what"
done
journal_has 1 web ready && wait_for 20 journal_has 1 web cleared
ok $? "killed after ready: its supervisor does not take it for up, and removes it"
is "$(traces)" "folder $state/web/" "killed after ready: all but the reason"
as 1 "$bottle" stop web >/dev/null
is "$(traces)" "" "killed after ready: stop removes that"

for events in machine "machine child"; do # of the other thread: the first is wherever it is then, at the latest at start
	# shellcheck disable=SC2086
	killed 5 launch $events
	cleaned "$what"
done

says() { # STATE
	[ "$(as 1 "$bottle" ps --json | jq -r '.bottles[] | select(.name == "web") | .state')" = "$1" ]
}

# Both, before anybody could tidy up.
fault 1 exec.delay 2
# shellcheck disable=SC2086
as 1 "$bottle" $sealed >/dev/null 2>&1 &
launching=$!
wait_for 60 journal_has 1 web booted
# shellcheck disable=SC2046 # pids, one word each
kill -KILL $(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle (launch|supervise) ")
wait "$launching"
no_faults 1
says orphan
ok $? "launcher and supervisor killed after booted: ps says orphan"
wait_for 20 sh -c "! pgrep -u $(uid 1) -f $work/bin/smolvm"
cleaned "launcher and supervisor killed after booted"

# The supervisor of a bottle that is up.
try_up
kill -KILL "$supervisor"
wait_for 5 says degraded
ok $? "the supervisor is killed: ps says degraded"
try 1 "$bottle" exec web -- true
is "$status" 125 "exec refuses"
as 1 nsenter --target="$vm" -U -n --preserve-credentials /usr/bin/python3 -c '
import socket
try: s = socket.create_connection(("127.0.0.16", 8888), 5); s.settimeout(5); s.sendall(b"GET / HTTP/1.0\r\n\r\n"); print(len(s.recv(9)))
except OSError: print(0)' >"$work/out" 2>&1
is "$(cat "$work/out")" 0 "and the guest reaches its bundle no more"
try 1 "$bottle" gc -f
is "$(cat "$work/out")" "nothing to remove" "gc leaves a bottle whose VM runs"
try 1 "$bottle" stop web
is "$status" 0 "stop removes it"
is "$(traces)" "" "and nothing is left"
try_up
ok $? "the next launch of that name succeeds"

both() { # WHAT STATE CMD...: also CMD. It was ready, so it is its owner's to stop.
	what=$1
	want=$2
	shift 2
	kill -KILL "$supervisor"
	"$@" >/dev/null 2>&1
	wait_for 5 says "$want"
	ok $? "$what: ps says $want"
	try 1 "$bottle" stop web
	is "$status" 0 "$what: stop removes it"
	is "$(traces)" "" "$what: and nothing is left"
}
both "supervisor and VM are killed" stopped kill -KILL "$vm"
try_up
both "supervisor and bundle are killed" degraded engine_docker a kill bot-bottle-sidecars-web
try_up
both "supervisor and bundle are killed, networks pruned" degraded sh -c \
	"docker -H unix://$work/a.sock rm -f bot-bottle-sidecars-web && docker -H unix://$work/a.sock network prune -f"
done_testing
