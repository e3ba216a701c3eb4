#!/bin/sh
# Nothing that a guest, a bundle, an engine or a file says moves the terminal (T30).
# shellcheck disable=SC2016 # commands of the guest expand there
. "$(dirname "$0")/lib.sh"

engine_start a
cp "$here/pty" "$work/bin/pty"
esc=$(printf '\033')
# Whatever a terminal acts on: C0 but tab and newline, DEL, C1 as one byte and as UTF-8, overrides and isolates.
acts=$(printf '[\001-\010\013-\037\177]|[\302][\200-\237]|\342\200[\252-\256]|\342\201[\246-\251]')

clean() { # FILE NAME: none of it is in FILE, where a newline of a terminal is CR LF
	sed 's/\r$//' "$1" | LC_ALL=C grep -aEq -- "$acts"
	[ $? -eq 1 ]
	ok $? "$2"
}

# Escapes as printf spells them, and what they must look like. Printed in pieces too.
cat >"$work/escapes" <<'END'
CSI|\033[2J|\\x1b[2J
a title|\033]0;fooled\007|\\x1b]0;fooled\\x07
a title ended by ST|\033]0;fooled\033\\|\\x1b]0;fooled\\x1b\\
a copy to the clipboard|\033]52;c;ZXZpbA==\007|\\x1b]52;c;ZXZpbA==\\x07
DCS|\033P$q"p\033\\|\\x1bP$q"p\\x1b\\
a carriage return|good\rbad|good\\x0dbad
backspaces|good\b\b\b\bbad|good\\x08\\x08\\x08\\x08bad
DEL|a\177b|a\\x7fb
CSI as one byte|\2332J|\\x9b2J
CSI as UTF-8|\302\2332J|\\xc2\\x9b2J
OSC as UTF-8|\302\235|\\xc2\\x9d
an override|\342\200\256gpj.exe|\\xe2\\x80\\xaegpj.exe
an isolate|\342\201\246x\342\201\251|\\xe2\\x81\\xa6x\\xe2\\x81\\xa9
invalid UTF-8|\300\257\377|\\xc0\\xaf\\xff
a shift out|\016lqk|\\x0elqk
plain UTF-8|h\303\251 \342\202\254|h\303\251 \342\202\254
END

# shellcheck disable=SC2086 # a list of words
try 1 "$bottle" $launch web
is "$status" 0 "a bottle"

while IFS='|' read -r what bytes shown; do
	want=$(printf '%b' "$shown")
	try 1 pty "$bottle" exec web -- printf "$bytes"
	is "$(tr -d '\r' <"$work/out")" "$want" "exec on a terminal: $what"
	try 1 pty --redirect stdout=/dev/null "$bottle" exec web -- sh -c 'printf "$1" >&2' x "$bytes"
	is "$(tr -d '\r' <"$work/out")" "$want" "its stderr: $what"
	try 1 "$bottle" exec web -- printf "$bytes"
	is "$(od -c <"$work/out")" "$(printf '%b' "$(echo "$bytes" | sed 's/\\\([0-3][0-7][0-7]\)/\\0\1/g')" | od -c)" \
		"a pipe gets the bytes: $what"
done <"$work/escapes"

# In pieces: a character, an escape and a line's end over two writes.
try 1 pty "$bottle" exec web -- sh -c 'for c in "\303" "\251" "\033" "[2J" "\302" "\2330m" "x\r" "\n" "\342" "\200" "\256"; do
	printf "$c"; sleep 0.05; done'
is "$(od -An -c "$work/out" | tr -s ' \n' ' ')" \
	" 303 251 \\ x 1 b [ 2 J \\ x c 2 \\ x 9 b 0 m x \\r \\r \\n \\ x e 2 \\ x 8 0 \\ x a e " "bytes that come one by one"
