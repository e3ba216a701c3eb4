#!/bin/sh
# The bottle's own proxy is asked for inward places: the demo's bundle refuses all, one that lets things
# through is told in the verdict, and one that hangs does not hold a launch up.
. "$(dirname "$0")/lib.sh"

engine_start a
demo_bundle a
image() { # NAME: an image of the demo's programs that runs the script on standard input
	mkdir -p "$work/over"
	cat >"$work/over/start"
	cp "$work/demo.tar" "$work/over.tar"
	tar -C "$work/over" --append -f "$work/over.tar" ./start
	engine_docker a import --change 'USER 65529:65529' --change 'ENTRYPOINT ["/bin/busybox","sh","/start"]' \
		"$work/over.tar" "$1" >/dev/null
}
squid_image() { # NAME RULES: a proxy with these access rules, beside a daemon on the egress port
	image "$1" <<-END
		$daemon
		cat >/tmp/squid.conf <<'CONF'
		http_port 0.0.0.0:8888
		visible_hostname test
		$2
		$(sed -n '/^cache deny all/,$p' "$top/demo/bundle/squid.conf.in")
		CONF
		exec squid -N -d 1 -f /tmp/squid.conf
	END
}
daemon='busybox httpd -p 9099 -h /etc'
squid_image open 'http_access allow all'
# Its daemons answer 400 to everything, as a proxy does that is asked like a server.
daemon='for port in 9099 80; do nc -ll -p $port -e busybox printf "HTTP/1.0 400 Bad request\r\n\r\n" & done'
squid_image half 'acl CONNECT method CONNECT
http_access deny CONNECT
http_access allow all'
image hole <<'END'
cat >/tmp/serve <<'SERVE'
read -r method rest
[ "$method" = HEAD ] || exec sleep 60
printf 'HTTP/1.0 200 OK\r\n\r\n'
SERVE
exec busybox nc -ll -p 8888 -e busybox sh /tmp/serve
END

bring_up() { # IMAGE OPTION...: launches web with that bundle
	image=$1
	shift
	try 1 "$bottle" launch web --image agent --bundle-image "$image" --memory 512 --cpus 1 "$@"
}
state_of() { # ROW
	jq -r --arg row "$1" '.proxy[] | select(.id == $row) | .state' "$work/out"
}

bring_up bottle-demo-bundle
is "$status" 0 "a launch with the demo's bundle"
like "$work/out" ': verified, alias$' "which refuses all: the verdict is alias and nothing else"
unlike "$work/out" 'through the proxy' "and nothing is listed"
try 1 "$bottle" verify web --json
is "$status" 0 "verify asks again"
is "$(jq '.proxy | length > 20 and all(.pass and (.state == "refused"))' "$work/out")" true \
	"every row says refused, none of them silence"
for row in egress egress-decimal egress-octal egress-hex egress-mapped egress-mapped-hex egress-short egress-any \
	egress-localhost egress-own egress-own-name gateway gateway-decimal \
	gateway-mapped host-1 other-bottle metadata other-bundle; do
	is "$(state_of $row)" refused "$row is one of them"
done
is "$(jq '[.proxy[] | select(.id == "gateway") | .why] | first | test("CONNECT :[0-9]+ 403, GET :[0-9]+ 403, CONNECT :443 403, GET :80 403")' "$work/out")" \
	true "by CONNECT and GET, at the ports that proxies let through too"
is "$(state_of egress-loopback6)" "" "literal IPv6 is left to a full run"
try 1 "$bottle" verify web --full --json
is "$(state_of egress-loopback6) $(state_of egress-any6)" "refused refused" "where it is refused too"
try 1 "$bottle" verify web
like "$work/out" '^refused +gateway +10\.213\.1\.1:' "the table has them"
like "$work/out" '; the guest says .*; alias$' "and the line below is as before"
as 1 "$bottle" stop web >/dev/null

bring_up open
is "$status" 0 "a bundle that lets all through is launched all the same"
like "$work/out" ': verified, alias \+ proxy open to [0-9]+ \+ proxy unproven for [0-9]+$' "and the verdict says so"
like "$work/out" '^  reachable through the proxy  127\.0\.0\.1:9099, the bundle.s own loopback \(CONNECT :9099 200' \
	"the egress daemon is listed"
