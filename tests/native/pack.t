#!/bin/sh
# Packs of images: made once, whole or not at all, listed, removed unless something needs them; and the road by a
# registry, a real one, for engines that take no archive. The scripted smolvm counts its calls, and pulls what it is
# told to pull.
# shellcheck disable=SC2016 # hooks expand elsewhere
. "$(dirname "$0")/lib.sh"

engine_start a
home=$(home_of 1)
cache=$home/.cache/bot-bottle/smolmachines
project=$work/project
mkdir -p "$project"
chown "$(uid 1)" "$project"

# image_of NAME TEXT: an image of its own.
image_of() {
	mkdir -p "$work/image/etc"
	echo "$2" >"$work/image/etc/which"
	tar -C "$work/image" -c . | engine_docker a import - "$1" >/dev/null
}

id_of() { engine_docker a image inspect -f '{{.Id}}' "$1"; }
key_of() { id_of "$1" | cut -c8-23; }
packings() { grep -c '^pack create' "$home/smolvm.calls" 2>/dev/null; }
files() { find "$cache" -mindepth 1 ! -name '*.lock' -printf '%f\n' 2>/dev/null | sort; }
# Of a registry, in the engine.
registries() {
	engine_docker a ps -a --filter name=bot-bottle-registry --format 'container {{.Names}}'
	engine_docker a network ls --filter name=bot-bottle-registry --format 'network {{.Name}}'
	engine_docker a images --digests --format '{{.Repository}}' | grep '^127\.' | sed 's/^/image /'
}

image_of one:latest one
image_of two:latest two
one=$(key_of one)
two=$(key_of two)

# Build: packed, then cached.
try 1 "$bottle" pack build one
is "$status" 0 "pack build IMAGE"
like "$work/out" "^key +$one\$" "prints the key"
like "$work/out" "^image +$(id_of one)\$" "the image's id"
like "$work/out" "^path +$cache/$one.smolmachine\$" "the path"
like "$work/out" '^size +[0-9.]+ (B|KiB|MiB)$' "the size"
like "$work/out" '^packed$' "and that it was packed"
is "$(stat -c '%a %u' "$cache/$one.smolmachine" "$cache/$one.smolmachine.json" | sort -u)" "600 $(uid 1)" \
	"pack and description are the user's alone"
is "$(jq -r .sha256 "$cache/$one.smolmachine.json")" "$(sha256sum <"$cache/$one.smolmachine" | cut -d' ' -f1)" \
	"the description has the pack's hash"
is "$(jq -r .image "$cache/$one.smolmachine.json")" "$(id_of one)" "and the image's id"
try 1 "$bottle" pack build one
like "$work/out" '^cached$' "the second time it is cached"
try 1 "$bottle" pack build one --json
is "$(jq -c '[.schema, (.built | .key, .image, .image_id, .packed, .path)]' "$work/out")" \
	"[\"bottle.pack/1\",\"$one\",\"one\",\"$(id_of one)\",false,\"$cache/$one.smolmachine\"]" "--json says the same"
is "$(jq .built.size "$work/out")" "$(stat -c %s "$cache/$one.smolmachine")" "with the size in bytes"
is "$(packings)" 1 "it was packed once"
# shellcheck disable=SC2086
try 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1
is "$status" 0 "a launch of the image"
is "$(packings)" 1 "takes that pack"

# What is not there.
try 1 "$bottle" pack build none
is "$status" 65 "an image that is not there: 65"
like "$work/err" "^bottle: pack build: .*no such image 'none'" "which is named"
like "$work/err" '^  next ' "with what to type"
for each in ./none /none "$project/none/"; do
	try 1 "$bottle" pack build "$each"
	is "$status" 65 "$each is a folder, which is not there: 65"
	like "$work/err" 'No such file' "and says so"
done

