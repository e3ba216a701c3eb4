#!/bin/sh
# bottle-guest up: the route to the alias, and that packets to it really leave. Two network
# namespaces and a wire: this one is the guest, the other stands for host and relay.
# shellcheck source=tests/guest/tap.sh
. "$(dirname "$0")/tap.sh"
own_namespace
command -v ip >/dev/null || skip_all "no ip"
ip link set lo up

run up 127.0.0.16
is "without eth0: exit 0" "$code" 0
is "without eth0: nothing to do" "$out" "route none"
is "without eth0: the alias is our own" \
	"$(ip route get 127.0.0.16 | sed -n 's/^local 127.0.0.16 dev \([a-z]*\).*/\1/p')" lo

ip link add eth0 type veth peer name far0 2>/dev/null || skip_all "no veth"
unshare -n sleep 600 &
far=$!
pids=$far
other() {
	[ "$(readlink "/proc/$far/ns/net")" != "$(readlink /proc/$$/ns/net)" ]
}
wait_for other
ip link set far0 netns $far
on_far() {
	nsenter -t $far -n "$@"
}

# failing NAME PATTERN
failing() {
	run up 127.0.0.16 probe a,tcp,127.0.0.1,9,100,n
	is "$1: exit 1" "$code" 1
	is "$1: no answer, so no probe was made" "$out" ""
	like "$1: says why" "$err" "bottle-guest: up: $2"
}
failing "no default route" "no default route by eth0"
ip link set eth0 up
on_far ip link set lo up
on_far ip link set far0 up
on_far ip addr add 100.96.0.1/30 dev far0
ip route add default dev eth0
failing "default route without a gateway" "no default route by eth0"
ip route del default
ip addr add 100.96.0.2/30 dev eth0
ip link add other0 type veth peer name other1
ip addr add 192.0.2.1/24 dev other0
ip link set other0 up
ip route add default via 192.0.2.9 dev other0
failing "default route by another device" "no default route by eth0"
ip route add default via 100.96.0.1 dev eth0 metric 50
ip route add default via 100.96.0.99 dev eth0 onlink metric 70
ip addr del 100.96.0.2/30 dev eth0
ip addr add 10.9.9.9/24 dev eth0
ip route add default via 100.96.0.1 dev eth0 onlink metric 50 2>/dev/null
failing "no address near the gateway" "no address of eth0 near its gateway"
ip addr add 100.96.0.2/30 dev eth0
ip route replace default via 100.96.0.1 dev eth0 metric 50
ip route replace default via 100.96.0.99 dev eth0 onlink metric 70

if command -v setpriv >/dev/null; then
	code=0
	setpriv --bounding-set -net_admin "$guest" up 127.0.0.16 >"$tmp/out" 2>"$tmp/err" || code=$?
	is "without privilege: exit 1" "$code" 1
	like "without privilege: says why" "$(cat "$tmp/err")" "bottle-guest: up: .*: EPERM"
else
	skip "without privilege" "no setpriv"
fi
is "the alias is still our own" "$(ip route get 127.0.0.16 | grep -c '^local')" 1

# The kernel says it, not /proc/sys, which need not be there.
want="route 127.0.0.16 via 100.96.0.1 dev eth0 src 100.96.0.2"
echo 0 >/proc/sys/net/ipv4/conf/eth0/route_localnet
if mount -t tmpfs none /proc/sys 2>/dev/null; then
	run up 127.0.0.16
	is "without /proc/sys" "$code $out" "0 $want"
	umount /proc/sys
	is "route_localnet is on" "$(cat /proc/sys/net/ipv4/conf/eth0/route_localnet)" 1
	echo 0 >/proc/sys/net/ipv4/conf/eth0/route_localnet
	ip route del 127.0.0.16 table local
else
	skip "without /proc/sys" "no tmpfs"
fi

# A stale entry of the same address is replaced, not joined.
ip route add local 127.0.0.16/32 dev lo table local
before=$(ip route show table main)
for round in first second; do
	run up 127.0.0.16
	is "$round time: exit 0" "$code" 0
	is "$round time: the route" "$out" "$want"
	is "$round time: nothing on stderr" "$err" ""
	is "$round time: route_localnet is on" \
		"$(cat /proc/sys/net/ipv4/conf/eth0/route_localnet)" 1
	is "$round time: one entry in table local" \
		"$(ip -o route show table local | grep '127\.0\.0\.16' | sed 's/ *$//')" \
		"127.0.0.16 via 100.96.0.1 dev eth0 proto static src 100.96.0.2"
done
is "only eth0 was touched" "$(cat /proc/sys/net/ipv4/conf/all/route_localnet)$(
	cat /proc/sys/net/ipv4/conf/other0/route_localnet)" 00
is "eth0 is still up" "$(cat /sys/class/net/eth0/flags 2>/dev/null || ip -o link show eth0 |
	grep -c '[<,]UP[,>]')" "$(cat /sys/class/net/eth0/flags 2>/dev/null || echo 1)"
is "table main was not touched" "$(ip route show table main)" "$before"
is "the neighbour address is still our own" "$(ip route get 127.0.0.17 | grep -c '^local')" 1
is "127.0.0.1 is still our own" "$(ip route get 127.0.0.1 | grep -c '^local')" 1

# Traffic. The other side takes 127.0.0.16 from the wire only with route_localnet of its own.
command -v python3 >/dev/null || {
	skip "traffic leaves by eth0" "no python3"
	done_testing
}
on_far sysctl -qw net.ipv4.conf.far0.route_localnet=1
nsenter -t $far -n python3 "$here/canary.py" "$tmp/log" echo=127.0.0.16:8080 udp-echo=127.0.0.16:8080 \
	>"$tmp/ready" &
pids="$pids $!"
python3 "$here/canary.py" "$tmp/near" close=0.0.0.0:8081 close=127.0.0.17:8080 \
	>"$tmp/ready2" &
pids="$pids $!"
ready() {
	grep -q ready "$tmp/ready" 2>/dev/null && grep -q ready "$tmp/ready2" 2>/dev/null
}
wait_for ready
run up 127.0.0.16 probe t,tcp,127.0.0.16,8080,1000,cafe01 u,udp,127.0.0.16,8080,1000,cafe02 \
	near,tcp,127.0.0.16,8081,1000,cafe03 next,tcp,127.0.0.17,8080,1000,cafe04
is "up and probe: exit 0" "$code" 0
is "up and probe: the route comes first" "$(printf '%s\n' "$out" | head -n 2)" "$want
bottle-guest probe 1"
line t
is "TCP to the alias reaches the other side" "$line" "answer - $(hex 'canary cafe01\n')"
ok "the other side saw the nonce" grep -q "echo 'cafe01" "$tmp/log"
line u
is "UDP to the alias reaches the other side" "$line" "answer - $(hex 'canary cafe02')"
line near
is "a wildcard listener of the guest is not what it reaches" "$line" "refused ECONNREFUSED -"
line next
is "the neighbour address stays inside" "$line" "closed - -"
is "the other side saw nothing else" "$(wc -l <"$tmp/log")" 2
done_testing
