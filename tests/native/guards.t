#!/bin/sh
# What is mounted stays what was checked (T20), and what an agent leaves there runs as nobody (T18).
# shellcheck disable=SC2086 # lists of words
. "$(dirname "$0")/lib.sh"

engine_start a
home=$(home_of 1)
as 1 mkdir -p "$home/proj/sub" "$home/other" "$home/.ssh"
db=$home/.local/share/smolvm/server/smolvm.db

# The agent of another bottle has $home/proj, and exchanges a folder in it between our look and the boot. The VM is
# a stand-in's, which only notes the paths that it was given; that a real one writes them so is in
# tests/frontend/port/rows.
swap() { # NAME TEXT [ARG...]: a launch that must not come to its end
	name=$1
	hook swap "$2"
	fault 1 start.exec "$work/swap"
	shift 2
	try 1 "$bottle" $launch web "$@"
	no_faults 1
	is "$status" 77 "$name: refused"
	like "$work/err" 'mounts\[[0-9]\].host: .* was exchanged while the machine was made' "$name: for that reason"
	like "$work/err" '^  left +nothing$' "$name: and undone"
	is "$(leftovers 1 a)" "" "$name: nothing is left"
	rm -rf "$home/proj" "$home/was"
	as 1 mkdir -p "$home/proj/sub"
}
with="--mount $home/proj/sub:/w"
swap "a source becomes a link to the keys" 'rmdir ~/proj/sub; ln -s ../.ssh ~/proj/sub' $with
like "$work/err" 'agent.mounts\[0\]' "the mount is named"
swap "a source becomes a link to where it was" 'mv ~/proj/sub ~/was; ln -s ../was ~/proj/sub' $with
swap "a source becomes another folder" 'rmdir ~/proj/sub; mkdir ~/proj/new ~/proj/sub; rmdir ~/proj/new' $with
swap "a source goes" 'rmdir ~/proj/sub' $with
swap "a folder above becomes a link" 'mv ~/proj ~/was; ln -s was ~/proj' $with
swap "a read-only source" 'rmdir ~/proj/sub; ln -s ../.ssh ~/proj/sub' --mount "$home/proj/sub:/w:ro"
swap "the second mount" 'rmdir ~/proj/sub; ln -s ../.ssh ~/proj/sub' --mount "$home/other:/o" $with
like "$work/err" 'agent.mounts\[1\]' "which is named"
printf 'version: 1\nagent: {image: agent, memory: 512, cpus: 1}\nbundle:\n  image: bundle\n  mounts: [{host: %s, container: /p}]\n' \
	"$home/proj/sub" >"$work/bottle.yaml"
chown "$(uid 1)" "$work/bottle.yaml"
trust_yaml 1 "$work/bottle.yaml"
keep=$launch
launch="launch -f $work/bottle.yaml"
swap "the bundle's" 'rmdir ~/proj/sub; ln -s ../.ssh ~/proj/sub'
launch=$keep
fault 1 start.exec /bin/true
try 1 "$bottle" $launch web $with
no_faults 1
is "$status" 0 "without an exchange it launches"
as 1 "$bottle" stop web >/dev/null

# Before the start a link is refused as before.
as 1 rmdir "$home/proj/sub"
as 1 ln -s ../.ssh "$home/proj/sub"
try 1 "$bottle" $launch web $with
is "$status" 65 "a link before the launch"
as 1 rm "$home/proj/sub"
as 1 mkdir "$home/proj/sub"

# Who can come to a writable mount.
dry="launch web --image agent --bundle-image bundle --dry-run"
refused() { # WHAT ARG...
	what=$1
	shift
	try 1 "$bottle" $dry "$@"
	is "$status" 65 "$what: refused"
	like "$work/err" 'agent.mounts\[0\].host: other users of this host can come to ' "$what: for that reason"
	like "$work/err" '^  next +chmod go-x .*--allow-mount' "$what: with what to do"
}
allowed() { # WHAT ARG...
	what=$1
	shift
	try 1 "$bottle" $dry "$@"
	is "$status" 0 "$what: allowed"
	sed 's/^/# /' "$work/err"
}
ws=$work/ws
mkdir -p "$ws/shut/in" "$ws/open/in"
chown -R "$(uid 1):$(uid 1)" "$ws"
chmod 700 "$ws/shut"
allowed "below a home that is closed" --mount "$home/proj:/w"
allowed "below a folder that is closed" --mount "$ws/shut/in:/w"
refused "below folders that all may enter" --mount "$ws/open/in:/w"
allowed "the same, read-only" --mount "$ws/open/in:/w:ro"
refused "itself closed, which the agent can undo" --mount "$ws/shut:/w"
refused "closed only by a mount of the same bottle" --mount "$ws/shut/in:/w" --mount "$ws/shut:/s"
chmod 711 "$home"
refused "below a home that all may pass" --mount "$home/proj:/w"
chmod 750 "$home"
chgrp "$uids" "$home"
refused "below a home that a group may enter" --mount "$home/proj:/w"
chmod 700 "$home"
allowed "with --allow-mount" --mount "$ws/open/in:/w" --allow-mount "$ws/open/in"
AT=$ws/open allowed "with a relative --allow-mount" --mount ./in:/w --allow-mount in
allowed "with two of them" --mount "$ws/open/in:/w" --mount "$ws/shut:/s" --allow-mount "$ws/shut" \
	--allow-mount "$ws/open/in"
