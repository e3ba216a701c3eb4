#!/bin/bash
# The promises of this project, on a real kernel with a real engine, a real smolvm, a setuid install and
# several users. Runs as root inside the machine that tests/lab/run boots. Nothing of what is tested here is a
# stand-in but the one program that is named so: it injects one fault.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tap.sh
. ./tap.sh

NET=/var/log/fake-internet.log
launch="bottle launch --bundle-image bottle-demo-bundle --memory 512 --cpus 1"

leftovers() {
	docker ps -a --filter name=bot-bottle --format 'container {{.Names}}'
	docker network ls --filter name=bot-bottle --format 'network {{.Name}}'
	for db in /home/*/.local/share/smolvm/server/smolvm.db; do
		[ ! -f "$db" ] || sqlite3 "$db" "select 'row ' || name from vms"
	done
	for folder in /home/*/.local/state/bottle/*/; do
		[ ! -d "$folder" ] || echo "folder $folder"
	done
	pgrep -af _boot-vm || true
}

nothing_left() { # NAME
	leftovers >$out
	[ ! -s $out ]
	result $? "$1"
}

# The VM monitor of a bottle, by its owner's verdict.
monitor() { # USER NAME
	jq .machine.pid "/home/$1/.local/state/bottle/$2/verdict"
}

published() { # USER NAME
	jq .bundle.ports.proxy.host "/home/$1/.local/state/bottle/$2/verdict"
}

holds() { # JQ-ARG...
	jq -e "$@" >/dev/null
}

section "installation"
passes "the helper is setuid root for group docker" \
	test "$(stat -c '%a %U:%G' /usr/local/libexec/bottle/bottle-netd)" = "4750 root:docker"
as alice /usr/local/libexec/bottle/bottle-netd add 127.0.0.20
shows '127.0.0.20 added' "a member of the group adds a pool address without a password"
ip -o addr show dev lo >$out
shows '127.0.0.20/32 .* lo:20' "it is a /32 with its own label"
as alice /usr/local/libexec/bottle/bottle-netd remove 127.0.0.20
shows '127.0.0.20 removed' "and removes it"
exits 77 "an address outside the pool is refused" as alice /usr/local/libexec/bottle/bottle-netd add 127.0.0.1
exits 126 "a user outside the group may not even run it" as carol /usr/local/libexec/bottle/bottle-netd add 127.0.0.20

section "doctor"
doctor="bottle doctor --backend smolvm --bundle-image bottle-demo-bundle"
exits 0 "alice's doctor says that this machine is ready" as alice $doctor --json
passes "in JSON of its schema" holds '.schema == "bottle.doctor/1" and .ready' $out
for check in engine smolvm kvm helper aliases publish; do
	passes "$check: ok" holds --arg name $check 'any(.checks[]; .name == $name and .state == "ok")' $out
done
chmod 4755 /usr/local/libexec/bottle/bottle-netd
exits 1 "a helper that everyone may run: not ready" as alice $doctor
shows 'fix +sudo install/install.sh' "with what to type"
chmod 4750 /usr/local/libexec/bottle/bottle-netd
nothing_left "nothing is left of the proofs"

section "another user's bottle"
# Engines keep containers of different networks apart: the upstream is on the host's side of a bridge.
upstream=172.17.0.1
docker run -d --name upstream --network host bottle-demo-upstream \
	/bin/busybox httpd -f -p $upstream:8080 -h /www >/dev/null
# shellcheck disable=SC2086 # words
passes "bob launches a bottle" patient bob $launch other --image bottle-demo-agent
note "$(head -n 1 $out)"
other_port=$(published bob other)
# Two VMs at once are more than this machine can boot: bob's stands still while alice's starts.
kill -STOP "$(monitor bob other)"
guest=/usr/local/libexec/bottle/guest/x86_64/bottle-guest

section "the main job"
python3 - <<'PY' >/dev/null 2>&1 &
import socket, threading
def serve(address, port):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port)); s.listen()
    while True:
        c, _ = s.accept(); c.sendall(b"host service\n"); c.close()
for address, port in (("127.0.0.1", 3000), ("10.0.2.15", 3001)):
    threading.Thread(target=serve, args=(address, port)).start()
PY
services=$!
mkdir -p /home/alice/project
cat >/home/alice/project/bottle.yaml <<YAML
version: 1
name: web
agent:
  image: bottle-demo-agent
  env: {GREETING: hello}
  memory: 512
  cpus: 1
bundle:
  image: bottle-demo-bundle
  env: {BOTTLE_DEMO_UPSTREAM: $upstream}
  publish: {proxy: 8888}
YAML
chown -R alice: /home/alice/project
exits 77 "a bottle.yaml that alice did not approve is refused" \
	as alice bottle launch -f /home/alice/project/bottle.yaml
passes "she approves it" as alice bottle trust /home/alice/project/bottle.yaml
passes "alice launches a bottle from bottle.yaml, without sudo" \
	patient alice bottle launch -f /home/alice/project/bottle.yaml --timings
sed 's/^/# /' $out $err
shows 'web is ready on 127.0.0.17: verified, alias' "on an address of its own"
fails "its proxy leads to no place within" grep -qE 'proxy (open|unproven)' $out
port=$(published alice web)
as alice bottle ps
shows '^web +running +127.0.0.17 +smolvm +alias' "ps shows it running and verified"
as alice bottle ps --all
shows '^other +foreign' "ps --all shows bob's"
passes "the page comes through the proxy" as alice bottle exec web -- \
	timeout 60 wget -q -O - "http://$upstream:8080/"
shows 'hello from upstream' "and it is the upstream's page"
exits 7 "exec passes the exit code on" as alice bottle exec web -- sh -c 'exit 7'
exits 127 "a command that is not there is 127" as alice bottle exec web -- nosuchprogram
as alice bottle exec web -- sh -c 'echo "$GREETING $HTTPS_PROXY"'
shows "^hello http://bottle:[0-9a-f]{64}@127.0.0.17:$port" "the agent's environment has what was asked for and the proxy"

section "from inside: what must be refused, tried with the image's own tools"
# The egress daemon's part: nothing of the demo's bundle listens on 9099, and a port where nobody listens is closed to all.
docker exec -d bot-bottle-sidecars-web /bin/busybox httpd -f -p 9099 -h /tmp
http() { printf 'GET / HTTP/1.0\r\n\r\n' | busybox nc -w 5 "$1" "$2" 2>/dev/null | grep -q HTTP; }
for _ in 1 2 3 4 5 6 7 8 9 10; do
	http 10.213.1.18 9099 && break
	sleep 1
done
passes "control: port 9099 in the bundle answers the host on the bridge address" http 10.213.1.18 9099
fails "it is not published on the bottle's own address" http 127.0.0.17 9099
# One exec; a line a target: NAME open|closed. nc -w bounds the connect, -e would be needed for more.
cat >/tmp/probe.sh <<GUEST
try() { if echo x | nc -w 3 "\$2" "\$3" >/tmp/o 2>/dev/null && [ -s /tmp/o ]; then echo "\$1 open"; else echo "\$1 closed"; fi; }
say() { if "\$@" >/dev/null 2>&1; then echo open; else echo closed; fi; }
if printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 5 127.0.0.17 $port 2>/dev/null | grep -q HTTP; then echo alias open; else echo alias closed; fi
try loopback 127.0.0.1 3000
try host 10.0.2.15 3001
try gateway 100.96.0.1 3000
try mapped ::ffff:127.0.0.1 3000
for t in "other 127.0.0.16 $other_port" "bridge 10.213.1.18 8888" \
	"egress-alias 127.0.0.17 9099" "egress-bridge 10.213.1.18 9099" "internet 8.8.8.8 80" \
	"metadata 169.254.169.254 80" "internet6 2001:4860:4860::8888 80" "upstream $upstream 8080"; do
	set -- \$t
	if printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 3 \$2 \$3 2>/dev/null | grep -q HTTP; then echo "\$1 open"; else echo "\$1 closed"; fi
done
/.bottle/bottle-guest probe own,tcp,127.0.0.17,9099,3000,abc bundle,tcp,10.213.1.18,9099,3000,abc |
	awk '\$1 == "own" || \$1 == "bundle" { print "egress-" \$1 "-says " \$2 }'
echo "icmp \$(say ping -c 1 -W 3 8.8.8.8)"
/.bottle/bottle-guest probe u,udp,8.8.8.8,123,3000,abc | grep -q 'u answer' && echo udp open || echo udp closed
echo "dns-default \$(say timeout 4 nslookup a.leak.example)"
echo "dns-gateway \$(say timeout 4 nslookup b.leak.example 100.96.0.1)"
echo "dns-public \$(say timeout 4 nslookup c.leak.example 8.8.8.8)"
echo "dns-alias \$(say timeout 4 nslookup d.leak.example 127.0.0.17)"
GUEST
before=$(grep -vc 'from 10\.213\.' $NET)
as alice bottle exec web -- sh -c "$(cat /tmp/probe.sh)"
cp $out /tmp/inside
sed 's/^/#   /' /tmp/inside
is_inside() { # NAME STATE WHAT
	grep -qx "$1 $2" /tmp/inside
	result $? "$3"
}
is_inside alias open "the bottle's own address serves"
is_inside loopback closed "127.0.0.1 of the host is refused"
is_inside other closed "another bottle's address and port are refused"
is_inside gateway closed "the VM's gateway is refused"
is_inside host closed "the host's own address is refused"
is_inside bridge closed "the bundle's bridge address is refused"
is_inside upstream closed "the upstream past the proxy is refused"
is_inside internet closed "8.8.8.8:80 is refused"
is_inside icmp closed "8.8.8.8 by ICMP is refused"
is_inside udp closed "8.8.8.8 by UDP/123 is refused"
is_inside internet6 closed "the internet by IPv6 is refused"
is_inside mapped closed "::ffff:127.0.0.1 is refused"
is_inside metadata closed "169.254.169.254 is refused"
is_inside egress-alias closed "port 9099 of the bottle's own address is refused"
grep -qxE 'egress-own-says (refused|reset|closed)' /tmp/inside
result $? "and the guest's program says the same: no byte of it came"
is_inside egress-bridge closed "port 9099 of the bundle's bridge address is refused"
is_inside egress-bundle-says refused "and the guest's program says refused"
for form in default gateway public alias; do
	is_inside dns-$form closed "DNS by $form gets no answer"
done
after=$(grep -vc 'from 10\.213\.' $NET)
passes "nothing of it reached the fake internet: its log did not grow" test "$before" -eq "$after"

section "controls: the host reaches each of these"
tcp() { busybox nc -w 5 "$1" "$2" </dev/null 2>/dev/null | grep -q 'host service'; }
passes "control: 127.0.0.1:3000" tcp 127.0.0.1 3000
passes "control: the host's own address" tcp 10.0.2.15 3001
passes "control: another bottle's address and port" http 127.0.0.16 "$other_port"
passes "control: the bundle's bridge address" http 10.213.1.18 8888
passes "control: port 9099 of the bundle's bridge address, still" http 10.213.1.18 9099
passes "control: 8.8.8.8:80" http 8.8.8.8 80
passes "control: 8.8.8.8 by ICMP" sh -c 'busybox ping -c 1 -W 3 8.8.8.8 >/dev/null'
passes "control: 8.8.8.8 by UDP, with the same program" sh -c \
	"$guest probe u,udp,8.8.8.8,123,3000,abc | grep -q 'u answer'"
passes "control: IPv6" http 2001:4860:4860::8888 80
passes "control: metadata" http 169.254.169.254 80
passes "control: a DNS query of the host reaches the log" sh -c \
	"busybox nslookup control.leak.example 8.8.8.8 >/dev/null; sleep 1; grep -q control.leak.example $NET"

section "a listener on 0.0.0.0:53 that starts after ready"
python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("0.0.0.0", 53))
while True: open("/tmp/dns53", "ab").write(s.recv(512) + b"\n")' &
dns53=$!
sleep 1
as alice bottle exec web -- sh -c 'for s in "" 100.96.0.1 127.0.0.17 8.8.8.8; do timeout 4 nslookup late.leak.example $s; done; true'
passes "is there" kill -0 $dns53
passes "gets no query of the bottle" test ! -s /tmp/dns53
busybox nslookup x.leak.example 127.0.0.17 >/dev/null 2>&1 &
sleep 2
passes "control: it does get the host's" test -s /tmp/dns53
kill $dns53

section "a guest that listens opens nothing here"
# In the background, and looked at before and after, so that both listen while the host is looked at.
listeners() { # WHEN
	shows '^tcp .* 0\.0\.0\.0:4444 .*LISTEN' "$1 the guest listens on 0.0.0.0"
	shows '^tcp .* 127\.0\.0\.18:4445 .*LISTEN' "$1 the guest listens on the next alias"
}
as alice bottle exec web -- sh -c 'httpd -p 0.0.0.0:4444 -h /tmp; httpd -p 127.0.0.18:4445 -h /tmp; sleep 1; netstat -ltn
for t in "any 127.0.0.1 4444" "next 127.0.0.18 4445"; do
	set -- $t
	printf "GET / HTTP/1.0\r\n\r\n" | nc -w 5 $2 $3 | grep -q HTTP && echo "$1 serves"
done'
listeners "before:"
shows '^any serves' "control: the one on 0.0.0.0 serves inside"
shows '^next serves' "control: the one on the next alias serves inside"
fails "on 0.0.0.0: nobody answers on the host's loopback" http 127.0.0.1 4444
fails "nor on the bottle's own address" http 127.0.0.17 4444
fails "nor on the next alias" http 127.0.0.18 4445
ss -ltn >$out
shows "127\.0\.0\.17:$port " "control: ss shows a listener of the host"
grep -qE ':444[45] ' $out
result $((! $?)) "it shows none on those ports"
as alice bottle exec web -- sh -c 'netstat -ltn; killall httpd'
listeners "after:"

section "verify again, with bob's bottle awake"
kill -CONT "$(monitor bob other)"
passes "verify passes" as alice bottle verify web
sed 's/^/#   /' $out
exits 0 "and as JSON" as alice bottle verify web --json
passes "which says verified" holds '.schema == "bottle.verify/1" and .verified' $out
jq '.probes | length' $out >/tmp/quick
exits 0 "verify --full passes" as alice bottle verify web --full --json
passes "every probe of it has passed" holds '.verified and (.probes | length > 0 and all(.pass))' $out
passes "they are more than those of a quick one" test "$(jq '.probes | length' $out)" -gt "$(cat /tmp/quick)"
for row in mapped-gateway host-udp dns-public-tcp internet-https; do
	passes "$row is one of them" holds --arg row $row \
		'[.probes[] | select(.id == $row or (.id | startswith($row + "-"))) | .pass] | length > 0 and all' $out
done

section "other users"
as alice smolvm machine data-dir --name bot-bottle-web
dir=$(cat $out)
passes "control: the owner can reach the agent's socket" as alice test -S "$dir/agent.sock"
fails "a user in no group cannot reach it" runuser -u carol -- test -e "$dir/agent.sock"
fails "nor the database" runuser -u carol -- cat /home/alice/.local/share/smolvm/server/smolvm.db
fails "nor the state folder" runuser -u carol -- ls /home/alice/.local/state/bottle
exits 77 "bob may not stop alice's bottle" as bob bottle stop web
exits 125 "nor run anything in it" as bob bottle exec web -- true
exits 77 "root is refused" as root bottle ps

mkdir -p /tmp/elsewhere && chown alice /tmp/elsewhere
exits 77 "gc with another HOME removes nothing while a VM runs that it cannot judge" \
	as alice env HOME=/tmp/elsewhere bottle gc -f
passes "the bottle is as verified as before" as alice bottle env web

section "the token of the bundle"
as alice bottle env web
token=$(sed -n 's|^export HTTPS_PROXY=http://bottle:\([0-9a-f]*\)@.*|\1|p' $out)
passes "the owner is told it by bottle env" test ${#token} -eq 64
status_of() { # USER PROXY-USER: of a fetch through the bottle's proxy by somebody on this host
	as "$1" curl -s -m 20 -o /dev/null -w '%{http_code}' -x "http://${2}127.0.0.17:$port" \
		"http://$upstream:8080/"
	cat $out
}
passes "control: with it the page comes" test "$(status_of alice "bottle:$token@")" = 200
passes "a user in no group gets nothing of the proxy" test "$(status_of carol "")" = 407
passes "nor does another bottle's owner by his own token" test "$(status_of bob "bottle:$(
	as bob bottle env other && sed -n 's|^export HTTPS_PROXY=http://bottle:\([0-9a-f]*\)@.*|\1|p' $out)@")" = 407
# While a command runs, what another user can see of every process; afterwards, what lies about.
as alice bottle exec web -- env && cp $out /tmp/environ
passes "control: the command in the bottle has it" grep -qF "$token" /tmp/environ
runuser -u alice -- env -i HOME=/home/alice PATH=/usr/local/bin:/usr/bin:/bin bottle exec web -- sleep 20 &
execing=$!
sleep 5
as carol sh -c 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\0" "\n"'
cp $out /tmp/seen
wait $execing
passes "control: another user sees how smolvm is called" grep -q 'HTTPS_PROXY=BOTTLE_SECRET_' /tmp/seen
fails "but no token, in no argument and no environment" grep -qF "$token" /tmp/seen
# The VM's disks are its own; what smolvm writes beside them is not.
find /home/alice -type f -size -64M -exec grep -laF "$token" {} + >/tmp/files
sed 's/^/#   /' /tmp/files
passes "no file of the owner's has it" test ! -s /tmp/files
# shellcheck disable=SC2046 # ids
docker inspect $(docker ps -aq --filter name=other) $(docker network ls -q) $(docker image ls -q) >/tmp/inspected
fails "nor anything else that the engine inspects" grep -qF "$token" /tmp/inspected
docker logs bot-bottle-sidecars-web >/tmp/logs 2>&1
fails "nor the bundle's log" grep -qF "$token" /tmp/logs
as alice bottle logs --source machine web
shows 'smolvm_agent' "logs --source machine is the console that smolvm keeps: its agent's own words are there"
as alice bottle events web
shows ' denied +tcp 8\.8\.8\.8:80$' "events NAME: smolvm's note of what it denied the probes"

section "the bottle's own proxy leads to no place within"
through() { # URL: what the guest gets of it
	as alice bottle exec web -- timeout 60 wget -q -O - "$1"
}
through http://www.example/
shows 'pretended internet' "control: a name of the internet is fetched"
for address in 127-0-0-1 10-0-2-15 10-213-1-17 10-213-1-18 172-17-0-1 169-254-169-254 127-0-0-16; do
	through http://$address.inward.example/
	shows 'HTTP/1.1 403' "a name that resolves to $address is refused"
done

section "policy"
exits 77 "allowlist set 0.0.0.0/0 is refused" as alice bottle allowlist set web 0.0.0.0/0
exits 75 "allowlist set while it runs is refused" as alice bottle allowlist set web 127.0.0.17/32
as alice bottle allowlist show web
shows 'allowed +127.0.0.17/32' "allowlist show says what is stored"

section "a guest that lies"
passes "verify of the honest one passes" as alice bottle verify web
shows '^web: verified: 6 of 6 findings of this host pass' "by what this host shows"
shows '^PASS +sockets .*by elimination' "a monitor that lets nobody look at its descriptors included"
# Root in the VM puts a program over ours, which tries what must be reached and makes up the rest.
cat >/tmp/fake <<'END'
#!/bin/sh
alias=$2 all= n=$(($# - 3))
shift 3
i=0
while [ $i -lt $n ]; do
	line=$1
	shift
	i=$((i + 1))
	case $line in
	alias-nonce,* | published-*) set -- "$@" "$line" ;;
	*,listen,*) all="$all${line%%,*} listening - 2000 -\n" ;;
	*) all="$all${line%%,*} refused ECONNREFUSED 0 -\n" ;;
	esac
done
/tmp/real up $alias probe "$@" | grep -v "^end"
printf "$all"
echo "end $n"
END
as alice bottle exec -i web -- sh -c \
	'cp /.bottle/bottle-guest /tmp/real && cat >/tmp/fake && chmod 755 /tmp/fake && mount --bind /tmp/fake /.bottle/bottle-guest' </tmp/fake
exits 1 "verify of the lying one fails" as alice bottle verify web --json
passes "though all that it says is well" holds '[.probes[].pass] | all' $out
passes "because smolvm refused none of what it says it tried" holds \
	'[.host_evidence[] | select(.pass | not) | .id] == ["denials"]' $out
exits 125 "and exec refuses from then on" as alice bottle exec web -- true
shows 'unverified: verify: denials' "with the reason"

section "stop"
kill $services
passes "alice stops hers" as alice bottle stop web
passes "stopping twice is success" as alice bottle stop web

section "a bundle that dies"
supervisor=$(pgrep -u bob -f 'bottle supervise other')
vm=$(monitor bob other)
peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$supervisor/status")
note "bob's supervisor: $peak KiB at most, $(awk '{ print $14 + $15 }' "/proc/$supervisor/stat") ticks in $((SECONDS - began)) s"
passes "bob's supervisor is smaller than 8 MiB" test "$peak" -lt 8192
passes "control: his VM runs" kill -0 "$vm"
docker kill bot-bottle-sidecars-other >/dev/null
sleep 2
fails "two seconds after his bundle's end his VM is gone" kill -0 "$vm"
n=0
until grep -q '"event":"cleared"' /home/bob/.local/state/bottle/other/journal || [ $((n += 1)) -gt 60 ]; do sleep 1; done
exits 0 "ps answers" as bob bottle ps
shows '^other +bundle-lost ' "and says so"
docker network ls --filter name=bot-bottle --format '{{.Name}}' >$out
passes "his claim on the address is gone too" test ! -s $out
passes "bob stops his" as bob bottle stop --all
docker rm -f upstream >/dev/null
nothing_left "nothing is left"

section "images that would do something by themselves"
# shellcheck disable=SC2086
{
	passes "an image with ENTRYPOINT and CMD launches" patient alice $launch entry --image bottle-test-entrypoint
	as alice bottle exec entry -- sh -c 'ls / | tr "\n" " "'
	shows '(^| )entry ' "control: a list of its root folder comes"
	grep -q marker $out
	result $((! $?)) "neither its ENTRYPOINT nor its CMD has run"
	passes "it verifies" as alice bottle verify entry
	passes "control: its ENTRYPOINT does write the marker when it runs" as alice bottle exec entry -- \
		sh -c '/entry true >/dev/null 2>&1 & sleep 3; ls /marker*'
	as alice bottle stop entry
	# Its CMD ends at once; one that stays shows whether it was started. The image has no ps: a folder brings one.
	printf 'FROM bottle-test-scratch\nCMD ["/whoami", "sleep", "3600"]\n' |
		docker build -q -t bottle-test-scratch-stays - >$out 2>$err
	result $? "an image of one static program, USER 1000 and a CMD that stays is made"
	install -d -o alice /home/alice/tools
	install -o alice /bin/busybox /home/alice/tools/busybox
	passes "it launches" patient alice $launch scratch --image bottle-test-scratch-stays \
		--mount /home/alice/tools:/tools:ro
	as alice bottle exec scratch -- /tools/busybox ps -o pid,user,args
	sed 's/^/#   /' $out
	shows '/\.bottle/bottle-guest hold' "the VM's workload is bottle-guest hold"
	grep -q whoami $out
	result $((! $?)) "its CMD has not run"
	as alice bottle exec scratch -- /tools/busybox sh -c \
		'/whoami sleep 30 >/dev/null & /tools/busybox sleep 1; /tools/busybox ps -o pid,user,args; kill $!'
	shows '/whoami sleep 30$' "control: the list shows such a program when it runs"
	docker run -d --name stays bottle-test-scratch-stays >/dev/null
	docker top stays -o pid,args >$out 2>$err
	shows '/whoami sleep 3600$' "control: docker does run the CMD"
	docker rm -f stays >/dev/null
	passes "it verifies" as alice bottle verify scratch
	passes "its program runs" as alice bottle exec scratch -- /whoami
	shows '1000' "as its own user"
	as alice bottle stop scratch
}
nothing_left "nothing is left of them"

section "a policy that is changed behind our back"
mkdir -p /home/dave/bin
cat >/home/dave/bin/smolvm <<'WRAPPER'
#!/bin/sh
# Stand-in for a hostile program in PATH: widens the record just before the real start.
case "$1 $2" in
"machine start") sqlite3 "$HOME/.local/share/smolvm/server/smolvm.db" \
	"update vms set data = cast(json_set(cast(data as text), '$.allowed_cidrs', json('[\"0.0.0.0/0\"]')) as blob)" ;;
esac
exec /usr/local/bin/smolvm "$@"
WRAPPER
chmod 755 /home/dave/bin/smolvm
mkdir -p /home/dave/.config/bottle
echo 'smolvm: /home/dave/bin/smolvm' >/home/dave/.config/bottle/config.yaml
chown -R dave: /home/dave/bin /home/dave/.config
# shellcheck disable=SC2086
exits 77 "a wrapper that widens the record before the start is caught" \
	as dave $launch wide --image bottle-demo-agent
shows 'not as it was asked for' "and the difference is named"
nothing_left "and nothing is left running"

section "the case this project began with: an engine that drops --allow-cidr with --from"
# 1.7.4 gives a VM 30 s to boot, which is short for this machine. Only a variable lifts that, and bottle drops it.
cat >/home/dave/bin/smolvm-1.7.4 <<'PATIENT'
#!/bin/sh
SMOLVM_AGENT_READY_TIMEOUT_SECS=120 exec /opt/smolvm-1.7.4/bin/smolvm "$@"
PATIENT
chmod 755 /home/dave/bin/smolvm-1.7.4
chown dave: /home/dave/bin/smolvm-1.7.4
echo 'smolvm: /home/dave/bin/smolvm-1.7.4' >/home/dave/.config/bottle/config.yaml
pack=$(find /home/dave/.cache/bot-bottle/smolmachines -name '*.smolmachine' | head -n 1)
# shellcheck disable=SC2086
exits 77 "a pack that dave did not approve is refused" as dave $launch old --pack "$pack" --engine-unproven
shows 'is not trusted' "by the file of his own cache, too"
passes "he approves it" as dave bottle trust "$pack"
# shellcheck disable=SC2086
exits 69 "smolvm 1.7.4 is refused as it is" as dave $launch old --pack "$pack"
shows 'engine-unproven' "with the way to use it all the same"
# shellcheck disable=SC2086
exits 0 "with that it launches, and its probes pass" patient dave $launch old --pack "$pack" --engine-unproven
note "$(tail -n 8 $err | tr '\n' ' ')"
shows 'unproven: ' "its known holes are printed"
db=/home/dave/.local/share/smolvm/server/smolvm.db
sqlite3 $db "select data from vms where name = 'bot-bottle-old'" >$out
shows '"allowed_cidrs":\["127.0.0.16/32"\]' "the record, born without an allowlist, is patched to the /32"
# By the machine's name: the folder of a machine that packed an image may still lie beside it.
as dave /home/dave/bin/smolvm-1.7.4 machine data-dir --name bot-bottle-old
folder=$(cat $out)
cat "$folder/agent.config.json" >$out 2>$err
passes "and that, and nothing else, is what it booted with" holds -s \
	'length == 1 and .[0].resources.network and .[0].resources.allowed_cidrs == ["127.0.0.16/32"]' $out
as dave bottle stop old
sqlite3 $db "create trigger undo after update on vms begin update vms set data =
	cast(json_set(cast(new.data as text), '$.allowed_cidrs', null) as blob) where name = new.name; end"
# shellcheck disable=SC2086
exits 77 "with a trigger that undoes the patch the launch refuses" \
	as dave $launch old --pack "$pack" --engine-unproven
shows 'its record is not what was written' "and says that the record is not what was written"
shows 'a trigger in .*smolvm\.db' "and what may have done it"
sqlite3 $db "drop trigger undo"
nothing_left "and leaves nothing"

section "the setting that forces the helper on Linux"
mkdir -p /home/bob/.config/bottle
echo 'alias: always' >/home/bob/.config/bottle/config.yaml
chown -R bob: /home/bob/.config
passes "pool ensure adds all aliases by the setuid helper" as bob bottle pool ensure
passes "they are there" test "$(ip -o addr show dev lo | grep -c ' lo:[0-9]')" -eq 16
passes "127.0.0.1 is as it was" sh -c "ip -o addr show dev lo | grep -q '127.0.0.1/8 scope host lo'"
passes "pool release removes them" as bob bottle pool release
passes "they are gone" test "$(ip -o addr show dev lo | grep -c ' lo:[0-9]')" -eq 0
chmod u-s /usr/local/libexec/bottle/bottle-netd
exits 78 "without its bit the helper says what is wrong" as bob bottle pool ensure
chmod 4750 /usr/local/libexec/bottle/bottle-netd

done_testing
