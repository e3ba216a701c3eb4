#!/bin/sh
# Backend docker: the agent in a real container of a real engine, and no smolvm anywhere. Nothing is simulated but
# an engine that leaves the gateway's address on the bridge, which is put there by hand.
. "$(dirname "$0")/lib.sh"

rm "$work/bin/smolvm"
engine_start a
box="launch --backend docker --image agent --bundle-image bundle --memory 256 --cpus 1"

in_net() {
	"$here/dockerd" run "$work/a" "$@"
}

rule() { # -I or -D
	in_net iptables "$1" INPUT -s 10.213.0.0/20 -m conntrack --ctstate NEW -j DROP
}

# up NAME [OPTION...]: launches a bottle of user 1.
up() {
	name=$1
	shift
	# shellcheck disable=SC2086
	try 1 "$bottle" $box "$name" "$@"
}

inspect() { # CONTAINER FORMAT
	engine_docker a inspect --format "$2" "bot-bottle-$1" 2>/dev/null
}

agent_is_gone() { # NAME
	! inspect "agent-$1" '{{.Id}}' >/dev/null
}

inside() { # NAME CMD...: as the agent
	name=$1
	shift
	as 1 "$bottle" exec "$name" -- "$@"
}

# A host whose INPUT lets everything in: the agent's own link leads to it.
up web
is "$status" 77 "a host that takes what comes over the agent's link: refused"
like "$work/err" 'host-link-udp-1 .*our listener on the host got' "by what a listener of the host saw"
like "$work/err" 'next +sudo nft -f [^ ]*bottle-bundles\.nft' "and says what to load"
is "$(leftovers 1 a)" "" "nothing is left"

rule -I
up web
is "$status" 0 "with a rule that drops what comes from bottles: launched, without a smolvm"
like "$work/out" 'web is ready on 10.213.1.10: verified, container' "and says where the bundle is"
is "$(inspect agent-web '{{json .NetworkSettings.Ports}} {{json .HostConfig.PortBindings}}')$(
	inspect sidecars-web '{{json .HostConfig.PortBindings}}')" "{} null{}" "nothing is published on the host"
is "$(engine_docker a network inspect --format '{{.Internal}} {{.EnableIPv6}}' bot-bottle-agent-web)" "true false" \
	"its network is internal, without IPv6"
is "$(engine_docker a network inspect --format '{{(index .IPAM.Config 0).Subnet}}' bot-bottle-bundle-web bot-bottle-agent-web |
	tr '\n' ' ')" "10.213.1.0/29 10.213.1.8/29 " "both subnets lie in the block of its number"
engine_docker a network create --subnet 10.213.1.0/28 other >"$work/out" 2>&1
like "$work/out" 'overlap' "the block that a VM would claim is refused by the engine"
try 1 "$bottle" ps
is "$status" 0 "ps needs no smolvm"
like "$work/out" '^web +running +127.0.0.16 +docker +container' "and says what it is"
try 1 "$bottle" ps --json
is "$(jq -r '.bottles[0].backend' "$work/out")" docker "ps --json too"
try 1 "$bottle" pool
like "$work/out" '^127.0.0.16 +yes +web' "pool knows the holder"

# What runs in it, and as whom.
me=$(uid 1)
is "$(inside web /bin/busybox id -u)" "$me" "the agent runs as the user, not as root"
is "$(inside web /bin/busybox grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | tr -d '\n\t ')" \
	"CapEff:0000000000000000CapBnd:0000000000000000NoNewPrivs:1" "without a capability or a way to one"