# A folder with a Dockerfile. Its output reaches stderr escaped, whatever it prints.
cp "$busybox" "$project/busybox"
printf 'FROM bundle\nCOPY busybox /bin/again\nRUN ["/bin/busybox","printf","the \\\\033[31mbuild\\\\n"]\n' >"$project/Dockerfile"
chown -R "$(uid 1)" "$project"
trust_yaml 1 "$project/Dockerfile"
AT=$project try 1 "$bottle" pack build .
is "$status" 0 "pack build . builds the Dockerfile there"
like "$work/out" '^packed$' "and packs it"
is "$(grep -c . "$work/out")" 5 "nothing of docker's is on stdout"
like "$work/err" 'COPY busybox' "its steps are on stderr"
like "$work/err" '\\x1b\[31mbuild' "what a step prints is escaped"
is "$(tr -cd '\001-\010\013-\037\177' <"$work/err" | tr -d '\r' | wc -c)" 0 "and no other control character is there"
before=$(packings)
AT=$work try 1 "$bottle" pack build project
like "$work/out" '^cached$' "the same folder by its name: docker builds the same image, which is not packed again"
is "$(packings)" "$before" "(smolvm was not asked)"
try 1 "$bottle" launch built --dockerfile "$project/Dockerfile" --bundle-image bundle --memory 512 --cpus 1
is "$status" 0 "a launch of that Dockerfile"
is "$(packings)" "$before" "packs nothing either"
as 1 "$bottle" stop built >/dev/null
printf 'FROM nothing-like-it\n' >"$project/Dockerfile"
trust_yaml 1 "$project/Dockerfile"
AT=$project try 1 "$bottle" pack build .
is "$status" 65 "a build that fails: 65"
like "$work/err" '^bottle: pack build: docker: build ' "with the build's own words"

# In the middle of a packing smolvm waits until the gate is opened.
hook gate 'touch "$HOME/gate"; while [ -e "$HOME/gate" ]; do sleep 0.05; done'
gated() { fault 1 pack.exec "$work/gate"; }
at_gate() { wait_for 60 test -e "$home/gate"; }
open_gate() { rm -f "$home/gate"; }
builder() { pgrep -o -u "$(uid 1)" -f "^$bottle pack build"; }
# kill_build SIGNAL: the build in the background, at the gate; $? is its status.
kill_build() {
	kill -"$1" "$(builder)"
	wait $waiting
	killed=$?
	open_gate
	wait_for 60 sh -c "! pgrep -u $(uid 1) -f bin/smolvm"
	return $killed
}
# How many processes have the lock of PACK open.
lockers() { # PACK
	find /proc/[0-9]*/fd -lname "$cache/$1.smolmachine.lock" 2>/dev/null | wc -l
}

