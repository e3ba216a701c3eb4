#!/bin/bash
# The road by a registry with an engine that needs it: smolvm 1.7.4 takes no archive of an image. The VM that packs is
# real, the registry is Debian's, the push is dockerd's. Runs as root inside the machine that tests/lab/run boots, with
# the registry's root file system in build/tests/lab/registry: tests/lab/registry.t
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tap.sh
. ./tap.sh

home=/home/alice
cache=$home/.cache/bot-bottle/smolmachines
build="bottle pack build bottle-demo-agent --engine-unproven"
tar -C ../../build/tests/lab/registry -c . | docker import \
	--change 'ENTRYPOINT ["/bin/docker-registry","serve","/etc/registry.yml"]' - bottle-test-registry:1 >/dev/null
id=$(docker image inspect -f '{{.Id}}' bottle-demo-agent)
key=${id:7:16}
mkdir -p $home/bin $home/.config/bottle $home/.local/share/smolvm/agent-rootfs
# 1.7.4 gives a VM 30 s to boot, which is short for this machine. Only a variable lifts that, and bottle drops it. Beside a
# busy host its VM has also stood still right after the boot, for as long as one waited: then once more. This also writes
# down what there is of the registry while smolvm packs, and what it served.
cat >$home/bin/smolvm-1.7.4 <<'PATIENT'
#!/bin/bash
export SMOLVM_AGENT_READY_TIMEOUT_SECS=120
[ "$1 $2" = "pack create" ] || exec /opt/smolvm-1.7.4/bin/smolvm "$@"
registry=$(docker ps -q --filter name=bot-bottle-registry)
docker inspect "$registry" >"$HOME/inspected"
ss -Hltn >"$HOME/listeners"
echo "$*" >"$HOME/asked"
for _ in 1 2 3; do
	timeout -k 10 150 /opt/smolvm-1.7.4/bin/smolvm "$@"
	code=$?
	[ $code -eq 124 ] || [ $code -eq 137 ] || break
	echo again >>"$HOME/asked"
	pkill -KILL -u alice -f '^/opt/smolvm-1.7.4/lib/smolvm _boot-vm'
done
docker logs "$registry" >"$HOME/served" 2>/dev/null
exit $code
PATIENT
chmod 755 $home/bin/smolvm-1.7.4
cat >$home/.config/bottle/config.yaml <<'YAML'
smolvm: /home/alice/bin/smolvm-1.7.4
registry_image: bottle-test-registry:1
YAML
# What 1.7.4 puts into a pack is a folder, where its own installation has it; the wheel has an archive.
tar -C $home/.local/share/smolvm/agent-rootfs -xf /opt/smolvm-1.7.4/lib/agent-rootfs.tar
chown -R alice: $home/bin $home/.config $home/.local

registries() { # what there is of a registry in the engine
	docker ps -a --filter name=bot-bottle-registry --format 'container {{.Names}}'
	docker network ls --filter name=bot-bottle-registry --format 'network {{.Name}}'
	docker images --format '{{.Repository}}' | grep '^127\.' | sed 's/^/image /'
}

nothing_left() { # NAME: of the registry, on this host's ports, of the VM that packs, in the cache
	{
		registries
		ss -Hltnp | grep docker-proxy
		pgrep -af '_boot-vm|^/opt/smolvm-1.7.4/lib/smolvm pack'
		find $cache -name '.making-*'
	} >$out
	[ ! -s $out ]
	result $? "$1"
}

holds() { # JQ-ARG...
	jq -e "$@" >/dev/null
}

