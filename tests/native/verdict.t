#!/bin/sh
# Once the agent may have run, a verdict stands on what the host shows, not on what comes out of the guest.
. "$(dirname "$0")/lib.sh"

engine_start a

up() {
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $launch web >"$work/out" 2>"$work/err" || cat "$work/err"
	state=$work/home-1/.local/state/bottle/web
	policy=$(ls "$work"/home-1/.cache/smolvm/vms/*/agent.config.json)
}

found() { # ID: whether the host's finding ID passes, by the last verify --json
	jq -r ".host_evidence[] | select(.id == \"$1\") | .pass" "$work/out"
}

# refused WHAT REASON: after a verify that failed.
refused() {
	try 1 "$bottle" exec web -- true
	is "$status" 125 "$1: exec refuses"
	like "$work/err" "web is unverified: $2" "$1: and says why"
	is "$(as 1 "$bottle" ps --json | jq -r '.bottles[0].verified')" null "$1: ps calls it unverified"
}

up
is "$(jq -r .machine.policy_sha256 "$state/verdict")" "$(sha256sum <"$policy" | cut -d' ' -f1)" \
	"the verdict has the digest of the policy file"
is "$(jq -r '.smolvm.version, .machine.pid' "$state/verdict" | tr '\n' ' ')" \
	"1.32.2 $(pgrep -u "$(uid 1)" -x sleep) " "the version, and the monitor's pid"
try 1 "$bottle" verify web
is "$status" 0 "verify of an honest bottle passes"
like "$work/out" '^web: verified: 6 of 6 findings of this host pass; the guest says [0-9]+ of [0-9]+' "it says whose word is what"
is "$(grep '^PASS.*  refuse  ' "$work/out")" "" "what the guest says is refused is no PASS"
try 1 "$bottle" verify web --json
is "$(jq -r '[.host_evidence[].id] | join(" ")' "$work/out")" "vm engine policy record sockets denials" "verify --json has both"

# A program over ours in the guest, that says what is wanted and tries nothing.
fault 1 fake-guest
try 1 "$bottle" verify web --json
is "$status" 1 "a guest that only says that it was refused: verify fails"
is "$(jq '[.probes[] | select(.pass == false)] | length' "$work/out")" 0 "though all that it says is well"
is "$(found denials)" false "because the engine refused nothing"
refused "fake guest" 'verify: denials: not 100.96.0.1:'
no_faults 1
try 1 "$bottle" verify web
is "$status" 0 "the next verify passes"
try 1 "$bottle" exec web -- true
is "$status" 0 "and exec is allowed again"

# The record, opened behind our back.
db=$work/home-1/.local/share/smolvm/server/smolvm.db
sqlite3 "$db" "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT), '\$.allowed_cidrs', json('[\"127.0.0.16/32\",\"0.0.0.0/0\"]')) AS BLOB)"
try 1 "$bottle" verify web --json
is "$status" 1 "a record that was widened: verify fails"
is "$(found record)" false "by the record"
refused "wide record" 'verify: record: 127.0.0.16/32 and more'
sqlite3 "$db" "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT), '\$.allowed_cidrs', json('[\"127.0.0.16/32\"]')) AS BLOB)"

# Another smolvm than the one that booted it.
fault 1 old-version 1.32.9
try 1 "$bottle" verify web --json
is "$status" 1 "another version of smolvm: verify fails"
is "$(found engine)" false "by the version"
no_faults 1

# The policy file.
as 1 "$bottle" verify web >/dev/null
cp "$policy" "$work/policy"
sed 's/127.0.0.16/127.0.0.17/' "$work/policy" >"$policy"
try 1 "$bottle" exec web -- true
is "$status" 125 "a policy file that was changed: exec refuses"
like "$work/err" 'policy file has changed since the boot' "and says so"
try 1 "$bottle" verify web
is "$status" 77 "verify too"
rm "$policy"
try 1 "$bottle" exec web -- true
is "$status" 125 "a policy file that is gone: exec refuses"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# A monitor that is connected elsewhere, or listens; also one that lets nobody look at its descriptors.
as 3 python3 -c '
import socket, time
s = socket.create_server(("127.0.0.1", 7979))
time.sleep(600)' &
listener=$!
cat >"$work/vm.py" <<'END'
import ctypes, os, socket, time
how = open(os.environ["HOME"] + "/vm.how").read().split()
if "hidden" in how:
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
s = socket.create_server(("127.0.0.1", 7980)) if "listen" in how else socket.create_connection(("127.0.0.1", 7979))
time.sleep(100000)
END
chmod 644 "$work/vm.py"
for how in "connect" "listen" "hidden connect" "hidden listen"; do
	home_of 1 >/dev/null
	echo "$how" >"$work/home-1/vm.how"
	fault 1 vm "$work/vm.py"
	up
	sleep 0.5
	try 1 "$bottle" verify web --json
	is "$status" 1 "$how: verify fails"
	is "$(found sockets)" false "$how: by the monitor's sockets"
	case $how in
	*listen) refused "$how" 'verify: sockets: tcp 127.0.0.1:7980 takes from anyone' ;;
	*) refused "$how" 'verify: sockets: tcp 127.0.0.1:7979' ;;
	esac
	as 1 "$bottle" stop web >/dev/null
done
# A guest that does not answer keeps nothing of that back.
echo connect >"$work/home-1/vm.how"
up
sleep 0.5
fault 1 answer nonsense
try 1 "$bottle" verify web --json
is "$status" 1 "a guest that answers nonsense: verify fails"
is "$(found sockets)" false "by what the host shows"
refused "nonsense" 'verify: sockets: tcp 127.0.0.1:7979'
as 1 "$bottle" stop web >/dev/null
rm "$work/home-1/faults/vm"
rm "$work/home-1/faults/answer"
up
fault 1 answer nonsense
try 1 "$bottle" verify web
[ "$status" -ne 0 ]
ok $? "nonsense alone: verify fails"
refused "nonsense alone" 'verify: probes: '
rm "$work/home-1/faults/answer"
as 1 "$bottle" stop web >/dev/null

# Another process of this user that lets nobody look: whose a socket is cannot be told then.
echo "hidden connect" >"$work/home-1/vm.how"
as 1 python3 -c '
import ctypes, time
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
time.sleep(600)' &
hidden=$!
fault 1 vm "$work/vm.py"
up
sleep 0.5
try 1 "$bottle" verify web --json
is "$(jq -r '.host_evidence[] | select(.id == "sockets") | .pass, .unclear' "$work/out" | tr '\n' ' ')" "false true " \
	"beside another process that hides: sockets are unclear"
is "$status" 0 "which is no failure"
try 1 "$bottle" verify web
like "$work/out" '^unclear +sockets .*of the monitor, or of 1 other process' "and is said"
like "$work/out" ': verified: 5 of 6 findings' "and is no pass"
as 1 "$bottle" stop web >/dev/null
kill_all 1
wait "$hidden"
kill_all 3
wait "$listener"
no_faults 1

# A verify that outlives its bottle says nothing of the next one.
up
fault 1 exec.delay 3
as 1 "$bottle" verify web >"$work/late" 2>&1 &
late=$!
sleep 1
no_faults 1
as 1 "$bottle" stop web >/dev/null
up
wait "$late"
try 1 "$bottle" exec web -- true
is "$status" 0 "a verify that outlives its bottle does not condemn the next one"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
