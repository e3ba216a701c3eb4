#!/bin/sh
# A launch, end to end, against a real engine; the VM is the scripted stand-in of this folder.
. "$(dirname "$0")/lib.sh"

engine_start a
# shellcheck disable=SC2086 # a list of words
as 1 "$bottle" $launch web --timings >"$work/out" 2>"$work/err"
is "$?" 0 "launch succeeds"
like "$work/out" 'web is ready on 127.0.0.16: verified, alias' "and says where the bottle is"
cat "$work/out" "$work/err" | sed 's/^/# /'
calls=$(wc -l <"$(home_of 1)/smolvm.calls")
as 1 "$bottle" ps >"$work/out" 2>&1
is "$(($(wc -l <"$(home_of 1)/smolvm.calls") - calls))" 1 "ps calls smolvm once"
like "$work/out" '^web +running +127.0.0.16 +smolvm +alias' "ps shows it verified"
as 1 "$bottle" exec web -- sh -c 'echo $HTTPS_PROXY; exit 7' >"$work/out" 2>"$work/err"
is "$?" 7 "exec passes the exit code on"
like "$work/out" '^http://bottle:[0-9a-f]{64}@127.0.0.16:[0-9]+$' "exec gives the command its proxy, with the token"
as 1 "$bottle" stop web >"$work/out" 2>&1
is "$?" 0 "stop succeeds"
is "$(leftovers 1 a)" "" "nothing is left"

# Ten addresses of the host are probed; how many more there are is said.
"$here/dockerd" run "$work/a" ip link add many type bridge
"$here/dockerd" run "$work/a" ip link set many up
n=0
while [ $n -lt 12 ]; do
	"$here/dockerd" run "$work/a" ip addr add 10.99.0.$n/32 dev many
	n=$((n + 1))
done
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
like "$work/out" 'untried +[0-9]+ more addresses of this host' "a host with many addresses: launch says how many it did not try"
try 1 "$bottle" verify web --json
is "$(jq '.untried_addresses > 1' "$work/out")" true "and verify --json too"
as 1 "$bottle" stop web >/dev/null

# A home behind a link: smolvm notes real paths.
ln -s "$(home_of 1)" "$work/link"
# shellcheck disable=SC2086
try 1 HOME="$work/link" "$bottle" $launch web
is "$status" 0 "a launch with a home behind a symbolic link"
as 1 HOME="$work/link" "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# What JSON cannot carry is refused by name, not left out.
bad=$(printf 'ab\377')
mkdir -p "$work/project"
printf 'version: 1\nagent: {image: agent}\nbundle: {image: bundle, forward_env: [TOK]}\n' >"$work/project/bottle.yaml"
trust_yaml 1 "$work/project/bottle.yaml"
AT=$work/project try 1 TOK="$bad" "$bottle" launch web
is "$status" 65 "a forwarded variable that is not UTF-8 is refused"
like "$work/err" 'bundle.forward_env: TOK: not UTF-8' "by name"
unlike "$work/err" "$bad" "without its value"
is "$(leftovers 1 a)" "" "nothing is left"
cp -r "$work/bin" "$work/$bad"
# shellcheck disable=SC2086
SEARCH=$work/$bad:/usr/bin:/bin try 1 "$bottle" $launch web
is "$status" 78 "a smolvm in a folder whose name is not UTF-8 is refused before anything is made"
is "$(leftovers 1 a)" "" "nothing is left"

# An agent that is too busy to answer right after the start is asked again (the smolvm is a stand-in).
fault 1 busy 2
try 1 "$bottle" launch late --image agent --bundle-image bundle --memory 512 --cpus 1
is "$status" 0 "a machine that is said not to run, and runs, is asked again"
is "$(wc -c <"$(home_of 1)/smolvm.busy")" 2 "as often as it takes"
as 1 "$bottle" stop late >/dev/null
rm "$(home_of 1)/smolvm.busy"
fault 1 busy 9999
as 1 "$bottle" launch late --image agent --bundle-image bundle --memory 512 --cpus 1 >"$work/out" 2>"$work/err" &
launching=$!
wait_for 20 test -s "$(home_of 1)/smolvm.busy"
kill -KILL "$(sqlite3 "$(home_of 1)/.local/share/smolvm/server/smolvm.db" "select json_extract(cast(data as text), '$.pid') from vms")"
wait "$launching"
is "$?" 77 "one whose VM ends meanwhile is not"
ok "$([ "$(wc -c <"$(home_of 1)/smolvm.busy")" -lt 20 ]; echo $?)" "nor for long"
like "$work/err" 'is not running' "and what smolvm said is said"
is "$(leftovers 1 a)" "" "nothing is left"
no_faults 1

# Labels guide, they do not authorise: what lacks one of ours is nobody's leftover.
owner=$(uid 1)
label() { # NAME LAUNCHER SLUG EXTRA...
	name=$1 launcher=$2 slug=$3
	shift 3
	engine_docker a create --name "bot-bottle-sidecars-$name" --label io.bot-bottle.owner="$owner" \
		--label io.bot-bottle.launcher="$launcher" --label io.bot-bottle.slug="$slug" "$@" bundle >/dev/null
}
all="--label io.bot-bottle.backend=smolvm --label io.bot-bottle.version=0"
id=0123456789abcdef0123456789abcdef
# shellcheck disable=SC2086
{
	label foo x foo $all
	label bar $id bar
	label baz $id ../../../baz $all
	label true $id true $all
}
as 1 "$bottle" gc -f >"$work/out" 2>&1
like "$work/out" 'bot-bottle-sidecars-true' "gc removes an orphan with all labels of a launch"
is "$(engine_docker a ps -a --format '{{.Names}}' | sort | tr '\n' ' ')" \
	"bot-bottle-sidecars-bar bot-bottle-sidecars-baz bot-bottle-sidecars-foo " "and none without"
is "$(find "$work" -name 'baz.lock')" "" "a label is not taken for a path"
done_testing
