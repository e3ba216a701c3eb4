#!/bin/sh
# The supervisor: a VM does not outlive its bundle, nobody else listens on its address, and whoever looks for the
# supervisor finds it. The VM is the stand-in's process; what ends it is real.
. "$(dirname "$0")/lib.sh"

engine_start a
container=bot-bottle-sidecars-web

up() {
	as 1 "$bottle" stop web >/dev/null
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $launch web >"$work/out" 2>"$work/err" || cat "$work/err"
	vm=$(pgrep -r D,R,S,T -u "$(uid 1)" -x sleep)
	supervisor=$(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise web")
	[ -n "$vm" ] && [ -n "$supervisor" ]
}

gone() { # PID: ended, or a zombie that nobody reaps
	! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null
}

state() {
	as 1 "$bottle" ps --json 2>/dev/null | jq -r '.bottles[] | select(.name == "web") | .state'
}

reason() {
	as 1 "$bottle" ps --json | jq -r '.bottles[0].reason'
}

cleared() {
	journal_has 1 web cleared
}

up
ok $? "a launch leaves a supervisor"
is "$(ps -o tty=,ppid= -p "$supervisor" | tr -s ' ' | sed 's/^ //')" "? $(ps -o ppid= -p "$supervisor" | tr -d ' ')" \
	"without a terminal"
is "$(ps -o sess= -p "$supervisor" | tr -d ' ')" "$supervisor" "in a session of its own"
peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$supervisor/status")
[ "$peak" -lt 8192 ]
ok $? "its peak of memory ($peak KiB) is below 8 MiB"
kill -HUP "$supervisor"
kill -INT "$supervisor"
sleep 0.3
is "$(state)" running "it survives SIGHUP and SIGINT"
try 1 "$bottle" verify web
is "$status" 0 "the listeners of verify do not count as strangers"
sleep 6
is "$(state)" running "nor does anything of a quiet bottle"

# What takes the bundle away, by name.
lose() { # WHAT REASON CMD...
	what=$1
	why=$2
	shift 2
	! gone "$supervisor" || up
	"$@" >/dev/null 2>&1
	wait_for 2 gone "$vm"
	ok $? "$what: the VM is gone within 2 seconds"
	wait_for 20 cleared
	ok $? "$what: everything of it is removed"
	is "$(leftovers 1 a | grep -v '^process .*supervise')" "folder $work/home-1/.local/state/bottle/web/" "$what: but the folder with the reason"
	is "$(state)" bundle-lost "$what: ps says bundle-lost"
	is "$(grep -c '"event":"lost"' "$(journal 1 web)")" 1 "$what: one reason"
	reason >"$work/out"
	like "$work/out" "$why" "$what: $why"
	try 1 "$bottle" exec web -- true
	is "$status" 125 "$what: exec refuses"
	like "$work/err" "$why" "$what: with the reason"
	wait_for 2 gone "$supervisor"
	ok $? "$what: the supervisor has ended"
}

lose kill 'the bundle ended \(exit code 137\)' engine_docker a kill $container
try 1 "$bottle" gc
like "$work/out" 'nothing to remove' "gc has nothing to do for a bottle that was lost and removed"
up
ok $? "the owner's next launch of that name succeeds"
lose rm 'the bundle ended' engine_docker a rm -f $container
try 1 "$bottle" stop web
is "$status" 0 "stop of a lost bottle succeeds"
is "$(leftovers 1 a)" "" "and takes the folder too"
up
lose restart 'the bundle ended' engine_docker a restart -t 0 $container
up
lose disconnect 'taken off its network' engine_docker a network disconnect -f bot-bottle-bundle-web $container
up
engine_docker a network prune -f >/dev/null
sleep 0.5
is "$(state)" running "network prune leaves the network of a bundle that runs"

# An accomplice on the bottle's own address: user 3, TCP and UDP.
listen() { # KIND ADDRESS PORT
	as 3 python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[2], int(sys.argv[3])))