try 1 pty "$bottle" exec web -- sh -c 'printf abc; sleep 3; printf def' &
wait $!
is "$(cat "$work/out")" abcdef "a line without an end"
try 1 pty "$bottle" exec web -- sh -c 'head -c 3000000 /dev/zero | tr "\0" x; yes | head -n 20000 >&2; exit 5'
is "$status" 5 "much output of both streams: the exit code"
is "$(wc -c <"$work/out")" 3060000 "and all of it"
try 1 pty --keys 'typed\n\004' --until ready "$bottle" exec -i web -- sh -c 'stty -echo; echo ready; cat; exit 6'
is "$status" 6 "standard input reaches the command"
like "$work/out" '^typed' "as it was typed"
try 1 pty "$bottle" exec --raw web -- printf '\033[2J'
is "$(cat "$work/out")" "${esc}[2J" "--raw: the bytes as they are"
try 1 pty "$bottle" exec web -- sh -c 'exec not-there'
is "$status" 127 "a command that is not there"
as 1 "$bottle" stop web >/dev/null
# shellcheck disable=SC2086
try 1 pty --redirect stdin=/dev/null "$bottle" $launch web --rm -- printf '\033]0;x\007'
like "$work/out" '\\x1b\]0;x\\x07' "launch -- CMD without a terminal to read from: filtered"
unlike "$work/out" "$esc]0" "and the title is not set"

# After a terminal was lent it is as before, whatever the program did to it.
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
mess='stty raw -echo; printf "\033[?1049h\033[?1000h\033[?1006h\033[?2004h\033[?25l\033=\033(0"'
reset() { # NAME: the terminal got all that undoes it, after what the command printed
	for mode in '\[!p' '\[0m' '\[\?1049l' '\[\?1000l' '\[\?1002l' '\[\?1003l' '\[\?1006l' '\[\?2004l' '\[\?25h' '>'; do
		tail -c 120 "$work/out" | grep -aEq -- "$esc$mode" || break
		mode=
	done
	is "$mode" "" "$1: screen, mouse, paste, cursor and keypad are reset"
	like "$work/err" '^modes same' "$1: the line's modes too"
}
try 1 pty "$bottle" exec -it web -- sh -c "$mess; exit 4"
is "$status" 4 "exec -it passes the exit code on"
like "$work/out" "$esc\[\?1049h" "and the bytes"
reset "exec -it"
try 1 pty --keys "$mess; exit 3\n" --until '$' "$bottle" shell web
is "$status" 3 "shell"
reset "shell"
try 1 pty --keys '\003' --until ready "$bottle" exec -it web -- sh -c 'stty -echo -opost; printf "ready\033[?25l"; sleep 60'
reset "Ctrl-C"
try 1 pty --keys '\034' --until ready "$bottle" exec -it web -- sh -c 'stty -echo -opost; printf "ready\033[?25l"; sleep 60'
reset "Ctrl-\\"
for signal in TERM HUP; do
	try 1 pty "$bottle" exec -it web -- sh -c "$mess; sleep 60" &
	run=$!
	wait_for 10 pgrep -u "$(uid 1)" -f '^sleep 60' >/dev/null
	kill -s "$signal" "$(pgrep -o -r D,R,S,T -u "$(uid 1)" -f "^$bottle exec")"
	wait "$run"
	# shellcheck disable=SC2046 # one of an earlier line may be there as well
	kill -KILL $(pgrep -u "$(uid 1)" -f '^sleep 60') 2>/dev/null
	wait_for 10 sh -c "! pgrep -u $(uid 1) -f '^sleep 60'" >/dev/null
	reset "SIG$signal"
done
try 1 pty "$bottle" exec web -- true
unlike "$work/out" "$esc" "without -t nothing is reset"
as 1 "$bottle" stop web >/dev/null
# shellcheck disable=SC2086
try 1 pty "$bottle" $launch web --rm -- sh -c "$mess; exit 4"
is "$status" 4 "launch -- CMD on a terminal"
tail -c 400 "$work/out" | grep -aq "${esc}\[?1049l"
ok $? "resets the screen"
like "$work/err" '^modes same' "and the line's modes"

