# shellcheck shell=sh
# What the helper does to addresses. Run by alias.t and userns.t as root of a network namespace.
# shellcheck source=tests/helper/tap.sh
. "$(dirname "$0")/tap.sh"
A=127.0.0.16 B=127.0.0.17

# state NAME ADDRESSES...: the kernel has 127.0.0.1 first and then exactly these
state() {
	state_name=$1
	shift
	is "$state_name" "$(addrs)" "$(printf '%s\n' "$@")"
}

# refused NAME CODE WHY ARGUMENT...: that exit code, one fixed line, nothing on stdout, nothing changed
refused() {
	refused_name=$1 refused_code=$2 why=$3
	shift 3
	before=$(addrs)
	run "$netd" "$@"
	is "$refused_name: exit $refused_code, says why, changes nothing" "$code|$out|$err|$(addrs)" \
		"$refused_code||bottle-netd: $why|$before"
}

usage='usage: bottle-netd add|remove ADDR... | policy | version'
bad='an address is not a canonical dotted quad, or there twice'
outside='an address lies outside the pool'

# --- what needs nothing
fresh
run "$netd" policy
is "policy" "$code|$out|$err" "0|protocol 1 pool 127.0.0.16 127.0.0.31|"
run "$netd" version
like "version" "$code|$out|$err" '0\|bottle-netd [0-9.]+\|'

# --- add and remove
flags=$(ip -o link show lo)
run "$netd" add $A
is "add: exit 0 and one line" "$code|$out|$err" "0|$A added|"
state "add puts a /32 on its label and leaves 127.0.0.1" "$home" "$A/32 lo:16"
run "$netd" add $A
is "add of what is there: present" "$code|$out|$err" "0|$A present|"
state "and changes nothing" "$home" "$A/32 lo:16"
run "$netd" add $B $A
is "one line an address, in the order given" "$code|$out" "0|$B added
$A present"
run "$netd" remove $A
is "remove: exit 0 and one line" "$code|$out|$err" "0|$A removed|"
state "remove takes that address alone" "$home" "$B/32 lo:17"
run "$netd" remove $A $B
is "remove of what is absent is success" "$code|$out" "0|$A absent
$B removed"
state "nothing is left" "$home"
# shellcheck disable=SC2046
run "$netd" add $(seq -f 127.0.0.%g 16 31)
is "all 16 in one call" "$code|$(printf '%s\n' "$out" | grep -c added)|$(addrs | grep -c /32)" "0|16|16"
# shellcheck disable=SC2046
run "$netd" remove $(seq -f 127.0.0.%g 16 31)
is "and off again" "$code|$(printf '%s\n' "$out" | grep -c removed)" "0|16"
state "127.0.0.1 is as before" "$home"
is "the interface's flags are as before" "$(ip -o link show lo)" "$flags"

# --- leftovers of an interrupted call
fresh $A/8 lo:16
state "(a leftover /8 is secondary)" "$home" "$A/8 lo:16 secondary"
run "$netd" add $A
is "add repairs a leftover /8" "$code|$out|$err" "0|$A added|"
state "it is a /32, and 127.0.0.1 is there" "$home" "$A/32 lo:16"
fresh $A/8 lo:16 $B/8 lo:17
run "$netd" remove $A
is "remove takes a leftover /8" "$code|$out|$err" "0|$A removed|"
state "and leaves its sibling" "$home" "$B/8 lo:17 secondary"

# --- what others put there
held='the address or its label is held or changed by others'
for setup in "$A/32 lo" "$A/32 lo:x" "$A/24 lo:16" "$A/0 lo:16" "$A/32 lo:16 $A/8 lo:x" "$A/8 lo:x $A/32 lo:16" \
	"10.9.9.9/32 lo:16 $A/32 lo:16" "$A/32 lo:16 10.9.9.9/32 lo:16" "$A/32 lo:160"; do
	# shellcheck disable=SC2086
	fresh $setup
	before=$(addrs)
	run "$netd" add $A
	is "foreign ($setup): add is content" "$code|$out|$err" "0|$A foreign|"
	run "$netd" remove $A
	is "foreign ($setup): remove exits 75" "$code|$out|$err" "75|$A foreign|bottle-netd: $held"
	is "foreign ($setup): nothing is written" "$(addrs)" "$before"
done
for setup in "10.9.9.9/32 lo:16" "127.0.0.18/32 lo:16" "127.9.9.9/8 lo:16"; do
	# shellcheck disable=SC2086
	fresh $setup
	before=$(addrs)
	run "$netd" add $A
	is "its label on another address ($setup): add exits 75" "$code|$out|$err" \
		"75|$A absent|bottle-netd: $held"
	run "$netd" remove $A
	is "its label on another address ($setup): remove finds nothing" "$code|$out|$err" "0|$A absent|"
	is "its label on another address ($setup): nothing is written" "$(addrs)" "$before"
