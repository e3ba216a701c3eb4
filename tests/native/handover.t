#!/bin/sh
# An address changes hands: while one user's bundle is killed, a second user launches until he has its address. The
# first user's VM tries every port of its address all the while, and must never get a byte of the second's bundle.
# The VM is a process that does what a guest would be allowed to; all the rest is real.
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-20}
engine_start a
tar -C "$work/bundle" -c . | engine_docker a import \
	--change 'CMD ["/bin/busybox","sh","-c","while :; do echo HTTP/1.0 200 THEIRS | busybox nc -l -p 8888; done"]' - theirs:latest >/dev/null
# One address alone, so that the second user can only have the first one's.
admin_config one 'pool: {first: 16, last: 16}'

cat >"$work/vm.py" <<'END'
import os, select, socket, time
home = os.environ["HOME"]
ports = [10213] + list(range(32768, 33024))
begun, count = time.time(), 0
while True:
    waiting = {}
    for port in ports:
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.16", port))
        waiting[s] = port
        count += 1
    end = time.time() + 0.05
    while waiting and time.time() < end:
        ready, _, _ = select.select(list(waiting), [], [], 0.02)
        for s in ready:
            try:
                s.send(b"GET / HTTP/1.0\r\n\r\n")
                s.setblocking(True)
                s.settimeout(0.05)
                data = s.recv(100)
            except OSError:
                data = b""
            if b"THEIRS" in data:
                open(home + "/got", "ab").write(data)
            del waiting[s]
            s.close()
    for s in waiting:
        s.close()
    with open(home + "/rate.new", "w") as f:
        f.write("%d %f\n" % (count, time.time() - begun))
    os.rename(home + "/rate.new", home + "/rate")
END
chmod 644 "$work/vm.py"
fault 1 vm "$work/vm.py"

# The second user, who wants that address and no other.
cat >"$work/wanting" <<'END'
#!/bin/sh
until "$@"; do :; done
END
chmod 755 "$work/wanting"
want() {
	# shellcheck disable=SC2086 # a list of words
	ETC=one as 2 "$work/wanting" "$bottle" $launch theirs --bundle-image theirs >"$work/theirs" 2>&1 &
	wanting=$!
}

lose() {
	engine_docker a rm -f bot-bottle-sidecars-web >/dev/null
	engine_docker a network prune -f >/dev/null
}

n=0
while [ $n -lt "$rounds" ]; do
	n=$((n + 1))
	# shellcheck disable=SC2086
	as 1 "$bottle" $launch web >"$work/out" 2>&1 || cat "$work/out"
	want
	sleep 0.5
	lose
	wait "$wanting"
	like "$work/theirs" 'ready on 127.0.0.16:' "round $n: the second user gets the address"
	sleep 0.3
	[ ! -e "$work/home-1/got" ]
	ok $? "round $n: the first one's VM got nothing of his bundle"
	awk '{ exit !($1 / $2 >= 100) }' "$work/home-1/rate"
	ok $? "round $n: though it tried more than 100 times a second ($(cut -d' ' -f1 "$work/home-1/rate") times)"
	rm -f "$work/home-1/rate"
	as 1 "$bottle" stop web >/dev/null
	as 2 "$bottle" stop theirs >/dev/null
done

# The same with nobody to look: so the rounds above can fail.
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >"$work/out" 2>&1 || cat "$work/out"
kill -KILL "$(pgrep -u "$(uid 1)" -f "^$bottle supervise web")"
want
sleep 0.5
lose
wait "$wanting"
wait_for 20 test -s "$work/home-1/got"
ok $? "control: without its supervisor the VM does get it"
no_faults 1
as 1 "$bottle" stop web >/dev/null
as 2 "$bottle" stop theirs >/dev/null
is "$(leftovers 1 a)$(leftovers 2 a)" "" "nothing is left"
done_testing
