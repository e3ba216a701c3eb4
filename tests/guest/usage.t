#!/bin/sh
# bottle-guest: what it refuses, and that it then has done nothing.
# shellcheck source=tests/guest/tap.sh
. "$(dirname "$0")/tap.sh"
own_namespace
ip link set lo up 2>/dev/null

refused() {
	name=$1
	shift
	run "$@"
	is "$name: exit 64" "$code" 64
	is "$name: nothing on stdout" "$out" ""
	is "$name: one line on stderr" "$(printf '%s\n' "$err" | grep -c '^bottle-guest: ')" 1
}

A=a,tcp,127.0.0.1,80,100,n
refused "no verb"
refused "unknown verb" down
refused "empty verb" ""
refused "hold with an argument" hold on
refused "up without alias" up
refused "up with two aliases" up 127.0.0.16 127.0.0.17
for alias in "" 127.0.0.1 127.0.0.0 127.255.255.255 126.255.255.255 128.0.0.1 10.0.0.1 \
	127.0.0.016 127.16 ::1 127.0.0.16/32 "127.0.0.16 "; do
	refused "up '$alias'" up "$alias"
done
refused "probe without attempt" probe
refused "probe with a bad attempt" probe a,tcp,127.0.0.1,80,100
refused "a bad one after a good one" probe $A b,tcp,127.0.0.1,0,100,n
refused "the same ID twice" probe $A $A
refused "up with a bad attempt" up 127.0.0.16 probe a,tcp,localhost,80,100,n
refused "up and probe without attempt" up 127.0.0.16 probe
refused "probe before up" probe $A up 127.0.0.16
refused "65 attempts" probe $(seq -f "a%g,tcp,127.0.0.1,80,100,n" 65)

run probe $A b,tcp,127.0.0.1,0,100,n
is "the error names the attempt and the field" "$err" \
	"bottle-guest: b,tcp,127.0.0.1,0,100,n: bad PORT"

run --version
is "--version" "$code" 0
like "prints it" "$out" "bottle-guest [0-9.]+"

run probe $(seq -f "a%g,tcp,127.0.0.1,80,100,n" 64)
is "64 attempts: exit 0" "$code" 0
is "64 attempts: a head, 64 lines, an end" "$(printf '%s\n' "$out" | wc -l)" 66
is "64 attempts: in their order" "$(printf '%s\n' "$out" | sed '1d;$d' | cut -d' ' -f1)" \
	"$(seq -f a%g 64)"
is "64 attempts: the end counts them" "$(printf '%s\n' "$out" | tail -n 1)" "end 64"

if [ -e /dev/full ]; then
	code=0
	"$guest" probe $A >/dev/full 2>"$tmp/err" || code=$?
	is "an answer that cannot be written: exit 1" "$code" 1
	is "and it says so" "$(cat "$tmp/err")" "bottle-guest: stdout: cannot be written: ENOSPC"
else
	skip "an answer that cannot be written" "no /dev/full"
fi
done_testing
