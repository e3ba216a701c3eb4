#!/bin/sh
# In a network namespace where nothing else listens, another program opens one socket of each kind: the
# list must be exactly those, no more and no less.
probe=${BUILD:-build}/tests/frontend/port/listeners

if [ -z "${IN_NETNS-}" ]; then
	if ! unshare -rn true 2>/dev/null || ! command -v python3 >/dev/null || ! command -v ip >/dev/null; then
		echo '1..0 # SKIP needs unshare -rn, ip and python3'
		exit 0
	fi
	IN_NETNS=1 exec unshare -rn "$0"
fi

ip link set lo up
dir=$(mktemp -d)
trap 'kill $python 2>/dev/null; rm -rf "$dir"' EXIT
mkfifo "$dir/ready"
python3 - "$dir/ready" <<'PYTHON' &
import signal, socket, sys
keep = []
def sock(family, kind, address, port, v6only=None):
    s = socket.socket(family, kind)
    if v6only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    s.bind((address, port))
    keep.append(s)
    return s
T, U, S, D = socket.AF_INET, socket.AF_INET6, socket.SOCK_STREAM, socket.SOCK_DGRAM
for address, port in (('127.0.0.16', 8888), ('0.0.0.0', 22)):
    sock(T, S, address, port).listen()
for address, port, v6only in (('::', 80, 0), ('::', 81, 1), ('::1', 82, 0), ('::ffff:127.0.0.17', 83, 0)):
    sock(U, S, address, port, v6only).listen()
sock(T, S, '127.0.0.1', 4000)  # bound, not listening
c = socket.create_connection(('127.0.0.16', 8888)); keep.append(c)
sock(T, D, '127.0.0.16', 53); sock(T, D, '0.0.0.0', 5353); sock(U, D, '::', 5454, 0); sock(U, D, '::1', 55)
sock(T, D, '127.0.0.18', 56).connect(('127.0.0.16', 53))
open(sys.argv[1], 'w').write('ready\n')
signal.pause()
PYTHON
python=$!
read -r _ <"$dir/ready"

sort >"$dir/want" <<'WANT'
tcp 127.0.0.16 8888
tcp 0.0.0.0 22 wildcard
tcp :: 80 wildcard
tcp :: 81 wildcard
tcp ::1 82
tcp 127.0.0.17 83
udp 127.0.0.16 53
udp 0.0.0.0 5353 wildcard
udp :: 5454 wildcard
udp ::1 55
udp 127.0.0.18 56 connected
WANT
"$probe" print | sort >"$dir/got"
if diff "$dir/want" "$dir/got" >"$dir/diff"; then
	echo "ok 1 - exactly the sockets that another program opened"
else
	sed 's/^/# /' "$dir/diff"
	echo "not ok 1 - exactly the sockets that another program opened"
fi
kill "$python"
wait "$python" 2>/dev/null
if [ -z "$("$probe" print)" ]; then
	echo "ok 2 - nothing is left when it ends"
else
	echo "not ok 2 - nothing is left when it ends"
fi
echo 1..2
