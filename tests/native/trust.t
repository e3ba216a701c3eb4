#!/bin/sh
# What an agent could have written takes effect only as the user approved it: bottle.yaml and packs.
# shellcheck disable=SC2016 # hooks expand elsewhere
. "$(dirname "$0")/lib.sh"

engine_start a
cp "$here/terminal" "$work/bin/terminal"
project=$work/project
yaml=$project/bottle.yaml
home=$(home_of 1)
mkdir "$project"

# write TEXT [FILE]: as the agent does, which has the project mounted: a new file, owned by user 1.
write() {
	printf '%b' "$1" >"$work/new"
	chown "$(uid 1)" "$work/new"
	mv "$work/new" "${2:-$yaml}"
}
head='version: 1\nname: web\nagent:\n  image: agent\n  memory: 512\n  cpus: 1\nbundle: {image: bundle}\n'
chown "$(uid 1)" "$project"

# refused CODE NAME: as $status says, with an error that helps, and nothing was started.
refused() {
	is "$status" "$1" "$2: exit $1"
	is "$(leftovers 1 a)" "" "$2: nothing is there"
}

# Never seen.
write "$head"
sha=$(sha256sum "$yaml" | cut -d' ' -f1)
for each in "launch" "launch --dry-run" "launch --json" "launch other" "launch -f bottle.yaml" "launch -f $yaml" \
	"launch -f ../project/bottle.yaml --timings"; do
	# shellcheck disable=SC2086
	AT=$project try 1 "$bottle" $each
	refused 77 "bottle $each, never approved"
	like "$work/err" "^bottle: launch: $yaml is not trusted" "bottle $each: the file is named"
	is "$(cat "$work/out")" "" "bottle $each: nothing on stdout"
done
like "$work/err" "^  sha256 +$sha\$" "with its hash"
like "$work/err" "^  left +nothing" "that nothing was started"
like "$work/err" ": bottle trust $yaml\$" "and what to type"
AT=$project try 1 "$bottle" launch -- id
is "$status" 125 "with a command it is 125"
[ ! -e "$home/smolvm.calls" ]
ok $? "and smolvm was not even asked for its version, nor the engine"

# Approved: what was printed can be typed.
line=$(sed -n 's/.*: bottle trust /trust /p' "$work/err")
# shellcheck disable=SC2086
try 1 "$bottle" $line
is "$status" 0 "the line that was printed works"
like "$work/out" "^$yaml is trusted: sha256 $sha\$" "and says what is trusted"
AT=$project try 1 "$bottle" launch
is "$status" 0 "the file launches a bottle"
like "$work/out" '^web is ready' "with what it says"
try 1 "$bottle" ps
is "$(grep -c . "$work/out")" 2 "ps lists the bottle and nothing else"
try 1 "$bottle" gc
like "$work/out" '^nothing to remove' "the store is no garbage"
try 1 "$bottle" stop --all
is "$(cat "$work/out")" "web stopped" "nor a bottle to stop"
is "$(leftovers 1 a)" "" "nothing is left"
is "$(stat -c %a "$home/.local/state/bottle/.trust")" 700 "the store is private"

# The attack: an edit after the approval.
rm -f "$home/smolvm.calls"
write "$(printf %s "$head" | sed 's|image: agent|image: agent\\n  mounts: [{host: /etc, guest: /mnt}]|')"
AT=$project try 1 "$bottle" launch
refused 77 "edited after the approval"
like "$work/err" "why +it is not what was approved: that had sha256 $sha" "it says so"
[ ! -e "$home/smolvm.calls" ]
ok $? "nothing was asked, started or built"
AT=$project try 1 "$bottle" launch --dry-run
refused 77 "edited after the approval, --dry-run"
write "$head"
AT=$project try 1 "$bottle" launch --dry-run
is "$status" 0 "the approved text again is trusted"
mkdir "$work/elsewhere"
cp "$yaml" "$work/elsewhere/bottle.yaml"
AT=$work/elsewhere try 1 "$bottle" launch
refused 77 "the approved text at another path"
ln -s "$yaml" "$work/elsewhere/link.yaml"
AT=$work/elsewhere try 1 "$bottle" launch -f link.yaml
refused 65 "a symbolic link to an approved file"
try 1 "$bottle" trust "$work/elsewhere/link.yaml"
is "$status" 65 "nor is a link approved"
ln -s "$project" "$work/way"
AT=$work try 1 "$bottle" launch -f way/bottle.yaml --dry-run
is "$status" 0 "an approved file through a folder that is a link is the same file"
home_of 2 >/dev/null
chown -R "$(uid 2)" "$work/elsewhere"
try 2 "$bottle" trust "$yaml"
is "$status" 0 "another user approves it"
try 1 "$bottle" trust --revoke "$yaml"
like "$work/out" 'is no longer trusted' "user 1 revokes it"
AT=$project try 1 "$bottle" launch
refused 77 "what another user approved"
try 1 "$bottle" trust --revoke "$yaml"
like "$work/out" 'was not trusted' "revoking twice does nothing"
is "$status" 0 "and is success"

