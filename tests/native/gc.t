#!/bin/sh
# gc: what it lists, since when and why; what it removes; what it leaves to others.
. "$(dirname "$0")/lib.sh"

engine_start a
state=$work/home-1/.local/state/bottle
owned() { # COMMAND... as user 1
	as 1 "$@"
}

# A launch that died.
fault 1 create.delay 2
# shellcheck disable=SC2086 # a list of words
as 1 "$bottle" $launch web >/dev/null 2>&1 &
launching=$!
wait_for 60 journal_has 1 web container
pid=$(launcher 1)
kill -KILL "$pid"
wait "$launching"
no_faults 1
wait_for 20 sh -c "! pgrep -u $(uid 1) -f $work/bin/smolvm"

# Its bundle, were its journal lost too; by the labels of a launch, as `launch` gives them.
label() { # KEY VALUE
	printf ' --label io.bot-bottle.%s=%s' "$1" "$2"
}
labels=$(label owner "$(uid 1)" && label launcher 00112233445566778899aabbccddeeff && label backend smolvm && label version 0.1.0)
# shellcheck disable=SC2086 # a list of words
engine_docker a network create $labels --label io.bot-bottle.slug=old bot-bottle-bundle-old >/dev/null
# shellcheck disable=SC2086
engine_docker a create $labels --label io.bot-bottle.slug=old --name bot-bottle-sidecars-old bundle >/dev/null
# Without one label of a launch, and another user's: not ours to remove.
engine_docker a create --label io.bot-bottle.owner="$(uid 1)" --name bot-bottle-sidecars-foreign bundle >/dev/null
theirs=$(label owner "$(uid 2)" && label launcher 0f112233445566778899aabbccddeeff && label backend smolvm && label version 0.1.0)
# shellcheck disable=SC2086
engine_docker a create $theirs --label io.bot-bottle.slug=theirs --name bot-bottle-sidecars-theirs bundle >/dev/null
# Folders without a journal: empty, with what a removal that was cut short leaves, with what is not ours.
owned mkdir -m 700 "$state/empty" "$state/half" "$state/kept" "$state/busy"
owned touch "$state/half/verdict" "$state/half/verdict.a1b2c3"
owned mkdir "$state/kept/folder"

try 1 "$bottle" gc
is "$status" 0 "gc: success"
like "$work/out" "^dead launch  web  since 20[0-9-]*T[0-9:]*Z: the launch \(pid $pid\) ended before the bottle was ready\$" \
	"a dead launch: since when, and why"
like "$work/out" '^container +bot-bottle-sidecars-old  made 20[0-9-]*T[0-9:]*Z: no journal of its launch is here, and no machine' \
	"a container: the same"
like "$work/out" '^network +bot-bottle-bundle-old  made 20[0-9-]*T[0-9:]*Z: no journal' "a network: the same"
for name in empty half kept; do
	like "$work/out" "^folder +$name  it has no journal" "a folder without a journal: $name"
done
unlike "$work/out" 'foreign|theirs' "nothing of another tool or user"
is "$(tail -n 1 "$work/out")" "bottle gc -f removes this" "and what to type"
journal_has 1 web container
ok $? "nothing was removed"
[ -d "$state/empty" ]
ok $? "no folder either"
try 1 "$bottle" gc --json
is "$(jq -r '[.schema, .removed] | join(" ")' "$work/out")" "bottle.gc/1 false" "--json: its schema"
is "$(jq -r '[.details[] | .kind + " " + .name] | sort | join(",")' "$work/out")" \
	"container bot-bottle-sidecars-old,folder busy,folder empty,folder half,folder kept,launch web,network bot-bottle-bundle-old" \
	"--json: what is listed"
is "$(jq '[.details[] | select(.why | length < 10)] | length' "$work/out")" 0 "--json: each with its reason"
is "$(jq -r '.dead_launches + .orphans | join(" ")' "$work/out")" "web bot-bottle-sidecars-old bot-bottle-bundle-old" \
	"--json: names alone"
try 2 "$bottle" gc
unlike "$work/out" 'web|old|empty' "another user's gc lists none of it"

# A folder that a command is at work on.
owned touch "$state/busy.lock"
as 1 flock "$state/busy.lock" sleep 100 &
holding=$!
wait_for 10 sh -c "! flock -n $state/busy.lock true"
try 1 "$bottle" gc
unlike "$work/out" 'busy' "a folder that a command works on is not listed"
try 1 "$bottle" gc -f
is "$status" 73 "gc -f: what cannot be removed is an error"
like "$work/err" "kept.*$state/kept" "which names it"
for removed in 'dead launch  web' 'container +bot-bottle-sidecars-old' 'network +bot-bottle-bundle-old' 'folder +empty' 'folder +half'; do
	like "$work/out" "^removed $removed" "removed $removed"
done
unlike "$work/out" 'kept' "what was not removed is not said to be"
is "$(find "$state" -mindepth 1 -maxdepth 1 -type d -exec basename {} \; | sort | tr '\n' ' ')" "busy kept " \
	"both others are there"
is "$(engine_docker a ps -a --format '{{.Names}}' | sort | tr '\n' ' ')" "bot-bottle-sidecars-foreign bot-bottle-sidecars-theirs " \
	"so is what is not ours"
is "$(engine_docker a network ls -q --filter name=bot-bottle | wc -l)" 0 "no network is left"
kill "$holding"
kill_all 1
wait "$holding"
owned rmdir "$state/kept/folder"
try 1 "$bottle" gc -f --json
is "$status $(jq -r '[.details[].name] | join(" ")' "$work/out")" "0 busy kept" "--json -f: what was removed"
try 1 "$bottle" gc
is "$(cat "$work/out")" "nothing to remove" "then there is nothing"

# A bottle that runs, and one that is kept.
fault 1 escape
# shellcheck disable=SC2086
as 1 "$bottle" $launch bad --keep-on-fail >/dev/null 2>&1
no_faults 1
# shellcheck disable=SC2086
as 1 "$bottle" $launch good >/dev/null 2>&1
try 1 "$bottle" gc -f
is "$(cat "$work/out")" "nothing to remove" "neither a bottle that runs nor one that was kept is garbage"
try 1 "$bottle" exec good -- true
is "$status" 0 "it runs on"

done_testing
