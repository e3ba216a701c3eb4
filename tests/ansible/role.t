#!/bin/sh
# The role on a host: check mode, present, once more, the lock, members, another group, an upgrade, settings that bottle
# does not take, bottles that run, absent, and what is left.
# shellcheck source=tests/ansible/lib.sh
. "$(dirname "$0")/lib.sh"

debs
host_start
for user in alice bob carol; do host useradd -m "$user"; done
host gpasswd -a carol docker >/dev/null
host_changes >"$work/fresh"
host getent group docker >"$work/docker.before"
host dpkg-query -W >"$work/dpkg.before"
file=$(wheel 9.9.9) other=$(wheel 9.9.10)
config=/etc/bottle/config.yaml
helper=/usr/libexec/bottle/bottle-netd

cat >"$work/vars.yml" <<VARS
bottle_packages: [$bottle_deb, $netd_deb]
bottle_group: bottlers
bottle_members: [alice]
bottle_member_groups: [docker]
bottle_lock: [wildcard, smolvm, pool.first]
bottle_wildcard: refuse
bottle_pool_first: 20
bottle_smolvm_version: 9.9.9
bottle_smolvm_sha256: $(sha256sum "$file" | cut -d' ' -f1)
bottle_smolvm_wheel: $file
bottle_nft: [wildcard, raw]
bottle_pool_at_boot: true
VARS

settled() { # WHAT: a play that changed nothing and failed nowhere
	is "$1: changed=0" "$status $(recap changed) $(recap failed)" "0 0 0"
	[ "$(recap changed)" = 0 ] || sed -n '/^TASK/h;/^changed/{x;p}' "$work/out" | sed 's/^/# /'
}

setting() { # USER KEY
	as "$1" bottle config show --json | python3 -c 'import json, sys
print(*(s[word] for s in json.load(sys.stdin)["settings"] if s["key"] == sys.argv[1] for word in ("value", "origin", "locked")))' "$2" |
		sed "s|$config:[0-9]*|$config|"
}

# --- a fresh host
play --check
done_by "check mode passes on a fresh host" test "$status" -eq 0
done_by "and says what it would install" says "would install ${bottle_deb##*/}, ${netd_deb##*/}"
done_by "whom it would add" says 'would add \[alice to bottlers, alice to docker\]'
done_by "and what it would lay out" says 'would lay out smolvm 9\.9\.9 in /opt/bottle/smolvm-9\.9\.9'
is "it changes nothing" "$(host_changes)" "$(cat "$work/fresh")"

play
done_by "present passes" test "$status" -eq 0
is "both packages are installed" "$(host dpkg-query -W -f '${db:Status-Status} ${Package}\n' bottle bottle-netd)" \
	"installed bottle
installed bottle-netd"
is "the helper is the group's" "$(host stat -c '%a %U:%G' $helper)" "4750 root:bottlers"
is "alice may run it" "$(as alice $helper policy | cut -d' ' -f1-3)" "protocol 1 pool"
is "bob may not" "$(as bob $helper policy 2>&1 | grep -c 'Permission denied')" 1
like "alice is in both groups" "$(as alice id -nG)" '.*docker.*bottlers.*|.*bottlers.*docker.*'
is "the settings are root's alone to write" "$(host stat -c '%a %U:%G' $config /etc/bottle)" "644 root:root
755 root:root"
is "wildcard is in force and locked, for a user" "$(setting alice wildcard)" "refuse $config True"
is "so is the pool" "$(setting alice pool.first)" "20 $config True"
is "and the smolvm that was laid out" "$(setting alice smolvm)" \
	"/opt/bottle/smolvm-9.9.9/bin/smolvm $config True"
