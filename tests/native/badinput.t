#!/bin/sh
# What users and their hosts get wrong: each mistake has its exit code and one error that says what to do,
# and leaves nothing behind.
# shellcheck disable=SC2016 # hooks and SQL expand elsewhere
. "$(dirname "$0")/lib.sh"

engine_start a
db=$work/home-1/.local/share/smolvm/server/smolvm.db

# one_error NAME: exactly one error, by name, with what is left or what to do; no crash.
one_error() {
	is "$(grep '^bottle: ' "$work/err" | grep -vc '^bottle: warning')" 1 "$1: one error"
	like "$work/err" '^  (left|next|usage) |allowed|required| cannot name a bottle|^bottle: ([a-z]+: )?(read |agent.pack: |.*YAML|.* is quick or full|.*exclude)' "$1: with what is left, what to do, or what is allowed"
}

# wrong CODE PATTERN NAME -- BOTTLE-ARG...: user 1's command fails like that and leaves nothing.
wrong() {
	code=$1 pattern=$2 title=$3
	shift 4
	try 1 "$@"
	is "$status" "$code" "$title: exit $code"
	like "$work/err" "$pattern" "$title: says so"
	one_error "$title"
	is "$(leftovers 1 a)" "" "$title: nothing is left"
}

# yaml TEXT: as bottle.yaml of user 1, who starts there.
yaml() {
	mkdir -p "$work/project"
	printf '%b\n' "$1" >"$work/project/bottle.yaml"
	AT=$work/project
}
head='version: 1\nagent: {image: agent}\n'

while IFS='|' read -r code pattern title text; do
	yaml "$text"
	wrong "$code" "$pattern" "bottle.yaml: $title" -- "$bottle" launch
