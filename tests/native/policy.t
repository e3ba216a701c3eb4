#!/bin/sh
# What a machine may reach is what was asked for, or it does not run: records, policy files, engines and
# guests that say something else, and people who ask for more.
# shellcheck disable=SC2016 # hooks and SQL expand elsewhere
. "$(dirname "$0")/lib.sh"

engine_start a

# refuses CODE PATTERN NAME: a launch by user 1 fails with CODE and a line like PATTERN, and nothing is left.
refuses() {
	# shellcheck disable=SC2086 # a list of words
	try 1 "$bottle" $launch web
	is "$status" "$1" "$3: exit $1"
	like "$work/err" "$2" "$3: says so"
	like "$work/err" '^  left +nothing' "$3: says that nothing is left"
	is "$(leftovers 1 a)" "" "$3: nothing is left"
	no_faults 1
}

sql() { # HOOK NAME SQL: as a hook, and as the fault of that name for user 1
	hook "$1-hook" "sqlite3 \"\$db\" \"$2\""
	fault 1 "$1" "$work/$1-hook"
}

widen() { # JSON-SETTER...: an SQL text that sets keys of every record
	echo "UPDATE vms SET data = CAST(json_set(CAST(data AS TEXT), $1) AS BLOB)"
}

sql create.exec "CREATE TRIGGER undo AFTER UPDATE ON vms WHEN instr(CAST(NEW.data AS TEXT), '127.0.0.') > 0
	BEGIN UPDATE vms SET data = OLD.data WHERE name = NEW.name; END"
refuses 77 'not what was written|trigger' "a trigger that undoes the patch"
sqlite3 "$work/home-1/.local/share/smolvm/server/smolvm.db" 'DROP TRIGGER undo'

sql create.exec "CREATE TRIGGER wide AFTER UPDATE ON vms WHEN json_extract(CAST(NEW.data AS TEXT),
	'\$.allowed_cidrs[1]') IS NULL AND instr(CAST(NEW.data AS TEXT), '127.0.0.') > 0 BEGIN
	UPDATE vms SET data = CAST(json_set(CAST(NEW.data AS TEXT), '\$.allowed_cidrs[#]', '0.0.0.0/0') AS BLOB)
	WHERE name = NEW.name; END"
refuses 77 'not what was written|trigger' "a trigger that widens the patch"
sqlite3 "$work/home-1/.local/share/smolvm/server/smolvm.db" 'DROP TRIGGER wide'

# A program between us and the engine widens the record after the comparison, before the boot.
n=0
while IFS='|' read -r what set; do
	n=$((n + 1))
	sql start.exec "$(widen "$set")"
	refuses 77 'differs' "$what set between the comparison and the boot"
done <<'END'
a second range|'$.allowed_cidrs', json('[\"127.0.0.16/32\",\"10.0.0.0/8\"]')
no range at all|'$.allowed_cidrs', json('null')
a range of everything|'$.allowed_cidrs', json('[\"0.0.0.0/0\"]')
another resolver|'$.dns', '8.8.8.8'
a folder of the host|'$.mounts', json('[[\"/etc\",\"/mnt\",false]]')
END

# Keys that were in the record before: created with more than asked for.
while IFS='|' read -r what set; do
	sql create.exec "$(widen "$set")"
	refuses 77 'differs' "$what in the record"