is "it runs" "$(as alice /opt/bottle/smolvm-9.9.9/bin/smolvm --version)" "smolvm 9.9.9"
is "and is root's" "$(host find /opt/bottle ! -user root -o -perm /022 ! -type l)" ""
host install -d -o bob -g bob /home/bob/.config /home/bob/.config/bottle
echo 'wildcard: warn' | host sh -c 'cat >/home/bob/.config/bottle/config.yaml; chown bob: /home/bob/.config/bottle/config.yaml'
as bob bottle config show >"$work/bob" 2>&1
is "a user's own file cannot undo the lock" "$? $(grep -c "locked by $config" "$work/bob")" "78 1"
host rm -r /home/bob/.config
is "the rules are loaded" "$(host nft list tables ip | sort)" "table ip bottle_raw
table ip bottle_wildcard"
is "and their unit is enabled and active" "$(host systemctl is-enabled bottle-nft; host systemctl is-active bottle-nft)" "enabled
active"
is "the pool's addresses are up, by a unit" "$(host ip -o -4 addr show dev lo | grep -c 'lo:2[0-9]\|lo:3[01]')" 12
is "what it made is recorded" "$(host cat /var/lib/bottle/ansible/record.json | tr -d ' \n')" \
	'{"groups":["bottlers"],"members":["bottlers:alice","docker:alice"],"smolvm":["/opt/bottle/smolvm-9.9.9"]}'
is "nothing is left of the copies" "$(host sh -c 'ls /tmp /var/tmp' | grep bottle)" ""

play
settled "a second run"
play --check
settled "check mode of it"

# --- rules that went, behind the back of a unit that stays active
tables() { host nft list tables ip | sort | xargs; }
both="table ip bottle_raw table ip bottle_wildcard"
host systemctl start nftables
is "nftables.service, started for the first time, leaves the rules" "$(tables)" "$both"
is "its own rules are loaded (it does flush)" "$(host nft list tables inet)" "table inet filter"
host systemctl reload nftables
is "reloaded, it leaves the rules" "$(tables)" "$both"
host systemctl restart nftables
is "restarted, it leaves the rules" "$(tables)" "$both"
play
settled "a run after that"
host systemctl stop nftables
is "stopped, it takes them along, and their unit does not say otherwise" "$(tables) $(host systemctl is-active bottle-nft)" " inactive"
host systemctl start nftables
for _ in $(seq 50); do [ "$(host systemctl is-active bottle-nft)" = active ] && break; sleep 0.1; done # Wants= does not wait
is "started again it brings them back, and their unit" "$(tables) $(host systemctl is-active bottle-nft)" "$both active"
host nft -f /etc/nftables.conf
is "a flush by hand takes them, and nothing says so" "$(tables) $(host systemctl is-active bottle-nft)" " active"
host_changes >"$work/flushed"
play --check
done_by "check mode does" says 'would load raw, wildcard: not in force as the files have them'
is "and changes nothing" "$(tables) $(host_changes | diff "$work/flushed" -)" " "
play
is "the next run loads them, and counts it" "$status $(recap changed) $(tables)" "0 1 $both"
host nft flush chain ip bottle_wildcard input
play
is "so it does when a table has lost its rules" "$status $(recap changed) $(host nft list table ip bottle_wildcard | grep -c drop)" "0 1 1"
rules=/usr/share/bottle/nft/bottle-wildcard.nft
host sh -c "cp -p $rules /tmp/rules && sed -i 's/counter drop/counter drop comment \"newer\"/' $rules"
play -e '{bottle_check: false}' # which says that the file is not the package's
is "and when the file has others than are loaded, as after an upgrade" \
	"$status $(recap changed) $(host nft list table ip bottle_wildcard | grep -c newer)" "0 1 1"
host sh -c "cp -p /tmp/rules $rules && rm /tmp/rules"
play
is "and back" "$status $(recap changed) $(host nft list table ip bottle_wildcard | grep -c newer)" "0 1 0"
host systemctl stop nftables
play
is "after a stop of nftables.service the next run starts their unit" "$status $(recap changed) $(tables)" "0 1 $both"

# --- a helper that nobody names any more
host_changes >"$work/before"
play -e "{bottle_packages: [$bottle_deb]}"
done_by "without bottle-netd among the packages a host that has it is refused, with what to type" \
	says 'bottle-netd is not named, and this host has it: its setuid helper would stay.* apt-get purge bottle-netd'
is "nothing was changed" "$status $(host_changes | diff "$work/before" -)" "2 "
host dpkg --remove bottle-netd >/dev/null 2>&1
is "(removed and not purged)" "$(host dpkg-query -W -f '${db:Status-Abbrev}' bottle-netd)" "rc "
play -e "{bottle_packages: [$bottle_deb]}"
done_by "one that was removed and not purged adds no addresses" says 'bottle_pool_at_boot: the helper .* neither named nor installed'
play -e "{bottle_packages: [$bottle_deb], bottle_pool_at_boot: false, bottle_group: docker}"
done_by "nor is it given another group" test "$status" -eq 0
play -e "{bottle_packages: [$bottle_deb], bottle_pool_at_boot: false, bottle_group: docker}"
settled "a second run without the helper"
play
done_by "named again it is installed again" test "$status" -eq 0
is "for its group" "$(host stat -c '%a %U:%G' $helper)" "4750 root:bottlers"

