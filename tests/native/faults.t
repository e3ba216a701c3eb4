#!/bin/sh
# Launches that die or are interrupted at every step: what `ps` then says, what others see, and what the next
# launch, stop and gc clean up.
. "$(dirname "$0")/lib.sh"

engine_start a
# From `booted` on the supervisor does what the next launch has to do before: see supervise.t.
events="launch machine network container start"

# Every verb of smolvm takes a moment, so that an event is seen before the next one.
slow() {
	for verb in create start exec; do fault 1 "$verb.delay" 0.3; done
}

# begin NAME [OPTION...]: a launch by user 1 in the background.
begin() {
	name=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $launch "$name" "$@" >"$work/out" 2>"$work/err" &
	launching=$!
}

# Waits for EVENT in the journal of web, then sends SIGNAL to the launcher.
signal_after() { # EVENT SIGNAL
	wait_for 60 journal_has 1 web "$1" || return 1
	kill -"$2" "$(launcher 1)"
}

# The stand-in's children that a killed launcher leaves, done with what they were at.
settle() {
	wait_for 20 sh -c "! pgrep -u $(uid 1) -f $work/bin/smolvm"
}

for event in $events; do
	slow
	begin web
	signal_after "$event" KILL
	ok $? "$event: the launcher was killed after it was journalled"
	wait "$launching"
	is "$?" 137 "$event: it is dead"
	last=$(sed -n 's/.*"event":"\([a-z]*\)".*/\1/p' "$(journal 1 web)" | tail -n 1)
	echo "# the journal ends with $last"
	try 1 "$bottle" ps
	like "$work/out" '^web +orphan .* no ' "$event: ps calls it an orphan, unverified"
	for verb in "exec web -- true" "env web" "verify web"; do
		# shellcheck disable=SC2086
		try 1 "$bottle" $verb
		[ "$status" -ne 0 ] && grep -q unverified "$work/err"
		ok $? "$event: $verb is refused as unverified"
	done
	# Another user's launch: never an address that is still claimed.
	mine=$(engine_docker a network ls -q --filter label=io.bot-bottle.owner="$(uid 1)" |
		xargs -r docker -H "unix://$work/a.sock" network inspect -f '{{index .Labels "io.bot-bottle.alias"}}')
	# shellcheck disable=SC2086
	try 2 "$bottle" $launch other
	is "$status" 0 "$event: another user's launch succeeds"
	theirs=$(sed -n 's/.* ready on \([0-9.]*\):.*/\1/p' "$work/out")
	[ "$theirs" != "$mine" ]
	ok $? "$event: on another address ($theirs) than what is claimed (${mine:-nothing})"
	try 2 "$bottle" gc -f
	like "$work/out" 'nothing to remove' "$event: there is nothing for their gc"
	as 2 "$bottle" stop other >/dev/null
	settle
	no_faults 1
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	is "$status" 0 "$event: the owner's next launch of that name succeeds"
	like "$work/err" 'removing what an earlier launch of web left' "$event: and says what it removes"
	is "$(engine_docker a ps -aq --filter name=bot-bottle | wc -l)" 1 "$event: there is one bundle"
	is "$(ps -o stat=,comm= -u "$(uid 1)" | grep -c "^[^Z].*sleep")" 1 "$event: there is one machine"
	as 1 "$bottle" stop web >/dev/null
	is "$(leftovers 1 a)" "" "$event: after stop nothing is left"
done

for event in $events; do
	slow
	begin web
	signal_after "$event" KILL
	wait "$launching"
	settle
	no_faults 1
	try 1 "$bottle" gc
	like "$work/out" '^dead launch +web  since 20.*Z: the launch \(pid [0-9]+\) ended before' "$event: gc shows the dead launch, since when, and why"
	[ -e "$(journal 1 web)" ]
	ok $? "$event: and removes nothing"
	try 1 "$bottle" gc -f
	is "$status" 0 "$event: gc -f succeeds"
	is "$(leftovers 1 a)" "" "$event: and nothing is left"
done
slow
begin web
signal_after start KILL
wait "$launching"
no_faults 1
# shellcheck disable=SC2086
try 1 "$bottle" $launch another
is "$status" 0 "a launch of another name succeeds beside a dead one"
like "$work/err" 'removing what a dead launch of web left' "and removes it"
as 1 "$bottle" stop another >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"
slow
begin web
signal_after start KILL
wait "$launching"
no_faults 1
try 1 "$bottle" stop --all
is "$status" 0 "stop --all takes a dead launch too"
is "$(leftovers 1 a)" "" "nothing is left"

