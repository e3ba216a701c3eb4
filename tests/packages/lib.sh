# shellcheck shell=sh disable=SC2034 # for the tests that read this
# Roots to install packages in: this machine's root file system under overlays in memory, in namespaces of the test's own
# for mounts, network and processes. Nothing reaches this machine's files, package database or loopback interface. TAP.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
mkdir -p "${BUILD:=build}/packages"
packages=$(cd "$BUILD/packages" && pwd)
helper=/usr/libexec/bottle/bottle-netd
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
arch=$(dpkg --print-architecture 2>/dev/null) || skip_all "no dpkg"
new_deb="/mnt/bottle_$version-1_$arch.deb /mnt/bottle-netd_$version-1_$arch.deb"
old_deb="/mnt/old/bottle_0.0.9-1_$arch.deb /mnt/old/bottle-netd_0.0.9-1_$arch.deb"

# need FILE...: packages, without which there is nothing to test. A test of what was not built must not pass.
need() {
	for file; do
		[ -e "$packages/$file" ] || { echo "Bail out! no $packages/$file: make check-packages" && exit 1; }
	done
}

# apart: the rest of the test in namespaces of its own, with $work in memory.
apart() {
	[ "$(id -u)" -eq 0 ] || { echo "Bail out! not root: packages are installed by root" && exit 1; }
	if [ -z "${PACKAGES_APART:-}" ]; then
		work=$(mktemp -d)
		PACKAGES_APART=$work unshare --mount --net --pid --ipc --fork --kill-child --mount-proc sh "$0"
		status=$?
		rmdir "$work"
		exit $status
	fi
	work=$PACKAGES_APART
	mount -t tmpfs tmpfs "$work" || exit 1
	ip link set lo up
}

# root NAME [BASE]: a root at $work/NAME/root: this machine's, or BASE with all that was done to it. BASE is closed.
root() {
	at=$work/$1
	mkdir -p "$at/up" "$at/work" "$at/root"
	if [ -n "${2:-}" ]; then
		[ ! -e "$work/$2/root/proc/1" ] || close "$2"
		echo "$work/$2/up:$(cat "$work/$2/lower")" >"$at/lower"
	else
		echo / >"$at/lower"
	fi
	mount -t overlay overlay -o "lowerdir=$(cat "$at/lower"),upperdir=$at/up,workdir=$at/work" "$at/root" &&
		mount -t proc proc "$at/root/proc" && mount --rbind /dev "$at/root/dev" &&
		mount --bind "$packages" "$at/root/mnt" || exit 1
	[ -n "${2:-}" ] || in_root "$1" sh -c 'getent group docker >/dev/null || groupadd --system docker'
}

close() { # NAME
	umount "$work/$1/root/mnt" "$work/$1/root/proc"
	umount -R "$work/$1/root/dev"
	umount "$work/$1/root"
}

# drop NAME: closes it and forgets what was done to it
drop() {
	close "$1" && rm -rf "${work:?}/$1"
}

# in_root NAME COMMAND...
in_root() {
	inside=$work/$1/root
	shift
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		chroot "$inside" "$@" </dev/null
}

# run NAME [as_user GROUP] COMMAND...: the same, into $code and $said; or as an ordinary user in that group
run() {
	name=$1
	shift
	if [ "$1" = as_user ]; then
		group=$2
		shift 2
		# The shell is there because setpriv(1) still has root's capabilities when it executes something.
		# shellcheck disable=SC2016 # the shell's own
		set -- setpriv --reuid 65534 --regid 65534 --groups "$group" sh -c 'exec "$@"' sh "$@"
	fi
	in_root "$name" "$@" >"$work/said" 2>&1
	code=$?
	said=$(cat "$work/said")
}


# helper_is NAME: mode, owner and group of the helper, or none
helper_is() {
	in_root "$1" stat -c '%a %U:%G' "$helper" 2>/dev/null || echo none
}

# states NAME: package, its state and its version, one a line
states() {
	# shellcheck disable=SC2016 # dpkg's variables
	in_root "$1" dpkg-query -W -f '${Package} ${db:Status-Abbrev} ${Version}\n' bottle bottle-netd 2>/dev/null |
		sed 's/  */ /g' | grep -v ' un' || true
}

# changed NAME: every file that is not as in this machine's root, but for the records of the package managers
changed() {
	(cd "$work/$1/up" && find . ! -type d | sed 's/^\.//') |
		grep -vE '^/(var/(lib/(dpkg|apt|rpm)|cache/(debconf|apt|man|ldconfig)|log)|tmp|run)/|^/etc/ld.so.cache$' | sort
}

# answer NAME QUESTION VALUE: an answer to debconf before the installation
answer() {
	echo "bottle-netd bottle-netd/$2 $([ "$2" = group ] && echo string || echo boolean) $3" >"$work/$1/root/tmp/answer"
	in_root "$1" debconf-set-selections /tmp/answer
}

addresses() {
	ip -4 -o addr show dev lo | awk '{ print $4 }' | xargs
}