# Everything else that prints what others say. NAME by NAME.
evil=$(printf 'evil\033[2J\b\302\233\342\200\256\177')
said() { # NAME [silently: it is not even repeated]
	cat "$work/out" "$work/err" >"$work/both"
	[ -n "${2:-}" ] || like "$work/both" "evil|EVIL" "$1: it is shown"
	clean "$work/both" "$1: nothing in it acts"
}
label() { # NAME LABEL...
	name=$1
	shift
	engine_docker a create --name "bot-bottle-sidecars-$name" "$@" bundle >/dev/null
}
label foreign --label "io.bot-bottle.owner=$(printf 'evil\nweb  running')$evil" --label "io.bot-bottle.alias=127.0.0.20" \
	--label "io.bot-bottle.slug=$evil" --label "io.bot-bottle.backend=$evil"
try 1 "$bottle" ps --all
said "labels in ps --all"
is "$(grep -c '^web' "$work/out")" 0 "a newline in a label makes no line"
try 1 "$bottle" ps --all --json
said "labels in ps --all --json"
is "$(jq -r '.bottles[0].owner' "$work/out")" "$(printf 'evil\nweb  running')$evil" "and JSON has the value"
try 1 "$bottle" pool
said "labels in pool" silently
for each in "stop foreign" "exec foreign -- id" "verify foreign"; do
	# shellcheck disable=SC2086
	try 1 "$bottle" $each
	said "labels in the error of $each"
done
engine_docker a rm -f bot-bottle-sidecars-foreign >/dev/null

tar -C "$work/bundle" -c . | docker -H "unix://$work/a.sock" import \
	--change "CMD [\"/bin/busybox\",\"sh\",\"-c\",\"printf '\\\\\\\\033[2Jevil\\\\\\\\r\\\\\\\\302\\\\\\\\233' >&2; exit 3\"]" - dying:latest >/dev/null
try 1 "$bottle" launch web --image agent --bundle-image dying
said "the logs of a bundle that ends"
for verb in create start exec pack; do
	[ "$verb" != pack ] || rm -rf "$work/home-1/.cache/bot-bottle/smolmachines"
	fault 1 "$verb" "$evil"
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	said "smolvm's message to $verb"
	no_faults 1
done
fault 1 old-version "$evil"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
said "smolvm's version"
no_faults 1
fault 1 answer "$evil"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
said "what a guest says" silently
no_faults 1
fault 1 answer "proxy refused $evil 0 -"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
said "what a guest says as an errno" silently
no_faults 1
mkdir -p "$work/project"
printf 'version: 1\nagent: {image: "\\x1b[2Jevil\\x9b\\u202e"}\n' >"$work/project/bottle.yaml"
AT=$work/project try 1 "$bottle" launch web
said "a value of bottle.yaml" silently
printf 'version: 1\n"evil\\x1b[2J\\x7f": 1\n' >"$work/project/bottle.yaml"
AT=$work/project try 1 "$bottle" launch web
said "a key of bottle.yaml"
try 1 "$bottle" launch web --image agent --mount "/nowhere/$evil:/mnt"
said "a path"
try 1 "$bottle" launch web -f "$evil"
said "a file's name"
try 1 "$bottle" launch "$evil" --image agent
said "a bottle's name"
try 1 "$bottle" "$evil"
said "a command's name"
try 1 "$bottle" launch --image "evil${esc}[2J"
said "an image's name"
try 1 DOCKER_HOST="unix:///$evil" "$bottle" ps
said "a socket's name"
printf 'FROM bundle\n%s x\n' "$evil" >"$work/project/Dockerfile"
as 1 "$bottle" trust "$work/project/Dockerfile" >/dev/null
try 1 "$bottle" launch web --dockerfile "$work/project/Dockerfile" --bundle-image bundle
said "docker build"
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