done <<'END'
an unknown key with a value|'$.host_network', json('true')
an unknown object|'$.lan', json('{\"allow\":1}')
a docker socket|'$.docker_socket', json('true')
an ssh agent|'$.ssh_agent', json('true')
a published port|'$.ports', json('[[8080,80]]')
a published socket|'$.published_sockets', json('[{\"host_path\":\"/run/docker.sock\",\"guest_path\":\"/s\"}]')
an init command|'$.init', json('[\"/bin/sh\"]')
a health command|'$.health_cmd', json('[\"/bin/sh\"]')
a restart policy|'$.restart.policy', 'always'
a remote volume|'$.remote_volumes', json('[{\"url\":\"nfs://x\"}]')
a network name|'$.network_name', 'lan'
another pack|'$.source_smolmachine', '/tmp/other.smolmachine'
END
launch="$launch -e LANG=C"
sql create.exec "$(widen "'\$.env', json('[[\\\"LANG\\\",\\\"X\\\"]]')")"
refuses 77 'differs' "another value of our variable in the record"
sql create.exec "$(widen "'\$.x_new', json('false'), '\$.y_new', json('[]'), '\$.z_new', json('null')")"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "unknown keys that say nothing (false, [], null) do not matter"
no_faults 1
as 1 "$bottle" stop web >/dev/null

for each in already-running no-policy wide-policy escape; do
	fault 1 "$each"
	refuses 77 "$(case $each in
	already-running) echo 'was running before' ;;
	no-policy) echo 'agent.config.json' ;;
	wide-policy) echo 'differs +resources.allowed_cidrs' ;;
	escape) echo 'ESCAPE' ;;
	esac)" "the engine's $each"
done

