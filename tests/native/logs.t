#!/bin/sh
# logs and events: what a bottle's parts have said, also when they are gone. The console's log is written by this
# test, in smolvm's stead; the bundle and its log are real.
. "$(dirname "$0")/lib.sh"

engine_start a
cp "$here/pty" "$work/bin/pty"
state=$work/home-1/.local/state/bottle
tar -C "$work/bundle" -c . | engine_docker a import \
	--change 'CMD ["/bin/busybox","sh","-c","echo one; echo two >&2; printf \"three \\\\033[2J\\n\"; exec /bin/busybox httpd -f -p 8888 -h /"]' \
	- chatty:latest >/dev/null
chatty="launch --image agent --bundle-image chatty --memory 512 --cpus 1 --publish proxy=8888"
console=$work/home-1/.cache/smolvm/vms/$(printf bot-bottle-web | sha256sum | cut -c1-16)/agent-console.log
say() { # TEXT: to the console
	printf '%s\n' "$1" >>"$console"
	chown "$(uid 1)" "$console"
}
esc=$(printf '\033')

up() {
	as 1 "$bottle" stop web >/dev/null 2>&1
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $chatty web >"$work/out" 2>"$work/err" || cat "$work/err"
}

# events FIELD...: of all events of user 1, a line each.
events() {
	as 1 "$bottle" events --json >"$work/events" 2>/dev/null
	jq -r "$1" "$work/events"
}

try 1 "$bottle" events
is "$status" 0 "events of somebody who never had a bottle: success"
is "$(cat "$work/out" "$work/err")" "" "and nothing to say"
[ ! -e "$state" ]
ok $? "nor is anything written"
try 1 "$bottle" logs web
is "$status" 64 "logs of a bottle that never was: 64"
like "$work/err" 'there is no bottle named web' "it says so"
unlike "$work/err" '^  left' "and there is nothing left to point at"

up
token=$(as 1 "$bottle" env web | sed -n 's/^export HTTPS_PROXY=http:\/\/bottle:\(.*\)@.*/\1/p')
[ -n "$token" ]
ok $? "the bottle has a token"
wait_for 10 sh -c "docker -H unix://$work/a.sock logs bot-bottle-sidecars-web 2>&1 | grep three"

# The bundle.
try 1 "$bottle" logs web
is "$status" 0 "logs: success"
printf 'one\nthree \033[2J\ntwo\n' >"$work/want"
sort "$work/out" | cmp -s - "$work/want"
ok $? "stdout and stderr of the bundle, every byte"
try 1 "$bottle" logs --tail 1 web
is "$(wc -l <"$work/out")" 1 "--tail 1: one line"
try 1 "$bottle" logs --tail 0 web
is "$status $(wc -c <"$work/out")" "0 0" "--tail 0: none"
try 1 "$bottle" logs --since 1h web
is "$(wc -l <"$work/out")" 3 "--since 1h: all of them"
try 1 "$bottle" logs --since "$(date -u -d '+1 hour' +%FT%TZ)" web
is "$status $(wc -c <"$work/out")" "0 0" "--since a time that is not yet: none"
as 1 pty "$bottle" logs web >"$work/out" 2>/dev/null
is "$?" 0 "on a terminal: success"
like "$work/out" '^three \\x1b\[2J' "escape sequences are shown, not acted on"
is "$(grep -c "$esc" "$work/out")" 0 "none is left"

# The machine's console.
try 1 "$bottle" logs --source machine web
is "$status" 69 "a console that smolvm has not written: 69"
like "$work/err" 'agent-console.log' "the error names the file"
say "booting"
say "evil ${esc}]0;x"
say "up"
try 1 "$bottle" logs --source machine web
cmp -s "$work/out" "$console"
ok $? "machine: the console, byte for byte"
try 1 "$bottle" logs --source machine --tail 1 web
is "$(cat "$work/out")" up "machine --tail 1: the last line"
as 1 pty "$bottle" logs --source machine web >"$work/out" 2>/dev/null
like "$work/out" '^evil \\x1b\]0;x' "machine, on a terminal: escaped"
ln -sf /etc/passwd "$console.x"
mv "$console" "$console.kept"
mv "$console.x" "$console"
try 1 "$bottle" logs --source machine web
is "$status" 69 "a console that is a link is not read"
is "$(cat "$work/out")" "" "nothing of its target is printed"
mv -f "$console.kept" "$console"

# The launch.
try 1 "$bottle" logs --source launch web
is "$status" 0 "launch: success"
is "$(awk '{ print $2 == "step" ? $3 : $2 }' "$work/out" | tr '\n' ' ')" \
	"launch preflight bundle publish machine record start verify supervise ready " "launch: its steps in order"
