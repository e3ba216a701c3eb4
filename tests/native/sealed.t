#!/bin/sh
# network: sealed. The engine and the relays are real; the VM is a network namespace with nothing but lo, see smolvm.
. "$(dirname "$0")/lib.sh"

command -v curl >/dev/null || plan_skip "no curl"
unshare -rn true 2>/dev/null || plan_skip "no network namespaces here"
engine_start a
state=$work/home-1/.local/state/bottle/web
sealed="$launch --network sealed"

# shellcheck disable=SC2086 # a list of words
try 1 "$bottle" $sealed web
is "$status" 0 "a sealed bottle launches"
[ "$status" -eq 0 ] || sed 's/^/# /' "$work/err"
like "$work/out" 'web is ready on 127.0.0.16: verified, sealed( |$)' "and says so"
like "$work/out" 'HTTPS_PROXY=http://127.0.0.16:8888' "its URL has the bundle's own port"
is "$(stat -c '%a %F' "$state/proxy.sock")" "600 socket" "its socket is closed to others"
is "$(stat -c %a "$state")" 700 "in a folder that is too"
is "$(engine_docker a inspect bot-bottle-sidecars-web | jq -c '.[0].HostConfig.PortBindings + .[0].NetworkSettings.Ports')" '{}' \
	"its bundle publishes nothing"
as 1 sh -c 'cat /proc/net/tcp' | grep -q ' 100007F:'
ok $((! $?)) "nothing of this host is on its address"
# The claim across engines: bound, and not listening.
as 1 python3 -c 'import socket; socket.socket().bind(("127.0.0.16", 10213))' 2>"$work/err"
like "$work/err" 'Address already in use' "but its lease port is held"
as 1 python3 -c 'import socket; socket.create_connection(("127.0.0.16", 10213), 2)' 2>"$work/err"
like "$work/err" 'ConnectionRefused' "by nobody who listens"

try 1 "$bottle" exec web -- curl --noproxy '*' -s -m 10 -o /dev/null -w '%{http_code}' http://127.0.0.16:8888/
is "$(cat "$work/out")" 404 "the guest reaches its bundle at that URL"
try 1 "$bottle" exec web -- curl --noproxy '*' -s -m 5 http://10.213.1.2:8888/
is "$status" 7 "but not by its bridge address"
try 1 "$bottle" exec web -- sh -c 'ls /sys/class/net 2>/dev/null; cat /proc/net/dev | grep -c :'
like "$work/out" '^1$' "it has no network card"
# On the host nobody of ours serves its URLs: whoever did would get the token.
try 1 "$bottle" env web
is "$status" 77 "env refuses"
is "$(cat "$work/out")" "" "and prints no token"
like "$work/err" '^  next +bottle exec web -- CMD' "with what has it"
try 1 "$bottle" exec web -- sh -c 'echo $HTTPS_PROXY'
like "$work/out" '^http://bottle:[0-9a-f]{64}@127.0.0.16:8888$' "a command in it has the URL with the token"
try 1 "$bottle" ps
like "$work/out" '^web +running +127.0.0.16 +smolvm +sealed' "ps shows it as sealed"
try 1 "$bottle" verify web --json
is "$status" 0 "verify passes"
is "$(jq -r '.verdict' "$work/out")" sealed "with the verdict sealed"
is "$(jq -c '[.host_evidence[] | {(.id): .pass}] | add' "$work/out")" \
	'{"vm":true,"engine":true,"policy":true,"record":true,"sockets":true}' "on what the host shows"
is "$(jq -r '.probes[] | select(.id == "alias-nonce") | .expect + " " + .state' "$work/out")" 'refuse refused' \
	"a listener of the host on its very address does not hear it"
is "$(jq -r '.probes[] | select(.id == "published-proxy") | .expect + " " + .state' "$work/out")" 'reach answer' \
	"and the published port answers"
is "$(jq '[.services[]] | length' "$work/out")" 0 "services of this host are not counted"

