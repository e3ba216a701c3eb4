#!/bin/bash
# network: sealed with a real smolvm and a real VM. Runs as root inside the machine that tests/lab/run boots:
# tests/lab/run tests/lab/sealed.sh
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tap.sh
. ./tap.sh

NET=/var/log/fake-internet.log
state=/home/alice/.local/state/bottle/web
install -d -o alice /home/alice/tools
install -o alice ../../build/tests/lab/stream /bin/busybox /home/alice/tools
launch="bottle launch --network sealed --memory 512 --cpus 1 --mount /home/alice/tools:/tools:ro"

# pack_of IMAGE: /home/alice/IMAGE.smolmachine, approved. With the engine stopped: beside a busy host smolvm's 30 seconds
# without boot progress are short for this machine, and a few tries may be needed.
pack_of() {
	docker save "$1" -o /tmp/image.tar
	chmod 644 /tmp/image.tar
	engine stop >/dev/null 2>&1
	for _ in 1 2 3 4 5 6; do
		[ ! -e "/home/alice/$1.smolmachine" ] || break
		as alice smolvm pack create --image /tmp/image.tar --output "/home/alice/$1"
	done
	engine start >/dev/null 2>&1
	as alice bottle trust "/home/alice/$1.smolmachine"
}

holds() { # JQ-ARG...
	jq -e "$@" >/dev/null
}

in_bottle() { # CMD...: in the bottle web
	as alice bottle exec web -- "$@"
}

section "a sealed bottle with the demo's bundle"
pack_of bottle-demo-agent
# shellcheck disable=SC2086 # words
passes "alice launches it" patient alice $launch web --pack /home/alice/bottle-demo-agent.smolmachine \
	--bundle-image bottle-demo-bundle --timings
sed 's/^/# /' $out $err
shows 'web is ready on 127.0.0.16: verified, sealed$' "verified, and sealed"
row=$(sqlite3 /home/alice/.local/share/smolvm/server/smolvm.db "select data from vms where name = 'bot-bottle-web'")
passes "its record has no network, no list, no resolver and one socket" holds \
	'.network == false and .allowed_cidrs == null and .dns == null and (.published_sockets | length) == 1' <<<"$row"
# A list, an empty one too, is what makes smolvm give a machine a card.
in_bottle sh -c 'cat /proc/net/dev; id -u'
fails "there is no network card" grep -q eth0 $out
shows '^ *lo:' "control: the list of devices comes"
passes "a page comes through the proxy, at the same URL" in_bottle timeout 60 wget -q -O - http://www.example/
shows 'pretended internet' "the pretended internet's"
ss -Hltn >$out
grep -q '127\.0\.0\.16' $out
result $((! $?)) "nothing of this host listens on its address"

section "what must be refused"
python3 - <<'PY' >/dev/null 2>&1 &
import socket, threading
def serve(address, port):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port)); s.listen()
    while True:
        c, _ = s.accept(); c.sendall(b"host service\n"); c.close()
for address, port in (("0.0.0.0", 3000), ("10.0.2.15", 3001)):
    threading.Thread(target=serve, args=(address, port)).start()
PY
services=$!
sleep 2
tcp() { busybox nc -w 5 "$1" "$2" </dev/null 2>/dev/null | grep -q 'host service'; }
passes "control: the host reaches a service on every address by the bottle's" tcp 127.0.0.16 3000
before=$(grep -vc 'from 10\.213\.' $NET)
# shellcheck disable=SC2016 # for the shell in there
in_bottle sh -c 'for t in "wildcard 127.0.0.16 3000" "loopback 127.0.0.1 3000" "host 10.0.2.15 3001" "bridge 10.213.1.2 8888" \
	"gateway 100.96.0.1 3000" "internet 8.8.8.8 80" "metadata 169.254.169.254 80"; do
	set -- $t
	echo "$1 $(/tools/stream open $2 $3)"