# The lost folder: labels are all that is known.
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >/dev/null 2>&1
rm -rf "$work/home-1/.local/state/bottle"
try 1 "$bottle" gc -f
is "$(engine_docker a ps -q | wc -l)" 1 "gc -f leaves a bundle whose machine runs, though its folder is lost"
as 1 smolvm machine delete --name bot-bottle-web --force >/dev/null
kill_all 1
try 1 "$bottle" gc -f
is "$(leftovers 1 a)" "" "with the machine gone too, gc -f removes the bundle"

# Ctrl-C.
for signal in INT TERM HUP; do
	for event in $events booted; do
		[ "$signal" = INT ] || [ "$event" = container ] || continue
		slow
		begin web
		signal_after "$event" "$signal"
		wait "$launching"
		is "$?" "$(case $signal in INT) echo 130 ;; TERM) echo 143 ;; HUP) echo 129 ;; esac)" \
			"$event, SIG$signal: the exit code names the signal"
		like "$work/err" '^bottle: launch web: .*interrupted' "$event, SIG$signal: it says interrupted"
		like "$work/err" '^  left +nothing' "$event, SIG$signal: it says that nothing is left"
		settle
		is "$(leftovers 1 a)" "" "$event, SIG$signal: nothing is"
		no_faults 1
	done
done
slow
begin web -- sh -c 'exit 3'
signal_after container INT
wait "$launching"
is "$?" 125 "interrupted before CMD ran: 125"
no_faults 1
is "$(leftovers 1 a)" "" "nothing is left"

# Before anything was made.
fault 1 version.delay 2
begin web
wait_for 10 launcher 1
sleep 0.3
kill -INT "$(launcher 1)"
wait "$launching"
is "$?" 130 "interrupted in preflight: 130"
is "$(leftovers 1 a)" "" "nothing is left"
no_faults 1

# The second Ctrl-C ends the undo.
slow
fault 1 stop.delay 3
begin web
signal_after booted INT
wait_for 20 grep -q 'machine stop' "$work/home-1/smolvm.calls"
sleep 0.3
kill -INT "$(launcher 1)"
wait "$launching"
is "$?" 130 "interrupted during undo: 130"
like "$work/err" '^  left +machine bot-bottle-web' "it names the machine that is left"
like "$work/err" '^ +container bot-bottle-sidecars-web' "and the container"
like "$work/err" '^ +network bot-bottle-bundle-web' "and the network"
like "$work/err" '^  next +bottle stop web' "and the command that removes them"
no_faults 1
settle
try 1 "$bottle" stop web
is "$status" 0 "which does"
is "$(leftovers 1 a)" "" "nothing is left"

# Two at once, at every step: what it says is left is what is left, and stop removes that.
for event in $events booted; do
	slow
	begin web
	wait_for 60 journal_has 1 web "$event"
	pid=$(launcher 1)
	kill -INT "$pid"
	sleep 0.05
	kill -INT "$pid" 2>/dev/null
	wait "$launching"
	is "$?" 130 "$event, SIGINT twice: 130"
	no_faults 1
	settle
	sleep 1 # what an engine was asked to make may still come
	if grep -q '^  left  *nothing' "$work/err"; then
		is "$(leftovers 1 a)" "" "$event, SIGINT twice: nothing is left, as it says"
	else
		like "$work/err" '^  next +bottle stop web' "$event, SIGINT twice: it says what to do about what is left"
		as 1 "$bottle" stop web >/dev/null
		is "$(leftovers 1 a)" "" "$event, SIGINT twice: that removes it"
	fi
	as 1 "$bottle" gc -f >/dev/null
done

# A launch that fails by itself is undone also when the user then loses patience, once.
slow
fault 1 start
fault 1 delete.delay 2
rm "$work/home-1/smolvm.calls"
begin web
wait_for 60 grep -q '^machine delete' "$work/home-1/smolvm.calls"
kill -INT "$(launcher 1)"
wait "$launching"
is "$?" 69 "one SIGINT during the undo of a failed launch: the failure's own code"
like "$work/err" '^  left +nothing' "and it is undone"
no_faults 1
is "$(leftovers 1 a)" "" "to the end"

# Steps that fail.
for verb in create start exec pack; do
	fault 1 "$verb"
	[ "$verb" != pack ] || rm -rf "$work/home-1/.cache/bot-bottle/smolmachines"
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	case $verb in
	create | pack) is "$status" 73 "smolvm $verb fails: 73" ;;
	start) is "$status" 69 "smolvm start fails: 69" ;;
	exec) is "$status" 77 "smolvm exec fails: 77" ;;
	esac
	like "$work/err" 'scripted fault' "smolvm $verb fails: its words are shown"
	no_faults 1
	is "$(leftovers 1 a)" "" "smolvm $verb fails: nothing is left"