refused "with --allow-mount of another" --mount "$ws/open/in:/w" --mount "$ws/shut:/s" --allow-mount "$ws/shut"
while read -r dir what; do
	try 1 "$bottle" $dry --mount "$ws/shut/in:/w" --mount "$ws/open/in:/r:ro" --allow-mount "$dir"
	is "$status" 64 "--allow-mount of $what: usage"
	like "$work/err" 'no writable mount of this bottle is that folder' "--allow-mount of $what: said so"
done <<END
$ws the folder above
$ws/open/in a read-only mount
$ws/none what does not exist
END
refused "a folder above it allowed" --mount "$ws/open/in:/w" --allow-mount "$ws/open"
cat >"$work/nosuid" <<END
#!/bin/sh
# nosuid CMD...: a file system without setuid on $ws/open, in a mount namespace of its own.
[ -n "\${NOSUID:-}" ] || NOSUID=1 exec unshare --mount "\$0" "\$@"
mount -t tmpfs -o nosuid,mode=755 tmpfs "$ws/open" && mkdir "$ws/open/in" && chown "$(uid 1)" "$ws/open/in" || exit 99
exec "\$@"
END
chmod 755 "$work/nosuid"
WRAP=$work/nosuid allowed "on a file system that is mounted nosuid" --mount "$ws/open/in:/w"

# What it leaves there.
left() { # FOLDER: as the agent does, which is root in its VM and this user here
	as 1 sh -c "mkdir -p '$1/bin' && cp /bin/true '$1/bin/su' && cp /bin/true '$1/bin/sg' && cp /bin/true '$1/bin/plain' &&
		chmod 4755 '$1/bin/su' && chmod 2755 '$1/bin/sg' && chmod 755 '$1/bin/plain'"
	is "$(modes "$1")" "4755 2755 755" "(the agent leaves setuid files)"
}
modes() { # FOLDER
	stat -c %a "$1/bin/su" "$1/bin/sg" "$1/bin/plain" | tr '\n' ' ' | sed 's/ $//'
}
up="$launch web --mount $home/proj:/w --mount $home/other:/o:ro"
try 1 "$bottle" $up
is "$status" 0 "a bottle with a writable mount"
left "$home/proj"
left "$home/other"
as 1 ln -s "$home/other/bin/su" "$home/proj/link"
try 1 "$bottle" stop web
is "$status" 0 "stop"
is "$(cat "$work/out")" "web stopped" "says what it says"
is "$(modes "$home/proj")" "755 755 755" "the bits are gone"
is "$(modes "$home/other")" "4755 2755 755" "those of a read-only mount, also behind a link, are not"
like "$work/err" '^bottle: warning: web: took setuid or setgid off 2 files in its mounts$' "with how many"
like "$work/err" "^bottle: warning: +$home/proj/bin/su\$" "and names"
is "$(leftovers 1 a)" "" "nothing is left"

# More than are named, and names that a terminal acts on.
as 1 "$bottle" $up >/dev/null
as 1 sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do f=$(printf "%s/proj/\033]0;x%d\007" "$HOME" $i); cp /bin/true "$f"; chmod 4755 "$f"; done'
try 1 "$bottle" stop web
like "$work/err" 'off 12 files' "twelve of them"
is "$(grep -c 'x1b\]0;x' "$work/err")" 10 "ten are named, escaped"
like "$work/err" 'and 2 more$' "and the others counted"
is "$(tr -d '\n\t -~' <"$work/err" | wc -c)" 0 "in plain text"
is "$(find "$home/proj" -perm /6000 | wc -l)" 0 "none of them is left"

# The supervisor does it, when the bundle is lost, and stop tells of it later.
as 1 "$bottle" $up >/dev/null
left "$home/proj"
engine_docker a rm -f bot-bottle-sidecars-web >/dev/null
wait_for 20 journal_has 1 web cleared
ok $? "(a lost bundle)"
is "$(modes "$home/proj")" "755 755 755" "after a loss the bits are gone"
is "$(grep -c '"event":"setid".*"count":2.*/proj/bin/su' "$(journal 1 web)")" 1 "and the journal has it"
try 1 "$bottle" stop web
is "$status" 0 "stop"
like "$work/err" 'took setuid or setgid off 2 files' "tells of it"

# And when the VM ends by itself.
as 1 "$bottle" $up >/dev/null
left "$home/proj"
kill -KILL "$(as 1 sqlite3 "$db" "select json_extract(cast(data as text), '\$.pid') from vms")"
wait_for 20 journal_has 1 web setid
ok $? "when the VM ends by itself the supervisor looks too"
is "$(modes "$home/proj")" "755 755 755" "and the bits are gone"
as 1 "$bottle" stop web >/dev/null 2>&1

# It never keeps a bottle up.
as 1 "$bottle" $up >/dev/null
left "$home/proj"
as 1 mv "$home/proj" "$home/gone"
as 1 ln -s other "$home/proj"
try 1 "$bottle" stop web
is "$status" 0 "a mount that is a link by now: stop"
like "$work/err" 'not all of its mounts could be looked through' "says so"
is "$(modes "$home/other")" "4755 2755 755" "and follows no link"
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