# A wildcard listener of the host, in the engine's namespace as the supervisor is.
as 1 python3 -c '
import http.server
http.server.HTTPServer(("0.0.0.0", 4321), http.server.SimpleHTTPRequestHandler).serve_forever()' >/dev/null 2>&1 &
reaches() { as 1 curl -s -m 5 -o /dev/null http://127.0.0.16:4321/; }
wait_for 5 reaches
ok $? "control: the host reaches a service on every address by the bottle's"
try 1 "$bottle" exec web -- curl --noproxy '*' -s -m 5 http://127.0.0.16:4321/
is "$status" 7 "the bottle does not"
mkdir -p "$work/home-1/.config/bottle"
echo 'wildcard: refuse' >"$work/home-1/.config/bottle/config.yaml"
# shellcheck disable=SC2086
try 1 "$bottle" $launch two
is "$status" 77 "control: with wildcard: refuse that service stops a launch"
# shellcheck disable=SC2086
try 1 "$bottle" $sealed two
is "$status" 0 "but not that of a sealed bottle"
sleep 6
try 1 "$bottle" exec two -- true
is "$status" 0 "nor does it end one that is up"
try 1 "$bottle" stop two
rm -r "$work/home-1/.config"
kill "$(pgrep -u "$(uid 1)" -f '^python3.*4321')"

# Many at once, by a program in the guest. Each is answered before the next one comes, because the server's queue is
# short, and kept: the server has ended its side by then, the guest has not.
cat >"$work/many.py" <<'PY'
import socket, sys
kept, good = [], 0
for _ in range(int(sys.argv[1])):
    c = socket.create_connection(("127.0.0.16", 8888), 30)
    c.sendall(b"GET / HTTP/1.0\r\n\r\n")
    good += c.recv(5) == b"HTTP/"
    kept.append(c)
print(good, flush=True)
PY
chmod 644 "$work/many.py"
try 1 "$bottle" exec web -- python3 "$work/many.py" 300
[ "$status" -eq 0 ] || sed 's/^/# /' "$work/err" >&2
is "$(cat "$work/out")" 300 "300 connections at once are served"
supervisor=$(pgrep -u "$(uid 1)" -f "^$bottle supervise web")
peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$supervisor/status")
[ "$peak" -lt 8192 ]
ok $? "its supervisor is still smaller than 8 MiB ($peak KiB)"

# Who else connects to the socket, root here because nobody else can reach it, is not served.
"$here/dockerd" run "$work/a" python3 -c '
import socket
s = socket.socket(socket.AF_UNIX); s.connect("'"$state/proxy.sock"'")
s.settimeout(10)
try: s.sendall(b"GET / HTTP/1.0\r\n\r\n"); print(len(s.recv(10)))
except OSError as e: print(0)' >"$work/out" 2>&1
is "$(cat "$work/out")" 0 "a peer of another uid is refused"

try 1 "$bottle" allowlist set web 127.0.0.16/32
is "$status" 77 "its machine is not opened to the address by hand"
like "$work/err" 'sealed' "because it is sealed"

engine_docker a kill bot-bottle-sidecars-web >/dev/null
wait_for 5 sh -c "! pgrep -u $(uid 1) -f 'bottle-guest relay'"
ok $? "the VM does not outlive the bundle"
wait_for 20 journal_has 1 web cleared
try 1 "$bottle" ps
like "$work/out" '^web +bundle-lost' "ps says so"
try 1 "$bottle" stop web
is "$status" 0 "it is stopped"
is "$(leftovers 1 a)" "" "and nothing is left"

# What a sealed machine must not be.
hook open 'sqlite3 "$db" "update vms set data = cast(json_set(cast(data as text), '"'\$.network', json('true')"') as blob)"'
fault 1 start.exec "$work/open"
# shellcheck disable=SC2086
try 1 "$bottle" $sealed web
is "$status" 77 "a record that is given a network before the boot stops the launch"
like "$work/err" 'network: expected false' "and the difference is named"
no_faults 1
hook more 'sqlite3 "$db" "update vms set data = cast(json_insert(cast(data as text), '"'\$.published_sockets[#]', json('{\\\"direction\\\":\\\"mount\\\",\\\"guest_path\\\":\\\"/x\\\",\\\"host_path\\\":\\\"/run/x\\\"}')"') as blob)"'
fault 1 create.exec "$work/more"
# shellcheck disable=SC2086
try 1 "$bottle" $sealed web
is "$status" 77 "so does one more socket"
like "$work/err" 'published_sockets: expected' "which is named"
no_faults 1
is "$(leftovers 1 a)" "" "nothing is left of either"

fault 1 old-version 1.6.9
# shellcheck disable=SC2086
try 1 "$bottle" $sealed web --engine-unproven
is "$status" 69 "an engine that drops the sockets is refused"
like "$work/err" 'gives a packed machine no socket' "for that"
no_faults 1
fault 1 start
# shellcheck disable=SC2086
try 1 "$bottle" $sealed web
is "$status" 69 "a boot that fails"
no_faults 1
is "$(leftovers 1 a)" "" "leaves nothing"

# Another has the lease port: that is another engine's bottle on this address.
as 1 python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.16", 10213)); s.listen(); time.sleep(60)' &
held() { as 1 python3 -c 'import socket; socket.create_connection(("127.0.0.16", 10213), 2)'; }
wait_for 5 held
# shellcheck disable=SC2086
try 1 "$bottle" $sealed web
like "$work/out" 'web is ready on 127.0.0.17' "an address that another engine's bottle claims is passed over"
kill "$(pgrep -u "$(uid 1)" -f '^python3.*time.sleep')"
try 1 "$bottle" stop web
long=$(printf '%090d' 0)
try 1 env XDG_STATE_HOME="$work/home-1/$long" "$bottle" ${sealed} web
is "$status" 78 "a state folder whose sockets would have too long a name is refused"
like "$work/err" 'too long for a socket' "with the reason"
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
