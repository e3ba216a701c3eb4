# shellcheck shell=sh disable=SC2034 # for the tests that read this
# A real engine in a namespace, ordinary users beside it, and the scripted smolvm of this folder. TAP.
here=${NATIVE:-$(cd "$(dirname "$0")" && pwd)} # NATIVE: this folder, for a script elsewhere
top=$(cd "$here/../.." && pwd)
BUILD=$(cd "${BUILD:-$top/build}" && pwd)
# shellcheck source=tests/native/tap.sh
. "$here/tap.sh"

[ "$(id -u)" -eq 0 ] || plan_skip "not root: an engine needs it"
command -v python3 >/dev/null || plan_skip "no python3"
work=$(mktemp -d /tmp/bottle-native.XXXXXX)
chmod 755 "$work"
# Users of this run alone, so that two runs on one machine do not see each other's processes. The first number
# is no user, but the group that may use the engines.
uids=$((20000 + $$ % 10000 * 4))
# shellcheck disable=SC2154 # status
trap 'status=$?; trap - EXIT; finish; exit $status' EXIT
trap 'exit 130' INT TERM

# Lets the users of this run use engine NAME.
engine_open() {
	chgrp "$uids" "$work/$1.sock"
	chmod 660 "$work/$1.sock"
}

# Starts engine NAME; a second argument puts it beside the engine of that name, and off the firewall rules,
# which two engines of one host take from each other.
engine_start() {
	"$here/dockerd" start "$work/$1" ${2:+--netns-of "$work/$2"} -- --host "unix://$work/$1.sock" \
		${2:+--iptables=false} \
		>"$work/$1.out" 2>&1 || plan_skip "$(tail -n 1 "$work/$1.out")"
	engine_open "$1"
	"$here/dockerd" image "$work/$1" tiny:latest >/dev/null
	busybox=$(command -v busybox)
	mkdir -p "$work/bundle/bin"
	cp "$busybox" "$work/bundle/bin/busybox"
	tar -C "$work/bundle" -c . | docker -H "unix://$work/$1.sock" import \
		--change 'CMD ["/bin/busybox","httpd","-f","-p","8888","-h","/"]' - bundle:latest >/dev/null
	tar -C "$work/bundle" -c . | docker -H "unix://$work/$1.sock" import \
		--change 'CMD ["/bin/busybox","sh","-c","echo giving up >&2; exit 3"]' - broken:latest >/dev/null
	tar -C "$work/bundle" -c . | docker -H "unix://$work/$1.sock" import - agent:latest >/dev/null
}

# demo_bundle ENGINE: puts the real image bottle-demo-bundle there, and its root file system into $work/demo.tar.
# Cut from Debian's packages once, and kept until its sources change.
demo_bundle() {
	kept=${XDG_CACHE_HOME:-${HOME:?}/.cache}/bottle-native
	kept=$kept/bundle-$(cat "$top"/demo/bundle/* "$top/demo/rootfs" "$top/demo/busybox-root" | sha256sum | cut -c1-16).tar
	if [ ! -e "$kept" ]; then
		mkdir -p "${kept%/*}"
		rm -f "${kept%/*}"/bundle-*.tar
		{ "$top/demo/debs" "$work/debs" && "$top/demo/rootfs" "$top/demo/bundle" "$work/demo.tar" "$work/debs" &&
			cp "$work/demo.tar" "$kept.$$" && mv "$kept.$$" "$kept"; } >"$work/demo.out" 2>&1 ||
			plan_skip "no demo bundle: $(tail -n 1 "$work/demo.out")"
		rm -rf "$work/debs"
	fi
	cp "$kept" "$work/demo.tar"
	DOCKER_HOST=unix://$work/$1.sock "$top/demo/import" "$top/demo/bundle" "$work/demo.tar" >/dev/null
}

# registry_image ENGINE NAME [CONFIG]: imports a real registry as NAME; CONFIG are lines to add to its settings.
registry_image() {
	root=$work/registry-root
	rm -rf "$root"
	"$here/registry" "$root" >"$work/registry.out" 2>&1 || plan_skip "no registry: $(tail -n 1 "$work/registry.out")"
	echo "${3:-}" >>"$root/etc/registry.yml"
	tar -C "$root" -c . | engine_docker "$1" import \
		--change 'ENTRYPOINT ["/bin/docker-registry","serve","/etc/registry.yml"]' - "$2" >/dev/null
}

engine_docker() { # ENGINE ARG...
	name=$1
	shift
	docker -H "unix://$work/$name.sock" "$@"
}

uid() { # USER
	echo $((uids + $1))
}

# kill_all USER: every process of USER, by its id.
kill_all() {
	# shellcheck disable=SC2046 # pids, one word each
	kill -KILL $(pgrep -u "$(uid "$1")") 2>/dev/null || true
}

finish() {
	for user in 1 2 3; do kill_all "$user"; done
	for engine in "$work"/*.sock; do
		[ -S "$engine" ] || continue
		name=${engine##*/}
		name=${name%.sock}
		[ "$name" = a ] || "$here/dockerd" stop "$work/$name"
	done
	[ ! -d "$work/a" ] || "$here/dockerd" stop "$work/a"
	rm -rf "$work"
}