like "$work/out" '^20[0-9-]*T[0-9:.]*Z  ready +127\.0\.0\.16  alias' "with time, address and verdict"
try 1 "$bottle" logs --source launch --tail 2 web
is "$(wc -l <"$work/out")" 2 "launch --tail 2: two lines"

# Several.
try 1 "$bottle" logs --source launch --source machine --source bundle web
is "$status" 0 "three sources: success"
is "$(sed 's/ *|.*//' "$work/out" | uniq | tr '\n' ' ')" "bundle machine launch " "each line says whose it is"
like "$work/out" '^bundle  \| one$' "as bundle  | one"
mv "$console" "$console.kept"
try 1 "$bottle" logs --source machine --source bundle web
is "$status" 69 "a source that cannot be read is the error in the end"
like "$work/out" 'bundle  \| one' "and does not keep the others"
mv "$console.kept" "$console"

# Others.
for source in bundle machine launch; do
	try 2 "$bottle" logs --source $source web
	is "$status" 77 "another user's bottle, $source: 77"
	is "$(cat "$work/out")" "" "$source: nothing of it is printed"
done
try 1 "$bottle" logs --source machine --since 10m web
is "$status" 64 "--since of the console, which has no times: 64"
try 1 "$bottle" logs ../web
is "$status" 64 "a name that is none: 64"

# Following.
follow() { # ARG...: in the background
	rm -f "$work/followed"
	as 1 "$bottle" logs -f "$@" web >"$work/followed" 2>"$work/follow.err" &
	following=$!
}
# Ctrl-C for the process of user 1 that runs COMMAND; the background of a script ignores it, bottle does not.
interrupt() { # COMMAND
	pid=$(pgrep -u "$(uid 1)" -f "^$1") && kill -INT "$pid" || kill -KILL "$following"
}
ended() { # PID
	! kill -0 "$1" 2>/dev/null
}
follow --source bundle --source machine --source launch
wait_for 10 grep -q 'machine | up' "$work/followed"
ok $? "-f begins with what is there"
say "later"
wait_for 10 grep -q 'machine | later' "$work/followed"
ok $? "-f goes on with what comes"
! ended "$following"
ok $? "and waits"
as 1 "$bottle" stop web >/dev/null
wait_for 20 ended "$following"
ok $? "-f ends when the bottle is stopped"
wait "$following"
is "$?" 0 "with success"
like "$work/followed" 'launch  \| .*  stopped' "the last word is that it was"
is "$(grep -c 'bundle  | one' "$work/followed")" 1 "no line came twice"
try 1 "$bottle" logs web
is "$status" 64 "a stopped bottle: 64"
like "$work/err" '^  left .*--source launch' "the error says what remains"
try 1 "$bottle" logs --source launch web
is "$status" 0 "which is its last launch"
like "$work/out" 'stopped$' "to its end"
up
say "again"
for source in bundle machine launch; do
	follow --source $source
	wait_for 10 test -s "$work/followed"
	interrupt "$bottle logs -f"
	wait "$following"
	is "$?" 130 "Ctrl-C ends -f of $source: 130"
	is "$(cat "$work/follow.err")" "" "without an error"
done
mkfifo "$work/fifo"
chmod 666 "$work/fifo"
for command in "logs -f web" "logs -f --source launch web" "events -f" "events -f web"; do
	head -n 1 "$work/fifo" >/dev/null &
	# shellcheck disable=SC2086 # a list of words
	as 1 timeout -s KILL 20 "$bottle" $command >"$work/fifo" 2>/dev/null
	[ $? -ne 137 ]
	ok $? "$command ends when nobody reads it any more"
done

# A bottle that was lost.
engine_docker a kill bot-bottle-sidecars-web >/dev/null
wait_for 20 journal_has 1 web cleared
try 1 "$bottle" logs web
is "$status" 0 "a lost bottle: success"
like "$work/out" '^one' "what its bundle said is still there"
like "$work/err" 'the container is gone' "and it is said that this is what was kept"
try 1 "$bottle" logs -f --tail 1 web
is "$status $(wc -l <"$work/out")" "0 1" "-f of it ends at once"
try 1 "$bottle" logs --source launch web
like "$work/out" 'lost .*the bundle ended \(exit code 137\)' "launch: why it was lost"
as 1 "$bottle" stop web >/dev/null

# Launches that fail.
fault 1 escape
# shellcheck disable=SC2086
try 1 "$bottle" $chatty web
no_faults 1
is "$status" 77 "a launch fails"
try 1 "$bottle" logs web
is "$status" 64 "its bundle's log is gone with it"
try 1 "$bottle" logs --source launch web
is "$status" 0 "but what the launch did is there"
like "$work/out" 'failed +verify .*probes failed' "with the step and the reason"
like "$work/out" 'failed .*probe: .*must be refused' "and its notes"
fault 1 escape
# shellcheck disable=SC2086
try 1 "$bottle" $chatty web --keep-on-fail
no_faults 1
try 1 "$bottle" logs web
is "$status" 0 "--keep-on-fail: the bundle's log is there"
like "$work/out" '^one' "--keep-on-fail: as it was"
try 1 "$bottle" logs --source launch web
like "$work/out" 'kept +verify .*probes failed' "--keep-on-fail: and what the launch did"
as 1 "$bottle" stop web >/dev/null

