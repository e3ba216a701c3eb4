#!/bin/sh
# doctor on a host with an engine alone: no smolvm, no /dev/kvm. Which backends are ready, and which one counts.
. "$(dirname "$0")/lib.sh"

rm "$work/bin/smolvm"
engine_start a
cat >"$work/without-kvm" <<'END_OF_SCRIPT'
#!/bin/sh
# without-kvm CMD...: /dev without kvm, in a mount namespace of its own.
[ -n "${WITHOUT_KVM:-}" ] || WITHOUT_KVM=1 exec unshare --mount "$0" "$@"
dev=$(mktemp -d) && mount -t tmpfs -o dev,mode=755 tmpfs "$dev" && mknod -m 666 "$dev/null" c 1 3 &&
	mknod -m 666 "$dev/urandom" c 1 9 && mknod -m 666 "$dev/tty" c 5 0 && mkdir "$dev/pts" &&
	mount --bind /dev/pts "$dev/pts" && mount --move "$dev" /dev && rmdir "$dev" || exit 99
exec "$@"
END_OF_SCRIPT
chmod 755 "$work/without-kvm"
export WRAP="$work/without-kvm"

nft() { # FILE-OR-WORD...
	"$here/dockerd" run "$work/a" env PATH="$PATH:/usr/sbin:/sbin" nft "$@"
}
doctor() { # OPTION...: as user 1, with JSON in $work/out
	try 1 "$bottle" doctor --json --bundle-image bundle "$@"
}
state() { # CHECK
	jq -r --arg name "$1" '.checks[] | select(.name == $name) | .state' "$work/out"
}
backend() { # NAME: "READY ASKED FAILED"
	jq -r --arg name "$1" '.backends[] | select(.name == $name) | "\(.ready) \(.asked) \(.failed | join(","))"' "$work/out"
}
lines() { # OPTION...: for people
	try 1 "$bottle" doctor --bundle-image bundle "$@"
}

# A host that takes what comes over an agent's link, which a launch refuses: the rule of install/nft is what helps.
doctor
is "$status" 1 "nothing is ready where the host takes what comes from bottles"
is "$(state container)" fail "by use, from a container"
is "$(backend docker)" "false false container" "backend docker says why it is not"
is "$(backend smolvm)" "false false smolvm,kvm" "and so does backend smolvm"
jq -r '.checks[] | select(.name == "container") | .fix' "$work/out" >"$work/one"
like "$work/one" '^sudo nft -f /.*/share/bottle/nft/bottle-bundles\.nft$' "what to type"
is "$(leftovers 1 a)" "" "nothing is left of the proof"