done
find "$work/home-1/.cache/bot-bottle/smolmachines" -name '.making*' >"$work/out"
is "$(cat "$work/out")" "" "no half-made pack is left"
if ! as 1 test -w /dev/kvm; then
	fault 1 start
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	like "$work/err" '^  no VM +open /dev/kvm' "a boot that fails where nobody can run VMs: why"
	like "$work/err" '^  or +bottle launch web --backend docker .*weaker' "and what would do, at which cost"
	no_faults 1
fi
for verb in stop delete; do
	fault 1 start
	fault 1 "$verb"
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	is "$status" 69 "smolvm start fails and $verb too: 69"
	like "$work/err" '^  undo +smolvm: '"$verb" "$verb fails: it is said what could not be undone"
	like "$work/err" '^  left +machine bot-bottle-web' "$verb fails: what is left is named"
	like "$work/err" '^  next +bottle stop web' "$verb fails: and what to do"
	is "$(leftovers 1 a | cut -d' ' -f1 | sort -u | tr '\n' ' ')" "container folder network row " \
		"$verb fails: exactly that is left"
	no_faults 1
	as 1 "$bottle" stop web >/dev/null
	is "$(leftovers 1 a)" "" "$verb fails: stop removes it"
done

# The VM ends by itself, and the machine's record goes.
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >/dev/null 2>&1
kill_all 1
try 1 "$bottle" ps
like "$work/out" '^web +stopped +.* no ' "a VM that ended: ps says stopped"
try 1 "$bottle" exec web -- true
is "$status" 125 "exec refuses"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "and launch begins anew"
sqlite3 "$work/home-1/.local/share/smolvm/server/smolvm.db" 'DELETE FROM vms'
try 1 "$bottle" stop web
is "$status" 0 "stop without a record of the machine succeeds"
is "$(leftovers 1 a)" "" "and leaves no VM: the journal knows its process"

# A bundle that ends, and one that comes back.
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >/dev/null 2>&1
engine_docker a kill bot-bottle-sidecars-web >/dev/null
try 1 "$bottle" ps
like "$work/out" '^web +bundle-lost +.* no ' "a bundle that ended: ps says bundle-lost"
try 1 "$bottle" exec web -- true
is "$status" 125 "exec refuses"
like "$work/err" '^  next +bottle stop web' "and says what to do"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "stop removes it"

# --keep-on-fail.
fault 1 escape
# shellcheck disable=SC2086
try 1 "$bottle" $launch web --keep-on-fail
is "$status" 77 "--keep-on-fail does not make a failure less of one"
like "$work/err" '^  left +--keep-on-fail: record, bundle and journal; the VM is stopped' "it says what it kept"
is "$(leftovers 1 a 2>/dev/null | grep '^process')" "" "the VM is stopped"
is "$(leftovers 1 a | cut -d' ' -f1 | tr '\n' ' ')" "container network row folder " "the rest is there"
try 1 "$bottle" ps
like "$work/out" '^web +kept ' "ps calls it kept"
try 1 "$bottle" exec web -- true
is "$status" 125 "exec refuses it"
try 1 "$bottle" gc -f
like "$work/out" 'nothing to remove' "gc leaves it alone"
no_faults 1
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "the next launch removes it"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# smolvm's database cannot be opened, as on a full disk.
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "a bottle whose database will not open"
chmod 000 "$work/home-1/.local/share/smolvm/server/smolvm.db"
try 1 "$bottle" stop web
is "$status" 69 "stop fails: 69"
like "$work/err" 'left +machine bot-bottle-web' "it says what is left"
is "$(leftovers 1 a 2>/dev/null | grep '^process /bin/sleep')" "" "the VM is not among it"
chmod 600 "$work/home-1/.local/share/smolvm/server/smolvm.db"
try 1 "$bottle" stop web
is "$status" 0 "the next stop does the rest"
is "$(leftovers 1 a)" "" "nothing is left"

# The engine dies between a failure and its undo.
slow
begin web
signal_after booted STOP
kill -KILL "$(cat "$work/a/pid")"
wait_for 10 sh -c "! docker -H unix://$work/a.sock version"
kill -INT "$(launcher 1)"
kill -CONT "$(launcher 1)"
wait "$launching"
is "$?" 130 "the engine dies and the launch is interrupted: 130"
sed 's/^/# /' "$work/err"
unlike "$work/err" 'left +nothing' "it does not say that nothing is left"
like "$work/err" 'container bot-bottle-sidecars-web' "it names the container"
unlike "$work/err" 'machine bot-bottle-web' "not the machine, which is gone"
like "$work/err" '^  next +bottle stop web' "and what to do"
is "$(leftovers 1 a 2>/dev/null | grep '^process /bin/sleep')" "" "no VM runs"
try 1 "$bottle" stop web
is "$status" 69 "stop without the engine fails: 69"
like "$work/err" 'left +container bot-bottle-sidecars-web' "and says what is left"
try 1 "$bottle" ps
is "$status" 69 "so does ps"
done_testing
