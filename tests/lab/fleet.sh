#!/bin/bash
# A host's life: the packages are installed, two users launch, the host is upgraded under their bottles, the policy is locked,
# drift is introduced and found, all is removed, and the machine is as before. Runs as root inside the machine that
# tests/lab/run boots, without make install; the packages are those of `make lab-fleet`, an older build and this one.
set -u
cd "$(dirname "$0")" || exit 1
# shellcheck source=tap.sh
. ./tap.sh
export DEBIAN_FRONTEND=noninteractive

older=/src/build/packages/old
newer=/src/build/packages
netd=/usr/libexec/bottle/bottle-netd
check=/usr/libexec/bottle/check
launch="bottle launch --bundle-image bottle-demo-bundle --image bottle-demo-agent --memory 512 --cpus 1"

holds() { # JQ-ARG...
	jq -e "$@" >/dev/null
}

run() { # CMD...: as root, as `as` does
	"$@" >$out 2>$err </dev/null
}

version_of() { # FOLDER: of the packages in it
	dpkg-deb -f "$1"/bottle_*.deb Version
}

installed() { # PACKAGE: its version and state
	dpkg-query -W -f '${Version} ${db:Status-Status}' "$1" 2>/dev/null
}

# What a removal has to bring back: every file with mode and owner, the accounts, the addresses and rules. Not what others write
# meanwhile: logs, the engine's store, the users' own folders, package lists and dpkg's copies of its last state.
snapshot() { # NAME
	find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /src -o -path /root \
		-o -path '/home/*/*' -o -path /var/log -o -path /var/lib/apt/lists -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/cache \
		-o -path '/var/lib/dpkg/*-old' -o -path /var/backups \) -prune -o -printf '%M %u:%g %p %l\n' | sort >"/tmp/$1.files"
	getent passwd >"/tmp/$1.accounts"
	getent group >>"/tmp/$1.accounts"
	dpkg-statoverride --list | sort >"/tmp/$1.overrides"
	# IPv6 of the loopback interface alone: docker0 has a link-local one from its first container on, whosever that is.
	{ ip -o -4 addr && ip -o -6 addr show dev lo; } | sed 's/ valid_lft.*//; s/^[0-9]*: //' | sort >"/tmp/$1.addr"
	dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' | sort >"/tmp/$1.packages"
	find /etc -type f ! -name '*-' -exec sha256sum {} + | sort -k 2 >"/tmp/$1.etc"
}

same() { # WHAT NAME
	diff "/tmp/before.$1" "/tmp/after.$1" >$out 2>$err
	result $? "$2"
}

monitor() { # USER NAME
	jq .machine.pid "/home/$1/.local/state/bottle/$2/verdict"
}

snapshot before

section "install, once, as root"
run apt-get install -y "$older"/bottle_*.deb "$older"/bottle-netd_*.deb
result $? "apt-get installs both packages"
passes "the helper is setuid root for group docker" test "$(stat -c '%a %U:%G' $netd)" = "4750 root:docker"
exits 0 "check finds nothing" run $check
as alice bottle doctor --backend smolvm --bundle-image bottle-demo-bundle
result $? "alice's doctor: this machine is ready"

section "two users launch, without a password"
# shellcheck disable=SC2086 # words
passes "alice" patient alice $launch web
note "$(head -n 1 $out)"
shows 'web is ready on 127\.0\.0\.16: verified' "on an address of her own, verified"
# Two VMs at once are more than this machine can boot: hers stands still while his starts.
kill -STOP "$(monitor alice web)"
# shellcheck disable=SC2086
passes "bob" patient bob $launch other
shows 'other is ready on 127\.0\.0\.17: verified' "on another one, verified"
kill -STOP "$(monitor bob other)"
kill -CONT "$(monitor alice web)"
as alice $netd add 127.0.0.20
passes "an address that alice added is there" sh -c "ip -o addr show dev lo | grep -q 127.0.0.20/32"
alice_vm=$(monitor alice web)

section "upgrade under the running bottles, killed half-way first"
before=$(sha256sum <$netd)
# Each file comes into place by a rename: this is in the middle of the first package's. tests/packages tries every place.
strace -qq -o /tmp/dpkg.trace -e trace=rename -e inject=rename:signal=KILL:when=20 \
	dpkg -i "$newer"/bottle-netd_*.deb "$newer"/bottle_*.deb >$out 2>$err </dev/null
result $(($? != 137)) "it was killed"
passes "a package is not installed whole" test "$(installed bottle) $(installed bottle-netd)" != \
	"$(version_of "$newer") installed $(version_of "$newer") installed"
