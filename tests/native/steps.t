#!/bin/sh
# What a launch shows while it works: on a terminal one line that is written anew in its place, elsewhere whole lines, colour
# only where it is wanted. What is printed in the end is the same everywhere.
. "$(dirname "$0")/lib.sh"

engine_start a
cp "$here/pty" "$work/bin/pty"
esc=$(printf '\033')

# shown VARIABLE... -- ARG...: launches on a terminal; what it got is in $work/out.
shown() {
	variables=
	while [ "$1" != -- ]; do
		variables="$variables $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # lists of words
	try 1 $variables pty "$bottle" $launch web "$@"
}


# Everything between two line ends, after the last return to the line's begin.
settle() {
	sed "s/\r\$//; s/.*\r//; s/$esc\[K//g" "$work/out" >"$work/plain"
}

stop() {
	as 1 "$bottle" stop web >/dev/null
}

fault 1 start.delay 1.2
shown TERM=xterm --
is "$status" 0 "a terminal"
settle
like "$work/out" "$esc\[K" "lines are written anew"
is "$(grep -o 'booting the machine \.\.\.[^ ]* *[0-9.]* s' "$work/out" | grep -o '[0-9.]* s' | sort -u | wc -l | awk '{ print ($1 > 3) }')" 1 \
	"with the time that passes"
like "$work/out" "$esc\[2m +[0-9.]+ s$esc\[0m" "which is dimmed"
like "$work/out" 'packing agent, once for all launches of it' "what takes long in a step is named"
is "$(grep -c '^  start .* s' "$work/plain")" 1 "one line of a slow step stays"
unlike "$work/plain" '\.\.\.' "and none of what was under way"
like "$work/plain" '^web is ready on 127.0.0.16' "then it is ready"
stop

shown TERM=xterm NO_COLOR=1 --
settle
like "$work/out" "$esc\[K" "NO_COLOR: lines are written anew"
unlike "$work/out" "$esc\[[0-9;]*m" "but there is no colour"
stop
shown TERM=xterm NO_COLOR= --
like "$work/out" "$esc\[2m" "NO_COLOR that is empty is not set"
stop

for each in TERM=dumb LANG=C.UTF-8; do # the second one has no TERM
	shown "$each" --
	is "$status" 0 "$each on a terminal"
	unlike "$work/out" "$esc" "$each: no escape sequence"
	is "$(grep -c '^  start  *[0-9.]* s' "$work/out")" 1 "$each: whole lines of slow steps"
	stop
done
# shellcheck disable=SC2086
try 1 TERM=xterm "$bottle" $launch web
unlike "$work/err" "$esc|$(printf '\r')" "a pipe: whole lines"
like "$work/err" '^  start +[0-9.]+ s$' "a pipe: of slow steps"
unlike "$work/out" "$esc|$(printf '\r')" "a pipe: and nothing of it on stdout"
is "$(wc -l <"$work/out" | tr -d ' ')" "$(grep -c . "$work/out")" "a pipe: stdout has whole lines"
stop

# A line narrower than what is under way does not wrap.
try 1 TERM=xterm pty sh -c 'stty cols 30; exec "$@"' x "$bottle" launch web --image agent --bundle-image bundle --memory 512
is "$(tr '\r' '\n' <"$work/out" | sed "s/$esc\[[0-9;]*[mK]//g" | grep '\.\.\.' | awk 'length > 30' | wc -l | tr -d ' ')" 0 "a narrow terminal: no line wraps"
stop
no_faults 1

# A failure: nothing of the step under way is left before it.
fault 1 create.delay 1
fault 1 create "it broke"
shown TERM=xterm --
settle
is "$status" 73 "a launch that fails on a terminal"
like "$work/plain" "^$esc\[1;31mbottle:$esc\[0m launch web: .*it broke" "the error begins a line, in colour"
like "$work/out" 'undo +removing what was made \.\.\.' "the undo is shown"
unlike "$work/plain" '\.\.\.' "and nothing of it stays"
shown TERM=xterm NO_COLOR=1 --
settle
like "$work/plain" '^bottle: launch web: .*it broke' "NO_COLOR: without colour"
no_faults 1
fault 1 start.delay 1
shown TERM=xterm -- --json
is "$status" 0 "--json on a terminal"
settle
is "$(sed -n '/^{/,$p' "$work/plain" | jq -r .schema)" bottle.launch/1 "the document stands alone after the steps"
stop
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