# --- changes
sed -i 's/^bottle_members: .*/bottle_members: [bob]/; s/^bottle_group: .*/bottle_group: docker/; s/^bottle_nft: .*/bottle_nft: [wildcard]/
	s/^bottle_member_groups: .*/bottle_members_exact: true/' "$work/vars.yml"
sed -i "s|^bottle_packages: .*|bottle_packages: [$newer_deb, $newer_netd]|
	s|^bottle_smolvm_version: .*|bottle_smolvm_version: 9.9.10|; s|^bottle_smolvm_wheel: .*|bottle_smolvm_url: http://127.0.0.1:8099/wheel|
	s|^bottle_smolvm_sha256: .*|bottle_smolvm_sha256: $(sha256sum "$other" | cut -d' ' -f1)|" "$work/vars.yml"
# What it needs is in a source that apt knows and has not read: no lists, as on a fresh host.
host mkdir /tmp/source
host sh -c 'cat >/tmp/source/needed.deb' <"$(needed)"
host sh -c 'cd /tmp/source && { dpkg-deb -f needed.deb; echo "Filename: ./needed.deb"; echo "Size: $(stat -c %s needed.deb)"
	echo "SHA256: $(sha256sum needed.deb | cut -d" " -f1)"; } >Packages
	echo "deb [trusted=yes] file:/tmp/source ./" >/etc/apt/sources.list.d/test.list
	find /var/lib/apt/lists -type f -delete'
host sh -c 'mkdir /tmp/www && cat >/tmp/www/wheel' <"$other"
host sh -c 'cd /tmp/www && echo $$ >/tmp/www.pid && exec python3 -m http.server --bind 127.0.0.1 8099' >"$work/www.out" 2>&1 &
play --check
done_by "check mode of a change passes" test "$status" -eq 0
done_by "and says who would leave" says 'would add \[bob to docker\] and take \[.*carol.*\] out of docker'
is "nobody left" "$(host getent group docker | grep -c carol)" 1
play
done_by "another group, exact members and a newer package pass" test "$status" -eq 0
is "what it needs came from a source that apt had not read" "$(host dpkg-query -W -f '${db:Status-Status}' bottle-test-needed)" installed
host sh -c 'rm -r /tmp/source /etc/apt/sources.list.d/test.list'
is "the newer package is installed" "$(host dpkg-query -W -f '${Version}' bottle)" "$(dpkg-deb -f "$newer_deb" Version)"
is "the settings are still the role's" "$(setting bob wildcard)" "refuse $config True"
is "no conffile of dpkg's lies beside them" "$(host ls /etc/bottle)" config.yaml
is "the helper is the other group's" "$(host stat -c '%a %U:%G' $helper)" "4750 root:docker"
is "the group has the named members alone" "$(host getent group docker | cut -d: -f4)" bob
is "the settings name the other smolvm, which came by a URL" "$(setting bob smolvm)" "/opt/bottle/smolvm-9.9.10/bin/smolvm $config True"
is "it runs" "$(as bob /opt/bottle/smolvm-9.9.10/bin/smolvm --version)" "smolvm 9.9.10"
is "the one before is left to VMs that run" "$(host ls /opt/bottle | sort | tr '\n' ' ')" "smolvm-9.9.10 smolvm-9.9.9 "
host sh -c 'kill $(cat /tmp/www.pid); rm -r /tmp/www /tmp/www.pid'
is "a rule that is not wanted any more is gone" "$(host nft list tables ip)" "table ip bottle_wildcard"
play
settled "a second run after the changes"

by_hand=/opt/bottle/smolvm-9.9.7
host cp -rp /opt/bottle/smolvm-9.9.9 $by_hand
play -e bottle_smolvm_version=9.9.7 -e "{bottle_smolvm_url: null, bottle_smolvm_wheel: $file, bottle_smolvm_sha256: $(sha256sum "$file" |
	cut -d' ' -f1)}"
