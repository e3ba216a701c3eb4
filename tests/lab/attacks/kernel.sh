# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 138-153: loopback is not as it must be. In network namespaces of their own, but for the last.
both() { # "NN NAME" WANT...: add and remove, nothing is written
	local name=$1 want=$2
	attack "$name: add" "$want" -- add $A
	attack "$name: remove" "${3:-$want}" -- remove $A
}
damaged 'link set lo down' 'link set lo name away'
both "138 lo has another name" '71||bottle-netd: cannot read lo;'
if "${in[@]}" ip link add lo type dummy 2>/dev/null || "${in[@]}" ip link add lo type veth 2>/dev/null; then
	"${in[@]}" ip link set lo up
	"${in[@]}" ip addr add 127.0.0.1/8 dev lo
	home=$(state)
	both "138 another interface is called lo: never touched" "$down"
fi
damaged 'link set lo down'
both "139 lo is down" "$down"
damaged 'link set lo down' 'addr flush dev lo' 'addr add 127.0.0.20/8 dev lo label lo:20' 'link set lo up'
both "139 an alias came first, 127.0.0.1 is its secondary" "75|$A present;|bottle-netd: 127.0.0.1/8 is missing*;"
damaged 'link set lo mtu 67'
both "140 an MTU below 68 takes IPv4 off lo" "71||*;
75|$A absent;|*;"
damaged 'addr add 127.0.0.20/32 dev lo label lo:x'
left=(none)
attack "142 the address under another label: add is content" "0|$A foreign;|" -- add $A
left=(none)
attack "142 remove is not" "75|$A foreign;|bottle-netd: the address or its label is held or changed by others;" -- remove $A
damaged 'addr del 127.0.0.1/8 dev lo'
both "149 127.0.0.1 is missing" "$missing"
damaged 'addr del 127.0.0.1/8 dev lo' 'addr add 127.0.0.1/32 dev lo'
both "149 127.0.0.1/32 alone" "$missing"
for promote in 0 1; do
	damaged
	"${in[@]}" sh -c "echo $promote >/proc/sys/net/ipv4/conf/lo/promote_secondaries"
	attack "150 promote_secondaries $promote: add" "$added" -- add $A
	"${in[@]}" ip addr add $B/8 dev lo label lo:21
	home=$(state)
	"${in[@]}" ip addr add $A/8 dev lo label lo:20
	attack "150 promote_secondaries $promote: one of two leftovers is removed" "$removed" -- remove $A
done
damaged 'link add v type vrf table 10' 'link set v up'
if [ "${in[*]}" ] && "${in[@]}" ip link show v >/dev/null 2>&1; then
	if "${in[@]}" ip link set lo master v 2>"$tmp/vrf"; then
		home=$(state)
		attack "151 lo is in a VRF" "$added" -- add $A
	else
		is "151 (lo cannot be put into a VRF, says the kernel)" "$(grep -c 'enslave loopback' "$tmp/vrf")" 1
	fi
	attack "151 with a VRF beside lo" "$added" -- add $A
else
	skip "151 a VRF" "this kernel has none"
fi
damaged
attack "152 in another network namespace it is added there" "$added" -- add $A
undamaged
is "152 and not here" "$(state)" "$home"
attack "141 remove of what is absent is success" "$absent" -- remove $A
for address in 127.0.0.1 127.1 lo lo: lo:1 0 127.000.000.001 ::1 localhost 127.0.0.1/8 ' 127.0.0.1' 127.0.0.257; do
	attack "153 remove '$address'" "$bad
$outside" -- remove "$address"
done
attack "153 remove 127.0.0.1 behind a good one: nothing is done" "$outside" -- remove $A 127.0.0.1
log_clean "149 after loopbacks of every kind"