section "smolvm 1.7.4 packs an image"
exits 69 "it is refused as it is" as alice bottle pack build bottle-demo-agent
# shellcheck disable=SC2086 # words
passes "with --engine-unproven it packs" as alice $build
sed 's/^/# /' $out $err
port=$(jq -r '.[0].NetworkSettings.Ports["5000/tcp"][0].HostPort' $home/inspected)
note "tries: $(wc -l <$home/asked)"
reference=$(sed -n 's/.* --image \([^ ]*\) .*/\1/p' $home/asked)
digest=${reference#*@}
passes "it was given a name on localhost with the digest of the push" \
	grep -Eqx "localhost:$port/[0-9a-f]{32}@sha256:[0-9a-f]{64}" <<<"$reference"
passes "the registry is the image of the setting, by its id" \
	holds --arg id "$(docker image inspect -f '{{.Id}}' bottle-test-registry:1)" '.[0].Image == $id' $home/inspected
passes "published on 127.0.0.1, and nowhere else" holds \
	'.[0].NetworkSettings.Ports | [.[][].HostIp] == ["127.0.0.1"]' $home/inspected
grep ":$port " $home/listeners >$out
shows "127\.0\.0\.1:$port " "there this host listens meanwhile"
passes "and on no other address with that port" test "$(wc -l <$out)" -eq 1
cp $home/served $out
shows '"PUT /v2/[0-9a-f]{32}/manifests/pack HTTP/1.1" 201 .*"docker/' "dockerd pushed the manifest"
shows "\"GET /v2/[0-9a-f]{32}/manifests/$digest HTTP/1.1\" 200 .*\"crane/" "the VM pulled it, by its digest"
shows "\"GET /v2/[0-9a-f]{32}/blobs/$id HTTP/1.1\" 200 .*\"crane/" "and the image's configuration, whose digest is its id"
cp $cache/$key.smolmachine.json $out
passes "the pack is that image's and this version's" holds --arg id "$id" '.image == $id and .smolvm == "1.7.4"' $out
passes "and whole" test "$(jq -r .sha256 $out)" = "$(sha256sum <$cache/$key.smolmachine | cut -d' ' -f1)"
nothing_left "nothing is left of the registry"

section "a bottle of that pack"
# Bottle creates machines without a network, and 1.7.3 and later do not take such a pack then.
exits 73 "this smolvm refuses to create a machine of it without a network" as alice bottle launch web \
	--image bottle-demo-agent --bundle-image bottle-demo-bundle --memory 512 --cpus 1 --engine-unproven
sed 's/^/# /' $err
shows "image 'localhost:$port/.*must be pulled from a registry, but this machine has no network" "in its words"
shows '^  next +install/get-smolvm' "with what to do"
shows '^  left +nothing$' "and leaves nothing"
passes "control: with a network it takes the pack" as alice $home/bin/smolvm-1.7.4 machine create --name control \
	--from $cache/$key.smolmachine --net
as alice $home/bin/smolvm-1.7.4 machine delete --name control --force
nothing_left "nothing is left"

section "killed while its VM runs"
rm $cache/$key.* $home/asked
# shellcheck disable=SC2086 # words
as alice $build &
n=0
until pgrep -u alice -f _boot-vm >/dev/null || [ $((n += 1)) -gt 120 ]; do sleep 1; done
passes "control: its VM runs" pgrep -u alice -f _boot-vm
port=$(jq -r '.[0].NetworkSettings.Ports["5000/tcp"][0].HostPort' $home/inspected)
kill -KILL "$(pgrep -u alice -f '^bottle pack build')"
wait
there="$(registries | wc -l)"
passes "container, network and the image's name are left" test "$there" -eq 3
passes "control: the registry answers" curl -s -o /dev/null -m 20 "http://127.0.0.1:$port/v2/"
as alice bottle gc
shows '^registry +bot-bottle-registry-[0-9a-f]{16}  its packing has ended$' "gc shows it"
passes "gc -f succeeds" as alice bottle gc -f
registries >$out
passes "the engine has nothing of it" test ! -s $out
fails "nothing answers any more" curl -s -o /dev/null -m 20 "http://127.0.0.1:$port/v2/"
# bottle's end does not end smolvm. With the registry gone its pull fails, and it stops its VM by itself; later, if that
# stands still.
n=0
while pgrep -f '_boot-vm|^/opt/smolvm-1.7.4/lib/smolvm pack' >/dev/null && [ $((n += 1)) -le 240 ]; do sleep 1; done
note "smolvm's end came $n s after gc's"
nothing_left "nothing is left"
find $cache -name '*.smolmachine*' ! -name '*.lock' >$out
passes "and there is no half pack" test ! -s $out
done_testing
