#!/bin/bash
# The role against the lab's machine, over its real ssh: present, once more, a launch by a user under the lock, absent.
# The machine has no systemd, so no units; and no connection, so packages with dependencies that are there already.
set -u
cd "$(dirname "$0")/../.." || exit 1
top=$PWD
BUILD=$(cd "${BUILD:-build}" && pwd)
# shellcheck source=tests/tap.sh
. tests/tap.sh
lab=$top/tests/lab
LAB_DIR=$(mktemp -d /tmp/bottle-ansible-lab.XXXXXX)
export LAB_DIR
work=$LAB_DIR/work
finish() {
	code=$?
	trap - EXIT
	"$lab/down" >/dev/null 2>&1
	rm -rf "$LAB_DIR"
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM

venv=$(install/get-ansible) || skip_all "no ansible-core: install/get-ansible"
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
arch=$(dpkg --print-architecture)
"$lab/up" || { echo "Bail out! the lab did not start"; exit 1; }
mkdir "$work"
debs=$BUILD/packages
if [ ! -f mk/packages.mk ]; then
	echo "# the packages are stand-ins: this tree has no \`make deb\`"
	debs=$work/debs
	BUILD=$BUILD tests/ansible/stand-ins "$debs" "$version-1" "$arch" >"$work/debs.out" 2>&1 ||
		{ tail -n 3 "$work/debs.out"; echo "Bail out! no stand-in packages"; exit 1; }
fi
for package in bottle bottle-netd; do
	[ -f "$debs/${package}_$version-1_$arch.deb" ] || { echo "Bail out! no $package in $debs: make deb"; exit 1; }
done

inside() { "$lab/sh" "$@"; }
files() { # what the role and the packages may write to; not the homes, logs and caches
	inside "find /etc /opt /usr /var/lib/bottle -xdev \( -name __pycache__ -o -name '*-' -o -name ld.so.cache \) -prune -o \
		-type f -printf '%m %u:%g %s %p\n' -o ! -type f -printf '%m %u:%g %p\n' 2>/dev/null | sort -k 3"
}
addresses() { inside "ip -o addr | sed 's/valid_lft.*//'; getent group docker kvm"; }
cat >"$work/vars.yml" <<VARS
bottle_packages: [$debs/bottle_$version-1_$arch.deb, $debs/bottle-netd_$version-1_$arch.deb]
bottle_members: [alice, carol]
bottle_member_groups: [kvm]
bottle_smolvm: /opt/smolvm-1.32.2/bin/smolvm
bottle_lock: [smolvm, wildcard]
bottle_wildcard: refuse
VARS
play() { # ARG...
	ANSIBLE_CONFIG=tests/ansible/ansible.cfg ANSIBLE_ROLES_PATH=install/ansible/roles ANSIBLE_NOCOLOR=1 ANSIBLE_TIMEOUT=60 \
		ANSIBLE_HOME=$work/.ansible "$venv/bin/ansible-playbook" -i lab, -e ansible_user=root \
		-e "{ansible_ssh_args: '-F $LAB_DIR/ssh_config'}" -e "@$work/vars.yml" "$@" tests/ansible/play.yml >"$work/out" 2>&1
	status=$?
	changed=$(sed -n 's/^lab  *:.* changed=\([0-9]*\) .*/\1/p' "$work/out")
	[ $status -eq 0 ] || tail -n 30 "$work/out" | sed 's/^/# /' >&2
}
files >"$work/files.before"
addresses >"$work/addresses.before"

play --check
is "check mode passes on a fresh machine" $status 0
is "and changes no file" "$(files | diff "$work/files.before" - | head -n 20)" ""
play
is "present passes" $status 0
is "the helper is setuid for the group" "$(inside stat -c '%a %U:%G' /usr/libexec/bottle/bottle-netd)" "4750 root:docker"
play
is "a second run: changed=0" "$status $changed" "0 0"
is "the lock holds for alice" "$(inside -u alice "bottle config show --json" | python3 -c 'import json, sys
print([s["value"] for s in json.load(sys.stdin)["settings"] if s["key"] == "wildcard" and s["locked"]])')" "['refuse']"
is "carol, who was in no group, may use the engine now" \
	"$(inside -F -u carol "docker version --format '{{.Server.Os}}'; id -nG | tr ' ' '\n' | grep -c -e docker -e kvm")" "linux
2"
# smolvm gives up on a VM that makes no progress for 30 seconds, which this machine may not make beside a busy host.
for _ in 1 2 3 4; do
	inside -F -u carol "bottle launch web --image bottle-demo-agent --bundle-image bottle-demo-bundle --memory 512 --cpus 1" \
		>"$work/launch" 2>&1 && break
	grep -Eq 'no boot progress|agent did not become ready' "$work/launch" || break
done
sed 's/^/# /' "$work/launch"
is "she launches a bottle" "$(grep -c '^web is ready on 127' "$work/launch")" 1
play -e bottle_state=absent
is "absent is refused while it runs" "$((status != 0)) $(tr -s '\n ' '  ' <"$work/out" | grep -c 'bottle web of carol')" "1 1"
inside -u carol "bottle stop --all" >/dev/null 2>&1
play -e bottle_state=absent
is "absent passes" $status 0
is "files, owners and modes are as before" \
	"$(files | diff "$work/files.before" - | grep -v 'var/lib/dpkg' | head -n 20)" ""
is "so are addresses and groups" "$(addresses | diff "$work/addresses.before" -)" ""
play -e bottle_state=absent
is "absent once more: changed=0" "$status $changed" "0 0"
done_testing