# Two at once.
gated
before=$(packings)
as 1 "$bottle" pack build two >"$work/first" 2>&1 &
first=$!
at_gate
as 1 "$bottle" pack build two >"$work/second" 2>&1 &
second=$!
tries=0
while [ "$(lockers "$two")" -lt 2 ] && [ $tries -lt 600 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
open_gate
wait $first
is "$?" 0 "two builds of one image at once: the first succeeds"
wait $second
is "$?" 0 "the second too"
is "$(packings)" "$((before + 1))" "it was packed once"
is "$(cat "$work/first" "$work/second" | grep -cE '^(packed|cached)$')" 2 "both say how they came by it"
is "$(cat "$work/first" "$work/second" | grep -c '^packed$')" 1 "one made it"
no_faults 1

# Killed in the middle.
rm "$cache/$two".*
gated
as 1 "$bottle" pack build two >"$work/out" 2>&1 &
waiting=$!
at_gate
kill_build KILL
is "$?" 137 "a build is killed while smolvm packs"
is "$(files | grep -c "^$two")" 0 "nothing is under the pack's name"
is "$(files | grep -c '^.making-')" 1 "what it was making lies beside"
try 1 "$bottle" pack ls
is "$(grep -c "^$two" "$work/out")" 0 "ls does not list it"
try 1 "$bottle" gc
like "$work/out" '^half-made packs +1$' "gc shows it"
try 1 "$bottle" gc -f
is "$(files | grep -c '^.making-')" 0 "gc -f removes it"
as 1 "$bottle" pack build two >"$work/out" 2>&1 &
waiting=$!
at_gate
kill_build KILL
no_faults 1
try 1 "$bottle" pack build two
like "$work/out" '^packed$' "killed again: the next build packs it"
is "$(jq -r .sha256 "$cache/$two.smolmachine.json")" "$(sha256sum <"$cache/$two.smolmachine" | cut -d' ' -f1)" "whole"
is "$(files | grep -c '^.making-')" 0 "and removes what was left"

# A description that says otherwise.
for edit in '.size += 1' '.image = "sha256:0"' '.arch = "vax"' 'del(.smolvm)' '"text"'; do
	cp "$cache/$two.smolmachine.json" "$work/kept"
	jq "$edit" "$work/kept" >"$cache/$two.smolmachine.json"
	try 1 "$bottle" pack build two
	like "$work/out" '^packed$' "a description with $edit: it is packed anew"
done
printf 'x' >>"$cache/$two.smolmachine"
try 1 "$bottle" pack build two
like "$work/out" '^packed$' "a pack of another size too"
rm "$cache/$two.smolmachine.json"
try 1 "$bottle" pack build two
like "$work/out" '^packed$' "and one without a description"
fault 1 old-version 1.40.0
try 1 "$bottle" pack build two
like "$work/out" "^key +$two-1\.40\.0\$" "another smolvm version gets a pack of its own"
like "$work/err" 'newer than any that was tried' "(unproven, it says)"
no_faults 1

# ls.
touch -d '@1700000000' "$cache/$two.smolmachine"
touch -d '@1600000000' "$cache/$two-1.40.0.smolmachine"
try 1 "$bottle" pack ls
is "$status" 0 "pack ls"
like "$work/out" '^KEY +IMAGE +SIZE +SMOLVM +LAST-USED$' "has a heading"
like "$work/out" "^$one +one:latest +[0-9.]+ [KM]?i?B +1\.32\.2 +20[0-9-]+T[0-9:]+Z\$" "names the image"
like "$work/out" "^$two +two:latest .* 2023-11-14T22:13:20Z\$" "and the last use"
is "$(tail -n 1 "$work/out" | cut -d' ' -f1)" "$two-1.40.0" "the least recently used comes last"
ENGINE=none try 1 "$bottle" pack ls
is "$status" 0 "without an engine too"
like "$work/out" "^$one +$(id_of one | cut -c1-19) " "with the id for a name"
try 1 "$bottle" pack ls --json
is "$(jq -c '[.schema, (.packs[] | select(.key == "'"$two"'") | [.image, .image_id, .smolvm, .last_used])]' "$work/out")" \
	"[\"bottle.pack/1\",[\"two:latest\",\"$(id_of two)\",\"1.32.2\",1700000000]]" "--json has it all"
home_of 2 >/dev/null
try 2 "$bottle" pack ls
is "$(cat "$work/out")" "$(head -n 1 "$work/out")" "another user has an empty cache"
try 2 "$bottle" pack ls --json
is "$(jq -c .packs "$work/out")" "[]" "and an empty list"
as 1 "$bottle" stop web >/dev/null
touch -d '@1500000000' "$cache/$one.smolmachine"
try 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1 --dry-run
is "$(stat -c %Y "$cache/$one.smolmachine")" 1500000000 "--dry-run is no use"
as 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1 >/dev/null 2>&1
[ "$(stat -c %Y "$cache/$one.smolmachine")" -gt 1700000000 ]
ok $? "a launch is"

# prune.
echo 'of another tool' >"$cache/0000.smolmachine"
chown "$(uid 1)" "$cache/0000.smolmachine"
touch -d '@1400000000' "$cache/0000.smolmachine"
files >"$work/before"
try 1 "$bottle" pack prune
is "$status" 0 "pack prune"
like "$work/out" "^stays +$one +\(machine bot-bottle-web\)\$" "a pack of a machine stays"
like "$work/out" '^stays +0000 +\(not made by bottle\)$' "so does what bottle did not make"
like "$work/out" "^$two +two:latest " "another may go"
like "$work/out" 'bottle pack prune -f removes this$' "it says how"
files >"$work/after"
cmp -s "$work/before" "$work/after"
ok $? "and removes nothing"
gone() { # OPTION...: keys that prune would remove
	# shellcheck disable=SC2068
	as 1 "$bottle" pack prune --json $@ | jq -r '.packs[].key' | sort | tr '\n' ' '
}
is "$(gone | wc -w)" 3 "without an option all that is not needed"
is "$(gone --older-than 1d)" "$(printf '%s\n' "$two" "$two-1.40.0" | sort | tr '\n' ' ')" "--older-than 1d: what is older"
is "$(gone --older-than 99999999d)" "" "--older-than more than that: nothing"
is "$(gone --keep 3)" "$two-1.40.0 " "--keep 3: the last three used stay"
is "$(gone --keep 100)" "" "--keep more than there are: nothing"
is "$(gone --keep 0 --older-than 0s | wc -w)" 3 "--keep 0 --older-than 0s is as nothing said"
for each in --older-than=1 --older-than=d --older-than=-1d --older-than=1.5h --older-than=1w --older-than= --keep=-1 \
	--keep=x --keep=; do
	try 1 "$bottle" pack prune "$each" -f
	is "$status" 64 "prune $each: usage"
done
as 1 sqlite3 "$home/.local/share/smolvm/server/smolvm.db" "update vms set data = '{' where name = 'bot-bottle-web'"
try 1 "$bottle" pack prune -f
is "$status" 69 "a record that cannot be read: prune refuses"
like "$work/err" 'machine bot-bottle-web: its record' "and names it"
files >"$work/after"
cmp -s "$work/before" "$work/after"
ok $? "nothing was removed"
as 1 sqlite3 "$home/.local/share/smolvm/server/smolvm.db" "delete from vms"
as 1 "$bottle" stop web >/dev/null 2>&1
as 1 "$bottle" gc -f >/dev/null 2>&1
as 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1 >/dev/null 2>&1
as 1 sqlite3 "$home/.local/share/smolvm/server/smolvm.db" \
	"update vms set data = cast(json_set(cast(data as text), '\$.source_smolmachine', '$work/by-another-way') as blob)"
ln "$cache/$one.smolmachine" "$work/by-another-way"
try 1 "$bottle" pack prune
like "$work/out" "^stays +$one +\(machine bot-bottle-web\)\$" "a record that names the file by another path protects it"
rm "$work/by-another-way"
kill_all 1
as 1 sqlite3 "$home/.local/share/smolvm/server/smolvm.db" "delete from vms"
as 1 "$bottle" stop web >/dev/null 2>&1

# Under a lock: a launch that has found its pack, and one that makes it.
fault 1 create.delay 8
: >"$home/smolvm.calls"
as 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1 >"$work/launched" 2>&1 &
waiting=$!
wait_for 60 grep -q "machine create --name bot-bottle-web" "$home/smolvm.calls"
try 1 "$bottle" pack prune -f --json
is "$(jq -c '.spared[] | select(.key == "'"$one"'") | .why' "$work/out")" '"in use by a launch or a packing"' \
	"a pack that a launch is about to use stays"
is "$(jq -c '[.removed, (.packs | length)]' "$work/out")" "[true,3]" "the others went"
wait $waiting
is "$?" 0 "and the launch goes on"
no_faults 1
is "$(files)" "$(printf '%s\n' 0000.smolmachine "$one.smolmachine" "$one.smolmachine.json" | sort)" \
	"with their descriptions"
is "$(find "$cache" -name '*.lock' | wc -l)" 1 "and locks"
as 1 "$bottle" stop web >/dev/null
gated
as 1 "$bottle" pack build two >"$work/out" 2>&1 &
waiting=$!
at_gate
as 1 "$bottle" pack prune -f >"$work/pruned" 2>&1
open_gate
wait $waiting
is "$?" 0 "prune while a pack is made does not disturb it"
no_faults 1
is "$(files | grep -c "^$two.smolmachine")" 2 "it is there"
try 1 "$bottle" pack prune -f
like "$work/out" '^removed 1, ' "prune -f says how many it removed"
is "$(files)" 0000.smolmachine "and leaves what is not ours"
try 1 "$bottle" pack prune -f
is "$(grep -c '^nothing to remove$' "$work/out")" 1 "with nothing left it says so"
rm "$cache/0000.smolmachine"

# Copies of approved packs are ours too.
echo 'a pack' >"$project/own.smolmachine"
chown "$(uid 1)" "$project/own.smolmachine"
trust_yaml 1 "$project/own.smolmachine"
as 1 "$bottle" launch web --pack "$project/own.smolmachine" --bundle-image bundle --memory 512 --cpus 1 >/dev/null 2>&1
sha=$(sha256sum <"$project/own.smolmachine" | cut -d' ' -f1)
try 1 "$bottle" pack ls
like "$work/out" "^sha256-$sha +- +7 B +- " "the copy of an approved pack is listed"
try 1 "$bottle" pack prune -f
like "$work/out" "^stays +sha256-$sha +\(machine bot-bottle-web\)\$" "and stays while a machine is made of it"
as 1 "$bottle" stop web >/dev/null
try 1 "$bottle" pack prune -f
is "$(files)" "" "afterwards it goes"

# The registry: an engine that takes no archive.
registry_image a registry:2
registry_image a readonly:2 '  maintenance: {readonly: {enabled: true}}'
settings() { # IMAGE: as the setting
	mkdir -p "$home/.config/bottle"
	echo "registry_image: $1" >"$home/.config/bottle/config.yaml"
	chown -R "$(uid 1)" "$home/.config"
	chmod 755 "$home/.config/bottle"
	chmod 644 "$home/.config/bottle/config.yaml"
}
old() { fault 1 old-version 1.9.3; }
old
try 1 "$bottle" pack build one
is "$status" 69 "an old smolvm is refused as ever"
try 1 "$bottle" pack build one --engine-unproven
is "$status" 78 "without registry_image: 78"
like "$work/err" 'registry_image is not set' "it says what is missing"
like "$work/err" "next .*'registry_image: registry:2' >>$home/.config/bottle/config.yaml\$" "and the line to type"
try 1 "$bottle" launch web --image one --bundle-image bundle --engine-unproven --dry-run
is "$status" 78 "a launch says it before it starts anything"
is "$(leftovers 1 a)$(registries)" "" "nothing was made"
settings none:2
try 1 "$bottle" pack build one --engine-unproven
is "$status" 65 "an image that the engine does not have: 65"
like "$work/err" "registry_image: docker: no such image 'none:2'" "it is named"
settings registry:2
: >"$home/smolvm.calls"
try 1 "$bottle" pack build one --engine-unproven
is "$status" 0 "with it the image is packed"
like "$work/out" '^packed$' "it says"
like "$home/smolvm.calls" '^pack create --image localhost:[0-9]+/[0-9a-f]{32}@sha256:[0-9a-f]{64} ' \
	"smolvm was given a name with a digest"
is "$(grep -c "$(id_of one)" "$cache/$one.smolmachine")" 1 "and pulled a manifest of this image"
is "$(jq -r .smolvm "$cache/$one.smolmachine.json")" 1.9.3 "the pack is that version's"
is "$(registries)" "" "nothing is left in the engine"
is "$(files)" "$(printf '%s\n' "$one.smolmachine" "$one.smolmachine.json")" "nor in the cache"
is "$(engine_docker a image inspect -f '{{.RepoTags}} {{.RepoDigests}}' one)" "[one:latest] []" "the image has its own name alone"
try 1 "$bottle" pack build one --engine-unproven
like "$work/out" '^cached$' "then it is cached"
again() { rm -f "$cache"/*; } # what is packed once is packed anew
again
as 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1 --engine-unproven >"$work/out" 2>"$work/err"
is "$?" 0 "a launch packs by a registry too"
is "$(registries)" "" "and leaves nothing of it"
as 1 "$bottle" stop web >/dev/null
fault 1 create "image 'localhost:1/x' must be pulled from a registry, but this machine has no network"
try 1 "$bottle" launch web --image one --bundle-image bundle --memory 512 --cpus 1 --engine-unproven
is "$status" 73 "a smolvm that wants a network for such a pack: 73"
like "$work/err" '^  next +install/get-smolvm ' "with what to do, which is not smolvm's advice"
is "$(leftovers 1 a)$(registries)" "" "and nothing is left"
no_faults 1
old

# What the container is.
again
hook look 'docker -H "unix://'"$work"'/a.sock" inspect $(docker -H "unix://'"$work"'/a.sock" ps -q --filter name=bot-bottle-registry) >'"$home"'/inspected'
fault 1 pack.exec "$work/look"
as 1 "$bottle" pack build one --engine-unproven >/dev/null 2>&1
no_faults 1
is "$(jq -c '.[0].HostConfig.PortBindings["5000/tcp"]' "$home/inspected" | sed 's/"HostPort":"[0-9]*"/"HostPort":""/')" \
	'[{"HostIp":"127.0.0.1","HostPort":""}]' "the registry is published on 127.0.0.1 alone"
is "$(jq -c '.[0] | [.HostConfig.CapDrop, .HostConfig.SecurityOpt, .Image]' "$home/inspected")" \
	"[[\"ALL\"],[\"no-new-privileges:true\"],\"$(id_of registry:2)\"]" "without capabilities, by the image's id"
is "$(jq -r '.[0].Config.Labels["io.bot-bottle.owner"]' "$home/inspected")" "$(uid 1)" "and labelled"

# failing CODE PATTERN NAME: a packing that must fail, and leave nothing.
failing() {
	try 1 "$bottle" pack build one --engine-unproven
	is "$status" "$1" "$3: exit $1"
	like "$work/err" "$2" "$3: it says why"
	is "$(registries)" "" "$3: nothing is left in the engine"
	is "$(files)" "" "$3: there is no pack"
	no_faults 1
	old
}
again
old
settings readonly:2
failing 69 'docker: push 127\.0\.0\.1:[0-9]+/[0-9a-f]+: ' "a registry that refuses, in the middle of a stream with status 200"
settings broken:latest
failing 69 'registry is exited before it answered' "one that ends at once"
like "$work/err" 'giving up' "with the end of its log"
settings registry:2
fault 1 pack
failing 73 'scripted fault' "smolvm fails"
engine_docker a tag one:latest kept:latest
hook kill 'docker -H "unix://'"$work"'/a.sock" kill $(docker -H "unix://'"$work"'/a.sock" ps -q --filter name=bot-bottle-registry) >/dev/null'
fault 1 pack.exec "$work/kill"
failing 73 'agent operation failed: pull' "the registry dies before the pull"
fault 1 pack.after "$work/kill"
failing 69 'registry: 127\.0\.0\.1:[0-9]+: ' "it dies after the pull: what was pulled cannot be compared any more"

# In the middle of the push: of an image that takes a while.
head -c 200000000 /dev/urandom >"$work/image/etc/large"
image_of large:latest large
rm "$work/image/etc/large"
as 1 "$bottle" pack build large --engine-unproven >"$work/out" 2>"$work/err" &
waiting=$!
wait_for 60 sh -c "docker -H unix://$work/a.sock images --format '{{.Repository}}' | grep -q '^127'"
engine_docker a kill "$(engine_docker a ps -q --filter name=bot-bottle-registry)" >/dev/null
wait $waiting
is "$?" 69 "the registry dies in the middle of the push: 69"
like "$work/err" '^bottle: pack build: pack large: by a registry: docker: push 127\.0\.0\.1:[0-9]+/[0-9a-f]+: ' "it says where"
is "$(registries)" "" "nothing is left in the engine"
is "$(files)" "" "nor in the cache"
as 1 "$bottle" pack build large --engine-unproven >"$work/out" 2>"$work/err" &
waiting=$!
wait_for 60 sh -c "docker -H unix://$work/a.sock images --format '{{.Repository}}' | grep -q '^127'"
kill_build INT
is "$?" 130 "SIGINT in the middle of the push: 130"
is "$(registries)" "" "nothing is left in the engine"
is "$(files)" "" "nor in the cache"

# T28: others reach the registry as well.
hook overwrite 'reference=$1
name=${reference%@*}
repository=${name#*/}
host=${name%%/*}
old=$(curl -s --noproxy "*" "http://$host/v2/$repository/manifests/${reference#*@}")
printf "%s" "$old" | sed "s/\"size\": *[0-9]*/\"size\": 1/" >$HOME/evil
curl -s --noproxy "*" -X PUT -H "Content-Type: application/vnd.docker.distribution.manifest.v2+json" \
	--data-binary @$HOME/evil "http://$host/v2/$repository/manifests/pack" -o /dev/null -w "%{http_code}\n" >$HOME/overwritten'
again
fault 1 pack.exec "$work/overwrite"
try 1 "$bottle" pack build one --engine-unproven
is "$(cat "$home/overwritten")" 201 "another user pushes over the name of ours between push and pull"
is "$status" 0 "the packing goes on"
is "$(grep -c "$(id_of one)" "$cache/$one.smolmachine")" 1 "with what was pushed"
no_faults 1
old
again
hook delete 'reference=$1
name=${reference%@*}
docker -H "unix://'"$work"'/a.sock" exec $(docker -H "unix://'"$work"'/a.sock" ps -q --filter name=bot-bottle-registry) /bin/docker-registry --version >/dev/null
pid=$(docker -H "unix://'"$work"'/a.sock" inspect -f "{{.State.Pid}}" $(docker -H "unix://'"$work"'/a.sock" ps -q --filter name=bot-bottle-registry))
echo "$pid" >$HOME/registry-pid; echo "${reference#*@}" >$HOME/registry-digest; while [ -e $HOME/registry-pid ]; do sleep 0.1; done'
# corrupt TEXT: as root, whose the registry's files are: other bytes under the digest of ours.
corrupt() {
	wait_for 60 test -s "$home/registry-digest" || return
	digest=$(sed 's/^sha256://' "$home/registry-digest")
	printf '%s' "$1" >"/proc/$(cat "$home/registry-pid")/root/var/lib/registry/docker/registry/v2/blobs/sha256/$(echo "$digest" | cut -c1-2)/$digest/data"
	rm "$home/registry-pid" "$home/registry-digest"
}
fault 1 pack.after "$work/delete"
corrupt '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {}}' &
corrupting=$!
failing 77 'does not hold what was pushed to it: ' "other bytes under the digest of ours, after the pull"
wait $corrupting

# Killed at different moments: the next launch, the next packing and gc remove what is left.
# killed_at pull|push: until there, then SIGKILL.
killed_at() {
	again
	[ "$1" = push ] || gated
	as 1 "$bottle" pack build "$([ "$1" = push ] && echo large || echo one)" --engine-unproven >"$work/out" 2>&1 &
	waiting=$!
	if [ "$1" = push ]; then
		wait_for 60 sh -c "docker -H unix://$work/a.sock images --format '{{.Repository}}' | grep -q '^127'"
	else
		at_gate
	fi
	kill_build KILL
	no_faults 1
	old
}
for at in push pull; do
	killed_at $at
	is "$(registries | grep -cE '^(container|network)')" 2 "killed at the $at: the registry is there"
	try 2 "$bottle" gc -f
	is "$(registries | grep -cE '^(container|network)')" 2 "killed at the $at: it is not another user's to remove"
	try 1 "$bottle" gc
	like "$work/out" '^registry +bot-bottle-registry-[0-9a-f]{16}  its packing has ended$' "killed at the $at: gc shows it"
	try 1 "$bottle" gc -f
	is "$status" 0 "killed at the $at: gc -f succeeds"
	is "$(registries)" "" "killed at the $at: and removes it"
	is "$(files)" "" "killed at the $at: with what lay in the cache"
	killed_at $at
	try 1 "$bottle" pack build one --engine-unproven
	is "$status" 0 "killed at the $at: the next packing succeeds"
	is "$(registries)" "" "killed at the $at: and nothing is left of both"
	is "$(files | grep -c making)" 0 "killed at the $at: nor in the cache"
done
engine_docker a rmi large:latest >/dev/null
killed_at pull
rm -rf "$cache"/.making-*
try 1 "$bottle" gc -f
is "$(registries)" "" "killed, and its note is lost: gc knows it by its labels"
killed_at pull
no_faults 1
try 1 "$bottle" launch web --image two --bundle-image bundle --memory 512 --cpus 1
is "$status" 0 "killed: the next launch, of whatever, succeeds"
is "$(registries)" "" "killed: and removes what was left"
as 1 "$bottle" stop web >/dev/null

# Ctrl-C.
old
for signal in INT TERM; do
	again
	gated
	as 1 "$bottle" pack build one --engine-unproven >"$work/out" 2>"$work/err" &
	waiting=$!
	at_gate
	kill_build $signal
	is "$?" "$([ $signal = INT ] && echo 130 || echo 143)" "SIG$signal at the pull: the exit code names it"
	is "$(registries)" "" "SIG$signal: nothing is left in the engine"
	is "$(files)" "" "SIG$signal: nor in the cache"
	no_faults 1
	old
done

# An image without a name of its own would go with the one that it gets for the push.
image_of nameless:latest nameless
nameless=$(id_of nameless)
image_of nameless:latest 'its name went to another'
try 1 "$bottle" pack build "$nameless" --engine-unproven
is "$status" 65 "an image without a name: 65"
like "$work/err" "next +docker tag $nameless NAME\$" "with what to type"
is "$(engine_docker a image inspect -f '{{.Id}}' "$nameless")" "$nameless" "and it is there still"
again
image_of nameless:latest nameless
hook steal 'docker -H "unix://'"$work"'/a.sock" tag two:latest nameless:latest'
fault 1 pack.exec "$work/steal"
try 1 "$bottle" pack build nameless --engine-unproven
like "$work/err" "warning: 127\.0\.0\.1:[0-9]+/[0-9a-f]+:pack stays: it is the image's last name" \
	"an image that loses its name meanwhile keeps the one for the push"
is "$(engine_docker a image inspect -f '{{.Id}}' "$nameless")" "$nameless" "and is not removed"
done_testing
