# shellcheck shell=sh disable=SC2034 # for the tests that read this
# A machine of its own for install.sh, check.sh and uninstall.sh: this one's, with everything that they could write to laid
# over in a private mount namespace, and a loopback interface in a private network namespace. Sourced first; TAP.
#
# In there: /usr, /etc and /var/lib are overlays, /usr/local, /opt, /srv, /root, /tmp and /var/tmp are empty; the tree is
# /mnt/tree, the build /mnt/build. Root alone can make that.
lib=$(cd "$(dirname "$0")" && pwd)
case $lib in */tests/install) ;; *) lib=$lib/../install ;; esac
if [ -z "${INSTALL_TEST:-}" ]; then
	if [ "$(id -u)" -ne 0 ]; then
		echo "1..0 # SKIP not root: nothing can be laid over /usr"
		exit 0
	fi
	if ! unshare -nm true 2>/dev/null; then
		echo "1..0 # SKIP no namespaces here"
		exit 0
	fi
	top=$(cd "$lib/../.." && pwd -P)
	INSTALL_TREE=$top INSTALL_BUILD=$(cd "$top" && cd "${BUILD:-build}" && pwd -P) || exit 1
	export INSTALL_TREE INSTALL_BUILD
	INSTALL_TEST=1 exec unshare -nm --propagation private sh "$(cd "$(dirname "$0")" && pwd)/$(basename "$0")"
fi

mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/tree /mnt/build /mnt/layers /mnt/real /mnt/work
mount --bind "$INSTALL_TREE" /mnt/tree
mount --bind "$INSTALL_BUILD" /mnt/build
for folder in /usr /etc /var/lib; do
	layer=/mnt/layers$(echo "$folder" | tr / -)
	mkdir "$layer" "$layer.work"
	chmod 755 "$layer"
	mount -t overlay overlay -o "lowerdir=$folder,upperdir=$layer,workdir=$layer.work" "$folder" || {
		echo "1..0 # SKIP no overlay file system here"
		exit 0
	}
done
for folder in /usr/local /opt /srv /root; do mount -t tmpfs -o mode=755 tmpfs $folder; done
for folder in /tmp /var/tmp; do mount -t tmpfs -o mode=1777 tmpfs $folder; done
mkdir -p /usr/local/bin /usr/local/share/man/man1
rm -rf /var/lib/bottle /etc/bottle
ip link set lo up
cd /mnt/tree || exit 1
top=/mnt/tree BUILD=/mnt/build work=/mnt/work
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# Groups and users of the test's own; no engine of this host is asked, no package of ours is here.
printf '%s\n' docker:x:64001: bottlers:x:64002:ann >>/etc/group
printf '%s\n' ann:x:64003:64003::/nonexistent:/bin/false bob:x:64004:64002::/nonexistent:/bin/false >>/etc/passwd
sed -i '/^docker:x:64001:$/!{/^docker:/d}' /etc/group
printf '#!/bin/sh\ncat /mnt/work/containers 2>/dev/null\nexit 0\n' >/mnt/work/docker
chmod 755 /mnt/work/docker
cp /mnt/work/docker /usr/bin/docker
rm -f /usr/bin/rpm /usr/bin/debconf-show # nor are what this host has of others, and its answers

netd=/usr/local/libexec/bottle/bottle-netd
check=$top/install/check.sh

# try COMMAND...: its $status, and what it wrote in $out and $err.
try() {
	"$@" >"$work/out" 2>"$work/err"
	status=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
}

set_up() { # ARG...: installs, and says so when it fails
	try "$top/install/install.sh" --build /mnt/build --group bottlers "$@"
	[ "$status" -eq 0 ] || printf '%s\n' "# install.sh $*: exit $status" "$err" >&2
	return "$status"
}

remove() { # ARG...
	try "$top/install/uninstall.sh" "$@"
}

# Everything that could have changed: kind, mode, owner, group, inode's links, size, path; and the addresses.
snapshot() {
	find /usr/local /opt /var/lib/bottle /etc/bottle -printf '%y %m %u %g %s %p -> %l\n' 2>/dev/null |
		sed 's/^d \([0-9]*\) \([^ ]*\) \([^ ]*\) [0-9]*/d \1 \2 \3/' | sort
	ip -o addr show dev lo
}

# other_build NAME: a copy of the build whose helper and frontend have other bytes and work all the same.
other_build() {
	mkdir "/mnt/$1"
	cp -a /mnt/build/bin /mnt/build/share "/mnt/$1/"
	mkdir "/mnt/$1/libexec"
	ln -sfn . "/mnt/$1/libexec/bottle"
	cp -a /mnt/build/libexec/guest /mnt/build/libexec/bottle-netd "/mnt/$1/libexec/"
	printf '%s' "$1" >>"/mnt/$1/libexec/bottle-netd"
	printf '%s' "$1" >>"/mnt/$1/bin/bottle"
}

hash() { # FILE
	sha256sum <"$1" | cut -d ' ' -f 1
}

# rpm_has PATH PACKAGE: a stand-in for rpm(8), whose database has this one file. It answers as rpm does.
rpm_has() {
	cat >/usr/bin/rpm <<-END
		#!/bin/sh
		[ "\$1 \$2" = "-qf --qf" ] || exit 1
		[ "\$4" != "$1" ] || { echo "$2"; exit 0; }
		echo "file \$4 is not owned by any package"
		exit 1
	END
	chmod 755 /usr/bin/rpm
}