exits 2 "check finds that" run $check
shows '^interrupted ' "and says so"
fails "nothing is setuid but for root's group docker" sh -c "find /usr/libexec/bottle -perm /6000 ! \\( -perm 4750 -user root -group docker \\) | grep ."
passes "alice's bottle does not care" as alice bottle exec web -- true
run dpkg --configure -a
run dpkg -i "$newer"/bottle-netd_*.deb "$newer"/bottle_*.deb
result $? "dpkg --configure -a and dpkg -i of both put it right, as docs/packages.md says"
passes "both are the new version" test "$(installed bottle) $(installed bottle-netd)" = \
	"$(version_of "$newer") installed $(version_of "$newer") installed"
passes "the helper is another one than before" test "$(sha256sum <$netd)" != "$before"
passes "and setuid root for group docker" test "$(stat -c '%a %U:%G' $netd)" = "4750 root:docker"
exits 0 "check finds nothing any more" run $check
passes "alice's VM is the one it was" test "$(monitor alice web)" = "$alice_vm"
passes "a command runs in it" as alice bottle exec web -- true
passes "it is verified by the new bottle" as alice bottle verify web
as alice bottle version
shows "$(version_of "$newer" | sed 's/-.*//')" "bottle says the new version"

section "the policy, locked"
install -d -o alice /home/alice/.config/bottle
printf 'wildcard: warn\n' >/home/alice/.config/bottle/config.yaml
chown alice /home/alice/.config/bottle/config.yaml
as alice bottle config show --origin
shows 'wildcard.*warn.*/home/alice' "control: alice's own choice counts before"
cp -p /etc/bottle/config.yaml /root/config.yaml
printf 'wildcard: refuse\nlock: [wildcard]\n' >/etc/bottle/config.yaml
exits 78 "it is refused after" as alice bottle config show --origin
shows '/etc/bottle/config.yaml' "with the administrator's file named"
shows '/home/alice/.config/bottle/config.yaml' "and hers"
rm /home/alice/.config/bottle/config.yaml
as alice bottle config show --origin
shows '^wildcard +refuse +/etc/bottle/config.yaml:1 +yes$' "without hers the locked value counts"
as alice bottle stop web
python3 -c '
import socket, time
s = socket.socket(); s.bind(("0.0.0.0", 3000)); s.listen(); time.sleep(600)' &
wildcard=$!
sleep 2
# shellcheck disable=SC2086
exits 77 "a launch beside a service on every address is refused" as alice $launch web
shows '3000' "which is named"
kill $wildcard
wait $wildcard 2>/dev/null
cp -p /root/config.yaml /etc/bottle/config.yaml

section "drift: introduced one at a time, found, mended, not found"
drift() { # KIND WHAT BREAK MEND
	sh -c "$3"
	exits 2 "$2: check finds it" run $check --members alice,bob,dave
	shows "^$1 " "as $1"
	run $check --json --members alice,bob,dave
	passes "in JSON too" holds --arg kind "$1" '.schema == "bottle.check/1" and any(.findings[]; .kind == $kind)' $out
	sh -c "$4"
	exits 0 "mended: nothing is found" run $check --members alice,bob,dave
}
exits 0 "nothing is found at first" run $check --members alice,bob,dave
drift mode "everyone may run the helper" "chmod 4755 $netd" "chmod 4750 $netd"
drift owner "the helper is alice's" "chown alice $netd" "chown root:docker $netd; chmod 4750 $netd"
drift hash "a byte of the helper is another" \
	"cp -p $netd /root/netd; printf x | dd of=$netd bs=1 seek=4096 conv=notrunc 2>/dev/null; chmod 4750 $netd" \
	"cp -p /root/netd $netd; rm /root/netd"
drift missing "bottle is gone" "mv /usr/bin/bottle /root/bottle.moved" "mv /root/bottle.moved /usr/bin/bottle"
drift parent "others may write to its folder" "chmod 777 /usr/libexec/bottle" "chmod 755 /usr/libexec/bottle"
drift member "carol is in the group" "gpasswd -a carol docker >/dev/null" "gpasswd -d carol docker >/dev/null"
drift unknown-copy "a second setuid copy" "cp -p $netd /usr/local/bin/netd" "rm /usr/local/bin/netd"
chmod 4755 $netd
exits 1 "doctor is red for it too, as alice" as alice bottle doctor --backend smolvm --bundle-image bottle-demo-bundle
chmod 4750 $netd

section "removal"
kill -CONT "$(monitor bob other)"
passes "bob stops his bottle" as bob bottle stop other
run apt-get remove -y bottle bottle-netd
result $? "apt-get removes both"
passes "the settings stay, the helper does not" test -e /etc/bottle/config.yaml -a ! -e $netd
run apt-get install -y "$newer"/bottle_*.deb "$newer"/bottle-netd_*.deb
result $? "and installs them again"
passes "the helper is setuid root for group docker as before" test "$(stat -c '%a %U:%G' $netd)" = "4750 root:docker"
exits 0 "check finds nothing" run $check
run apt-get purge -y bottle bottle-netd
result $? "apt-get purges both"
snapshot after
for what in files accounts overrides addr packages etc; do
	same $what "as before: $what"
done
done_testing