# A live API server of this user remembers records from before; another user's does not matter.
serve() { # USER: a process whose command line is that of the server
	as "$1" sh -c 'cd "$HOME" && printf "import time; time.sleep(600)\n" >serve && exec python3 -c "
import os
os.execv(\"/usr/bin/python3\", [\"/usr/local/bin/smolvm\", \"serve\"])"' >/dev/null 2>&1 &
	wait_for 5 pgrep -u "$(uid "$1")" -f '^/usr/local/bin/smolvm serve'
}
serve 2
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "another user's smolvm serve does not matter"
as 1 "$bottle" stop web >/dev/null
kill_all 2
serve 1
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 77 "a live smolvm serve of this user refuses the launch"
like "$work/err" 'smolvm serve \(pid [0-9]+\)' "it is named with its pid"
kill_all 1
is "$(leftovers 1 a)" "" "nothing is left"

hook late '(cd "$HOME" && exec python3 -c "
import os
os.execv(\"/usr/bin/python3\", [\"/usr/local/bin/smolvm\", \"serve\"])" >/dev/null 2>&1 &); sleep 1'
fault 1 create.exec "$work/late"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 77 "one that starts while the machine is made refuses the launch too"
like "$work/err" 'smolvm serve \(pid [0-9]+\)' "and is named"
no_faults 1
kill_all 1
as 1 "$bottle" gc -f >/dev/null 2>&1
is "$(leftovers 1 a)" "" "nothing is left"

# Variables that change how the engine boots.
touch "$work/open"
chmod 666 "$work/open"
# shellcheck disable=SC2086
try 1 SMOLVM_BOOT_BINARY=/tmp/evil SMOLVM_EXTRA_DISK=/dev/sda SMOLVM_LIB_DIR=relative SMOLVM_AGENT_ROOTFS=/usr \
	SMOLVM_AGENT_ROOTFS_TAR="$work/open" \
	SMOLVM_=x "$bottle" $launch web -- env
is "$status" 0 "dangerous SMOLVM_ variables do not stop a launch"
for each in SMOLVM_BOOT_BINARY SMOLVM_EXTRA_DISK SMOLVM_LIB_DIR SMOLVM_AGENT_ROOTFS_TAR SMOLVM_; do
	like "$work/err" "warning: $each is not passed on" "$each is named as dropped"
	unlike "$work/out" "^$each=" "$each does not reach smolvm"
done
like "$work/out" '^SMOLVM_AGENT_ROOTFS=/usr$' "a SMOLVM_AGENT_ROOTFS of root's does"
unlike "$work/out" '^DOCKER_HOST=' "nor does any other variable of ours"
as 1 "$bottle" stop web >/dev/null

# Which smolvm.
fake() { # FOLDER MODE OWNER
	mkdir -p "$work/$1"
	printf '#!/bin/sh\ntouch "$HOME/fooled"\necho smolvm 1.32.2\n' >"$work/$1/smolvm"
	chown "$3" "$work/$1/smolvm"
	chmod "$2" "$work/$1/smolvm"
}
fake relative/bin 755 0
fake writable 757 0
fake group 775 0
fake notmine 755 "$(uid 2)"
fake noexec 644 0
mkdir -p "$work/folder/smolvm"
for each in "writable|$work/writable" "group-writable|$work/group" "someone else's|$work/notmine" \
	"not executable|$work/noexec" "a folder|$work/folder" "relative|bin" "in an empty part|"; do
	# shellcheck disable=SC2086
	AT=$work/relative SEARCH=${each#*|}:$work/bin:/usr/bin:/bin try 1 "$bottle" $launch web
	is "$status" 0 "a smolvm that is ${each%|*} is passed over"
	as 1 "$bottle" stop web >/dev/null
done
mkdir -p "$work/emptypart"
cp "$work/relative/bin/smolvm" "$work/emptypart/smolvm"
# shellcheck disable=SC2086
AT=$work/emptypart SEARCH=:.:$work/bin:/usr/bin:/bin try 1 "$bottle" $launch web
is "$status" 0 "one in the current folder is passed over"
as 1 "$bottle" stop web >/dev/null
[ ! -e "$work/home-1/fooled" ]
ok $? "none of them was run"
# Other people's bottles.
# shellcheck disable=SC2086
try 1 "$bottle" $launch web
is "$status" 0 "a bottle of user 1"
for each in "77|stop web" "77|verify web" "77|env web" "125|exec web -- id" "125|shell web" \
	"77|allowlist show web" "77|allowlist set web" "77|allowlist set web 127.0.0.16/32"; do
	# shellcheck disable=SC2086
	try 2 "$bottle" ${each#*|}
	is "$status" "${each%%|*}" "bottle ${each#*|} by another user is refused"
done
try 2 "$bottle" gc -f
is "$status" 0 "another user's gc -f succeeds"
try 2 "$bottle" pool release
try 1 "$bottle" exec web -- sh -c 'exit 9'
is "$status" 9 "and the bottle of user 1 is as before"
try 2 "$bottle" ps
unlike "$work/out" web "ps of another user does not list it"
try 2 "$bottle" ps --all
like "$work/out" "^web +foreign +127.0.0.16 .* $(uid 1)$" "ps --all lists it as foreign, with its owner"

try 1 "$bottle" allowlist set web
is "$status" 75 "the policy of a running machine cannot be set"
for each in 0.0.0.0/0 127.0.0.0/8 127.0.0.17/32 127.0.0.16 127.0.0.16/31 127.0.0.016/32 ::/0 '127.0.0.16/32 ' '' \
	127.0.0.16/32,0.0.0.0/0; do
	try 1 "$bottle" allowlist set web "$each"
	is "$status" 77 "allowlist set '$each' is refused"
done
try 1 "$bottle" allowlist show web
like "$work/out" '^allowed  127.0.0.16/32$' "the policy is as before"
as 1 "$bottle" stop web >/dev/null

# Root.
for each in ps "launch web --image agent" "stop --all" gc pool; do
	# shellcheck disable=SC2086
	"$here/dockerd" run "$work/a" env HOME="$work/home-0" DOCKER_HOST="unix://$work/a.sock" "$bottle" $each \
		>"$work/out" 2>"$work/err"
	is "$?" 77 "bottle $each as root is refused"
done
[ ! -e "$work/home-0" ]
ok $? "and wrote nothing"
mkdir "$work/home-0"
"$here/dockerd" run "$work/a" env HOME="$work/home-0" PATH="$work/bin:$PATH" DOCKER_HOST="unix://$work/a.sock" \
	"$bottle" --as-root ps >"$work/out" 2>"$work/err"
is "$?" 0 "bottle --as-root ps is not"
done_testing
