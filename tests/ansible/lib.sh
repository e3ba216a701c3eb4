# shellcheck shell=sh disable=SC2034 # for the tests that read this
# A host for the role, made of this machine: an overlay of its files, namespaces, systemd as the first process. TAP.
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top" || exit 1
mkdir -p "${BUILD:=build}"
BUILD=$(cd "$BUILD" && pwd)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"
[ "$(id -u)" -eq 0 ] || skip_all "not root: the host under test needs mounts of its own"
# What is mounted here goes with this process.
[ -n "${ANSIBLE_T_PRIVATE:-}" ] || exec env ANSIBLE_T_PRIVATE=1 unshare --mount --propagation private "$0" "$@"

work=$(mktemp -d /tmp/bottle-ansible.XXXXXX)
export ANSIBLE_T_HOST="$work"
# shellcheck disable=SC2154 # status
trap 'status=$?; trap - EXIT; finish; exit $status' EXIT
trap 'exit 130' INT TERM
mount -t tmpfs -o mode=755 tmpfs "$work"
mkdir "$work/upper" "$work/over" "$work/root" "$work/cgroup" "$work/home"

venv=$(install/get-ansible) || skip_all "no ansible-core: install/get-ansible"
PATH=$venv/bin:$PATH
export PATH HOME="$work/home" ANSIBLE_CONFIG="$here/ansible.cfg" ANSIBLE_ROLES_PATH="$top/install/ansible/roles" \
	ANSIBLE_HOME="$work/home/.ansible" ANSIBLE_NOCOLOR=1 LANG=C.UTF-8 LC_ALL=C.UTF-8

finish() {
	if [ -s "$work/pid" ]; then
		kill -KILL "$(cat "$work/pid")" 2>/dev/null # the first process; the rest of its namespace goes with it
		wait "$holder" 2>/dev/null
		rmdir "$group"/*/ "$group" 2>/dev/null
	fi
	umount "$work/cgroup" 2>/dev/null
	umount -l "$work"
	rmdir "$work"
}

# The host's first process gets a control group and a namespace of it, so that systemd sees none of this machine's.
host_start() {
	mount -t cgroup2 cgroup2 "$work/cgroup" || skip_all "no cgroup2 here, which systemd needs"
	group=$work/cgroup/bottle-ansible-$$
	mkdir "$group"
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare --mount --propagation private --pid --net --uts --ipc --cgroup \
		--fork --kill-child "$2" "$3"' sh "$group" "$here/host-init" "$work" </dev/null >"$work/init.out" 2>&1 &
	holder=$!
	for _ in $(seq 100); do
		sleep 0.2
		first=$(cat "/proc/$holder/task/$holder/children" 2>/dev/null)
		first=${first%% *}
		[ -n "$first" ] && [ "$(cat "/proc/$first/comm" 2>/dev/null)" = systemd ] || continue
		echo "$first" >"$work/pid"
		# `systemctl is-system-running` is "running" once it has nothing more to start.
		[ "$(host systemctl is-system-running 2>/dev/null)" = running ] && return
	done
	echo "Bail out! the host under test did not start: $(tail -n 3 "$work/init.out")"
	exit 1
}

host() { # CMD...: as root there
	"$here/enter" "$@"
}

as() { # USER CMD...: as a user there, as after a login
	who=$1
	shift
	host setpriv --reuid "$who" --regid "$who" --init-groups env -i HOME="/home/$who" USER="$who" LANG=C.UTF-8 \
		PATH=/usr/local/bin:/usr/bin:/bin "$@"
}

# play [ARG...]: the role on the host; $status, and what was said in $work/out. The variables are $work/vars.yml's.
play() {
	ansible-playbook -i "$here/inventory.yml" -l host -e "@$work/vars.yml" "$@" "$here/play.yml" >"$work/out" 2>&1
	status=$?
}

recap() { # KEY: changed, failed ... of the last play
	sed -n "s/^host  *:.* $1=\([0-9]*\) .*/\1/p" "$work/out"
}

