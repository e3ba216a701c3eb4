#!/bin/sh
# What confines an agent is never mounted, by whatever name (T19).
. "$(dirname "$0")/lib.sh"

engine_start a
home=$(home_of 1)
dry="launch web --image agent --bundle-image bundle --dry-run"

made() { # FOLDER...: made as user 1
	as 1 mkdir -p "$@"
}

# shellcheck disable=SC2086 # a list of words
mounts() { # FOLDER [:ro]
	try 1 "$bottle" $dry --mount "$1:/mnt${2:-}"
}

refused() { # FOLDER WHAT
	mounts "$1"
	is "$status" 65 "$2: refused"
	like "$work/err" "agent.mounts\[0\].host: .*never mounted" "$2: by that rule"
	mounts "$1" :ro
	is "$status" 65 "$2: read-only too"
}

allowed() { # FOLDER WHAT
	mounts "$1"
	is "$status" 0 "$2: mounted"
	sed 's/^/# /' "$work/err"
}

made "$home/proj/sub" "$home/.config/other" "$home/.cache/other" "$home/.local/other"
allowed "$home/proj" "a folder of the home"
allowed "$home/.config/other" "a folder beside the settings"
allowed "$home/.cache/other" "a folder beside the caches"

# Nothing of bottle and smolvm exists yet.
refused / "the root"
refused "$home" "the home folder"
refused "$work" "the folder that the home, the programs and the socket lie in"
refused "$home/.config" "the folder in which settings would be made"
refused "$home/.local" "the folder in which the state would be made"
refused "$home/.cache" "the folder in which the caches would be made"

made "$home/.config/bottle/sub" "$home/.local/state/bottle/web" "$home/.local/share/smolvm/server" \
	"$home/.cache/smolvm/vms/x" "$home/.cache/smolvm-image-archives/x" "$home/.cache/smolvm-pack" \
	"$home/.cache/bot-bottle/smolmachines" "$home/.docker/cli-plugins" "$home/lib/in" "$home/own/bin" \
	"$home/moved"
for each in .config/bottle .config/bottle/sub .local/state/bottle .local/state/bottle/web .local/state \
	.local/share/smolvm .local/share/smolvm/server .cache/smolvm .cache/smolvm/vms .cache/smolvm/vms/x \
	.cache/smolvm-image-archives .cache/smolvm-image-archives/x .cache/smolvm-pack .cache/bot-bottle \
	.cache/bot-bottle/smolmachines .docker .docker/cli-plugins; do
	refused "$home/$each" "$each of the home"
done
refused "$work/bin" "the folder of smolvm"
refused "$work/inst/bin" "the folder of bottle"
refused "$work/inst" "the folder around it"
refused "$work/inst/libexec/bottle/guest" "the installed guest program"
refused /usr/bin "the folder of docker"
refused /usr "the folder around it"
refused /etc "the folder in which the administrator's settings are or would be"
refused /run "the folder of the default engine's socket"
refused /var/run "the same by its other name"
like "$work/err" 'an engine.s socket' "for that reason"

# Other names. (The links are root's: a user's is refused as one.)
ln -s "$home/.config/bottle" "$home/proj/link"
refused "$home/proj/link" "a link to the settings"
ln -s "$home/proj" "$home/behind"
allowed "$home/behind/sub" "a folder behind a link"
made "$home/proj/bound"
cat >"$work/bound" <<END
#!/bin/sh
# bound CMD...: two folders bound to other places, in a mount namespace of its own.
[ -n "\${BOUND:-}" ] || BOUND=1 exec unshare --mount "\$0" "\$@"
mount --bind "$home/.config" "$home/proj/bound" || exit 99
exec "\$@"
END
chmod 755 "$work/bound"
WRAP=$work/bound refused "$home/proj/bound" "a bind mount of the folder around the settings"
WRAP=$work/bound refused "$home/proj/bound/bottle" "the settings below a bind mount"
WRAP=$work/bound allowed "$home/proj/bound/other" "another folder below it"
allowed "$home/proj/bound" "the same folder without the bind mount"