inside web /bin/busybox true
is "$?" 0 "exit codes: 0"
inside web /bin/busybox sh -c 'exit 7'
is "$?" 7 "exit codes: the command's own"
inside web /bin/nosuch 2>/dev/null
is "$?" 127 "exit codes: not found"
inside web /etc/hostname 2>/dev/null
is "$?" 126 "exit codes: not executable"
# shellcheck disable=SC2016 # for the shell inside
inside web /bin/busybox sh -c 'kill -9 $$'
is "$?" 137 "exit codes: a signal"
is "$(printf 'a\nb\n' | as 1 "$bottle" exec -i web -- /bin/busybox wc -l)" 2 "stdin reaches it with -i"
is "$(as 1 "$bottle" exec -w /bin -e A=b -e "LD_X=c d" -e PATH=/bin web -- /bin/busybox sh -c 'echo "$PWD $A $LD_X $PATH"')" \
	"/bin b c d /bin" "variables and the folder are as asked"
try 1 "$bottle" exec web -- /bin/busybox printf 'a\033[31mb'
is "$(cat "$work/out")" "$(printf 'a\033[31mb')" "a file gets the bytes as they are"

# A terminal of its own, by the same rules as in a VM.
try 1 "$here/pty" "$bottle" exec -it web -- /bin/busybox sh -c 'stty size >/dev/null && tty && printf "\033[2J"; exit 4'
is "$status" 4 "exec -it: the command's own exit code"
like "$work/out" '^/dev/pts/[0-9]+' "it has a terminal"
like "$work/out" "$(printf '\033')\[2J" "which gets the bytes"
like "$work/err" '^modes same' "and the line is as before"
try 1 "$here/pty" --keys 'echo so-$((40+2)); exit 3\n' --until '$' "$bottle" exec -it web -- /bin/busybox sh
is "$status" 3 "what is typed reaches a shell"
like "$work/out" '^so-42' "which answers"
try 1 "$here/pty" --keys '\003' --until ready "$bottle" exec -it web -- /bin/busybox sh -c \
	'trap "echo caught; exit 6" INT; echo ready; while :; do sleep 1; done'
is "$status" 6 "Ctrl-C is the command's"
like "$work/out" 'caught' "which may take it"
try 1 "$here/pty" "$bottle" exec web -- /bin/busybox printf '\033[2J'
is "$(tr -d '\r' <"$work/out")" '\x1b[2J' "without -t nothing acts on the terminal"
try 1 "$bottle" exec -it web -- /bin/busybox true </dev/null
is "$status" 125 "-t without a terminal is refused"
like "$work/err" 'next +exec -i, without -t' "with what to type"

# The token: in no argument, and not in what the engine keeps of the agent.
inside web /bin/busybox sh -c 'echo "$HTTPS_PROXY"; exec /bin/busybox sleep 2' >"$work/url" &
wait_for 5 test -s "$work/url"
token=$(sed 's/.*bottle:\([0-9a-f]*\)@.*/\1/' "$work/url")
is "${#token}" 64 "a command gets the proxy with the token"
is "$(ps -eo args | grep -v grep | grep -c "$token")" 0 "which stands in no argument of a process"
is "$(engine_docker a inspect bot-bottle-agent-web | grep -c "$token")" 0 "nor in what the engine knows of the agent"
wait
try 1 "$bottle" env web
like "$work/out" "^export HTTP_PROXY=http://bottle:$token@10.213.1.10:8888\$" "env has the bundle's address and its own port"
is "$(as 1 "$bottle" exec web -- /bin/busybox wget -Y off -q -O - http://10.213.1.10:8888/ 2>&1 | grep -c '404')" 1 \
	"the bundle answers the agent"

# A second bottle, and from the first one everything that is not its bundle. Listeners of the host and the second
# bundle are there to be reached; that they can be is shown from elsewhere.
up two
is "$status" 0 "a second bottle"
like "$work/out" 'two is ready on 10.213.1.26' "has the next block"
cat >"$work/listen" <<'END'
import socket, select, sys
socks = []
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
    for port in 53, 7777:
        s = socket.socket(socket.AF_INET, kind)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("0.0.0.0", port))
        if kind == socket.SOCK_STREAM:
            s.listen()
        socks.append(s)
print("ready", flush=True)
while True:
    for s in select.select(socks, [], [])[0]:
        if s.type == socket.SOCK_STREAM:
            c, who = s.accept()
            print("tcp", s.getsockname()[1], who[0], flush=True)
            c.close()
        else:
            data, who = s.recvfrom(2000)
            print("udp", s.getsockname()[1], who[0], data, flush=True)
