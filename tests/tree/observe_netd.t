#!/bin/sh
# The helper's audit line: what bottle-netd(8) says of it, against the lines of real calls; and what reads it.
. "$(dirname "$0")/tap.sh"
data=$top/tests/tree/observe
observe=$top/install/observe

make -s --no-print-directory BUILD="$BUILD" netd
mandoc -T ascii -O width=200 helper/bottle-netd.8 | col -bx >"$work/page"
section() { # NAME: of the page
	awk -v name="$1" '/^[A-Z]/ { on = $0 == name } on' "$work/page"
}
section 'AUDIT LINE' >"$work/section"
section 'EXIT STATUS' >"$work/status"
[ "$(id -u)" -eq 0 ] || skip_all "not root: cannot make a setuid copy"
unshare -nm true 2>/dev/null || skip_all "no namespaces here"
chmod 755 "$work"
mkdir "$work/netd"
code=0
"$data/netd-lines" "$(realpath "$BUILD/libexec/bottle-netd")" "$work/netd" >"$work/lines" 2>"$work/why" || code=$?
[ "$code" -ne 3 ] || skip_all "$work is mounted nosuid"
is "real calls of the helper were made" "$code|$(wc -l <"$work/lines")|$(cat "$work/why")" "0|10|"
of() { # CASE KEY
	jq -r --arg case "$1" --arg key "$2" 'select(.case == $case) | .[$key]' "$work/lines"
}
line() { # CASE: without its priority
	of "$1" line | sed 's/^<85>//'
}

# --- the line and the page
for case in add:0 remove:0 usage:64 outside:77 foreign:75 installation:78 all:0; do
	name=${case%:*} want=${case#*:}
	is "$name: exit and result are $want" "$(of "$name" exit)|$(of "$name" line | sed 's/.*result=//')" "$want|$want"
	is "$name: facility authpriv, severity notice; process and caller" \
		"$(of "$name" line | sed 's/: op=.* uid=/: uid=/; s/ result=.*//')" \
		"<85>bottle-netd[$(of "$name" sender_pid)]: uid=65533"
	check "$name: that result is a status of the page" grep -qE "^ *$want( |$)" "$work/status"
done
is "the fields of a real line are those of the page, in its order" \
	"$(line add | sed 's/^[^:]*: //' | tr ' ' '\n' | sed 's/=.*//' | paste -sd ' ')" \
	"$(awk '/^     (op|octets|uid|result) / { print $1 }' "$work/section" | paste -sd ' ')"
unnumbered() {
	sed 's/\[[0-9]*\]/[PID]/; s/uid=[0-9]*/uid=UID/'
}
is "so is its example, the process and the user aside" \
	"$(sed -n 's/^ *\(bottle-netd\[.*\)/\1/p' "$work/section" | unnumbered)" "$(line add | unnumbered)"
is "octets: the last numbers as they were given, none of what was refused" \
	"$(for name in add remove usage outside all; do line $name | sed 's/.*octets=\([^ ]*\) .*/[\1]/'; done | paste -sd ' ')" \
	"[16,31] [16] [] [] [$(seq -s , 16 31)]"
check "the longest line is below 128 bytes" test "$(of all line | wc -c)" -le 128
is "policy and a call without arguments say nothing" "$(of policy line)|$(of nothing line)" "null|null"
is "the kernel's word for the sender is uid 0" "$(of add sender_uid)|$(of usage sender_uid)" "0|0"
is "but the caller's for a copy without the bit, and for a line that a user made up" \
	"$(of installation sender_uid)|$(of forged sender_uid)" "65533|65533"

# --- the page's own parser, as it is to be typed, with journalctl(1) replaced by lines as it prints them
sed -n "/sed -nE/,/\\/p'\$/p" "$work/section" | sed 's/^ *//; s/^journalctl.*| sed/sed/' >"$work/parser"
for name in add usage; do
	echo "Nov 29 12:00:00 host $(line $name)"
done >"$work/short"
is "the parser of the page reads them" "$(sh "$work/parser" <"$work/short" | sed 's/pid=[0-9]*/pid=PID/')" \
	"pid=PID op=add octets=16,31 uid=65533 result=0
pid=PID op=add octets= uid=65533 result=64"
printf 'Nov 29 12:00:00 host bottle-netd[1]: %s\n' 'op=add octets=16 uid=0 result=0 x' \
	'op=flush octets=16 uid=0 result=0' '127.0.0.16 added' >"$work/short"
is "and nothing else" "$(sh "$work/parser" <"$work/short")" ""

# --- netd.jq, on entries as the journal's are
jq -c 'select(.line) |
	(.line | capture("^<85>(?<name>[^\\[]*)\\[(?<pid>[0-9]+)\\]: (?<message>.*)$")) as $part |
	{__REALTIME_TIMESTAMP: "1764417600000000", _HOSTNAME: "host", SYSLOG_IDENTIFIER: $part.name, SYSLOG_PID: $part.pid,
		MESSAGE: $part.message, _UID: (.sender_uid | tostring), _EXE: "/usr/libexec/bottle/bottle-netd"}' \
	"$work/lines" >"$work/journal"
jq -cn '"op=add octets=16 uid=1 result=0" as $line |
	("127.0.0.16 added", [98, 255], $line + " x", $line + "\nx", "x\n" + $line | {MESSAGE: ., _UID: "0"}),
	{MESSAGE: $line}' >>"$work/journal"
jq -c -f "$observe/netd.jq" "$work/journal" >"$work/json"
is "netd.jq: a line of JSON each, what is no audit line left out" \
	"$(jq -r '[.op, .octets, .result, .trusted] | join(" ")' "$work/json")" \
	"add 16,31 0 yes
remove 16 0 yes
add  64 yes
remove  77 yes
remove 20 75 yes
add 17 78 no
add $(seq -s , 16 31) 0 yes
add 16 0 no
add 16 0 unknown"
is "netd.jq: all of an entry" "$(head -n 1 "$work/json" | jq -c 'del(.pid)')|$(head -n 1 "$work/json" | jq .pid)" \
	'{"time":"2025-11-29T12:00:00Z","host":"host","op":"add","octets":"16,31","uid":65533,"result":0,"trusted":"yes",'\
'"exe":"/usr/libexec/bottle/bottle-netd"}|'"$(of add sender_pid)"
is "its keys are those that sigma-check knows" "$(jq -r 'keys_unsorted | join(", ")' "$work/json" | sort -u)" \
	"$(sed -n 's/.*("bottle", "netd"): {\(.*\)},/\1/p' "$data/sigma-check" | tr -d '"')"
done_testing