# What root alone can write needs no approval; a single open door and it does.
admin_config own ''
mkdir "$work/etc-own/project"
printf '%b' "$head" >"$work/etc-own/project/web.yaml"
ETC=own try 1 "$bottle" launch --dry-run -f /etc/project/web.yaml
is "$status" 0 "a file of root's in folders of root's needs no approval"
while read -r mode what; do
	chmod "$mode" "$work/etc-own/$what"
	ETC=own try 1 "$bottle" launch --dry-run -f /etc/project/web.yaml
	is "$status" 77 "it does with mode $mode of /etc/$what"
	chmod 755 "$work/etc-own/$what"
done <<'END'
666 project/web.yaml
664 project/web.yaml
775 project
1777 project
757 .
END
chown "$(uid 1)" "$work/etc-own/project"
ETC=own try 1 "$bottle" launch --dry-run -f /etc/project/web.yaml
is "$status" 77 "and in a folder of the user's"
chown 0 "$work/etc-own/project"
printf '%b' "$head" >"$project/roots.yaml"
AT=$project try 1 "$bottle" launch --dry-run -f roots.yaml
is "$status" 77 "and for a file of root's in a folder where the agent can put another"

# The list.
trust_yaml 1 "$yaml"
try 1 "$bottle" trust "$project/roots.yaml" "$project/none.yaml" "$project" "$yaml" --json
is "$status" 65 "files that cannot be read are an error"
is "$(grep -c '^bottle: trust: ' "$work/err")" 2 "for each of them"
is "$(jq -c '[.schema, [.trusted[].path]]' "$work/out")" "[\"bottle.trust/1\",[\"$project/roots.yaml\",\"$yaml\"]]" \
	"and the others are approved all the same"
try 1 "$bottle" trust --list
like "$work/out" "^20[0-9-]+T[0-9:]+Z +file +$sha +$yaml\$" "--list shows time, kind, hash and path"
try 1 "$bottle" trust --list --json
is "$(jq -c '.trusted | length' "$work/out")" 2 "--list --json has each once"
for each in "" "--list $yaml" "--list --revoke" --revoke; do
	# shellcheck disable=SC2086
	try 1 "$bottle" trust $each
	is "$status" 64 "bottle trust $each: usage"
done
try 1 "$bottle" trust --revoke "$yaml" "$project/roots.yaml"

# The question on a terminal.
answer() { # ANSWER...: launches in the project on a terminal of its own
	AT=$project try 1 terminal "$@" "$bottle" launch
	tr -d '\r' <"$work/out" >"$work/screen"
}
# "never" ANSWER NAME: an answer that is no yes
while IFS='|' read -r text code what; do
	answer "$text"
	refused "$code" "$what"
	try 1 "$bottle" trust --list --json
	is "$(jq '.trusted | length' "$work/out")" 0 "$what: nothing is trusted"