# Events.
up
as 1 "$bottle" verify web >/dev/null
as 1 "$bottle" stop web >/dev/null
is "$(events '[.schema, .event] | join(" ")' | tail -n 12 | uniq | tr '\n' ',')" \
	"bottle.events/1 launch,bottle.events/1 step,bottle.events/1 ready,bottle.events/1 verified,bottle.events/1 stopped," \
	"events --json: launch, steps, ready, verified, stopped"
is "$(events 'select(.event == "lost").reason')" "the bundle ended (exit code 137)" "events: why one was lost"
is "$(events 'select(.event == "failed") | "\(.code) \(.step)"')" "77 verify" "events: code and step of a failure"
is "$(events 'select((.time | test("^20..-..-..T..:..:..[.]...Z$") | not) or (.bottle | type) != "string")')" "" \
	"events: each has a time and a bottle"
is "$(stat -c %a "$state/.events")" 600 "the file is this user's alone"
cat "$state/.events" "$work/events" >"$work/all"
unlike "$work/all" "$token" "the token is in none of them"
try 1 "$bottle" events --since "$(date -u -d '+1 hour' +%FT%TZ)"
is "$status $(wc -c <"$work/out")" "0 0" "--since a time that is not yet: none"
try 2 "$bottle" events
is "$(wc -c <"$work/out")" 0 "another user sees none of them"
as 1 "$bottle" events -f >"$work/followed" 2>&1 &
following=$!
wait_for 10 grep -q stopped "$work/followed"
up
wait_for 10 sh -c "tail -n 1 $work/followed | grep -q ' ready '"
ok $? "events -f tells of another process's launch"
interrupt "$bottle events -f"
wait "$following"
is "$?" 130 "Ctrl-C ends it: 130"
as 1 "$bottle" stop web >/dev/null

# What smolvm denied. The list is the stand-in's, in the real one's form: launch has probed already.
denied() { # OPERATION DESTINATION [TIME]: one more, now or then
	printf '%s %s %s\n' "${3:-$(date -u +%FT%TZ)}" "$1" "$2" >>"${console%/*}/denials"
	chown "$(uid 1)" "${console%/*}/denials"
}
up
try 1 "$bottle" events web --json
is "$status" 0 "events NAME: success"
jq -r 'select(.event == "denied") | "\(.protocol) \(.destination) \(.port) \(.bottle) \(.alias)"' "$work/out" >"$work/denials"
like "$work/denials" '^tcp 8\.8\.8\.8 80 web 127\.0\.0\.16$' "with what the launch's probes were denied"
is "$(jq -r .time "$work/out" | cut -c1-19 | sort -c 2>&1)" "" "in the order of time"
is "$(jq -r .bottle "$work/out" | sort -u)" web "of that bottle alone"
try 1 "$bottle" events
unlike "$work/out" denied "events of all bottles asks no smolvm"
: >"${console%/*}/denials"
denied connect 203.0.113.9:4444 2026-01-01T00:00:00Z
denied connect 203.0.113.9:4444 2026-01-01T00:00:00Z
denied sendto '[2001:db8::7]:53'
denied resolve "evil${esc}[2J.example"
denied connect "203.0.113.9:4${esc}]0;x"
try 1 "$bottle" events web
is "$(head -n 1 "$work/out")" "2026-01-01T00:00:00.000Z  web           denied      tcp 203.0.113.9:4444" \
	"one that is older than all comes first"
is "$(grep -c denied "$work/out")" 2 "what came twice is told once, and what is no address not at all"
like "$work/out" 'denied      udp \[2001:db8::7\]:53$' "an IPv6 one"
is "$(grep -c "$esc" "$work/out")" 0 "no escape sequence"
try 1 "$bottle" events web --since 1h
is "$(grep -c denied "$work/out")" 1 "--since applies to them"
i=0
while [ $i -lt 700 ]; do
	echo "2026-01-01T00:00:00Z connect 203.0.113.9:$((i += 1))"
done >>"${console%/*}/denials"
try 1 "$bottle" events web
[ "$(grep -c denied "$work/out")" -le 500 ]
ok $? "and they have an end ($(grep -c denied "$work/out"))"
: >"${console%/*}/denials"
for how in egress-events egress-events.kill egress-events.garbage egress-events.nothing version.kill; do
	fault 1 $how
	try 1 "$bottle" events web
	no_faults 1
	is "$status" 0 "$how fails: events does not"
	like "$work/out" ' ready ' "$how fails: they are there"
	is "$(grep -c 'warning: what smolvm denied is not among them: .' "$work/err")" 1 "$how fails: one warning"
