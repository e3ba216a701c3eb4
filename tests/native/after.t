#!/bin/sh
# After every fault: what `ps` says within 2 seconds, where another user's launch goes, what the owner's gc and next
# launch do. The faults of a launch under way are in faults.t, the supervisor's own in supervise.t.
. "$(dirname "$0")/lib.sh"

engine_start a
container=bot-bottle-sidecars-web

gone() { # PID: ended, or a zombie that nobody reaps
	! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null
}

up() {
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $launch web >"$work/out" 2>&1 || cat "$work/out"
	vm=$(pgrep -r D,R,S,T -u "$(uid 1)" -x sleep)
	supervisor=$(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise web")
}

says() { # STATE
	as 1 timeout 2 "$bottle" ps --json >"$work/out" 2>"$work/err"
	[ "$(jq -r '.bottles[] | select(.name == "web") | .state' "$work/out")" = "$1" ]
}

# Whether another user's launch keeps off the address of a VM that lives.
others_keep_off() { # WHAT
	# shellcheck disable=SC2086
	try 2 "$bottle" $launch other
	alive=no
	gone "$vm" || alive=yes
	is "$status" 0 "$1: another user's launch succeeds"
	[ $alive = no ] || ! grep -q 'ready on 127.0.0.16:' "$work/out"
	ok $? "$1: and not on the address of a VM that lives ($alive)"
	try 2 "$bottle" stop web
	[ "$status" -eq 77 ] || [ "$status" -eq 0 ]
	ok $? "$1: they cannot stop our bottle"
	is "$(as 2 "$bottle" gc -f)" "nothing to remove" "$1: nor is there anything for their gc"
	as 2 "$bottle" stop other >/dev/null
}

# The owner's side, from STATE to nothing left.
owner_goes_on() { # WHAT
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	if [ "$status" -eq 73 ]; then # it is up, and has to be stopped first
		as 1 "$bottle" stop web >/dev/null
		# shellcheck disable=SC2086
		try 1 "$bottle" $launch web
	fi
	is "$status" 0 "$1: the owner's next launch succeeds"
	is "$(pgrep -c -r D,R,S,T -u "$(uid 1)" -x sleep)" 1 "$1: there is one VM"
	is "$(engine_docker a ps -aq --filter name=$container | wc -l)" 1 "$1: and one bundle"
	as 1 "$bottle" stop web >/dev/null
	is "$(as 1 "$bottle" gc -f)" "nothing to remove" "$1: after stop gc has nothing to do"
	is "$(leftovers 1 a)" "" "$1: and nothing is left"
}

# after WHAT STATE CMD...
after() {
	what=$1
	state=$2
	shift 2
	up
	"$@" >/dev/null 2>&1
	wait_for 20 says "$state"
	ok $? "$what: ps says $state"
	is "$(jq -r '.bottles[0].verified' "$work/out")" null "$what: unverified"
	try 1 "$bottle" exec web -- true
	is "$status" 125 "$what: exec refuses"
	others_keep_off "$what"
	owner_goes_on "$what"
}

after "the bundle is killed" bundle-lost engine_docker a kill $container
after "the bundle is restarted" bundle-lost engine_docker a restart -t 0 $container
after "the bundle is removed" bundle-lost engine_docker a rm -f $container
after "the bundle is removed, and unused networks" bundle-lost sh -c \
	"docker -H unix://$work/a.sock rm -f $container && docker -H unix://$work/a.sock network prune -f"
kill_supervisor() { kill -KILL "$supervisor"; }
after "the supervisor is killed" degraded kill_supervisor
kill_vm() { kill -KILL "$vm"; }
after "the VM monitor is killed" stopped kill_vm
kill_both() { kill -KILL "$supervisor" "$vm"; }
after "supervisor and VM monitor are killed" stopped kill_both

up
engine_docker a network prune -f >/dev/null
sleep 0.5
says running
ok $? "network prune beside a live bundle changes nothing"
as 1 "$bottle" stop web >/dev/null

# What gc and launch found dead may live by the time that they come to it.
for way in gc launch; do
	fault 1 start.delay 5
	for name in aaa bbb; do # at one time: a launch removes what is dead
		# shellcheck disable=SC2086
		as 1 "$bottle" $launch $name >/dev/null 2>&1 &
	done
	for name in aaa bbb; do wait_for 60 journal_has 1 $name start; done
	# shellcheck disable=SC2046 # pids, one word each
	kill -KILL $(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle launch")
	wait_for 20 sh -c "! pgrep -r D,R,S,T -u $(uid 1) -f '$work/bin/smolvm|^$bottle'"
	no_faults 1
	fault 1 delete.delay 3
	if [ $way = gc ]; then
		as 1 "$bottle" gc -f >"$work/swept" 2>&1 &
	else
		# shellcheck disable=SC2086
		as 1 "$bottle" $launch ccc >"$work/swept" 2>&1 &
	fi
	sweeping=$!
	: >"$work/home-1/smolvm.calls"
	wait_for 20 grep -q '^machine delete' "$work/home-1/smolvm.calls"
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch bbb
	is "$status" 0 "$way: a bottle is launched anew while the other dead one is removed"
	wait "$sweeping"
	no_faults 1
	[ $way = launch ] || is "$(grep -v '^bottle: \|^  ' "$work/swept" | sed 's/  since .*//')" "removed dead launch  aaa" "gc says what it did remove"
	is "$(as 1 "$bottle" ps --json | jq -r '.bottles[] | select(.name == "bbb") | .state')" running \
		"$way: a bottle that was launched anew meanwhile is let alone"
	as 1 "$bottle" stop --all >/dev/null
	is "$(leftovers 1 a)" "" "$way: and nothing is left after stop"
done

# A disk that is full: a file system of its own, and not a byte of it left.
small_disk() { # FOLDER SIZE
	disk=$work/home-1/$1
	mkdir -p "$disk"
	mount -t tmpfs -o "size=$2,uid=$(uid 1),gid=$(uid 1),mode=700" tmpfs "$disk" || plan_skip "no tmpfs"
	chown -R "$(uid 1):$(uid 1)" "$work/home-1"
}

fill() {
	dd if=/dev/zero of="$disk/ballast" bs=4096 >/dev/null 2>&1
	is "$(df --output=avail "$disk" | tail -n 1 | tr -d ' ')" 0 "$what: there is no room"
}

what="a full disk under the state folder"
small_disk .local/state/bottle 1m
up
fill
says running
ok $? "$what: ps says running"
engine_docker a kill $container >/dev/null
wait_for 2 gone "$vm"
ok $? "$what: the VM ends with its bundle all the same"
wait_for 20 gone "$supervisor"
is "$(leftovers 1 a | cut -d' ' -f1 | tr '\n' ' ')" "folder " "$what: and is removed, though that cannot be noted"
says running
[ $? -ne 0 ]
ok $? "$what: ps does not call it running"
others_keep_off "$what"
as 1 "$bottle" stop web >/dev/null
fill
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 73 "$what: a launch is refused"
like "$work/err" 'No space left on device' "$what: and says why"
is "$(leftovers 1 a)" "" "$what: nothing is left"
rm "$disk/ballast"
owner_goes_on "$what, until there is room"
umount "$disk"

what="a full disk under the cache"
small_disk .cache/bot-bottle 24m
up
fill
says running
ok $? "$what: ps says running"
as 1 "$bottle" stop web >/dev/null
rm -rf "$disk/smolmachines"/*
fill
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
[ "$status" -ne 0 ]
ok $? "$what: a launch that has to pack fails"
like "$work/err" 'No space left|no space left' "$what: and says why"
is "$(leftovers 1 a)" "" "$what: nothing is left"
find "$disk" -name '.making*' >"$work/out"
is "$(cat "$work/out")" "" "$what: no half-made pack either"
rm "$disk/ballast"
owner_goes_on "$what, until there is room"
umount "$disk"

# The engine, killed and started again.
what="the engine is killed"
up
kill -KILL "$(cat "$work/a/pid")"
wait_for 2 gone "$vm"
ok $? "$what: the VM ends"
wait_for 20 gone "$supervisor"
as 1 timeout 2 "$bottle" ps >"$work/out" 2>"$work/err"
is "$?" 69 "$what: ps answers within 2 seconds, and says that it cannot know all"
like "$work/out" '^web +bundle-lost ' "$what: but it knows this"
"$here/dockerd" again "$work/a" -- --host "unix://$work/a.sock" >/dev/null
engine_open a
others_keep_off "$what"
owner_goes_on "$what"
done_testing