like "$work/out" '^  reachable through the proxy  10\.213\.1\.1:[0-9]+, this host' "and so is this host"
like "$work/out" '^  unproven  through the proxy  169\.254\.169\.254:80' "what nobody answers is not taken for refused"
try 1 "$bottle" verify web --json
is "$status" 0 "verify does not fail for it either"
for row in egress egress-decimal egress-octal egress-hex egress-short egress-localhost egress-own gateway \
	gateway-decimal host-1; do
	is "$(state_of $row)" open "$row is open"
done
for row in metadata other-bundle; do
	is "$(state_of $row)" unproven "$row is unproven"
done
is "$(jq -r '.proxy[] | select(.id == "gateway") | .judge' "$work/out")" host "our listener on the gateway saw it come"
is "$(jq -r '.proxy[] | select(.id == "egress") | .judge' "$work/out")" proxy "where none can be, the proxy's answer tells"
is "$(jq -r .verdict "$work/out")" \
	"alias + proxy open to $(jq '[.proxy[] | select(.state == "open")] | length' "$work/out") + proxy unproven for $(
		jq '[.proxy[] | select(.state == "unproven")] | length' "$work/out")" "the numbers are those of the rows"
try 1 "$bottle" ps
like "$work/out" '^web +running .*proxy open to' "ps shows the verdict"
is "$(jq '.proxy | length > 20' "$(home_of 1)/.local/state/bottle/web/verdict")" true "the verdict's file has the rows"
"$here/dockerd" run "$work/a" python3 -c 'import socket, time
s = socket.socket(); s.bind(("0.0.0.0", 4444)); s.listen(); time.sleep(60)' &
service=$!
wait_for 5 "$here/dockerd" run "$work/a" sh -c 'ss -ltn | grep -q :4444'
try 1 "$bottle" verify web --json
like "$work/out" '"verdict": "alias \+ 1 host service \+ proxy open to' "both kinds of what can be reached are counted"
kill $service
try 1 "$bottle" verify web --full --json
is "$(state_of egress) $(state_of egress-loopback6)" "open unproven" "what a proxy dies of is asked last, and is unproven"
as 1 "$bottle" stop web >/dev/null

begin=$(date +%s%3N)
bring_up half
answered=$(($(date +%s%3N) - begin))
as 1 "$bottle" verify web --json >"$work/out"
is "$(state_of gateway)" open "a proxy that refuses tunnels but fetches pages is open"
is "$(state_of egress)" unproven "what the daemon behind it answers is not taken for the proxy's refusal"
like "$work/out" 'CONNECT :9099 403, GET :9099 400' "though it is a 400"
as 1 "$bottle" stop web >/dev/null

begin=$(date +%s%3N)
bring_up hole --json
took=$(($(date +%s%3N) - begin))
is "$status" 0 "a proxy that answers nothing more does not stop a launch"
[ $((took - answered)) -lt 8000 ] # it is asked for 4 s; one question after the other would take a minute
ok $? "nor hold it up for long: $took ms, and $answered ms with one that answers"
is "$(jq '.proxy | length > 20 and all((.pass | not) and .state == "unproven")' "$work/out")" true \
	"silence is not taken for a refusal, in no row"
like "$work/out" '"verdict": "alias \+ proxy unproven for' "the verdict says so"
is "$(jq '.timings.verify | .outside_ms / .ms > 0.9' "$work/out")" true "the time counts as waiting for others"
as 1 "$bottle" stop web >/dev/null
bring_up bundle --publish git=9418 --publish proxy=8888 --dry-run
printf 'version: 1\nagent: {image: agent}\nbundle: {image: bundle, publish: {git: 8888}}\n' >"$work/nothing.yaml"
trust_yaml 1 "$work/nothing.yaml"
try 1 "$bottle" launch web -f "$work/nothing.yaml" --json
is "$(jq '.proxy' "$work/out" | tr -d ' \n')" "[]" "a bottle without a proxy has no such rows"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
