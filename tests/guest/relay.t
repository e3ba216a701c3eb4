#!/bin/sh
# bottle-guest relay: the ports of a sealed bottle, as they are served in its guest. What the pump does to many, slow
# and vanishing peers is pump.c's part.
# shellcheck source=tests/guest/tap.sh
. "$(dirname "$0")/tap.sh"
command -v python3 >/dev/null || skip_all "no python3"
own_namespace
ip link set lo up 2>/dev/null

refused() {
	name=$1
	shift
	run "$@"
	is "$name: exit 64" "$code" 64
	is "$name: one line on stderr" "$(printf '%s\n' "$err" | grep -c '^bottle-guest: ')" 1
}

W=8888=/x.sock
refused "no alias" relay
refused "no port" relay 127.0.0.16
refused "four ports" relay 127.0.0.16 1$W 2$W 3$W 4$W
for alias in "" 127.0.0.1 10.0.0.1 127.255.255.255 127.0.0.016; do
	refused "alias '$alias'" relay "$alias" $W
done
for way in "" 8888 =/x.sock 0=/x.sock 08=/x.sock 65536=/x.sock 99999999999=/x.sock -1=/x.sock 8888: 8888= \
	8888=x.sock "8888=/$(printf '%0108d' 0)"; do
	refused "'$way'" relay 127.0.0.16 "$way"
done

# Two servers that say who they are, and echo.
cat >"$tmp/serve.py" <<'PY'
import socket, sys, threading
def serve(path):
    s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(512)
    while True:
        c, _ = s.accept()
        threading.Thread(target=talk, args=(c, path), daemon=True).start()
def talk(c, path):
    with c:
        while data := c.recv(65536): c.sendall(data)
        c.sendall(path.rsplit("/", 1)[1].encode())
for path in sys.argv[1:]: threading.Thread(target=serve, args=(path,)).start()
PY
cat >"$tmp/ask.py" <<'PY'
import socket, sys
kept = []
for _ in range(int(sys.argv[3])):
    c = socket.create_connection((sys.argv[1], int(sys.argv[2])), 20)
    c.sendall(b"x"); kept.append(c)
got = sum(c.recv(1) == b"x" for c in kept)
for c in kept: c.shutdown(socket.SHUT_WR)
names = {b"".join(iter(lambda: c.recv(99), b"")) for c in kept}
print(got, *(n.decode() for n in names))
PY
python3 "$tmp/serve.py" "$tmp/one" "$tmp/two" &
pids="$pids $!"
"$guest" relay 127.0.0.16 8888="$tmp/one" 9418="$tmp/two" 9100="$tmp/none" &
relay=$!
pids="$pids $relay"
ask() {
	python3 "$tmp/ask.py" "$@" 2>"$tmp/err"
}
serves() {
	[ "$(ask 127.0.0.16 8888 1)" = "1 one" ]
}
ok "serves" wait_for serves
is "each port leads to its own socket" "$(ask 127.0.0.16 9418 1)" "1 two"
is "1000 connections at once, half-closed and then answered" "$(ask 127.0.0.16 8888 1000)" "1000 one"
is "and again: none of the first is left" "$(ask 127.0.0.16 8888 1000)" "1000 one"
ask 127.0.0.16 9100 1 >"$tmp/out"
like "one whose socket is not there is reset" "$(tail -n 1 "$tmp/err")" '.*(ConnectionReset|BrokenPipe).*'
ask 127.0.0.17 8888 1 >"$tmp/out"
like "nothing listens on another address" "$(tail -n 1 "$tmp/err")" 'ConnectionRefused.*'
is "its listeners and one spare descriptor are all the sockets that it has open" \
	"$(find /proc/$relay/fd -lname 'socket:*' | wc -l)" 4
"$guest" relay 127.0.0.16 8888="$tmp/one" 2>"$tmp/err" &
second=$!
code=0
wait $second || code=$?
is "a port that is taken: exit 1" "$code" 1
like "and it says so" "$(cat "$tmp/err")" "bottle-guest: 8888=.*: cannot listen: EADDRINUSE"
stop $relay TERM
is "SIGTERM ends it with 0" "$code" 0
done_testing