sys.argv[1] == "udp" or s.listen()
time.sleep(60)' "$@" >"$work/listener" 2>&1 &
	listener=$!
}

for kind in tcp udp; do
	up
	listen $kind 127.0.0.16 7777
	wait_for 8 gone "$vm"
	ok $? "a stranger on the address, $kind: the VM is ended at the next look"
	wait_for 20 cleared
	reason >"$work/out"
	like "$work/out" "a stranger \(uid $(uid 3)\) listens on $kind 127.0.0.16:7777" "$kind: who, and where"
	kill_all 3
	wait "$listener"
done

# Whoever gets hold of a port that the bundle had.
up
port=$(jq .bundle.ports.proxy.host "$work/home-1/.local/state/bottle/web/verdict")
end_proxy() { # PORT: the engine's own listener there, as if it had crashed
	kill -KILL "$(pgrep --ns "$(cat "$work/a/pid")" --nslist net -f "docker-proxy .*-host-ip 127.0.0.16 -host-port $1 ")"
}
end_proxy "$port"
listen tcp 127.0.0.16 "$port"
wait_for 8 gone "$vm"
ok $? "a published port that another user listens on: the VM is ended"
wait_for 20 cleared
reason >"$work/out"
like "$work/out" "a stranger \(uid $(uid 3)\) listens on tcp 127.0.0.16:$port" "it is a stranger, though the port is the bundle's"
kill_all 3
wait "$listener"

up
port=$(jq .bundle.ports.proxy.host "$work/home-1/.local/state/bottle/web/verdict")
end_proxy "$port"
listen tcp 0.0.0.0 "$port"
wait_for 8 gone "$vm"
ok $? "the same by a listener on every address: the VM is ended"
wait_for 20 cleared
reason >"$work/out"
like "$work/out" "a stranger \(uid $(uid 3)\) listens on tcp 0.0.0.0:$port" "which is a stranger too"
kill_all 3
wait "$listener"
up
end_proxy 10213
wait_for 8 gone "$vm"
ok $? "a port that the engine does not listen on any more: the VM is ended"
wait_for 20 cleared
reason >"$work/out"
like "$work/out" 'the engine does not listen on 127.0.0.16:10213 any more' "and that is the reason"

# What is no loss.
up
engine_docker a run --rm --network bot-bottle-bundle-web tiny true
sleep 0.5
is "$(state)" running "another container that leaves the bundle's network is no loss"
engine_docker a network disconnect -f bot-bottle-bundle-web $container
wait_for 2 gone "$vm"
ok $? "the bundle that leaves it is one, still"
wait_for 20 cleared

# Services on every address: as the setting says.
up
listen tcp 0.0.0.0 7778
sleep 6
is "$(state)" running "a new service on every address: wildcard: warn leaves the VM"
kill_all 3
wait "$listener"
as 1 "$bottle" stop web >/dev/null
admin_config refuse 'wildcard: refuse'
ETC=refuse up
ok $? "wildcard: refuse, nothing there: a launch succeeds"
listen tcp 0.0.0.0 7778
wait_for 8 gone "$vm"
ok $? "a new service on every address: wildcard: refuse ends the VM"
kill_all 3
wait "$listener"
wait_for 20 cleared

# The supervisor itself.
up
kill -KILL "$supervisor"
wait_for 2 gone "$supervisor"
is "$(state)" degraded "a supervisor that was killed: ps says degraded"
try 1 "$bottle" exec web -- true
is "$status" 125 "exec refuses"
like "$work/err" 'its supervisor is gone' "and says why"
try 1 "$bottle" stop web
is "$status" 0 "stop succeeds"
is "$(leftovers 1 a)" "" "and nothing is left"
up
kill -TERM "$supervisor"
wait_for 2 gone "$vm"
ok $? "a supervisor that is told to end takes the VM with it"
wait_for 20 cleared
try 1 "$bottle" gc -f
like "$work/out" 'nothing to remove' "and has removed everything"