# The engine's socket, where it is named and where it is.
as 1 ln -s "$work/a.sock" "$home/proj/docker.sock"
# shellcheck disable=SC2086
try 1 "$bottle" $dry --mount "$home/proj:/mnt" --engine "$home/proj/docker.sock"
is "$status" 65 "the folder of the link that names the engine's socket"
like "$work/err" "docker.sock, an engine's socket" "is refused for it"
# shellcheck disable=SC2086
try 1 DOCKER_CONFIG="$home/moved" "$bottle" $dry --mount "$home/moved:/mnt"
is "$status" 65 "another folder of docker's settings"

# Where variables and settings put smolvm.
for each in SMOLVM_LIB_DIR SMOLVM_AGENT_ROOTFS SMOLVM_DATA_DIR; do
	# shellcheck disable=SC2086
	try 1 "$each=$home/lib" "$bottle" $dry --mount "$home/lib/in:/mnt"
	is "$status" 65 "inside $each"
done
cp "$here/smolvm" "$home/own/bin/smolvm"
made "$home/.config/bottle"
echo "smolvm: $home/own/bin/smolvm" >"$home/.config/bottle/config.yaml"
chown "$(uid 1)" "$home/.config/bottle/config.yaml" "$home/own/bin/smolvm"
refused "$home/own" "the folder around a smolvm of the settings"
made "$home/own/lib/in"
refused "$home/own/lib/in" "the libraries of that smolvm"
cp "$here/smolvm" "$home/smolvm"
chown "$(uid 1)" "$home/smolvm"
echo "smolvm: $home/smolvm" >"$home/.config/bottle/config.yaml"
allowed "$home/proj" "a smolvm in the home itself makes not all of it one of programs"
rm "$home/.config/bottle/config.yaml"

# A link that an agent plants in a folder that it can write, for the next launch of an approved file.
mkdir -p "$home/proj/cache" "$home/.ssh"
printf 'version: 1\nagent:\n  image: agent\n  mounts: [{host: ., guest: /w}, {host: ./cache, guest: /cache}]\nbundle: {image: bundle}\n' \
	>"$home/proj/bottle.yaml"
chown -R "$(uid 1)" "$home/proj" "$home/.ssh"
trust_yaml 1 "$home/proj/bottle.yaml"
AT=$home/proj try 1 "$bottle" launch web --dry-run
is "$status" 0 "a folder inside a mounted one is allowed"
as 1 rmdir "$home/proj/cache"
as 1 ln -s ../.ssh "$home/proj/cache"
AT=$home/proj try 1 "$bottle" launch web --dry-run
is "$status" 65 "the same name as a link to another folder is refused"
like "$work/err" "cache is a symbolic link \(to $home/.ssh\), which an agent can set anew" "and says where it leads"
rm -r "$home/proj/cache" "$home/.ssh"

# The bundle's mounts, by the file.
printf 'version: 1\nagent: {image: agent}\nbundle:\n  image: bundle\n  mounts:\n    - {host: %s, container: /p}\n' \
	"$home/.cache/smolvm" >"$home/proj/bottle.yaml"
chown "$(uid 1)" "$home/proj/bottle.yaml"
trust_yaml 1 "$home/proj/bottle.yaml"
AT=$home/proj try 1 "$bottle" launch web --dry-run
is "$status" 65 "a bundle mount: refused"
like "$work/err" 'bottle.yaml:6: bundle.mounts\[0\].host: .*smolvm.s own state' "with file and line"
like "$work/err" '^  why ' "and why"
like "$work/err" '^  left +nothing|^  next +mount a folder apart' "and what to do"
[ ! -e "$home/smolvm.calls" ]
ok $? "smolvm was asked for nothing"
done_testing
