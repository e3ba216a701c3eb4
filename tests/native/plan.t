#!/bin/sh
# launch --dry-run says what a launch asks for: the requests of a plan and those of the launch after it are the same, but
# for ids, ports and secrets. What a launch asks is seen from outside: a proxy before the engine, smolvm's own calls, and a
# docker that writes down how it was called.
. "$(dirname "$0")/lib.sh"

engine_start a
home=$(home_of 1)
mkdir "$work/log"
"$here/requestlog" "$work/log/engine.sock" "$work/a.sock" "$work/log/requests" &
logger=$!
# shellcheck disable=SC2154 # status
trap 'status=$?; trap - EXIT; kill $logger; finish; exit $status' EXIT
wait_for 10 test -S "$work/log/engine.sock" || plan_skip "no proxy before the engine"
chgrp "$uids" "$work/log/engine.sock"
chmod 660 "$work/log/engine.sock"
printf '#!/bin/sh\necho "$0 $*" >>"$HOME/docker.calls"\nexec %s "$@"\n' "$(command -v docker)" >"$work/bin/docker"
chmod 755 "$work/bin/docker"

cat >"$work/compare" <<'END'
"""compare PLAN REQUESTS SMOLVM-CALLS DOCKER-CALLS MACHINE DATABASE: prints what differs; nothing when all is the same."""
import json, re, sqlite3, sys

plan = json.load(open(sys.argv[1]))
asked = [r for r in map(json.loads, open(sys.argv[2])) if "docker-client" not in r["agent"]]
for r in asked:
    r["path"] = re.sub(r"^/v1\.[0-9]+", "", r["path"])
    r["body"] = json.loads(r["body"]) if r["body"] else None


def text(r):
    return f'{r["method"]} {r["path"]} {json.dumps(r["body"], sort_keys=True)}'


network = next(r["body"]["HostConfig"]["NetworkMode"] for r in asked if r["path"].startswith("/containers/create"))
container = next(m[1] for m in (re.match(r"/containers/([0-9a-f]{64})/start", r["path"]) for r in asked) if m)


def same(line):
    line = line.replace(network, "NETWORK-ID").replace(container, "CONTAINER-ID")
    line = re.sub(r'(io.bot-bottle.launcher": ")[0-9a-f]+', r"\1LAUNCH", line)
    line = re.sub(r"BOT_BOTTLE_TOKEN=[0-9a-f]{64}", "BOT_BOTTLE_TOKEN=***", line).replace("FORWARDED=hush", "FORWARDED=***")
    line = re.sub(r"\.making-[0-9]+-[0-9]+-", ".making-", line)
    line = re.sub(r"(//127\.0\.0\.[0-9]+):[0-9]+", r"\1:PORT", line)
    line = re.sub(r"sha256:IMAGE-ID", "sha256:*", line) if "IMAGE-ID" in line else line
    return re.sub(r"( probe) .*", r"\1 PROBE...", line)


def differ(what, planned, done):
    if planned != done:
        print(f"{what}:", *(f"  planned {p}" for p in planned), *(f"  done    {d}" for d in done), sep="\n")


engine = [r for r in plan["requests"] if r["to"] == "engine"]
differ("changes", [same(text(r)) for r in engine if r["method"] != "GET"],
       [same(text(r)) for r in asked if r["method"] != "GET"])
# A launch may ask again (until a port is served, and its supervisor does); what is planned is asked, in that order.
questions = iter([same(text(r)) for r in asked if r["method"] == "GET"])
for r in engine:
    if r["method"] == "GET" and same(text(r)) not in questions:
        print("planned, and not asked in this order: " + text(r))
for r in engine:
    if r["asked"] != (r["method"] == "GET" and "-ID" not in r["path"] and "bottle-agent-" not in r["path"]):
        print("asked is wrong of " + text(r))
runs = [[same(" ".join(r["argv"][to:])) for r in plan["requests"] if r["to"] == who and not r["asked"]]
        for who, to in (("smolvm", 1), ("docker", 0))]
differ("smolvm", runs[0], [same(line.rstrip("\n")) for line in open(sys.argv[3])])
differ("docker", runs[1], [same(line.rstrip("\n")) for line in open(sys.argv[4])])
row = json.loads(sqlite3.connect(sys.argv[6]).execute("SELECT data FROM vms WHERE name = ?", (sys.argv[5],)).fetchone()[0])
record, = [r for r in plan["requests"] if r["to"] == "record"]
differ("record", {**record["set"], "machine": record["machine"]},
       {**{key: row.get(key) for key in record["set"]}, "machine": sys.argv[5]})
END

# What a launch could change, as text. A plan may keep its own cache (the lock of claims, the guest's program), and reading
# smolvm's database makes SQLite's two files.
state() {
	{
		engine_docker a ps -aq
		engine_docker a network ls -q
		engine_docker a images -aq
		cd "$home" && find . -type f | grep -vE '/smolmachines.lock$|/bot-bottle/guest/|/smolvm.db-(shm|wal)$'
	} | sort
}