# done_by NAME COMMAND...: COMMAND succeeds; else what the last play said is shown.
done_by() {
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		differs "$name" "$(tail -n 40 "$work/out")" "success of: $*"
	fi
}

says() { # PATTERN: the last play said it; its lines are joined, as Ansible breaks and quotes what it prints
	tr -s '\n ' '  ' <"$work/out" | grep -Eq -- "$1"
}

# What has changed on the host since it was made, but for what every use of dpkg, apt and gpasswd writes, and Ansible (its
# facts also ask rpm, where there is one).
host_changes() {
	"$here/changes.py" "$work/upper" | grep -vE -f "$here/changes.ignore" | sort -k 2 || true
}

# debs: the packages of `make deb` where there are any, else stand-ins of the same names, made of `make install`. Sets
# $bottle_deb and $netd_deb, and $newer_deb and $newer_netd, the same with a higher version.
debs() {
	version=$(make -s --no-print-directory -f Makefile -f - print-version <<-'MAKE'
		print-version: ; @echo $(VERSION)
	MAKE
	)
	arch=$(dpkg --print-architecture)
	bottle_deb=$BUILD/packages/bottle_$version-1_$arch.deb
	netd_deb=$BUILD/packages/bottle-netd_$version-1_$arch.deb
	packaged=yes
	if [ ! -f mk/packages.mk ]; then
		packaged=
		"$here/stand-ins" "$work/debs" "$version-1" "$arch" >"$work/debs.out" 2>&1 || {
			echo "Bail out! no stand-in packages: $(tail -n 3 "$work/debs.out")"
			exit 1
		}
		bottle_deb=$work/debs/${bottle_deb##*/} netd_deb=$work/debs/${netd_deb##*/}
		echo "# the packages are stand-ins: this tree has no \`make deb\`"
	elif [ ! -f "$bottle_deb" ] || [ ! -f "$netd_deb" ]; then
		echo "Bail out! $bottle_deb and bottle-netd beside it are not there: make deb"
		exit 1
	fi
	newer_deb=$(newer "$bottle_deb") newer_netd=$(newer "$netd_deb")
}

# needed: prints the path of a package with nothing in it, which the newer bottle depends on
needed() {
	mkdir -p "$work/needed/DEBIAN"
	cat >"$work/needed/DEBIAN/control" <<-'CONTROL'
		Package: bottle-test-needed
		Version: 1
		Architecture: all
		Maintainer: nobody <nobody@example.org>
		Description: stand-in of a test
	CONTROL
	dpkg-deb --root-owner-group -b "$work/needed" "$work/bottle-test-needed_1_all.deb" >/dev/null
	echo "$work/bottle-test-needed_1_all.deb"
}

# newer DEB: prints the path of DEB as the next revision of the package; bottle's then needs one more package
newer() {
	mkdir -p "$work/newer"
	dpkg-deb -R "$1" "$work/newer/tree"
	sed -i "s/\($version\)-1/\1-2/; /^Package: bottle$/,\$s/^Depends: /&bottle-test-needed, /" "$work/newer/tree/DEBIAN/control"
	name=${1##*/}
	name=$work/newer/${name%-1_*}-2_$arch.deb
	dpkg-deb --root-owner-group -b "$work/newer/tree" "$name" >/dev/null
	rm -r "$work/newer/tree"
	echo "$name"
}

# wheel VERSION: prints the path of a wheel with the layout of smolmachines, whose engine says VERSION and does nothing else.
wheel() {
	python3 - "$work/smolmachines-$1-py3-none-any.whl" "$1" <<-'PY'
		import sys
		import zipfile

		path, version = sys.argv[1:]
		with zipfile.ZipFile(path, "w") as z:
		    z.writestr("smol/smol-vmm", f"#!/bin/sh\necho smolvm {version}\n")
		    z.writestr("smol/libkrun.so", "a library\n")
		    z.writestr("smol/agent-rootfs.tar", "an archive\n")
		    z.writestr("smol/__init__.py", "")
		print(path)
	PY
}