is "a smolvm that somebody laid out by hand is used" "$status $(setting bob smolvm)" "0 $by_hand/bin/smolvm $config True"
play

# --- what must not pass
host cat $config >"$work/config.before"
play -e '{bottle_registry_image: "no image"}'
done_by "settings that bottle does not take are refused" test "$status" -ne 0
done_by "with bottle's own words" says 'registry_image'
is "and those before are in force" "$(host cat $config)" "$(cat "$work/config.before")"
play -e 'bottle_pool_last=40'
done_by "a pool that the helper does not serve is refused" says 'the pool would be 20 to 40, and the helper on this host serves 127\.0\.0\.16 to 127\.0\.0\.31'
is "and the settings are left" "$(host cat $config)" "$(cat "$work/config.before")"
host dpkg-statoverride --update --add root root 0755 $helper
play
done_by "a helper with another mode than was asked for is refused" says "$helper is 0755 root:root, wanted is 4750 root:docker"
host dpkg-statoverride --remove $helper
host sh -c "chown root:docker $helper && chmod 4750 $helper"
if host test -x /usr/libexec/bottle/check; then
	page=/usr/share/bottle/nft/bottle-raw.nft
	host sh -c "cp -p $page /tmp/page && echo >>$page"
	play
	done_by "what the installation's own check finds fails the play" says "hash $page"
	host sh -c "cp -p /tmp/page $page && rm /tmp/page"
else
	skip "what the installation's own check finds fails the play" "the package has none"
fi
sed -i "s|^bottle_smolvm_url: .*|bottle_smolvm_wheel: $file|" "$work/vars.yml"
play -e bottle_smolvm_version=9.9.8
done_by "a wheel with other bytes is refused" says 'its sha256 is [0-9a-f]{64}, the pin says'
is "and nothing of it is laid out" "$(host ls -A /opt/bottle | sort | tr '\n' ' ')" "smolvm-9.9.10 smolvm-9.9.7 smolvm-9.9.9 "

# --- absent
# What the supervisor of a bottle looks like: its program's name, and "supervise NAME".
host sh -c 'cd /tmp && echo "while :; do sleep 1; done" >supervise && echo $$ >pid && exec setpriv --reuid alice --clear-groups --regid alice \
	/bin/bash -c "exec -a /usr/bin/bottle /bin/sh supervise web"' &
supervisor=$!
for _ in $(seq 50); do host grep -qz supervise "/proc/$(host cat /tmp/pid 2>/dev/null)/cmdline" 2>/dev/null && break; sleep 0.2; done
host_changes >"$work/present"
play -e bottle_state=absent
done_by "absent is refused while a bottle runs" test "$status" -ne 0
done_by "which it names" says 'bottle web of alice, supervisor pid [0-9]+'
is "nothing was changed" "$(host_changes)" "$(cat "$work/present")"
play -e bottle_state=absent -e bottle_force=true --check
done_by "bottle_force in check mode passes" test "$status" -eq 0
done_by "and says what would go" says 'would purge \[bottle, bottle-netd\]'
is "nothing was changed by it" "$(host_changes)" "$(cat "$work/present")"
host sh -c 'kill $(cat /tmp/pid); rm /tmp/pid /tmp/supervise'
wait "$supervisor" 2>/dev/null

play -e bottle_state=absent
done_by "absent passes" test "$status" -eq 0
is "of what was laid out, that by hand alone is left" "$(host ls -A /opt/bottle)" "${by_hand##*/}"
host rm -r /opt/bottle
host dpkg --purge bottle-test-needed >/dev/null 2>&1
host gpasswd -a carol docker >/dev/null # the test's own, whom the exact list took out
is "files, owners and modes are as before" "$(host_changes)" "$(cat "$work/fresh")"
is "so are the packages" "$(host dpkg-query -W | diff "$work/dpkg.before" -)" ""
is "the groups" "$(host getent group docker; host getent group bottlers)" "$(cat "$work/docker.before")"
is "the addresses of lo" "$(host ip -o -4 addr show dev lo | wc -l)" 1
is "the packet filter" "$(host nft list tables)" ""
is "and debconf's answers" "$(host debconf-show bottle-netd)" ""
play -e bottle_state=absent
settled "absent once more"
done_testing