done <<'END'
n\n|77|the answer n
\n|77|an empty answer
\x04|77|the end of input
no y\n|77|a yes that is none
\x03|130|Ctrl-C
END
like "$work/screen" "^$yaml was never trusted; all of it:\$" "the whole file is shown"
like "$work/screen" '^  \+   memory: 512$' "line by line"
like "$work/screen" '^7 lines added, 0 removed; sha256 '"$sha"'$' "with how much it is, and its hash"
like "$work/screen" '^Trust this\? \[y/N\]' "and asked about"
answer --ahead 'y\n'
refused 77 "an answer that was typed before the question"
AT=$project try 1 terminal 'y\n' "$bottle" launch --json
is "$status" 77 "--json never asks"
AT=$project try 1 terminal 'y\n' sh -c "'$bottle' launch </dev/null"
is "$status" 77 "nor does a launch whose input is no terminal"
AT=$project try 1 terminal 'y\n' sh -c "'$bottle' launch 2>\$HOME/stderr"
is "$status" 77 "or whose stderr is none"
answer 'y\n'
is "$status" 0 "the answer y launches"
like "$work/screen" 'web is ready on' "the bottle that was asked about"
as 1 "$bottle" stop web >/dev/null
AT=$project try 1 "$bottle" launch --dry-run
is "$status" 0 "and was recorded"

# A change is shown as a change, and what was read, shown and asked about is what takes effect and is recorded.
write "$(printf %s "$head" | sed 's/name: web/name: shown/')"
cp -p "$yaml" "$work/shown.yaml"
hook swap "printf '%b' '$(printf %s "$head" | sed 's/name: web/name: swapped/')' >$project/new && mv $project/new $yaml"
answer --meanwhile "$work/swap" 'y\n'
is "$status" 0 "a file that is replaced during the question"
like "$work/screen" "^$yaml is not what you trusted:\$" "it is shown as changed"
like "$work/screen" '^  - name: web$' "with what went"
like "$work/screen" '^  \+ name: shown$' "with what came"
like "$work/screen" '^1 lines added, 1 removed' "and how much"
like "$work/screen" 'shown is ready on' "what was shown is what is launched"
as 1 "$bottle" stop --all >/dev/null
like "$yaml" 'swapped' "(the file has been replaced)"
AT=$project try 1 "$bottle" launch
refused 77 "the file that replaced it"
mv "$work/shown.yaml" "$yaml"
AT=$project try 1 "$bottle" launch --dry-run
is "$status" 0 "what was shown is what was recorded"

# A line break of YAML's that no terminal shows would make a comment an instruction.
write "${head}# harmless \342\200\250network: host\n"
AT=$project try 1 "$bottle" launch
like "$work/err" 'allowed are alias, sealed' "(to YAML a line separator ends a comment)"
write "${head}# harmless \342\200\250network: alias\n"
answer 'n\n'
like "$work/screen" '^  \+ # harmless \\xe2\\x80\\xa8network: alias$' "on the terminal it is seen"

# Escape sequences, in what was approved and in what came.
write "${head}# \033[2J\033]0;title\007 old\n"
trust_yaml 1 "$yaml"
write "${head}# \342\200\256reversed\n"
answer 'n\n'
refused 77 "a file with characters that a terminal acts on"
like "$work/screen" '^  - # \\x1b\[2J\\x1b\]0;title\\x07 old$' "those of the old text are escaped"
like "$work/screen" '^  \+ # \\xe2\\x80\\xaereversed$' "those of the new text too"
is "$(tr -d '\r\n\t -~' <"$work/out" | wc -c)" 0 "nothing but plain text reached the terminal"
write "${head}# \033[2J\n"
answer 'y\n'
is "$status" 65 "a file with escape sequences is no bottle.yaml"
is "$(tr -d '\r\n\t -~' <"$work/out" | wc -c)" 0 "and the error has none"
mkdir "$project/$(printf 'x\ny')"
write "$head" "$project/$(printf 'x\ny')/bottle.yaml"
try 1 "$bottle" launch -f "$project/$(printf 'x\ny')/bottle.yaml"
refused 65 "a path with a newline in it"
write "$head"

