#!/bin/sh
# The token of a bottle's bundle: who does not know it gets nothing of the proxy, and nobody is told it but the
# bundle and the commands in the bottle.
# shellcheck disable=SC2016 # expands in the bottle
. "$(dirname "$0")/lib.sh"

engine_start a
demo_bundle a
# A web server on this host's side, where only the proxy may go.
"$here/dockerd" run "$work/a" ip link add side type bridge
"$here/dockerd" run "$work/a" ip addr add 10.99.0.1/32 dev side
"$here/dockerd" run "$work/a" ip link set side up
mkdir -p "$work/www"
echo 'hello from upstream' >"$work/www/index.html"
cat >"$work/upstream.py" <<'END'
import http.server, os, sys
class Page(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        print(self.headers, file=sys.stderr, flush=True)
        super().do_GET()
    def log_message(self, *args):
        pass
os.chdir(sys.argv[1])
http.server.ThreadingHTTPServer(("10.99.0.1", 8080), Page).serve_forever()
END
"$here/dockerd" run "$work/a" setpriv --reuid "$(uid 3)" --regid "$(uid 3)" --clear-groups \
	/usr/bin/python3 "$work/upstream.py" "$work/www" 2>"$work/heard" &
# What another user sees of every process while a bottle is launched and used: arguments, and environments if any.
cat >"$work/watch.py" <<'END'
import glob, signal, sys
seen, go = set(), [True]
signal.signal(signal.SIGTERM, lambda *_: go.clear())
while go:
    for path in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as f:
                seen.add(path.rsplit("/", 1)[1].encode() + b" " + f.read().replace(b"\0", b" "))
        except OSError:
            pass
sys.stdout.buffer.write(b"\n".join(sorted(seen)))
END
as 2 python3 "$work/watch.py" >"$work/seen" &
watch=$!
wait_for 5 pgrep -u "$(uid 2)" -f watch.py

cat >"$work/demo.yaml" <<'YAML'
version: 1
agent: {image: agent, memory: 512, cpus: 1}
bundle:
  image: bottle-demo-bundle
  env: {BOTTLE_DEMO_UPSTREAM: 10.99.0.1}
YAML
trust_yaml 1 "$work/demo.yaml"
try 1 "$bottle" launch web -f "$work/demo.yaml" --json
is "$status" 0 "a launch with the demo's bundle"
cp "$work/out" "$work/launched"
as 1 "$bottle" shell web </dev/null >/dev/null 2>&1
is "$?" 0 "a shell"
# shellcheck disable=SC2086
as 1 "$bottle" launch other --image agent --bundle-image bottle-demo-bundle --memory 512 --cpus 1 -- \
	sh -c 'echo $http_proxy' >"$work/other" 2>"$work/ready"
try 1 "$bottle" exec web -- sh -c 'echo $HTTPS_PROXY; echo $HTTP_PROXY; echo $https_proxy; echo $http_proxy
	tr "\0" "\n" </proc/$PPID/environ | sed "s/^/smolvm: /"; sleep 1'
# From here on the tests themselves say it in arguments.
kill -TERM "$(pgrep -u "$(uid 2)" -f watch.py)"
wait $watch
token=$(sed -n 's|^http://bottle:\([0-9a-f]*\)@.*|\1|p' "$work/out" | sort -u)
address=$(jq -r .env.HTTPS_PROXY "$work/launched" | sed 's|http://||')
is "${#token}" 64 "a command in the bottle has a token of 256 bits in its proxy's URL"
is "$(grep -c "^http://bottle:$token@$address\$" "$work/out")" 4 "in each of the four variables"
unlike "$work/out" '^smolvm: (HTTPS?_PROXY|https?_proxy)=' "smolvm itself is given no proxy"
like "$work/out" '^smolvm: BOTTLE_SECRET_0=http://bottle:' "(it has the value under a name of ours)"
is "$(engine_docker a inspect -f '{{range .Config.Env}}{{println .}}{{end}}' bot-bottle-sidecars-web | grep '^BOT_BOTTLE_TOKEN=')" \
	"BOT_BOTTLE_TOKEN=$token" "the bundle was given it"
like "$work/other" '^http://bottle:[0-9a-f]{64}@127.0.0.17:' "launch -- CMD gives CMD one"
unlike "$work/other" "$token" "each launch makes its own"
like "$work/ready" '^  HTTPS_PROXY=http://127' "control: the lines of ready"
unlike "$work/ready" 'bottle:[0-9a-f]' "the lines of ready do not have it"
other=$(sed -n 's|^http://bottle:\([0-9a-f]*\)@.*|\1|p' "$work/other")

# Who does not know it.
fetch() { # USER PROXY-USER: a page of upstream through the proxy, as somebody on this host
	as "$1" curl -s -m 10 -o "$work/page-$1" -w '%{http_code}' -x "http://$2$address" http://10.99.0.1:8080/
}
mkdir -p "$(home_of 2)"
work_page() { rm -f "$work/page-$1" && touch "$work/page-$1" && chown "$(uid "$1")" "$work/page-$1"; }
work_page 1
work_page 2
is "$(fetch 2 "")" 407 "another user's request without the token is refused"
is "$(fetch 2 "bottle:@")" 407 "with an empty one too"
is "$(fetch 2 "bottle:$other@")" 407 "with another bottle's too"
is "$(fetch 2 "bottle:$(echo "$token" | tr a-f b-g)@")" 407 "and with a wrong one"
is "$(as 2 curl -s -m 10 -o /dev/null -w '%{http_connect}' -p -x "http://$address" https://10.99.0.1:443/)" 407 \
	"a tunnel as well"
is "$(cat "$work/heard")" "" "nothing of it reached the upstream"
is "$(fetch 1 "bottle:$token@")" 200 "with the token the page comes"
like "$work/page-1" 'hello from upstream' "and is the upstream's"
try 1 "$bottle" exec web -- busybox wget -q -O - http://10.99.0.1:8080/
like "$work/out" 'hello from upstream' "a command in the bottle needs to do nothing for it"
like "$work/heard" '^Host: 10.99.0.1' "the upstream was asked"
unlike "$work/heard" 'Proxy-Authorization' "without the token"

# Who is told.
like "$work/seen" '^cmdline .*smolvm machine exec .*--secret-env HTTPS_PROXY=BOTTLE_SECRET_0' \
	"control: another user who looks sees how smolvm is called"
like "$work/seen" '^environ ' "control: and environments, its own at least"
told() { grep -alF -e "$token" -e "$other" "$@" 2>/dev/null; }
is "$(told "$work/seen")" "" "in no process's arguments or readable environment is a token"
home=$(home_of 1)
is "$(grep -rlaF -e "$token" -e "$other" "$home")" "" "in no file of the user: state, cache, record, journal, verdict"
like "$home/.local/state/bottle/web/verdict" '127.0.0.16' "control: the verdict is one of these files"
like "$home/smolvm.calls" 'secret-env' "control: and so is the list of smolvm's calls"
for each in $(engine_docker a ps -aq) $(engine_docker a network ls -q) $(engine_docker a image ls -q) $(engine_docker a volume ls -q); do
	[ -z "$(engine_docker a inspect "$each" | grep -F -e "$token" -e "$other")" ] ||
		engine_docker a inspect -f '{{.Name}}' "$each"
done | sort >"$work/inspected"
is "$(tr '\n' ' ' <"$work/inspected")" "/bot-bottle-sidecars-other /bot-bottle-sidecars-web " \
	"of all that the engine inspects, only the bundle has it"
engine_docker a logs bot-bottle-sidecars-web >"$work/logs" 2>&1
like "$work/logs" 'TCP_MISS/200' "control: the bundle's log has the requests"
is "$(told "$work/logs" "$work/a/log" "$work/launched")" "" "it has no token; nor has the engine's, nor launch --json"
for pid in $(engine_docker a top bot-bottle-sidecars-web -o pid | tail -n +2); do
	tr '\0' '\n' <"/proc/$pid/environ"
done >"$work/environ"
like "$work/environ" '^BOTTLE_DEMO_UPSTREAM=' "control: the proxy's environment"
is "$(told "$work/environ")" "" "once it is up, the demo's proxy does not have it there"
engine_docker a exec bot-bottle-sidecars-web /bin/busybox cat /dev/shm/users >"$work/users"
like "$work/users" '^bottle:\$6\$' "but a salted hash, in memory"
for words in "verify web --json" "ps --json" "ps" "verify web"; do
	# shellcheck disable=SC2086
	try 1 "$bottle" $words
	is "$(told "$work/out" "$work/err")" "" "bottle $words does not tell"
done

# Who may know.
try 1 "$bottle" env web
like "$work/out" "^export HTTPS_PROXY=http://bottle:$token@$address\$" "bottle env tells the owner"
try 1 "$bottle" env web --json
is "$(jq -r .env.http_proxy "$work/out")" "http://bottle:$token@$address" "as JSON too"
try 2 "$bottle" env web
is "$status" 77 "and nobody else"
try 1 sh -c "eval \"\$('$bottle' env web)\" && NO_PROXY= no_proxy= curl -s -m 10 http://10.99.0.1:8080/"
like "$work/out" 'hello from upstream' "what it prints can be used"

# Who says something else.
try 1 "$bottle" exec -e HTTPS_PROXY=http://mine:1 web -- sh -c 'echo "$HTTPS_PROXY $HTTP_PROXY"'
is "$(cat "$work/out")" "http://mine:1 http://bottle:$token@$address" "-e of the user's wins, for that name"
like "$home/smolvm.calls" 'HTTPS_PROXY=http://mine:1 --secret-env https_proxy=' "ours is not given beside it"
as 1 "$bottle" stop other >/dev/null
printf 'version: 1\nagent: {image: agent, memory: 512, cpus: 1, secret_env: [https_proxy]}\nbundle: {image: bundle}\n' >"$work/own.yaml"
trust_yaml 1 "$work/own.yaml"
try 1 https_proxy=http://own:2 "$bottle" launch other -f "$work/own.yaml" -- sh -c 'echo "$https_proxy $HTTPS_PROXY"'
like "$work/out" '^http://own:2 http://bottle:' "so does a secret_env of the user's"
as 1 "$bottle" stop other >/dev/null
for text in 'env: {BOT_BOTTLE_TOKEN: x}' 'forward_env: [BOT_BOTTLE_TOKEN]'; do
	printf 'version: 1\nagent: {image: agent}\nbundle: {image: bundle, %s}\n' "$text" >"$work/reserved.yaml"
	try 1 BOT_BOTTLE_TOKEN=x "$bottle" launch other -f "$work/reserved.yaml"
	is "$status" 65 "bundle.$text is refused"
	like "$work/err" 'names that begin with BOT_BOTTLE_ are set by bottle' "and the error says why"
done
as 1 "$bottle" stop web >/dev/null

# A bundle without a token is not what was launched. (The supervisor, which would end the VM, looks away.)
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
supervisor=$(pgrep -u "$(uid 1)" -f "^$bottle supervise web")
kill -STOP "$supervisor"
as 1 sed -i "s/\"container\": \"[0-9a-f]*\"/\"container\": \"$(engine_docker a create --name stranger --network bot-bottle-bundle-web -p 127.0.0.16:"$(
	jq .bundle.ports.proxy.host "$home/.local/state/bottle/web/verdict")":8888 bundle)\"/" "$home/.local/state/bottle/web/verdict"
engine_docker a rm -f bot-bottle-sidecars-web >/dev/null
engine_docker a start stranger >/dev/null
try 1 "$bottle" exec web -- true
is "$status" 125 "exec in a bottle whose bundle was given no token is refused"
like "$work/err" 'unverified: its bundle was given no token' "and says so"
kill -CONT "$supervisor"
engine_docker a rm -f stranger >/dev/null
as 1 "$bottle" stop web >/dev/null

# An engine that would take it in an argument only.
fault 1 old-version 0.8.0
touch "$work/any.smolmachine"
try 1 "$bottle" launch web --pack "$work/any.smolmachine" --bundle-image bottle-demo-bundle --engine-unproven
is "$status" 69 "a smolvm without --secret-env is refused, --engine-unproven or not"
like "$work/err" "cannot be given the proxy's token without showing it" "and the error says why"
no_faults 1

# The demo's bundle by itself.
engine_docker a run -d --name bare bottle-demo-bundle >/dev/null
is "$(timeout 20 docker -H "unix://$work/a.sock" wait bare)" 64 "the demo's bundle does not start without a token"
engine_docker a logs bare >"$work/out" 2>&1
engine_docker a rm -f bare >/dev/null
like "$work/out" 'BOT_BOTTLE_TOKEN is not set' "and says so"
engine_docker a run -d --name opened -e BOTTLE_DEMO_OPEN=1 bottle-demo-bundle >/dev/null
wait_for 20 sh -c "docker -H unix://$work/a.sock logs opened 2>&1 | grep -q 'Accepting HTTP'"
ok $? "unless it is told to be open"
engine_docker a rm -f opened >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
