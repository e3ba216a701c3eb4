#!/bin/sh
# What --json prints, of every command and for real, is what docs/json says, and no key more or less. An error with --json is
# text on stderr, and nothing on stdout.
. "$(dirname "$0")/lib.sh"

/usr/bin/python3 -I -c 'from jsonschema import Draft202012Validator' 2>/dev/null || plan_skip "no python3-jsonschema"
engine_start a
: >"$work/seen"

valid() { # NAME STATUS WHAT ARG...: bottle ARG... prints a valid document of bottle.NAME
	name=$1 want=$2 what=$3
	shift 3
	try 1 "$bottle" "$@"
	is "$status" "$want" "$what: exit $want"
	sed 's/^/# /' "$work/err"
	is "$(jq -r .schema "$work/out")" "bottle.$name/1" "$what: one document of that schema and nothing else"
	echo "$name" >>"$work/seen"
	cp "$work/out" "$work/document.$(wc -l <"$work/seen").$name"
}

# shellcheck disable=SC2086 # lists of words
{
	valid version 0 version version --json
	valid plan 0 "launch --dry-run" $launch web --dry-run --json
	valid plan 0 "with a command" $launch web --dry-run --json -- true
	valid pool 0 "pool, all free" pool --json
	valid ps 0 "ps, no bottle" ps --json
	valid gc 0 "gc, nothing" gc --json
	valid trust 0 "trust --list, nothing" trust --list --json
	valid launch 0 launch $launch web --json
	valid plan 0 "launch --dry-run beside it" $launch other --dry-run --json
}
valid ps 0 "ps, one bottle" ps --json
valid ps 0 "ps --all" ps --all --json
valid env 0 env env web --json
valid verify 0 verify verify web --json
valid verify 0 "verify --full" verify web --full --json
valid pool 0 "pool, one held" pool status --json
valid pool 0 "pool ensure" pool ensure --json
valid config 0 "config show" config show --json
valid doctor 1 doctor doctor --backend smolvm --json
is "$(jq -r '[.checks[] | select(.state == "fail") | .name] | join(" ")' "$work/out")" kvm "for want of virtualisation alone"
valid pack 0 "pack ls" pack ls --json
valid pack 0 "pack build" pack build agent --json
valid pack 0 "pack prune" pack prune --json
valid allowlist 0 "allowlist show" allowlist show web --json
printf 'version: 1\n' >"$work/bottle.yaml"
valid trust 0 trust trust "$work/bottle.yaml" --json
valid trust 0 "trust --list" trust --list --json
valid trust 0 "trust --revoke" trust --revoke "$work/bottle.yaml" /nowhere --json
# A bottle that fails its verify.
fault 1 escape
valid verify 1 "verify that fails" verify web --json
no_faults 1
valid ps 0 "ps, unverified" ps --json
try 1 "$bottle" events web --json
grep '"denied"' "$work/out" >"$work/denied"
ok $? "events NAME: what was denied is among them"
valid stop 0 stop stop web nowhere --json
valid stop 0 "stop --all, nothing" stop --all --json

# One document a line.
try 1 "$bottle" events --json
is "$status" 0 "events: exit 0"
cat "$work/denied" >>"$work/out"
is "$(jq -r .schema "$work/out" | sort -u)" "bottle.events/1" "events: each of that schema"
grep -n '' "$work/out" | while IFS=: read -r number line; do
	printf '%s\n' "$line" >"$work/document.events-$number.events"
done
echo events >>"$work/seen"

# What a dead launch leaves.
fault 1 create.delay 30
# shellcheck disable=SC2086
as 1 "$bottle" $launch dead >/dev/null 2>&1 &
wait_for 30 journal_has 1 dead container
kill -KILL "$(launcher 1)"
kill_all 1
no_faults 1
valid ps 0 "ps, a dead launch" ps --json
valid gc 0 "gc, a dead launch" gc --json
is "$(jq -r '.dead_launches[0]' "$work/out")" dead "it is named"
valid gc 0 "gc -f" gc -f --json

# Not of bottle itself: the check of an installation, of whatever is here. tests/install/drift.t has each kind of finding.
"$top/install/check.sh" --json >"$work/document.install.check" 2>"$work/err"
is "$(jq -r .schema "$work/document.install.check")" "bottle.check/1" "check --json: one document of that schema and nothing else"
echo check >>"$work/seen"

is "$("$here/validate" "$top/docs/json" "$work"/document.* 2>&1)" "" "all are as their schemas say, and no schema lets more through"
is "$(sort -u "$work/seen" | tr '\n' ' ')" "$(cd "$top/docs/json" && ls | sed 's/\.json$//' | tr '\n' ' ')" \
	"every schema was tried"
# Every command that has --json is among them.
for command in $("$bottle" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	if "$bottle" "$command" --help | grep -q '^ *--json '; then
		grep -qx "$command" "$work/seen"
		ok $? "$command has a schema"
	fi
done

# Errors are text, on stderr.
failing() { # STATUS ARG...
	want=$1
	shift
	try 1 "$bottle" "$@" --json
	is "$status:$(wc -c <"$work/out")" "$want:0" "$* --json: exit $want, nothing on stdout"
	like "$work/err" '^bottle: ' "$* --json: text on stderr"
}
failing 64 env nowhere
failing 64 verify nowhere
failing 77 allowlist show nowhere
failing 64 pool drain
failing 65 launch web --image nothing --bundle-image bundle
failing 65 launch web --image nothing --bundle-image bundle --dry-run
done_testing