done <<'END'
65|bottle.yaml:3: .*colour|an unknown key|version: 1\nagent: {image: agent}\ncolour: red
65|bottle.yaml:4: .*imagee|an unknown key inside|version: 1\nagent:\n  image: agent\n  imagee: agent
65|bottle.yaml:4: .*cpus|a text for a number|version: 1\nagent:\n  image: agent\n  cpus: many
65|bottle.yaml:4: .*cpus|a negative number|version: 1\nagent:\n  image: agent\n  cpus: -1
65|bottle.yaml:4: .*memory|a number that is too large|version: 1\nagent:\n  image: agent\n  memory: 99999999999999999999
65|bottle.yaml:2: .*agent|a list for a mapping|version: 1\nagent: [image, agent]
65|bottle.yaml:3: .*mounts|a text for a list|version: 1\nagent: {image: agent,\n  mounts: /tmp}
65|bottle.yaml:1: .*version|another version|version: 2\nagent: {image: agent}
65|bottle.yaml.*version|no version|agent: {image: agent}
65|bottle.yaml:2: .*exactly one of|an image and a pack|version: 1\nagent: {image: agent, pack: x.smolmachine}
65|exactly one of|no workload|version: 1\nname: web
65|bottle.yaml:3: .*egress_port|the egress port published|version: 1\nagent: {image: agent}\nbundle: {publish: {proxy: 9099}}
65|bottle.yaml:3: .*egress_port|another egress port published|version: 1\nagent: {image: agent}\nbundle: {egress_port: 77, publish: {git: 77}}
65|bottle.yaml:3: .*ftp|a port of an unknown name|version: 1\nagent: {image: agent}\nbundle: {publish: {ftp: 21}}
65|bottle.yaml:3: .*publish.proxy|a port above 65535|version: 1\nagent: {image: agent}\nbundle: {publish: {proxy: 65536}}
65|bottle.yaml:3: .*forward_env|a value among bare names|version: 1\nagent: {image: agent}\nbundle: {forward_env: [KEY=sk-12345]}
65|bottle.yaml:3: name: .*-- is not|a name outside the grammar|version: 1\nagent: {image: agent}\nname: a--b
65|bottle.yaml:3: |a tab for indentation|version: 1\nagent: {image: agent}\n\tname: x
65|bottle.yaml:3: |an open bracket|version: 1\nagent: {image: agent
65|bottle.yaml|an empty file|
65|bottle.yaml|two documents|version: 1\nagent: {image: agent}\n---\nversion: 1
65|bottle.yaml:4: |the same key twice|version: 1\nagent: {image: agent}\nname: a\nname: b
65|bottle.yaml:1: .*anchors|an anchor and its alias|version: &a 1\nname: *a\nagent: {image: agent}
END
yaml "${head}bundle: {forward_env: [KEY=sk-12345]}"
try 1 "$bottle" launch web
unlike "$work/err" 'sk-12345' "a secret in the place of its name is not repeated"
printf 'version: 1\n\000\377\n' >"$work/project/bottle.yaml"
wrong 65 'bottle.yaml' "bottle.yaml: bytes that are not text" -- "$bottle" launch web
head -c 2000000 /dev/zero | tr '\0' 'a' >"$work/project/bottle.yaml"
wrong 65 'bottle.yaml' "bottle.yaml: 2 MB" -- "$bottle" launch web
rm "$work/project/bottle.yaml"
mkdir "$work/project/bottle.yaml"
wrong 65 'bottle.yaml' "bottle.yaml: a folder" -- "$bottle" launch web
rmdir "$work/project/bottle.yaml"
mkfifo "$work/project/bottle.yaml"
wrong 65 'bottle.yaml' "bottle.yaml: a named pipe" -- timeout 10 "$bottle" launch web
rm "$work/project/bottle.yaml"
wrong 65 'no-such.yaml' "a file that is not there" -- "$bottle" launch web -f no-such.yaml
AT=

for name in Web a_b -web web- a--b ../x a/b "a b" "" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "$(printf 'a\033[31mb')"; do
	# shellcheck disable=SC2086
	wrong 64 'cannot name a bottle|unknown option' "the name '$(printf %s "$name" | tr -d '\033')'" -- "$bottle" $launch "$name"
	unlike "$work/err" "$(printf '\033')" "no escape sequence reaches the terminal"
done
while IFS='|' read -r code pattern args; do
	# shellcheck disable=SC2086
	wrong "$code" "$pattern" "launch $args" -- "$bottle" launch web --image agent --bundle-image bundle $args
done <<'END'
64|cpus|--cpus 0
64|cpus|--cpus 4x
64|memory|--memory -1
64|publish|--publish proxy
64|publish|--publish proxy=0
64|publish|--publish proxy=80000
64|publish|--publish http=80
64|backend|--backend kvm
64|allowed are alias, sealed|--network host
64|verify|--verify none
64|name of a variable|-e =x
64|name of a variable|-e A-B=x
64|mount|--mount /tmp
64|exclude|--dockerfile /etc/passwd
65|egress_port|--publish proxy=9099
65|lease port|--publish proxy=10213
END

# Engine and images.
while IFS='|' read -r code pattern host; do
	# shellcheck disable=SC2086
	wrong "$code" "$pattern" "DOCKER_HOST=$host" -- DOCKER_HOST="$host" "$bottle" $launch web
done <<END
69|no engine at|unix://$work/none.sock
69|not a socket|unix://$work/a.out
77|behind tcp://|tcp://127.0.0.1:2375
77|behind ssh://|ssh://host
77|behind fd://|fd://
77|is not unix|docker.sock
END
wrong 65 'nosuch' "an agent image that is not there" -- "$bottle" launch web --image nosuch:1 --bundle-image bundle
wrong 65 'nosuch' "a bundle image that is not there" -- "$bottle" launch web --image agent --bundle-image nosuch:1
wrong 65 'agent.pack|pack' "a pack that is not there" -- "$bottle" launch web --pack "$work/none.smolmachine" --bundle-image bundle
wrong 69 'giving up' "a bundle that ends at once: its log is shown" -- "$bottle" launch web --image agent --bundle-image broken
like "$work/err" 'bot-bottle-sidecars-web is exited before it served' "and its state"
printf 'version: 1\nagent: {image: agent}\nbundle: {image: bundle, forward_env: [SECRET_KEY]}\n' >"$work/env.yaml"
trust_yaml 1 "$work/env.yaml"
wrong 65 'SECRET_KEY is not set' "a forwarded variable that is not set" -- "$bottle" launch web -f "$work/env.yaml"

# smolvm.
SEARCH=/usr/bin:/bin
# shellcheck disable=SC2086
wrong 69 'smolvm: no such program' "no smolvm" -- "$bottle" $launch web
SEARCH=
# shellcheck disable=SC2086
while IFS='|' read -r code pattern version; do
	fault 1 old-version "$version"
	wrong "$code" "$pattern" "smolvm $version" -- "$bottle" $launch web
done <<'END'
69|older than 1.32.2|1.9.3
69|older than 1.32.2|1.32.1
69|older than 1.32.2|1.0.1
69|cannot be used|1.1.3
69|cannot be used|1.2.4
69|cannot be used|0.7.9
69|not a version|1.32
69|not a version|1.32.2-rc1
69|not a version|banana
END
for version in 1.1.3 1.2.4 0.7.9; do
	fault 1 old-version "$version"
	# shellcheck disable=SC2086
	wrong 69 'cannot be used' "smolvm $version with --engine-unproven" -- "$bottle" $launch web --engine-unproven
done
fault 1 old-version 1.9.3
# shellcheck disable=SC2086
try 1 "$bottle" $launch web --engine-unproven
like "$work/err" 'smolvm 1.9.3 is unproven: a guest can rewrite' "--engine-unproven prints the holes of 1.9.3"
as 1 "$bottle" stop web >/dev/null 2>&1
fault 1 old-version 1.40.0
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "a smolvm that is newer than known works"
like "$work/err" '1.40.0 is newer than any that was tried: unproven' "with a warning"
try 1 "$bottle" ps
like "$work/out" 'unproven' "and ps says unproven"
as 1 "$bottle" stop web >/dev/null
no_faults 1

# smolvm's database, between create and patch.
sql() { # TITLE CODE PATTERN SHELL
	hook inject "$4"
	fault 1 create.exec "$work/inject"
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	is "$status" "$2" "$1: exit $2"
	like "$work/err" "$3" "$1: says so"
	one_error "$1"
	no_faults 1
}
sql "the row is gone" 69 'no such machine|no record|does not exist|has no' 'sqlite3 "$db" "DELETE FROM vms"'
is "$(leftovers 1 a)" "" "nothing is left"
sql "the row is TEXT" 69 'text|blob|BLOB|TEXT' 'sqlite3 "$db" "UPDATE vms SET data = CAST(data AS TEXT)"'
leftovers 1 a | sed 's/^/# /'
as 1 "$bottle" stop web 2>&1 | sed 's/^/# /'
is "$(leftovers 1 a)" "" "stop removes what is left"
sql "the row is not JSON" 69 'JSON' 'sqlite3 "$db" "UPDATE vms SET data = CAST('"'{\\\"name\\\": '"' AS BLOB)"'
sqlite3 "$db" 'DELETE FROM vms'
as 1 "$bottle" stop web 2>&1 | sed 's/^/# /'
is "$(leftovers 1 a)" "" "nothing is left once the broken row is gone"
sql "the database is gone" 69 'does not exist' 'rm -f "$db" "$db-wal" "$db-shm"'
is "$(leftovers 1 a)" "" "nothing is left"
sql "the table is another one" 69 'vms|table|column' 'sqlite3 "$db" "ALTER TABLE vms RENAME TO v"'
leftovers 1 a >"$work/left"
unlike "$work/left" 'container|network' "the machine was never started: its bundle does not wait for the database"
rm -f "$db" "$db-wal" "$db-shm"
as 1 "$bottle" stop web 2>&1 | sed 's/^/# /'
is "$(leftovers 1 a)" "" "nothing is left once the database is gone"
sql "the database is a link" 77 'symbolic link' 'mv "$db" "$db.real" && ln -s smolvm.db.real "$db"'
rm -f "$db" "$db.real" "$db-wal" "$db-shm"
as 1 "$bottle" stop web >/dev/null 2>&1
is "$(leftovers 1 a)" "" "nothing is left once it is gone"
lock='import os, sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))'
printf '%s\n' "$lock" >"$work/lock.py"
hook inject "mkfifo \"\$HOME/ready\" 2>/dev/null
setsid python3 $work/lock.py \"\$db\" 5 >\"\$HOME/ready\" 2>/dev/null </dev/null &
read -r _ <\"\$HOME/ready\""
fault 1 create.exec "$work/inject"
begin=$(date +%s)
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "a database that is locked for 5 s is waited for"
[ $(($(date +%s) - begin)) -ge 5 ]
ok $? "it was"
no_faults 1
as 1 "$bottle" stop web >/dev/null
hook inject "setsid python3 $work/lock.py \"\$db\" 20 >\"\$HOME/ready\" 2>/dev/null </dev/null &
read -r _ <\"\$HOME/ready\""
sql "the database is locked for 20 s" 75 'locked by another process' "setsid python3 $work/lock.py \"\$db\" 20 >\"\$HOME/ready\" 2>/dev/null </dev/null &
read -r _ <\"\$HOME/ready\""
is "$(leftovers 1 a)" "" "the database is locked for 20 s: nothing is left"

# The helper.
mkdir -p "$work/prefix/bin" "$work/prefix/libexec/bottle"
cp "$bottle" "$work/prefix/bin/bottle"
cp -RL "$BUILD/libexec/guest" "$work/prefix/libexec/bottle/guest"
settings() { # TEXT
	mkdir -p "$(home_of 1)/.config/bottle"
	printf '%s\n' "$1" >"$work/home-1/.config/bottle/config.yaml"
	chown -R "$(uid 1)" "$work/home-1/.config"
}
settings 'alias: always'
# shellcheck disable=SC2086
wrong 78 'helper' "alias: always without the helper" -- "$work/prefix/bin/bottle" $launch web
if [ -x "$BUILD/libexec/bottle-netd" ]; then
	cp "$BUILD/libexec/bottle-netd" "$work/prefix/libexec/bottle/bottle-netd"
	chmod 755 "$work/prefix/libexec/bottle/bottle-netd"
	# shellcheck disable=SC2086
	wrong 78 'setuid' "a helper that is not setuid" -- "$work/prefix/bin/bottle" $launch web
else
	ok 0 "a helper that is not setuid # SKIP it is not built"
fi
while IFS='|' read -r pattern title text; do
	settings "$text"
	# shellcheck disable=SC2086
	wrong 78 "$pattern" "config.yaml: $title" -- "$bottle" $launch web
done <<'END'
config.yaml:1: .*pool|a user's pool|pool: {first: 20}
config.yaml:1: .*subnet_block|a user's subnet block|subnet_block: 10.214.0.0/20
config.yaml:1: .*colour|an unknown key|colour: red
config.yaml:1: .*alias|an unknown choice|alias: perhaps
config.yaml:1: .*engine|a relative socket|engine: docker.sock
END
settings 'alias: never'
chmod 666 "$work/home-1/.config/bottle/config.yaml"
# shellcheck disable=SC2086
wrong 78 'others may write' "config.yaml: open to others" -- "$bottle" $launch web
rm -r "$work/home-1/.config"

# Names that are taken: never adopted, never removed.
as 1 sh -c "touch \"\$HOME/p.smolmachine\" && smolvm machine create --name bot-bottle-web --from \"\$HOME/p.smolmachine\" --cpus 1 --mem 512" >/dev/null
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 73 "a machine of that name: exit 73"
like "$work/err" 'a machine named bot-bottle-web exists already' "it is named"
one_error "a machine of that name"
is "$(leftovers 1 a)" "row bot-bottle-web" "a machine of that name: it is left as it was, and nothing else"
as 1 smolvm machine delete --name bot-bottle-web --force >/dev/null

engine_docker a create --name bot-bottle-sidecars-web --label io.bot-bottle.owner="$(uid 1)" \
	--label io.bot-bottle.launcher=0123 --network none bundle >/dev/null
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 73 "a container of that name: exit 73"
like "$work/err" 'bot-bottle-sidecars-web' "it is named"
one_error "a container of that name"
is "$(leftovers 1 a)" "container bot-bottle-sidecars-web" "a container of that name: it is left as it was, and nothing else"
engine_docker a rm -f bot-bottle-sidecars-web >/dev/null

engine_docker a network create --subnet 10.99.0.0/28 bot-bottle-bundle-web >/dev/null
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 73 "a network of that name: exit 73"
like "$work/err" 'a docker network named bot-bottle-bundle-web exists already' "it is named"
one_error "a network of that name"
is "$(leftovers 1 a)" "network bot-bottle-bundle-web" "a network of that name: it is left as it was, and nothing else"
engine_docker a network rm bot-bottle-bundle-web >/dev/null
engine_docker a network create --subnet 10.99.0.0/28 --label io.bot-bottle.owner=4321 bot-bottle-bundle-web >/dev/null
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 73 "somebody's bottle of that name: exit 73"
like "$work/err" 'a bottle of uid 4321 has this name' "whose it is"
like "$work/err" '^  next +choose another name' "and no advice to remove it"
engine_docker a network rm bot-bottle-bundle-web >/dev/null

# Subnets.
engine_docker a network create --subnet 10.213.0.0/16 --label owner=somebody corporate >/dev/null
# shellcheck disable=SC2086
wrong 78 'overlaps with the docker network corporate' "somebody's network on the block" -- "$bottle" $launch web
engine_docker a network rm corporate >/dev/null
"$here/dockerd" run "$work/a" ip link add lan9 type bridge
"$here/dockerd" run "$work/a" ip link set lan9 up
"$here/dockerd" run "$work/a" ip addr add 10.213.1.5/24 dev lan9
# shellcheck disable=SC2086
wrong 78 'overlaps with a route of lan9' "a route on the block" -- "$bottle" $launch web
"$here/dockerd" run "$work/a" ip link del lan9
engine_docker a network create --subnet 10.213.9.0/28 --label io.bot-bottle.alias=127.0.0.16 liar >/dev/null
# shellcheck disable=SC2086
wrong 78 'network liar is labelled 127.0.0.16 but its subnet is 10.213.9.0/28' "a label that disagrees with its subnet" -- \
	"$bottle" $launch web
engine_docker a network rm liar >/dev/null
for label in '' banana 127.0.0.300 8.8.8.8 127.0.0.016; do
	engine_docker a network create --subnet 10.213.9.0/28 --label io.bot-bottle.alias="$label" liar >/dev/null
	# shellcheck disable=SC2086
	wrong 78 'network liar' "a label '$label'" -- "$bottle" $launch web
	engine_docker a network rm liar >/dev/null
done

# A full pool: sixteen containers that carry the label, none of them started.
hold() { # OCTET
	engine_docker a create --name "bot-bottle-sidecars-x$1" --label io.bot-bottle.alias="127.0.0.$1" \
		--network none tiny >/dev/null
}
# full TITLE: a launch fails for want of an address and names all sixteen holders.
full() {
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch web
	is "$status" 75 "$1: exit 75"
	like "$work/err" 'no address left in the pool 127.0.0.16-127.0.0.31 \(16 in use\)' "$1: says so"
	named=0
	for octet in $(seq 16 31); do
		grep -Eq "127.0.0.$octet +x$octet\$" "$work/err" && named=$((named + 1))
	done
	is "$named" 16 "$1: every holder is named"
	like "$work/err" '^  next +bottle stop' "$1: the command that frees an address"
	is "$(grep -c '^  left' "$work/err")" 1 "$1: what is left is said once"
	is "$(leftovers 1 a | grep -vc x)" 0 "$1: nothing of ours is left"
}
for octet in $(seq 16 31); do hold "$octet"; done
is "$(engine_docker a ps -aq --filter label=io.bot-bottle.alias | wc -l)" 16 "sixteen containers carry the label"
full "a full pool"
# One container fewer is one address more; a network with the label takes it as well.
engine_docker a rm bot-bottle-sidecars-x23 >/dev/null
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
like "$work/out" 'ready on 127.0.0.23:' "control: without one of them its address is the one that is free"
as 1 "$bottle" stop web >/dev/null
engine_docker a network create --subnet 10.213.1.112/28 --label io.bot-bottle.alias=127.0.0.23 \
	bot-bottle-bundle-x23 >/dev/null
full "a pool of fifteen containers and a network"
engine_docker a ps -aq | xargs docker -H "unix://$work/a.sock" rm -f >/dev/null
engine_docker a network ls -q --filter name=bot-bottle | xargs docker -H "unix://$work/a.sock" network rm >/dev/null

# Somebody listens where the first bottle would be.
"$here/dockerd" run "$work/a" python3 -I -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.16", 5555)); s.listen(); time.sleep(60)' &
listener=$!
wait_for 5 sh -c "nsenter --net=/run/netns/$(cat "$work/a/netns") ss -Hltn | grep -q 127.0.0.16:5555"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
like "$work/out" 'ready on 127.0.0.17' "an address with a listener is passed over"
kill "$listener"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# Homes.
# shellcheck disable=SC2086
wrong 78 'HOME' "HOME is relative" -- HOME=x "$bottle" $launch web
# shellcheck disable=SC2086
try 1 HOME=/proc/1 "$bottle" $launch web
is "$status" 73 "HOME cannot be written: exit 73"
like "$work/err" 'create the folder /proc/1/' "HOME cannot be written: the folder is named"

# A bundle that is up and silent.
tar -C "$work/bundle" -c . | engine_docker a import --change 'CMD ["/bin/busybox","sleep","900"]' - silent:latest >/dev/null
wrong 69 'silent' "a bundle that never serves" -- "$bottle" launch web --image agent --bundle-image silent
like "$work/err" 'silent +proxy on 127.0.0.16' "the port is named"
done_testing