# The bundle, while the VM is probed: its last words come with the reason.
tar -C "$work/bundle" -c . | engine_docker a import --change 'ENV PATH=/bin' --change \
	'CMD ["/bin/busybox","sh","-c","busybox httpd -p 8888; until [ -e /end ]; do busybox sleep 0.1; done; echo giving up; exit 3"]' \
	- ending:latest >/dev/null
as 1 "$bottle" stop web >/dev/null
fault 1 exec.delay 2
# shellcheck disable=SC2086
as 1 "$bottle" $launch --bundle-image ending web >"$work/out" 2>"$work/err" &
launching=$!
wait_for 60 journal_has 1 web booted
engine_docker a exec bot-bottle-sidecars-web /bin/busybox touch /end
! wait "$launching"
ok $? "the bundle ends while the VM is probed: the launch fails"
no_faults 1
like "$work/err" '^  why +the bundle ended \(exit code 3\)' "and says why"
like "$work/err" '^  log +giving up' "with the bundle's last words"
is "$(leftovers 1 a)" "" "and nothing is left"

# The launcher, once the VM runs: the supervisor is all there is.
as 1 "$bottle" stop web >/dev/null
fault 1 exec.delay 1
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >"$work/out" 2>"$work/err" &
launching=$!
wait_for 60 journal_has 1 web booted
kill -KILL "$(launcher 1)"
wait "$launching"
no_faults 1
wait_for 20 sh -c "! [ -e $(journal 1 web) ]"
ok $? "the launcher is killed before ready: the supervisor removes everything"
wait_for 5 sh -c "! pgrep -u $(uid 1) -x bottle"
is "$(leftovers 1 a)" "" "nothing is left"

# stop that is killed half-way.
up
fault 1 delete.delay 2
as 1 "$bottle" stop web >/dev/null 2>&1 &
stopping=$!
wait_for 10 grep -q '^machine delete' "$work/home-1/smolvm.calls"
kill -KILL "$(pgrep -n -u "$(uid 1)" -x bottle)"
wait "$stopping"
no_faults 1
try 1 "$bottle" stop web
is "$status" 0 "after a stop that was killed, stop succeeds"
is "$(leftovers 1 a)" "" "and nothing is left"

# One that is at work on what a dead launch left is waited for.
fault 1 exec.delay 2
fault 1 stop.delay 4
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >/dev/null 2>&1 &
launching=$!
wait_for 20 journal_has 1 web booted
kill -KILL "$(launcher 1)"
wait "$launching"
sleep 0.5
[ -e "$(journal 1 web)" ]
ok $? "a launch is killed: its supervisor begins to remove it"
try 1 "$bottle" stop web
is "$status" 0 "stop waits for it as long as that takes"
no_faults 1
wait_for 5 sh -c "! pgrep -r D,R,S,T -u $(uid 1) -x bottle"
is "$(leftovers 1 a)" "" "and nothing is left"

# Not for typing.
try 1 "$bottle" supervise web </dev/null
is "$status" 0 "supervise without a launch has nothing to do"
is "$(leftovers 1 a)" "" "and leaves nothing"
as 1 sh -c "echo '{\"name\":1}' | $bottle supervise web" >"$work/out" 2>&1
is "$?" 65 "what to watch must be understood"

# The engine.
up
kill -KILL "$(cat "$work/a/pid")"
wait_for 2 gone "$vm"
ok $? "the engine is killed: the VM is gone within 2 seconds"
wait_for 20 gone "$supervisor"
try 1 "$bottle" ps
is "$status" 69 "ps without the engine: 69"
like "$work/out" '^web +bundle-lost +127.0.0.16 .* no ' "but it shows what is known"
like "$work/err" 'this is not the whole list' "and says that it is not all"
try 1 "$bottle" exec web -- true
is "$status" 125 "exec refuses"
like "$work/err" 'the engine went away' "with the reason"
try 1 "$bottle" gc -f
unlike "$work/out" 'nothing to remove' "gc sees that it is not removed whole"
done_testing