home_of() { # USER
	home=$work/home-$1
	if [ ! -d "$home" ]; then
		mkdir -p "$home/faults"
		chmod 700 "$home" # else what is mounted from it is open to the others
		chown -R "$(uid "$1"):$(uid "$1")" "$home"
	fi
	echo "$home"
}

# as USER CMD...: runs CMD as an ordinary user (numbers 1 to 3) with a home of its own, in the network of
# engine a. Variables say otherwise: ENGINE the socket of another engine, SEARCH another PATH, AT a folder to
# start in, ETC the name of a settings file made by admin_config, WRAP a command of root's around it all.
as() {
	user=$1
	shift
	home=$(home_of "$user")
	"$here/dockerd" run "$work/a" ${WRAP:+"$WRAP"} ${ETC:+"$work/with-etc" "$work/etc-$ETC"} \
		setpriv --reuid "$(uid "$user")" --regid "$(uid "$user")" --groups "$uids" \
		env -i -C "${AT:-/}" HOME="$home" PATH="${SEARCH:-$work/bin:/usr/bin:/bin:/usr/local/bin}" \
		DOCKER_HOST="unix://$work/${ENGINE:-a}.sock" "$@"
}

# try USER CMD...: as, with $status, $work/out and $work/err to look at.
try() {
	as "$@" >"$work/out" 2>"$work/err"
	status=$?
}

# trust_yaml USER FILE: as that user would who has read it.
trust_yaml() {
	as "$1" "$bottle" trust "$2" >/dev/null
}

# admin_config NAME TEXT: an /etc/bottle/config.yaml that only commands with ETC=NAME see.
admin_config() {
	mkdir -p "$work/etc-$1/bottle"
	printf '%s\n' "$2" >"$work/etc-$1/bottle/config.yaml"
	cat >"$work/with-etc" <<-'END'
		#!/bin/sh
		# with-etc FOLDER CMD...: FOLDER laid over /etc, in a mount namespace of its own.
		[ -n "${WITH_ETC:-}" ] || WITH_ETC=1 exec unshare --mount "$0" "$@"
		mount -t overlay overlay -o "lowerdir=$1:/etc" /etc || exit 99
		shift
		exec "$@"
	END
	chmod 755 "$work/with-etc"
}

fault() { # USER NAME [TEXT]
	home_of "$1" >/dev/null
	printf '%s' "${3:-}" >"$work/home-$1/faults/$2"
	chown "$(uid "$1")" "$work/home-$1/faults/$2"
}

no_faults() { # USER
	rm -f "$work/home-$1/faults/"*
}

# A copy that other users can reach, wherever this tree lies.
bottle=$work/inst/bin/bottle
mkdir -p "$work/bin" "$work/inst/bin" "$work/inst/libexec/bottle"
cp "$BUILD/bin/bottle" "$bottle"
cp -R "$BUILD/libexec/guest" "$work/inst/libexec/bottle/guest"
cp "$here/smolvm" "$work/bin/smolvm"
launch="launch --image agent --bundle-image bundle --memory 512 --cpus 1"

# Everything that a bottle is made of, for USER on ENGINE: empty when nothing is left.
leftovers() { # USER ENGINE
	engine_docker "$2" ps -a --filter name=bot-bottle --format 'container {{.Names}}'
	engine_docker "$2" network ls --filter name=bot-bottle --format 'network {{.Name}}'
	db=$work/home-$1/.local/share/smolvm/server/smolvm.db
	[ ! -f "$db" ] || sqlite3 "$db" "select 'row ' || name from vms"
	for entry in "$work/home-$1/.local/state/bottle/"*/; do
		[ ! -d "$entry" ] || echo "folder $entry"
	done
	# Whom a killed launcher leaves, the first process of a container may never reap.
	ps -u "$(uid "$1")" -o stat=,args= | sed -n '/^Z/d; s/^[^ ]* */process /p'
}

# wait_for SECONDS CMD...: until CMD succeeds; a status of 1 when it never does.
wait_for() {
	tries=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.02
	done
}

# The journal of bottle NAME of USER, and whether it has EVENT.
journal() { # USER NAME
	echo "$work/home-$1/.local/state/bottle/$2/journal"
}

journal_has() { # USER NAME EVENT
	grep -q "\"event\":\"$3\"" "$(journal "$1" "$2")" 2>/dev/null
}

# Pid of the launcher of USER: the oldest one that is not a zombie. (A child is one too until its exec.)
launcher() { # USER
	pgrep -o -r D,R,S,T -u "$(uid "$1")" -f "^$bottle launch"
}

# hook NAME TEXT: a program for the faults create.exec and start.exec; $1 is the machine, $db the database.
hook() {
	printf '#!/bin/sh\ndb=$HOME/.local/share/smolvm/server/smolvm.db\n%s\n' "$2" >"$work/$1"
	chmod 755 "$work/$1"
}