done
fresh $A/32 lo
run "$netd" remove $A $B
is "a failure does not stop the rest" "$code|$out" "75|$A foreign
$B absent"
run "$netd" add $B $A
run "$netd" remove $A $B
is "nor hide it" "$code|$out" "75|$A foreign
$B removed"
if ip link add bottle0 type dummy 2>/dev/null || ip link add bottle0 type veth 2>/dev/null; then
	fresh
	ip addr add $A/32 dev bottle0
	run "$netd" add $A
	is "foreign: on another interface" "$code|$out" "0|$A foreign"
	ip link del bottle0
else
	skip "foreign: on another interface" "no other interface can be made here"
fi

# --- loopback is not as it must be: the ways to lose 127.0.0.1
down='the loopback interface is down'
missing='127.0.0.1/8 is missing from lo, or secondary to another address'
for promote in 0 1; do
	if ! echo $promote >/proc/sys/net/ipv4/conf/lo/promote_secondaries 2>/dev/null; then
		skip "promote_secondaries=$promote" "cannot be set here"
		continue
	fi
	p="promote_secondaries=$promote"
	for verb in add remove; do
		fresh
		ip link set lo down
		before=$(addrs)
		run "$netd" $verb $A
		is "lo down, $p: $verb exits 75 and writes nothing" "$code|$out|$err|$(addrs)" \
			"75|$A absent|bottle-netd: $down|$before"

		fresh
		ip addr del 127.0.0.1/8 dev lo
		run "$netd" $verb $A
		is "127.0.0.1 missing, $p: $verb exits 75 and writes nothing" "$code|$out|$err|$(addrs)" \
			"75|$A absent|bottle-netd: $missing|"

		# The alias came first, 127.0.0.1 is its secondary: setting its mask would delete 127.0.0.1.
		ip link set lo down
		ip addr flush dev lo
		ip addr add $A/8 dev lo label lo:16
		ip link set lo up
		state "(127.0.0.1 is secondary to the alias)" "$A/8 lo:16" "$home secondary"
		run "$netd" $verb $A
		is "alias primary, $p: $verb exits 75" "$code|$out|$err" "75|$A present|bottle-netd: $missing"
		state "alias primary, $p: 127.0.0.1 is still there" "$A/8 lo:16" "$home secondary"
		run "$netd" $verb $B
		is "another alias primary, $p: $verb exits 75" "$code|$out|$err" \
			"75|$B absent|bottle-netd: $missing"

		# Two leftovers and no 127.0.0.1: removing the first would remove the second.
		fresh
		ip addr del 127.0.0.1/8 dev lo
		ip addr add $A/8 dev lo label lo:16
		ip addr add $B/8 dev lo label lo:17
		run "$netd" $verb $A
		is "two leftovers, no 127.0.0.1, $p: $verb exits 75" "$code|$out" "75|$A present"
		state "two leftovers, $p: both are still there" "$A/8 lo:16" "$B/8 lo:17 secondary"
	done
done
fresh
ip addr del 127.0.0.1/8 dev lo
ip addr add 127.0.0.1/32 dev lo
run "$netd" add $A
is "127.0.0.1/32 alone is not enough" "$code|$out|$err|$(addrs)" \
	"75|$A absent|bottle-netd: $missing|127.0.0.1/32 lo"
fresh
ip addr del 127.0.0.1/8 dev lo
ip addr add 127.0.0.1/8 dev lo label lo:1
run "$netd" add $A
is "127.0.0.1 under another label is primary all the same" "$code|$out" "0|$A added"
state "and stays" "127.0.0.1/8 lo:1" "$A/32 lo:16"
fresh $A/32 lo:16
ip addr del 127.0.0.1/8 dev lo
ip addr add 127.0.0.1/8 dev lo
run "$netd" add $B
is "127.0.0.1 behind a /32 alias is primary all the same" "$code|$out" "0|$B added"
fresh
i=0
while [ $i -lt 600 ]; do
	echo "addr add 10.$((i / 250)).0.$((i % 250 + 1))/32 dev lo"
	i=$((i + 1))
done | ip -batch -
before=$(addrs)
run "$netd" add $A
is "more addresses than can be listed: exit 75" "$code|$out|$err" \
	"75|$A absent|bottle-netd: lo has too many addresses"
is "and nothing is written" "$(addrs)" "$before"

# --- arguments
fresh
refused "no argument" 64 "$usage"
refused "add alone" 64 "$usage" add
refused "unknown verb" 64 "$usage" delete $A
refused "help" 64 "$usage" --help
refused "good and bad address" 64 "$bad" add $A 127.0.0.017
refused "twice the same" 64 "$bad" add $A $A
refused "good and outside" 77 "$outside" add $A 127.0.0.32
refused "127.0.0.1" 77 "$outside" remove 127.0.0.1
for text in "" 16 lo lo:16 127.16 127.0.16 2130706448 0x7f000010 0177.0.0.020 127.0.0.016 127.0.0.16. \
	127.0.0.16/32 127.0.0.16:80 +127.0.0.16 "127.0.0.16 " " 127.0.0.16" "127.0.0.16