END
in_net python3 -u "$work/listen" >"$work/heard" 2>&1 &
wait_for 10 grep -q ready "$work/heard"
engine_docker a network create --subnet 10.99.0.0/24 --gateway 10.99.0.1 plain >/dev/null
engine_docker a run --rm --network plain --dns 10.99.0.1 tiny:latest /bin/busybox nslookup control.example >/dev/null 2>&1
engine_docker a run --rm --network plain tiny:latest /bin/busybox sh -c 'echo x | nc -w 2 10.213.1.17 7777' >/dev/null 2>&1
like "$work/heard" 'udp 53 .*control' "control: the engine's resolver does ask for an ordinary container"
like "$work/heard" 'tcp 7777 10.99' "control: the host's listener can be reached from an ordinary container"
is "$(engine_docker a exec bot-bottle-agent-two /bin/busybox wget -q -O - http://10.213.1.26:8888/ 2>&1 | grep -c 404)" 1 \
	"control: the second bundle answers its own agent"
heard=$(wc -l <"$work/heard")
try 1 "$bottle" exec web -- /.bottle/bottle-guest probe g,tcp,10.213.1.9,7777,2000,esc g2,udp,10.213.1.9,7777,2000,esc \
	h,tcp,10.213.1.1,7777,2000,esc l,udp-link,10.213.1.1,7777,2000,esc lt,tcp-link,10.213.1.1,7777,2000,esc \
	l2,udp-link,10.213.1.17,7777,2000,esc b,tcp,10.213.1.18,8888,2000,esc bi,tcp,10.213.1.26,8888,2000,esc \
	bl,tcp-link,10.213.1.26,8888,2000,esc al,tcp-link,10.213.1.27,80,2000,esc i,tcp,8.8.8.8,53,2000,esc \
	n,dns-udp,127.0.0.11,53,2000,esc n2,dns-tcp,127.0.0.11,53,2000,esc r,resolv,0.0.0.0,0,2000,esc \
	m,tcp,169.254.169.254,80,2000,esc e,tcp,10.213.1.10,9099,2000,esc own,tcp,10.213.1.10,8888,2000,esc
like "$work/out" '^own (open|answer) ' "from inside: the bundle is reached"
# The engine's own resolver takes the connection and says nothing (20.10), or that it failed (28: rcode 2). What it had
# asked the host is in $work/heard.
is "$(sed -E '/^n2 open /d; /^(n|n2|r) answer [^ ]+ [0-9]+ (....)?....8..2/d' "$work/out" | grep -cE '^[a-z0-9]+ (open|answer|closed|reset|accepted) ')" 1 \
	"from inside: and nothing else of gateway, host, other bottle, DNS, internet, metadata"
inside web /bin/busybox nslookup escape.example 127.0.0.11 >/dev/null 2>&1
inside web /bin/busybox sh -c 'echo escape | /bin/busybox nc -u -w 1 10.213.1.9 53' >/dev/null 2>&1
inside web /bin/busybox ip route add 10.99.0.0/24 dev eth0 >/dev/null 2>&1
is "$?" 2 "from inside: routes cannot be changed"
is "$(tail -n "+$((heard + 1))" "$work/heard")" "" "and nobody on the host heard a byte or a name of it"