# same_as_launch WHAT ARG...: plans, launches, compares, stops.
same_as_launch() {
	what=$1
	shift
	: >"$work/log/requests"
	: >"$home/docker.calls"
	: >"$home/smolvm.calls"
	chown "$(uid 1)" "$home"/*.calls
	state >"$work/before"
	ENGINE=log/engine try 1 FORWARDED=hush "$bottle" launch web --dry-run --json "$@"
	is "$status" 0 "$what: a plan"
	sed 's/^/# /' "$work/err"
	cp "$work/out" "$work/plan"
	state >"$work/after"; diff "$work/before" "$work/after" | sed "s/^/# /" >&2; cmp -s "$work/after" "$work/before"
	ok $? "$what: nothing is started, built, packed, claimed or written"
	is "$(grep -cvE '"method": "GET"' "$work/log/requests")" 0 "$what: the engine was asked questions alone"
	is "$(cat "$home/docker.calls" "$home/smolvm.calls")" "" "$what: smolvm and docker were not run"
	unlike "$work/plan" 'hush|[0-9a-f]{64}@|TOKEN=[^*]' "$what: no secret is in it"
	: >"$work/log/requests"
	ENGINE=log/engine try 1 FORWARDED=hush "$bottle" launch web "$@"
	is "$status" 0 "$what: the launch"
	sed 's/^/# /' "$work/err"
	/usr/bin/python3 -I "$work/compare" "$work/plan" "$work/log/requests" "$home/smolvm.calls" "$home/docker.calls" \
		bot-bottle-web "$home/.local/share/smolvm/server/smolvm.db" >"$work/diff" 2>&1
	is "$(cat "$work/diff")" "" "$what: the plan is what the launch did"
	as 1 "$bottle" stop web >/dev/null
	is "$(leftovers 1 a)" "" "$what: nothing is left"
}

same_as_launch "an image that is not packed" --image agent --bundle-image bundle
same_as_launch "one that is" --image agent --bundle-image bundle --memory 512 --cpus 1
mkdir -p "$home/src" "$work/project"
printf 'FROM agent\nENV BUILT=1\n' >"$work/project/Dockerfile"
cat >"$work/project/bottle.yaml" <<END
version: 1
agent:
  image: agent
  env: {LANG: C.UTF-8, ODD: "a b'c"}
  mounts: [{host: $home/src, guest: /workspace}]
bundle:
  image: bundle
  daemons: [egress, pipelock]
  env: {LOG: info}
  forward_env: [FORWARDED]
  publish: {proxy: 8888}
END
chown -R "$(uid 1)" "$home/src"
trust_yaml 1 "$work/project/bottle.yaml"
same_as_launch "a file with mounts and forwarded variables, and a command" -f "$work/project/bottle.yaml" -- true

is_stopped() {
	as 1 "$bottle" ps | grep -q '^web  *stopped'
}

# Of a bottle that is up, and of one that an earlier launch left.
# shellcheck disable=SC2086
as 1 "$bottle" $launch web >/dev/null
# shellcheck disable=SC2086
try 1 "$bottle" $launch web --dry-run
is "$status" 73 "a plan for a bottle that is up is refused"
like "$work/err" 'launch web: it is up already, on 127\.0\.0\.16' "as its launch is"
kill -KILL "$(jq -s -r 'map(select(.event == "booted")) | last | .pid' "$(journal 1 web)")"
wait_for 10 is_stopped
# shellcheck disable=SC2086
try 1 "$bottle" $launch web --dry-run
is "$status" 75 "for one whose VM has ended, too"
like "$work/err" 'what an earlier launch left would be removed first' "because a launch begins by removing it"
as 1 "$bottle" stop web >/dev/null

# People's form, and the rest of what can be planned.
ENGINE=log/engine try 1 FORWARDED=hush "$bottle" launch web -f "$work/project/bottle.yaml" --dry-run
like "$work/out" '^engine +POST /networks/create \{.*"Subnet":"10\.213\.1\.0/28"' "in words: the network"
like "$work/out" '^engine +POST /containers/create\?name=bot-bottle-sidecars-web \{.*"FORWARDED=\*\*\*".*"NetworkMode":"NETWORK-ID"' \
	"the bundle, its secrets masked"
like "$work/out" "^smolvm +$work/bin/smolvm machine create --name bot-bottle-web .* --env 'ODD=a b'\\\\''c' " "the machine, quoted"
like "$work/out" '^record +bot-bottle-web \{"network":true,"allowed_cidrs":\["127.0.0.16/32"\]' "its record"
like "$work/out" 'nothing was started' "and that nothing was done"
unlike "$work/out" 'hush' "no secret"
try 1 "$bottle" launch web -f "$work/project/bottle.yaml" --dry-run
is "$status" 65 "a variable that is not set is refused as a launch refuses it"
try 1 "$bottle" launch web --image nothing --bundle-image bundle --dry-run
is "$status" 65 "so is an image that is not there"
# shellcheck disable=SC2086 # a list of words
as 1 "$bottle" $launch web >/dev/null
try 1 "$bottle" launch web --image agent --bundle-image bundle --dry-run
is "$status" 73 "so is a bottle that is up"
# shellcheck disable=SC2086
try 1 "$bottle" $launch other --dry-run --json
is "$(jq -r .alias "$work/out")" 127.0.0.17 "the next free address is planned"
as 1 "$bottle" stop web >/dev/null

cp "$BUILD/libexec/bottle-netd" "$work/inst/libexec/bottle/bottle-netd"
admin_config always 'alias: always'
ETC=always try 1 "$bottle" launch web --image agent --bundle-image bundle --dry-run
like "$work/out" "^helper +$work/inst/libexec/bottle/bottle-netd add 127.0.0.16 .*127.0.0.31\$" "the helper's call, where it is used"

images=$(engine_docker a images -q | sort)
as 1 "$bottle" trust "$work/project/Dockerfile" >/dev/null
try 1 "$bottle" launch web --dockerfile "$work/project/Dockerfile" --bundle-image bundle --dry-run
is "$status" 0 "a dockerfile"
like "$work/out" "^docker +$work/bin/docker -H unix://$work/a.sock build --file=[^ ]*/context/Dockerfile " "its build is planned"
like "$work/out" "^docker .* save -- sha256:IMAGE-ID\$" "and what comes after"
is "$(engine_docker a images -q | sort)" "$images" "and nothing is built"
done_testing
