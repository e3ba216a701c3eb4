#!/bin/sh
# The helper called many times at once, while `ip monitor` watches: 64 adds of one address; STORM_SECONDS of adds and
# removes of all sixteen; the same while root takes lo down and up; each with promote_secondaries 0 and 1. In a network
# namespace of its own, by root or by an ordinary user who is root of a user namespace.
#
# The rate is held near 25 calls a second: each of them installs a filter, and a kernel that frees filters by the
# thousand a second was seen to hang.
here=$(dirname "$0")
seconds=${STORM_SECONDS:-60}
if [ "${STORM_INSIDE:-}" = "" ]; then
	flags=-n
	[ "$(id -u)" -eq 0 ] || flags=-rn
	unshare $flags true 2>/dev/null || { echo "1..0 # SKIP no network namespace here (unshare $flags)"; exit 0; }
	STORM_INSIDE=1 exec timeout -k 10 $((seconds * 2 + 120)) unshare $flags sh "$0"
fi
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
# shellcheck source=tests/helper/storm/watch.sh
. "$here/storm/watch.sh"
trap 'kill $watcher $toggler 2>/dev/null; rm -rf "$tmp"' EXIT
watcher='' toggler=''
rate=25 pool=$(seq -f '127.0.0.%g' 16 31) seed=${STORM_SEED:-$(date +%s)}
begin=$(date +%s)
total=0 overlapped=0 slow_total=0 flipped=0
${CC:-cc} -std=c11 -D_GNU_SOURCE -O2 -o "$tmp/caller" "$here/storm/caller.c" || exit 1
strace=$(command -v strace) || strace=
[ -z "$strace" ] || "$strace" -qq -o /dev/null true 2>/dev/null || strace=
echo "# seed $seed (STORM_SEED), slowed by ${strace:-nothing: no strace that may trace}"