# verify rests on what the engine shows.
try 1 "$bottle" verify web
is "$status" 0 "verify passes"
like "$work/out" '6 of 6 findings of this host pass' "all that the host shows"
try 1 "$bottle" verify web --full --json
is "$(jq -r '.backend + " " + (.verified | tostring)' "$work/out")" "docker true" "verify --full --json"
engine_docker a update --pids-limit 9999 bot-bottle-agent-web >/dev/null
try 1 "$bottle" verify web
is "$status" 1 "a limit changed behind its back"
like "$work/out" 'FAIL +config' "is seen"
try 1 "$bottle" exec web -- /bin/busybox true
is "$status" 125 "and makes it unverified: exec refuses"
engine_docker a update --pids-limit 4096 bot-bottle-agent-web >/dev/null
try 1 "$bottle" verify web
is "$status" 0 "put back: verified again"
engine_docker a run -d --name guest --network bot-bottle-agent-web tiny:latest /bin/sleep 100 >/dev/null
try 1 "$bottle" verify web
like "$work/out" 'FAIL +members +1 containers besides' "somebody else on its network is seen"
engine_docker a rm -f guest >/dev/null
engine_docker a network connect plain bot-bottle-agent-web
try 1 "$bottle" verify web
like "$work/out" 'FAIL +network +2 networks' "and so is a second leg"
engine_docker a network disconnect plain bot-bottle-agent-web
try 1 "$bottle" logs web
is "$status" 0 "logs: the bundle's and the launch's"
try 1 "$bottle" logs web --source machine
is "$status" 69 "logs: a container has no console"
try 1 "$bottle" allowlist show web
is "$status" 77 "allowlist: there is no policy"
try 2 "$bottle" stop web
is "$status" 77 "another user's bottle is not stopped"
try 1 "$bottle" stop web two
is "$status" 0 "stop"
is "$(leftovers 1 a)" "" "nothing is left"

# The other ways to launch.
up web --dry-run
is "$status" 0 "--dry-run"
like "$work/out" '^engine +POST /containers/create.name=bot-bottle-agent-web .*"CapDrop":."ALL"' "says what would be made"
like "$work/out" '^docker .* exec .*/.bottle/bottle-guest probe PROBE' "and what would be run in it"
is "$(leftovers 1 a)" "" "and makes nothing"
# shellcheck disable=SC2086
try 1 "$bottle" $box web --rm -- /bin/busybox sh -c 'echo in; exit 5'
is "$status $(cat "$work/out") $(leftovers 1 a)" "5 in " "a command with --rm: its output, its code, nothing left"
up web --keep-on-fail --bundle-image broken
is "$status $(engine_docker a ps -aq --filter name=bot-bottle-agent)" "69 " "--keep-on-fail: the agent's container goes"
is "$(inspect sidecars-web '{{.State.Status}}')" exited "the bundle stays to be looked at"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# Mounts: the user's own files, never root's; what the image would run of itself does not run.
mkdir -p "$(home_of 1)/src" "$(home_of 1)/ro"
chown "$me:$me" "$work/home-1/src" "$work/home-1/ro"
chmod 700 "$work/home-1" # other users do not come to what the agent writes
tar -C "$work/bundle" -c . | engine_docker a import --change 'ENTRYPOINT ["/bin/busybox","touch","/project/entrypoint"]' \
	--change 'HEALTHCHECK --interval=1s CMD ["/bin/busybox","touch","/project/health"]' \
	--change 'LABEL io.bot-bottle.read-only-root=yes' - strict:latest >/dev/null
up web --image strict --mount "$work/home-1/src:/project" --mount "$work/home-1/ro:/ro:ro"
is "$status" 0 "an image with an entry point and a health check"
inside web /bin/busybox sh -c 'echo hi >/project/f; chmod 4755 /project/f; echo x >/ro/f; echo y >/tmp/f; echo z >/f' 2>/dev/null
is "$(stat -c '%u %a' "$work/home-1/src/f")" "$me 4755" "what the agent leaves is the user's own, setuid too"
is "$(ls "$work/home-1/ro" "$work/home-1/src" | tr '\n' ' ')" "$work/home-1/ro:  $work/home-1/src: f " \
	"a read-only mount is one, and neither entry point nor health check ran"
is "$(inside web /bin/busybox sh -c 'cat /tmp/f; test -e /f || echo none' | tr '\n' ' ')" "y none " \
	"with the image's label the root is read-only, /tmp is not"
as 1 "$bottle" stop web >/dev/null
try 1 "$bottle" $box web --mount "$work/home-1:/project"
is "$status" 65 "the home folder is not mounted"

