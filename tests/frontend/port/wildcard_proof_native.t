#!/bin/bash
# The rules of install/nft, loaded for real in a network namespace: what they drop, what they keep, and whether the
# proof by use sees it. (bash: for the connections of the tests.)
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(cd "${BUILD:-build}" && pwd)
probe=$BUILD/tests/frontend/port/wildcard_proof_native
rules=$BUILD/share/nft
PATH=$PATH:/usr/sbin:/sbin

if [ -z "${IN_NETNS-}" ]; then
	if ! unshare -rn true 2>/dev/null || ! command -v python3 ip nft >/dev/null; then
		echo '1..0 # SKIP needs unshare -rn, ip, nft and python3'
		exit 0
	fi
	if ! unshare -rn nft -f "$rules/bottle-wildcard.nft" 2>/dev/null; then
		echo '1..0 # SKIP this kernel cannot load bottle-wildcard.nft (nft_socket)'
		exit 0
	fi
	export BUILD
	IN_NETNS=1 exec unshare -rn "$0"
fi
cd "$here" || exit 1
count=0
is() { # GOT WANT NAME
	count=$((count + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $count - $3"
	else
		printf 'not ok %d - %s\n# got:  %s\n# want: %s\n' "$count" "$3" "$1" "$2"
	fi
}

ip link set lo up
dir=$(mktemp -d)
trap 'kill $python 2>/dev/null; rm -rf "$dir"' EXIT
mkfifo "$dir/ready"
# Port, protocol and address say what each listener answers.
cat >"$dir/serve.py" <<'PYTHON'
import select, socket, sys
T, U, S, D = socket.AF_INET, socket.AF_INET6, socket.SOCK_STREAM, socket.SOCK_DGRAM
keep = []
for family, kind, address, port in ((T, S, '0.0.0.0', 1001), (U, S, '::', 1002), (T, S, '127.0.0.16', 1003),
        (T, S, '127.0.0.1', 1004), (T, D, '0.0.0.0', 2001), (U, D, '::', 2002), (T, D, '127.0.0.16', 2003)):
    s = socket.socket(family, kind)
    if family == U: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind((address, port))
    if kind == S: s.listen(16)
    keep.append(s)
open(sys.argv[1], 'w').write('ready\n')
while True:
    for s in select.select(keep, [], [])[0]:
        if s.type == S:
            c, _ = s.accept(); c.sendall(b'here'); c.close()
        else:
            data, peer = s.recvfrom(64); s.sendto(b'here', peer)
PYTHON
cat >"$dir/ask.py" <<'PYTHON'
# ask.py ADDRESS:PORT...: + reached, - not, in this order; ports from 2000 are UDP.
import socket, sys
def ask(address, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if port >= 2000 else socket.SOCK_STREAM)
    s.settimeout(0.5)
    try:
        if port >= 2000: s.sendto(b'?', (address, port)) # the answer may come from another address
        else: s.connect((address, port))
        return '+' if s.recv(16) == b'here' else '-'
    except OSError:
        return '-'
print(''.join(ask(a, int(p)) for a, p in (x.split(':') for x in sys.argv[1:])))
PYTHON
python3 "$dir/serve.py" "$dir/ready" &
python=$!
read -r _ <"$dir/ready"
ask() { python3 "$dir/ask.py" "$@"; }
# 0.0.0.0, [::] and the address itself, by TCP and UDP.
all=(127.0.0.16:1001 127.0.0.16:1002 127.0.0.16:1003 127.0.0.16:2001 127.0.0.16:2002 127.0.0.16:2003)

is "$(ask "${all[@]}")" ++++++ "without rules all listeners answer on the pool's address"
is "$("$probe" 127.0.0.16)" "tcp open udp open" "and the proof says open"

nft -f "$rules/bottle-wildcard.nft"
is "$(ask "${all[@]}")" --+--+ "bottle-wildcard: only those on the address itself do"
is "$("$probe" 127.0.0.16)" "tcp closed udp closed" "the proof says closed"
is "$("$probe" 127.0.0.31)" "tcp closed udp closed" "at the pool's other end too"
is "$(ask 127.0.0.31:1001 127.0.0.31:1002 127.0.0.31:2001)" --- "where nothing of another bottle's answers"
is "$("$probe" 127.0.0.32)" "tcp open udp open" "beside the pool nothing is dropped"
is "$(ask 127.0.0.1:1001 127.0.0.1:1002 127.0.0.1:1004 127.0.0.1:2001 127.0.0.15:1001)" +++++ \
	"nor on 127.0.0.1 and below the pool"
nft -f "$rules/bottle-wildcard.nft"
is "$(nft list table ip bottle_wildcard | grep -c 'socket wildcard 1')" 1 "loaded twice it is there once"
is "$(ask "${all[@]}")" --+--+ "and does the same"
nft delete table ip bottle_wildcard
is "$(ask "${all[@]}")" ++++++ "unloaded, all answer again"

# What a proof must not take for that rule.
nft -f - <<'END'
table ip other {
	chain input {
		type filter hook input priority 0;
		ip daddr 127.0.0.16 tcp dport 30000-65535 drop
	}
}
END
is "$("$probe" 127.0.0.16)" "tcp unknown udp open" "a rule that drops high ports alone closes no service: unknown"
nft delete table ip other
nft -f - <<'END'
table ip other {
	chain input {
		type filter hook input priority 0;
		ip daddr 127.0.0.16 meta l4proto udp socket wildcard 1 drop
	}
}
END
is "$("$probe" 127.0.0.16)" "tcp open udp closed" "one for UDP alone says nothing of TCP"
nft delete table ip other
nft -f - <<'END'
table ip other {
	chain input {
		type filter hook input priority 0;
		ip daddr 127.0.0.16 meta l4proto tcp socket wildcard 1 reject with tcp reset
	}
}
END
is "$("$probe" 127.0.0.16)" "tcp closed udp open" "one that rejects closes as well as one that drops"
nft delete table ip other

# A neighbour: its packets to the pool come in by another interface.
ip link add near type veth peer name far
ip addr add 192.0.2.1/24 dev near
ip link set near up
unshare -n sleep 600 &
other=$!
trap 'kill $python $other 2>/dev/null; rm -rf "$dir"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(readlink "/proc/$other/ns/net")" = "$(readlink /proc/self/ns/net)" ] || break
	sleep 0.1
done
ip link set far netns "$other"
far() { nsenter -t "$other" -n "$@"; }
far ip addr add 192.0.2.2/24 dev far
far ip link set far up
far ip link set lo up
far ip route add 127.0.0.16/32 via 192.0.2.1 dev far table 7
far ip rule add priority 100 lookup local
far ip rule del priority 0 lookup local
far ip rule add to 127.0.0.16/32 lookup 7 priority 50
far sysctl -qw net.ipv4.conf.all.route_localnet=1
far sysctl -qw net.ipv4.conf.all.rp_filter=0
# As an engine below 28 does it: a published port is translated wherever the packet comes from.
nft -f - <<'END'
table ip engine {
	chain prerouting {
		type nat hook prerouting priority dstnat;
		ip daddr 127.0.0.16 tcp dport 1003 dnat to 192.0.2.1:1001
	}
}
END
reach() { far python3 "$dir/ask.py" "$1"; }
is "$(reach 192.0.2.1:1001)" + "a neighbour reaches what listens on every address"
is "$(reach 127.0.0.16:1003)" + "and by the translation a port that is published on loopback"
nft -f "$rules/bottle-raw.nft"
is "$(reach 127.0.0.16:1003)" - "bottle-raw: not any more"
is "$(nft list table ip bottle_raw | sed -n 's/.*counter packets \([0-9]*\).*/\1/p' | awk '{ print ($1 > 0) }')" 1 \
	"and it was this rule that dropped it"
is "$(reach 192.0.2.1:1001)" + "its other connections stay"
is "$(ask 127.0.0.16:1003)" + "and so do this host's to the pool"
nft -f "$rules/bottle-raw.nft"
is "$(nft list table ip bottle_raw | grep -c daddr)" 1 "loaded twice it is there once"
nft delete table ip bottle_raw
is "$(reach 127.0.0.16:1003)" + "unloaded, the neighbour is back"
nft delete table ip engine

# A bundle: the neighbour gets an address of the bundles' block.
ip addr add 10.213.1.1/28 dev near
far ip addr add 10.213.1.2/28 dev far
ip addr add 169.254.169.254/32 dev lo
far ip route add 169.254.169.254/32 via 10.213.1.1 src 10.213.1.2
is "$(reach 10.213.1.1:1001) $(reach 169.254.169.254:1001)" "+ +" "a bundle reaches this host, and what is link-local"
nsenter -t "$other" -n python3 "$dir/serve.py" "$dir/ready" &
inner=$!
trap 'kill $python $other $inner 2>/dev/null; rm -rf "$dir"' EXIT
read -r _ <"$dir/ready"
# Behind this host: another container with a published port, the outside, and metadata of a cloud.
ip link add inward type veth peer name outside
ip addr add 198.51.100.1/24 dev inward
ip link set inward up
unshare -n sleep 600 &
third=$!
trap 'kill $python $other $inner $third 2>/dev/null; rm -rf "$dir"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(readlink "/proc/$third/ns/net")" = "$(readlink /proc/self/ns/net)" ] || break
	sleep 0.1
done
ip link set outside netns "$third"
behind() { nsenter -t "$third" -n "$@"; }
behind ip addr add 198.51.100.2/24 dev outside
behind ip addr add 169.254.7.7/32 dev outside
behind ip link set outside up
behind ip link set lo up
behind ip route add default via 198.51.100.1
nsenter -t "$third" -n python3 "$dir/serve.py" "$dir/ready" &
beyond=$!
trap 'kill $python $other $inner $third $beyond 2>/dev/null; rm -rf "$dir"' EXIT
read -r _ <"$dir/ready"
ip route add 169.254.7.7/32 via 198.51.100.2
sysctl -qw net.ipv4.ip_forward=1
far ip route add default via 10.213.1.1 src 10.213.1.2
nft -f - <<'END'
table ip engine {
	chain prerouting {
		type nat hook prerouting priority dstnat;
		ip daddr 10.213.1.1 tcp dport 1500 dnat to 198.51.100.2:1001
		ip daddr 198.51.100.1 tcp dport 1501 dnat to 10.213.1.2:1001
	}
}
END
is "$(reach 198.51.100.2:1001) $(reach 10.213.1.1:1500) $(reach 169.254.7.7:1001)" "+ + +" \
	"a bundle reaches the outside, a published port of another container, and link-local behind this host"
is "$(behind python3 "$dir/ask.py" 198.51.100.1:1501)" + "and is reached by its own published port"
nft -f "$rules/bottle-bundles.nft"
is "$(reach 198.51.100.2:1001) $(reach 10.213.1.1:1500) $(reach 169.254.7.7:1001)" "+ - -" \
	"bottle-bundles: the outside alone"
is "$(behind python3 "$dir/ask.py" 198.51.100.1:1501)" + "its answers by a published port are kept"
is "$(reach 10.213.1.1:1001) $(reach 10.213.1.1:2001) $(reach 169.254.169.254:1001)" "- - -" \
	"bottle-bundles: neither any more, TCP and UDP"
is "$(ask 10.213.1.2:1001 10.213.1.2:2001)" ++ "its answers to this host are kept"
nft -f "$rules/bottle-bundles.nft"
is "$(nft list table ip bottle_bundles | grep -c saddr)" 5 "loaded twice it is there once"
nft delete table ip bottle_bundles
is "$(reach 10.213.1.1:1001)" + "unloaded, all is as before"
echo "1..$count"