# Packs.
pack=$project/agent.smolmachine
cache=$home/.cache/bot-bottle/smolmachines
with_pack="launch web --bundle-image bundle --memory 512 --cpus 1 --pack"
copies() {
	find "$cache" \( -name 'sha256-*' -o -name '.making-*' \) ! -name '*.lock' | sort
}
bytes() { # SHA256 of what smolvm was given for the machine web
	as 1 sqlite3 "$home/.local/share/smolvm/server/smolvm.db" \
		"select json_extract(cast(data as text), '\$.source_smolmachine') from vms" | xargs sha256sum | cut -d' ' -f1
}
write 'a pack\n' "$pack"
sha=$(sha256sum "$pack" | cut -d' ' -f1)
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$pack"
refused 77 "a pack that was never approved"
like "$work/err" "agent.pack: $pack is not trusted" "it is named"
like "$work/err" "^  sha256 +$sha\$" "with its hash"
like "$work/err" ": bottle trust $pack\$" "and what to type"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$pack" --dry-run
is "$status" 77 "--dry-run refuses it too"
is "$(copies)" "" "and nothing was copied"
trust_yaml 1 "$pack"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$pack"
is "$status" 0 "an approved pack launches"
is "$(bytes)" "$sha" "smolvm got those bytes"
is "$(copies)" "$cache/sha256-$sha.smolmachine" "from one copy in the cache"
is "$(stat -c '%a %u' "$(copies)")" "600 $(uid 1)" "which is the user's alone"
as 1 "$bottle" stop web >/dev/null
inode=$(stat -c %i "$(copies)")
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$pack" --dry-run
is "$status" 0 "a second time"
is "$(stat -c %i "$(copies)")" "$inode" "it is not copied again"
write 'evil\n' "$pack"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$pack"
refused 77 "a pack edited after the approval, with the good copy still in the cache"
rm "$(copies)"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$pack"
refused 77 "a pack edited after the approval, without a copy"
is "$(copies)" "" "and none of the other bytes is left in the cache"
write 'a pack\n' "$project/copy.smolmachine"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$project/copy.smolmachine"
refused 77 "the approved bytes at another path"

# The swap between our look and smolvm's.
write 'a pack\n' "$pack"
fault 1 create.delay 2
rm -f "$home/smolvm.calls"
# shellcheck disable=SC2086
as 1 "$bottle" $with_pack "$pack" >"$work/out" 2>"$work/err" &
wait_for 30 grep -q 'machine create' "$home/smolvm.calls"
write 'evil\n' "$pack"
wait $!
is "$?" 0 "a pack that is exchanged after our look, before smolvm's: the launch goes on"
like "$pack" evil "(it has been exchanged)"
is "$(bytes)" "$sha" "with the approved bytes"
no_faults 1
as 1 "$bottle" stop web >/dev/null

# Links, and what root alone can write.
write 'a pack\n' "$pack"
ln -s "$pack" "$project/link.smolmachine"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$project/link.smolmachine" --dry-run
is "$status" 0 "a link to an approved pack is that pack"
write 'evil\n' "$project/evil.smolmachine"
ln -sf evil.smolmachine "$project/link.smolmachine"
# shellcheck disable=SC2086
try 1 "$bottle" $with_pack "$project/link.smolmachine"
refused 77 "a link to another"
echo 'of root' >"$work/etc-own/project/agent.smolmachine"
# shellcheck disable=SC2086
ETC=own try 1 "$bottle" $with_pack /etc/project/agent.smolmachine --dry-run
is "$status" 0 "a pack of root's needs no approval"
like "$work/out" '^agent +/etc/project/agent.smolmachine$' "nor a copy"

# A copy that is not finished.
truncate -s 200M "$project/large.smolmachine"
trust_yaml 1 "$project/large.smolmachine"
# shellcheck disable=SC2086
as 1 "$bottle" $with_pack "$project/large.smolmachine" >"$work/out" 2>"$work/err" &
wait_for 30 sh -c "ls '$cache'/.making-*/copy"
kill -KILL "$(launcher 1)"
wait $!
is "$(copies | grep -c making)" 1 "killed while it copies: the half is there"
as 1 "$bottle" gc -f >"$work/out" 2>&1
like "$work/out" 'half-made packs +1' "gc finds it"
is "$(copies)" "$cache/sha256-$sha.smolmachine" "and removes it"
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