# The bundle: one that does not come up, one whose egress daemon can be reached.
tar -C "$work/bundle" -c . | engine_docker a import --change \
	'CMD ["/bin/busybox","sh","-c","busybox httpd -p 9099; exec /bin/busybox httpd -f -p 8888"]' \
	--change 'ENV PATH=/bin' - loud:latest >/dev/null
engine_docker a create --name find loud:latest >/dev/null
engine_docker a rm find >/dev/null
up web --bundle-image loud
is "$status" 77 "an egress daemon that the agent can reach: refused"
like "$work/err" 'egress-inside .*ESCAPE' "by name"
up web --bundle-image broken
is "$status" 69 "a bundle that ends: refused"
like "$work/err" 'giving up' "with its last words"
is "$(leftovers 1 a)" "" "nothing is left"

# An engine that gives the bridge its gateway's address, as an option's ignorance would.
with_gateway() {
	wait_for 60 engine_docker a network inspect bot-bottle-agent-web
	id=$(engine_docker a network inspect --format '{{.Id}}' bot-bottle-agent-web 2>/dev/null)
	in_net ip addr add 10.213.1.9/29 dev "br-$(echo "$id" | cut -c1-12)"
}
rule -D
with_gateway &
giving=$!
up web
wait "$giving"
is "$status" 77 "a gateway that is this host: refused"
like "$work/err" 'gateway .tcp 10.213.1.9' "by name"
is "$(leftovers 1 a)" "" "nothing is left"
rule -I
with_gateway &
giving=$!
up web
wait "$giving"
is "$status" 0 "with the rule it passes all the same"

# The rule of install/nft does what that one did.
rule -D
if PATH=$PATH:/usr/sbin:/sbin in_net nft -f "$BUILD/share/nft/bottle-bundles.nft" 2>"$work/err"; then
	as 1 "$bottle" stop web >/dev/null
	up web
	is "$status" 0 "with bottle-bundles.nft loaded: launched"
	heard=$(wc -l <"$work/heard")
	try 1 "$bottle" exec web -- /.bottle/bottle-guest probe h,tcp,10.213.1.1,7777,2000,esc \
		l,udp-link,10.213.1.1,7777,2000,esc lt,tcp-link,10.213.1.1,7777,2000,esc own,tcp,10.213.1.10,8888,2000,esc
	like "$work/out" '^own (open|answer) ' "the bundle is reached"
	is "$(tail -n "+$((heard + 1))" "$work/heard")" "" "and the host hears nothing"
	try 1 "$bottle" verify web --full
	is "$status" 0 "verify passes"
	PATH=$PATH:/usr/sbin:/sbin in_net nft delete table ip bottle_bundles
	try 1 "$bottle" exec web -- /.bottle/bottle-guest probe l,udp-link,10.213.1.1,7777,2000,esc
	tail -n "+$((heard + 1))" "$work/heard" >"$work/one"
	like "$work/one" '^udp 7777 ' "control: without it the host hears the same datagram"
else
	echo "# nft rules were not tried: $(cat "$work/err")"
fi
kill "$(pgrep -f "python3 -u $work/listen\$")" # not $!, which is what started it
rule -I