done
for server in "" 8.8.8.8 127.0.0.16; do
	timeout 5 nslookup sealed.leak.example $server >/dev/null 2>&1 && echo "dns answered" || echo "dns silent"
done'
sed 's/^/#   /' $out
for name in wildcard loopback; do shows "^$name Connection refused" "$name is refused"; done
for name in host bridge gateway internet metadata; do shows "^$name Network unreachable" "$name is unreachable"; done
grep -q 'dns answered' $out
result $((! $?)) "DNS says nothing"
after=$(grep -vc 'from 10\.213\.' $NET)
passes "nothing of it reached the fake internet" test "$before" -eq "$after"
kill $services

section "verify, stop"
passes "verify --full passes" as alice bottle verify web --full --json
jq -r '.probes[] | select(.pass | not) | [.id, .state, .why] | @tsv' $out | sed 's/^/#   /'
jq -r '.host_evidence[] | [.id, (.pass | tostring)] | @tsv' $out | sed 's/^/#   /'
as alice bottle ps
shows '^web +running +127.0.0.16 +smolvm +sealed ' "ps shows it as sealed"
fails "a user in no group cannot reach its socket" runuser -u carol -- test -e $state/proxy.sock
passes "stop" as alice bottle stop web
{ docker ps -aq; docker network ls -q --filter name=bot-bottle; ls -d $state; pgrep -af _boot-vm; } >$out 2>/dev/null
passes "nothing is left" test ! -s $out

section "many connections, and half-closed ones"
mkdir -p /tmp/echo && cp ../../build/tests/lab/stream /tmp/echo/
printf 'FROM scratch\nCOPY stream /stream\nCMD ["/stream", "serve", "9418"]\n' >/tmp/echo/Dockerfile
docker build -q -t bottle-test-echo /tmp/echo >/dev/null
pack_of bottle-test-scratch
cat >/home/alice/echo.yaml <<'YAML'
version: 1
network: sealed
agent: {pack: /home/alice/bottle-test-scratch.smolmachine, memory: 512, cpus: 1, mounts: [{host: /home/alice/tools, guest: /tools, read_only: true}]}
bundle: {image: bottle-test-echo, publish: {git: 9418}}
YAML
chown alice /home/alice/echo.yaml
as alice bottle trust /home/alice/echo.yaml
passes "a sealed bottle with an image of one program, whose user is 1000" patient alice bottle launch web -f /home/alice/echo.yaml
in_bottle /tools/busybox sh -c '/tools/busybox ps -o pid,user,args; /tools/busybox ls -la /run/bottle'
sed 's/^/#   /' $out $err
passes "one connection" in_bottle /tools/stream many 127.0.0.16 9418 1
note "$(cat $out)"
passes "250 at once, each half-closed and then answered" in_bottle /tools/stream many 127.0.0.16 9418 250
note "$(cat $out $err)"
passes "and 250 again: nothing of the first ones is in the way" in_bottle /tools/stream many 127.0.0.16 9418 250
passes "4 MiB come" in_bottle /tools/stream get 127.0.0.16 9418 4194304
note "$(cat $out) us"
passes "4 MiB go" in_bottle /tools/stream put 127.0.0.16 9418 4194304
note "$(cat $out) us"
supervisor=$(pgrep -u alice -f 'bottle supervise web')
note "its supervisor: $(sed -n 's/^VmHWM:[^0-9]*//p' "/proc/$supervisor/status")"
vm=$(jq .machine.pid $state/verdict)
docker kill bot-bottle-sidecars-web >/dev/null
sleep 2
fails "two seconds after its bundle's end the VM is gone" kill -0 "$vm"
n=0
until grep -q '"event":"cleared"' $state/journal || [ $((n += 1)) -gt 60 ]; do sleep 1; done
passes "stop" as alice bottle stop web
{ docker ps -aq; docker network ls -q --filter name=bot-bottle; ls -d $state; pgrep -af _boot-vm; } >$out 2>/dev/null
passes "nothing is left" test ! -s $out
done_testing