" localhost ::1 ::ffff:127.0.0.16 127.0.0.272; do
	refused "add '$(printf %s "$text" | tr '\n' ' ')'" 64 "$bad" add "$text"
done
for last in 0 1 2 15 32 53 54 255; do
	refused "add 127.0.0.$last" 77 "$outside" add 127.0.0.$last
done
for text in '%n%n%s' "$(printf '\033]0;x\007')" "$(head -c 100000 /dev/zero | tr '\0' A)"; do
	refused "an argument that would be seen if it were echoed" 64 "$bad" add "$text"
	refused "a verb that would be seen if it were echoed" 64 "$usage" "$text"
done
# shellcheck disable=SC2046
refused "20000 addresses" 64 "$usage" add $(yes $A | head -20000)
if command -v perl >/dev/null; then
	run perl -e 'exec {$ARGV[0]} "%n%n\n", "add", "127.0.0.300"' "$netd"
	is "argv[0] is never used" "$code|$out|$err" "64||bottle-netd: $bad"
	run perl -e 'exec {$ARGV[0]} ("", "add", "127.0.0.300")' "$netd"
	is "an empty argv[0]" "$code|$out|$err" "64||bottle-netd: $bad"
else
	skip "argv[0]" "no perl"
fi

# --- what a caller hands down
fresh
run env -i "$netd" add $A
is "an empty environment" "$code|$out|$err" "0|$A added|"
run env LD_PRELOAD=/x LD_DEBUG=all LD_TRACE_LOADED_OBJECTS=1 LANG=de TZ=/x "$netd" add $A
is "an environment for the loader and the locale" "$code|$out|$err" "0|$A present|"
for closed in 0 1 2 01 02 12 012; do
	fresh
	code=0
	case $closed in
	0) "$netd" add $A <&- >/dev/null || code=$? ;;
	1) "$netd" add $A >&- || code=$? ;;
	2) "$netd" add $A 2>&- >/dev/null || code=$? ;;
	01) "$netd" add $A <&- >&- || code=$? ;;
	02) "$netd" add $A <&- 2>&- >/dev/null || code=$? ;;
	12) "$netd" add $A >&- 2>&- || code=$? ;;
	012) "$netd" add $A <&- >&- 2>&- || code=$? ;;
	esac
	is "descriptors $closed closed: done all the same" "$code|$(addrs)" "0|$home
$A/32 lo:16"
	code=0
	"$netd" add 127.0.0.1 <&- >&- 2>&- || code=$?
	is "descriptors 012 closed: refused all the same" "$code" 77
done
fresh
mkdir "$tmp/gone"
run sh -c 'cd "$1" && rmdir "$1" && exec "$2" add 127.0.0.16' sh "$tmp/gone" "$netd"
is "a folder that is gone" "$code|$out" "0|$A added"
fresh
run sh -c 'ulimit -n 3 && exec "$1" add 127.0.0.16' sh "$netd"
is "no descriptor left: exit 71, nothing written" "$code|$out|$err|$(addrs)" \
	"71||bottle-netd: cannot open a socket|$home"
run sh -c 'ulimit -n 4 && exec "$1" add 127.0.0.16' sh "$netd"
is "no descriptor left for the second socket: exit 71, nothing written" "$code|$out|$err|$(addrs)" \
	"71||bottle-netd: cannot open a socket|$home"
run sh -c 'ulimit -f 0 && exec "$1" remove 127.0.0.16' sh "$netd"
is "no byte may be written to a file: exit 71, work done" "$code|$(addrs)" "71|$home"
code=0
"$netd" add $A >/dev/full 2>"$tmp/err" || code=$?
is "stdout is full: exit 71, says so, work done" "$code|$(cat "$tmp/err")|$(addrs)" \
	"71|bottle-netd: cannot write to standard output|$home
$A/32 lo:16"
code=0
"$netd" add 127.0.0.1 2>/dev/full || code=$?
is "stderr is full: the exit code stays" "$code" 77
fresh
(
	trap '' PIPE
	sleep 0.2
	code=0
	"$netd" add $A || code=$?
	echo $code >"$tmp/code"
) 2>"$tmp/err" | :
is "nobody reads stdout: exit 71, no SIGPIPE, work done" "$(cat "$tmp/code" "$tmp/err")|$(addrs)" \
	"71
bottle-netd: cannot write to standard output|$home
$A/32 lo:16"