done
try 2 "$bottle" events web
is "$status" 77 "events NAME of another user's bottle: 77"
is "$(cat "$work/out")" "" "and nothing of it"
try 1 "$bottle" events ../web
is "$status" 64 "events of a name that is none: 64"
try 1 "$bottle" events nowhere
is "$status" 64 "events of a bottle that never was: 64"
calls() { # AT LEAST
	[ "$(grep -c egress-events "$work/home-1/smolvm.calls")" -ge "$1" ]
}
: >"$work/home-1/smolvm.calls"
begin=$(date +%s)
as 1 "$bottle" events -f web >"$work/followed" 2>&1 &
following=$!
wait_for 20 grep -q ready "$work/followed"
denied connect 203.0.113.10:80
wait_for 20 grep -q 'denied      tcp 203.0.113.10:80' "$work/followed"
ok $? "events -f NAME tells of one that comes"
fault 1 egress-events
wait_for 40 grep -q warning "$work/followed"
wait_for 40 calls $(($(grep -c egress-events "$work/home-1/smolvm.calls") + 1))
no_faults 1
denied connect 203.0.113.11:80
wait_for 20 grep -q 'denied      tcp 203.0.113.11:80' "$work/followed"
ok $? "and goes on after a smolvm that failed"
is "$(grep -c warning "$work/followed")" 1 "which was said once"
is "$(grep -c 203.0.113.10 "$work/followed")" 1 "none is told twice"
! calls $((($(date +%s) - begin) / 5 + 3))
ok $? "smolvm is asked every 5 seconds at most ($(grep -c egress-events "$work/home-1/smolvm.calls"))"
interrupt "$bottle events -f"
wait "$following"
is "$?" 130 "Ctrl-C ends it: 130"
as 1 "$bottle" stop web >/dev/null
try 1 "$bottle" events web
is "$status" 0 "events NAME of a bottle that is gone: success"
unlike "$work/out" denied "without what went with its machine"
is "$(cat "$work/err")" "" "and without a word about that"

# A launcher that was killed.
fault 1 exec.delay 2
# shellcheck disable=SC2086
as 1 "$bottle" $chatty web >/dev/null 2>&1 &
launching=$!
wait_for 60 journal_has 1 web machine
kill -KILL "$(launcher 1)"
wait "$launching"
no_faults 1
as 1 "$bottle" gc -f >/dev/null 2>&1
is "$(events 'select(.event == "removed").bottle' | tail -n 1)" web "what gc removes is an event"

# A file that cannot be written stops nothing.
quiet() { # WHAT: a launch and a stop with one warning each
	# shellcheck disable=SC2086
	try 1 "$bottle" $chatty web
	is "$status" 0 "$1: a launch succeeds"
	is "$(grep -c 'warning: .*bottle events' "$work/err")" 1 "$1: and warns once"
	try 1 "$bottle" stop web
	is "$status" 0 "$1: so does stop"
	is "$(grep -c 'warning: .*bottle events' "$work/err")" 1 "$1: and warns once"
	is "$(leftovers 1 a)" "" "$1: nothing is left"
}
mkdir "$work/small"
mount -t tmpfs -o size=64k tmpfs "$work/small"
cp "$state/.events" "$work/small/events"
chown "$(uid 1):$(uid 1)" "$work/small/events"
chmod 600 "$work/small/events"
tail -n 1 "$state/.events" >"$work/last"
cat /dev/zero >"$work/small/full" 2>/dev/null
# What is left of the last page.
while printf 'x' >>"$work/small/events"; do :; done 2>/dev/null
cp "$work/small/events" "$work/before"
mount --bind "$work/small/events" "$state/.events"
quiet "a full disk"
cmp -s "$work/before" "$state/.events"
ok $? "a full disk: no half of an event is left"
umount "$state/.events" "$work/small"
rm -f "$state/.events"
as 1 ln -s "$work/home-1/target" "$state/.events"
quiet "a link in its place"
[ ! -e "$work/home-1/target" ]
ok $? "a link in its place: nothing is written through it"
try 1 "$bottle" events
is "$status" 77 "a link in its place: events refuses it"
try 1 "$bottle" logs --source launch web
is "$status" 77 "a link in its place: so does logs"
rm "$state/.events"
install -o "$(uid 2)" -g "$(uid 2)" -m 600 /dev/null "$state/.events"
quiet "another user's file in its place"
try 1 "$bottle" events
is "$status" 77 "another user's file in its place: events refuses it"

done_testing