# The agent does not outlive its bundle, its network, or its engine for longer than that is away.
# Within 2 seconds; or, where this host is so busy, three times as long as the engine takes to kill one by hand.
engine_docker a run -d --name other-one --network plain tiny:latest /bin/sleep 100 >/dev/null
limit=$(date +%s%3N)
engine_docker a rm -f other-one >/dev/null
limit=$((($(date +%s%3N) - limit) * 3))
[ "$limit" -gt 2000 ] || limit=2000
since=$(date +%s)
engine_docker a kill bot-bottle-sidecars-web >/dev/null
ok "$(wait_for 5 agent_is_gone web; echo $?)" "the bundle ends: the agent's container is removed"
# By the engine's own clock, between the end of the one and of the other.
took=$(engine_docker a events --since "$since" --until "$(($(date +%s) + 1))" --filter type=container --filter event=die \
	--format '{{.TimeNano}} {{.Actor.Attributes.name}}' | awk '/sidecars-web$/ {a = $1} /agent-web$/ {b = $1}
	END {print a && b ? int((b - a) / 1000000) : "unknown"}')
echo "# the agent ended $took ms after its bundle; the limit is $limit ms"
ok "$([ "$took" -lt "$limit" ] 2>/dev/null; echo $?)" "the agent ends with its bundle"
wait_for 10 journal_has 1 web cleared
try 1 "$bottle" ps
like "$work/out" '^web +bundle-lost .*docker' "ps says what happened"
try 1 "$bottle" exec web -- /bin/busybox true
is "$status" 125 "exec refuses"
up web
is "$status" 0 "it can be launched again"
engine_docker a network disconnect -f bot-bottle-agent-web bot-bottle-sidecars-web
ok "$(wait_for 5 agent_is_gone web; echo $?)" "the bundle is taken off the network inside: the same"
wait_for 10 journal_has 1 web cleared
up web
engine_docker a restart -t 0 bot-bottle-sidecars-web >/dev/null
ok "$(wait_for 5 agent_is_gone web; echo $?)" "the bundle is restarted: the same"
wait_for 10 journal_has 1 web cleared
up web
kill -KILL "$(pgrep -u "$me" -f "^$bottle supervise web")"
wait_for 5 sh -c "! pgrep -u $me -f '^$bottle supervise web'"
try 1 "$bottle" ps
like "$work/out" '^web +degraded .*docker' "its supervisor is killed: ps says degraded"
try 1 "$bottle" exec web -- /bin/busybox true
is "$status" 125 "exec refuses"
like "$work/err" 'its supervisor is gone' "and says why"
try 1 "$here/pty" "$bottle" exec -it web -- /bin/busybox true
is "$status" 125 "on a terminal as well"
try 1 "$bottle" stop web
is "$status $(leftovers 1 a)" "0 " "stop succeeds, and nothing is left"
up web
engine_docker a restart -t 0 bot-bottle-agent-web >/dev/null 2>&1
try 1 "$bottle" exec web -- /bin/busybox true
is "$status" 125 "an agent's container that was restarted is not the one that was verified"
as 1 "$bottle" stop web >/dev/null
up web
kill -KILL "$(cat "$work/a/pid")"
sleep 1
"$here/dockerd" again "$work/a" -- --host "unix://$work/a.sock" >/dev/null
engine_open a
ok "$(wait_for 15 agent_is_gone web; echo $?)" "the engine dies and comes back: the agent's container is removed"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# kill -9 of the launcher, wherever it is.
for event in docker network agent-network container agent-container start; do
	# shellcheck disable=SC2086
	as 1 "$bottle" $box web >/dev/null 2>&1 &
	launching=$!
	wait_for 20 journal_has 1 web "$event"
	kill -KILL "$(launcher 1)" 2>/dev/null
	wait "$launching"
	wait_for 5 sh -c "! pgrep -u $(uid 1) -f '^$bottle supervise' >/dev/null"
	for _ in 1 2 3 4 5 6 7 8; do # the engine may still be at what the dead launcher had asked for, and be done after a gc
		try 1 "$bottle" gc -f
		sleep 2
		[ -n "$(leftovers 1 a)" ] || break
	done
	is "$status $(leftovers 1 a)" "0 " "killed after '$event': gc leaves nothing"
done

# What has lost its journal: spared while its agent runs, which may be a bottle of another state folder.
up web
as 1 rm -rf "$work/home-1/.local/state/bottle/web"
try 1 "$bottle" gc -f
is "$(inspect agent-web '{{.State.Running}}')" true "gc spares a container that runs"
engine_docker a kill bot-bottle-agent-web >/dev/null
try 1 "$bottle" gc -f
is "$status $(leftovers 1 a)" "0 " "and removes what is left when it does not"
done_testing