if nft -f "$BUILD/share/nft/bottle-bundles.nft" 2>"$work/one"; then
	doctor
	is "$status $(state container)" "0 ok" "with bottle-bundles.nft loaded: exit 0, nobody having asked for smolvm"
	is "$(backend docker) $(backend smolvm)" "true false  false false smolvm,kvm" "docker is ready, smolvm is not"
	is "$(jq '.ready' "$work/out")" true "which is ready"
	is "$(leftovers 1 a)" "" "nothing is left of the proof"
	lines
	like "$work/out" '^backend smolvm: not ready \(smolvm, kvm\)$' "a line a backend: not ready, and why"
	like "$work/out" '^backend docker: ready$' "and ready"
	like "$work/out" '^ready with --backend docker: [0-9]+ ok, [0-9]+ warn, 2 failed' "the last one says what to type"
	WIDE=$(awk 'length > 80 && !/^ +fix /' "$work/out")
	ok "$([ -n "$WIDE" ]; echo $?)" "in a pipe a line is one line"
	WRAP='' try 1 "$here/pty" sh -c 'stty cols 80; exec "$@"' - "$bottle" doctor --bundle-image bundle
	is "$status $(tr -d '\r' <"$work/out" | awk 'length > 80 && !/^ +fix / && !/^ +[^ ]+$/')" "0 " \
		"on a terminal of 80 columns none is wider, but what is to be copied and one long word"
	is "$(tr -d '\r' <"$work/out" | grep -cE '^[a-z]+ +container ')" 1 "and each check is there"
	lines --report -
	like "$work/out" '^backend docker: ready$' "a report says it too"

	# Who asks.
	doctor --backend smolvm
	is "$status $(backend smolvm)" "1 false true smolvm,kvm" "--backend smolvm: not ready"
	lines --backend smolvm
	like "$work/out" '^backend smolvm: not ready \(smolvm, kvm\), asked for$' "by the line"
	like "$work/out" '^NOT ready: ' "and by the last one"
	doctor --backend docker
	is "$status $(backend docker)" "0 true true " "--backend docker: ready"
	project=$(home_of 1)/project
	as 1 mkdir "$project"
	yaml() { # TEXT
		printf 'version: 1\n%s\n' "$1" >"$project/bottle.yaml"
	}
	yaml 'backend: docker'
	AT=$project doctor
	is "$status $(state bottle.yaml) $(backend docker)" "0 warn true false " \
		"a bottle.yaml that is not approved is told, and does not count"
	AT=/ doctor -f "$project/bottle.yaml"
	is "$status $(state bottle.yaml)" "1 fail" "one that was named and is not approved is a failure"
	trust_yaml 1 "$project/bottle.yaml"
	AT=$project doctor
	is "$status $(backend docker)" "0 true true " "an approved one asks for docker"
	doctor -f "$project/bottle.yaml"
	is "$status $(backend docker)" "0 true true " "and so does one that is named"
	yaml 'name: web'
	trust_yaml 1 "$project/bottle.yaml"
	AT=$project doctor
	is "$status $(backend smolvm)" "1 false true smolvm,kvm" "one that names no backend asks for smolvm, as for a launch"
	AT=$project doctor --backend docker
	is "$status $(backend docker)" "0 true true " "--backend comes before the file that lies there"
	yaml 'backend: docker # but another byte'
	AT=$project doctor
	is "$(state bottle.yaml)" warn "one other byte needs another approval"
	yaml 'backend: podman'
	AT=$project doctor
	is "$status $(state bottle.yaml)" "0 warn" "a wrong one that merely lies there is told"
	doctor -f "$project/bottle.yaml"
	is "$status $(state bottle.yaml)" "1 fail" "a wrong one that was named is a failure"
	doctor -f /no/such/bottle.yaml
	is "$status $(state bottle.yaml)" "1 fail" "one that is not there too"

	# What cannot be tried is said.
	try 1 "$bottle" doctor --bundle-image nothing-of-that-name
	is "$status" 0 "without an image the proof cannot be made"
	like "$work/out" '^backend docker: ready \(not tried: container\)$' "which the line says"
	SEARCH=$work/bin doctor
	is "$status $(state container)" "1 fail" "without the docker command no bottle is probed: a failure"

	# Killed in the middle.
	is_there() { [ -n "$(engine_docker a ps -q --filter name=bot-bottle-agent-doctor-)" ]; }
	as 1 "$bottle" doctor --bundle-image bundle >/dev/null 2>&1 &
	job=$!
	wait_for 60 is_there
	kill -KILL "$(pgrep -o -u "$(uid 1)" -f "^$bottle doctor")"
	wait $job
	doctor
	is "$(state leftovers)" warn "kill -9: the next doctor finds what it left"
	try 1 "$bottle" gc -f
	is "$status $(leftovers 1 a)" "0 " "and gc removes it, although its container runs"
else
	echo "# nft rules were not tried: $(cat "$work/one")"
fi

# As a user mistypes it; nothing is wider than a terminal.
narrow() { # NAME
	is "$(awk 'length > 80' "$work/err")" "" "$1: in 80 columns"
}
wrong() { # CODE PATTERN OPTION...
	code=$1
	pattern=$2
	shift 2
	try 1 "$bottle" doctor "$@"
	is "$status $(cat "$work/out")" "$code " "doctor $*: $code, and nothing is checked"
	like "$work/err" "$pattern" "doctor $*: says what is wrong"
	narrow "doctor $*"
}
wrong 64 "podman" --backend podman
wrong 64 "backend" --backend ''
wrong 64 "backend" --backend
wrong 64 'both say which backend' --backend docker -f bottle.yaml
wrong 64 "bakend.*" --bakend docker
wrong 64 "jsn" --jsn
wrong 64 "web" web
wrong 64 'yes is for --fix' --yes
wrong 64 'report needs a file' --report ''
wrong 64 'both want standard output' --report - --json
wrong 64 'asks before each repair' --fix
done_testing