# call ARGUMENT...: runs the caller; $code, and its figures as $calls, $overlapping, ...
call() {
	run "$tmp/caller" "$@" $strace
	[ -z "$err" ] || echo "$err" >&2
	calls=0 overlapping=0 slowed=0 good=0 again=0 down=0 bad=1 changed=0
	# shellcheck disable=SC2086 # words
	set -- $out
	while [ $# -ge 2 ]; do
		eval "$1=$2"
		shift 2
	done
	total=$((total + calls)) overlapped=$((overlapped + overlapping)) slow_total=$((slow_total + slowed))
}

# What lo is: <LOOPBACK,UP,LOWER_UP>
flags_now() { ip -o link show dev lo | sed 's/[^<]*\(<[^>]*>\).*/\1/'; }

refuses() { ! "$@"; }

# alone NAME: all sixteen can be added and removed, and then there is nothing but 127.0.0.1
alone() {
	# shellcheck disable=SC2086
	run "$netd" remove $pool
	is "$1: all of it can be removed" "$code|$err|$(addrs)" "0||$home"
	# shellcheck disable=SC2086
	run "$netd" add $pool
	is "$1: all can be added" "$code|$err|$(echo "$out" | grep -c added)|$(addrs)" "0||16|$home
$(seq 16 31 | sed 's/.*/127.0.0.&\/32 lo:&/')"
	# shellcheck disable=SC2086
	run "$netd" remove $pool
	is "$1: and removed" "$code|$err|$(addrs)" "0||$home"
}

# --- what judges, judged: each of these must be seen
fresh
flags=$(flags_now) lo_down=
watch
"$netd" add 127.0.0.16 >/dev/null
"$netd" remove 127.0.0.16 >/dev/null
ok "(the log of an add and a remove is whole)" unwatch
is "(an add and a remove are no fault)" "$(faults "$flags")" ""
is "(and were seen: /8, /32, gone)" "$(seen "" 8) $(seen "Deleted " 8) $(seen "" 32) $(seen "Deleted " 32)" "1 1 1 1"
watch
ip addr del 127.0.0.1/8 dev lo
ip addr add 127.0.0.1/8 dev lo
ok "(the log of a 127.0.0.1 removed by hand is whole)" unwatch
is "(127.0.0.1 removed and added by hand is seen)" "$(faults "$flags" | grep -c ' 127\.0\.0\.1/8 ')" 2
fresh
watch
ip link set lo down
lo_down=$(flags_now)
ip link set lo up
ok "(the log of lo down and up is whole)" unwatch
ok "(lo down is seen)" test "$(faults "$flags" | grep -cF "$lo_down")" -ge 1
fresh
watch
ip addr add 127.0.0.17/32 dev lo
ip addr del 127.0.0.17/32 dev lo
unwatch
is "(an address of the pool without its label is seen)" "$(faults "$flags" | wc -l)" 2
watch
kill $watcher
ok "(a monitor that ended is seen)" refuses unwatch
printf '#!/bin/sh\necho "$2 added"\nexit $(($$ %% 2 * 71))\n' >"$tmp/liar" && chmod 755 "$tmp/liar"
run "$tmp/caller" parallel "$tmp/liar" 9 1
ok "(an exit code that does not go with the words is seen)" test "$code" -eq 1
printf '#!/bin/sh\necho "127.0.0.17 added"\n' >"$tmp/liar"
run "$tmp/caller" parallel "$tmp/liar" 3 1
ok "(another address than that of the call is seen)" test "$code" -eq 1

# --- 64 adds of one address
fresh
watch
call parallel "$netd" 64 "$seed"
is "64 parallel adds of one address: all exit 0 and say added or present" "$calls $good $bad" "64 64 0"
ok "64 parallel adds: some at the same time as another ($overlapping, and $slowed slowed)" test $overlapping -ge 4
is "64 parallel adds: one /32, and 127.0.0.1 before it" "$(addrs)" "$home
127.0.0.16/32 lo:16"
ok "64 parallel adds: the log is whole" unwatch
is "64 parallel adds: the address came once, as /8 and then as /32" \
	"$(seen "" 8) $(seen "Deleted " 8) $(seen "" 32) $(seen "Deleted " 32)" "1 1 1 0"
found=$(faults "$flags")
is "64 parallel adds: nothing else changed" "$found" ""
quiet=yes
[ -z "$found" ] || quiet=
parallel=$good
sleep 2.5 # for the rate
alone "64 parallel adds"

# --- adds and removes of all sixteen
met=0
# stormed NAME FLAGS...: what holds after each storm
stormed() {
	storm=$1
	shift
	is "$storm: each call exits 0 or 75 and says what the manual says" "$code $bad" "0 0"
	ok "$storm: calls overlapped ($overlapping of $calls, $slowed slowed)" test "$overlapping" -ge $((calls / 10))
	ok "$storm: addresses were added and removed ($changed), most calls did what they should ($good)" \
		test "$changed" -ge "$calls" -a "$good" -gt "$again"
	met=$((met + again))
	is "$storm: 127.0.0.1 is there and first, and then whole aliases alone" "$(addrs | grep -vE \
		'^127\.0\.0\.(1[6-9]|2[0-9]|3[01])/32 lo:(1[6-9]|2[0-9]|3[01])$')|$(addrs | head -n 1)" "$home|$home"
	ok "$storm: the log is whole" unwatch
	found=$(faults "$@")
	is "$storm: 127.0.0.1 was never touched, nor anything but aliases, nor lo's flags" "$found" ""
	[ -z "$found" ] || quiet=
	alone "$storm"
}

# toggle SECONDS: takes lo down and up; leaves how often, and how often 127.0.0.1 was not there or not first then
toggle() {
	ups=0 lost=0 end=$(($(date +%s) + $1))
	while [ "$(date +%s)" -lt $end ]; do
		ip link set lo down
		sleep "0.0$((ups % 7 + 1))"
		ip link set lo up
		ups=$((ups + 1))
		[ "$(addrs | head -n 1)" = "$home" ] || lost=$((lost + 1))
		sleep "0.$((ups % 3 + 1))"
	done
	echo "$ups $lost" >"$tmp/toggled"
}

promotions() { # VALUE: false when it cannot be set here
	echo 0 2>/dev/null >/proc/sys/net/ipv4/conf/all/promote_secondaries &&
		echo "$1" 2>/dev/null >/proc/sys/net/ipv4/conf/lo/promote_secondaries
}
settings="0 1"
if ! (promotions 0 && promotions 1) 2>/dev/null; then
	settings="as-it-is"
	skip "promote_secondaries 0 and 1" "cannot be set here"
fi
shares=$(echo "$settings" | wc -w)
flips=$(((seconds + 5) / 6 / shares))
[ $flips -ge 4 ] || flips=4
for setting in $settings; do
	[ "$setting" = as-it-is ] || promotions "$setting"
	fresh
	watch
	call storm "$netd" $((seconds / shares)) $rate "$seed$setting"
	stormed "storm, promote_secondaries $setting" "$flags"

	fresh
	watch
	toggle $flips &
	toggler=$!
	call storm "$netd" $flips $rate "$seed"
	wait $toggler
	toggler=
	read -r ups lost <"$tmp/toggled"
	flipped=$((flipped + ups))
	stormed "lo down and up, promote_secondaries $setting" "$flags" "$lo_down"
	ok "lo down and up, promote_secondaries $setting: calls met it down ($down), and up ($good)" \
		test "$down" -gt 0 -a "$good" -gt 0
	is "lo down and up, promote_secondaries $setting: after each up 127.0.0.1 is there and first" \
		"$lost of $ups" "0 of $ups"
done
ok "some calls met others at work, and said so (exit 75: $met)" test $met -gt 0
took=$(($(date +%s) - begin))
verdict="CHANGED OR THE TEST FAILED"
[ -z "$quiet" ] || [ $failed -ne 0 ] || verdict="never changed"
echo "# audit: storm $total calls in $took s, $overlapped overlapping, $slow_total slowed, $parallel of 64 parallel adds," \
	"$flipped times lo down and up, 127.0.0.1 and the flags $verdict"
done_testing