fresh
mkfifo "$tmp/pipe"
exec 8<>"$tmp/pipe"
dd if=/dev/zero of="$tmp/pipe" bs=4096 oflag=nonblock 2>/dev/null
code=0
start=$(date +%s)
timeout -s KILL 20 "$netd" add $A >&8 2>/dev/null || code=$?
took=$(($(date +%s) - start))
exec 8>&-
is "a reader that never reads: ended by SIGALRM (142), work done" "$code|$(addrs)" "142|$home
$A/32 lo:16"
ok "within seconds" test $took -le 5
if command -v perl >/dev/null; then
	fresh
	# shellcheck disable=SC2016
	run perl -e 'use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGALRM, SIGTERM, SIGCHLD));
		$SIG{CHLD} = $SIG{ALRM} = "IGNORE"; kill "TERM", $$; alarm 1; exec @ARGV' "$netd" add $A
	is "signals pending, blocked and ignored, an alarm running" "$code|$out|$err" "0|$A added|"
else
	skip "inherited signals" "no perl"
fi

# --- at the same time
fresh
i=0
while [ $i -lt 48 ]; do
	{ "$netd" add $A $B || echo "exit $?"; } >"$tmp/par$i" 2>&1 &
	i=$((i + 1))
done
wait
is "48 parallel adds: all succeed" "$(cat "$tmp"/par* | grep -cvE "^127.0.0.1[67] (added|present)$")" 0
state "48 parallel adds: one of each is there" "$home" "$(addrs | sed -n 2p)" "$(addrs | sed -n 3p)"
is "48 parallel adds: both as they should be" "$(addrs | sed 1d | sort)" "$A/32 lo:16
$B/32 lo:17"
i=0
while [ $i -lt 60 ]; do
	verb=add
	[ $((i % 2)) -eq 0 ] || verb=remove
	{ "$netd" $verb $A $B 127.0.0.18; echo "exit $?"; } >"$tmp/storm$i" 2>&1 &
	i=$((i + 1))
done
wait
is "a storm of adds and removes: exit 0 or 75" "$(cat "$tmp"/storm* | grep ^exit | grep -cvE 'exit (0|75)$')" 0
is "a storm: 127.0.0.1 is there, and primary" "$(addrs | grep -c "^$home\$")" 1
is "a storm: nothing but whole aliases is left" \
	"$(addrs | grep -cvE '^(127\.0\.0\.1/8 lo|127\.0\.0\.(16/32 lo:16|17/32 lo:17|18/32 lo:18))$')" 0
run "$netd" remove $A $B 127.0.0.18
state "a storm: all of it can be removed" "$home"

# --- what root does between the two steps of an add
# between COMMAND...: runs add, and the command after its first step. $code, $got, and the trace of its writes
between() {
	# The fourth ioctl is SIOCSIFADDR: flags, list, one mask, write.
	strace -qq -o "$tmp/trace" -e trace=ioctl -e inject=ioctl:delay_exit=1500000:when=4 \
		"$netd" add $A >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	tries=0
	until addrs | grep -q lo:16 || [ $tries -gt 100 ]; do
		sleep 0.02
		tries=$((tries + 1))
	done
	"$@"
	code=0
	wait $pid || code=$?
	got=$(cat "$tmp/out" "$tmp/err")
	steps=$(grep -o 'SIOCSIF[A-Z]*' "$tmp/trace")
}
# shellcheck disable=SC2317
renew_home() {
	ip addr del 127.0.0.1/8 dev lo
	ip addr add 127.0.0.1/8 dev lo
}
if command -v strace >/dev/null; then
	fresh
	between ip addr del $A/8 dev lo
	is "removed by others between the two steps: exit 75" "$code|$got" "75|$A absent
bottle-netd: $held"
	state "and not put there again" "$home"
	if echo 1 >/proc/sys/net/ipv4/conf/lo/promote_secondaries 2>/dev/null; then
		fresh
		between renew_home
		is "127.0.0.1 becomes secondary between the two steps: exit 75" "$code|$got" "75|$A present
bottle-netd: $missing"
		state "and 127.0.0.1 is still there" "$A/8 lo:16" "$home secondary"
		is "because the second step was not taken" "$steps" SIOCSIFADDR
	else
		skip "127.0.0.1 becomes secondary between the steps" "promote_secondaries cannot be set here"
	fi
	fresh
	# shellcheck disable=SC2016
	run strace -qq -o /dev/null -e inject=chdir:delay_exit=1500000 \
		perl -e 'alarm 1; exec @ARGV' "$netd" add $A
	is "an alarm that would go off meanwhile is stopped" "$code|$out" "0|$A added"
else
	skip "what root does between the two steps" "no strace"
fi
[ "$failed" -ne 0 ] || echo "# audit: addresses $count cases on a real lo: what is added, removed, repaired, refused and left alone"
done_testing
