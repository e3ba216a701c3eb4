#!/bin/sh
# The life of the packages on a Debian host: install, upgrade from an older build, remove, reinstall, purge; the group; an
# administrator's own mode; what is left. Each part in a root of its own.
. "$(dirname "$0")/lib.sh"
need "${new_deb##*/}" "old/${old_deb##*/}"
apart
new="bottle ii $version-1
bottle-netd ii $version-1"

# --- install
root a
# shellcheck disable=SC2086 # two files
run a dpkg -i $new_deb
is "both install: exit status" "$code" 0
is "both are configured" "$(states a)" "$new"
is "the helper is setuid for docker, the default" "$(helper_is a)" "4750 root:docker"
is "no other file of the packages is setuid or setgid" "$(in_root a sh -c \
	'dpkg -L bottle bottle-netd | grep . | sort -u | while read -r f; do find "$f" -maxdepth 0 -type f -perm /6000; done')" "$helper"
is "every folder above the helper is root's and writable by nobody else" "$(in_root a sh -c \
	'd=/usr/libexec/bottle; while :; do find "$d" -maxdepth 0 \( ! -user 0 -o -perm /022 \); [ "$d" != / ] || break
	d=$(dirname "$d"); done')" ""
is "dpkg finds both as packed" "$(in_root a dpkg --verify bottle bottle-netd)" ""
run a bottle version
is "bottle runs" "$code" 0
run a as_user 65534 env HOME=/nonexistent bottle config show --origin
is "and takes the settings file, which sets nothing" "$code $(printf '%s\n' "$said" | grep -c /etc/bottle/config.yaml:)" "0 0"
is "its protocol is the helper's" "$(in_root a "$helper" policy)" "protocol 1 pool 127.0.0.16 127.0.0.31"
docker=$(in_root a getent group docker | cut -d : -f 3)
run a as_user "$docker" "$helper" add 127.0.0.16 127.0.0.17
is "a member of the group adds addresses" "$code $(addresses)" "0 127.0.0.1/8 127.0.0.16/32 127.0.0.17/32"
run a as_user 65534 "$helper" add 127.0.0.18
is "nobody else can run it" "$code $(addresses)" "126 127.0.0.1/8 127.0.0.16/32 127.0.0.17/32"
# --- the same again
# shellcheck disable=SC2086
run a dpkg -i $new_deb
is "installed again over itself: as before" "$code $(helper_is a)" "0 4750 root:docker"
is "which takes no address away" "$(addresses)" "127.0.0.1/8 127.0.0.16/32 127.0.0.17/32"

# --- remove, reinstall, purge
run a dpkg --remove bottle
is "bottle alone is not removed from under the helper" "$code $(states a) $(helper_is a)" "1 bottle ri $version-1
bottle-netd ii $version-1 4750 root:docker"
mkdir -p "$work/a/root/home/alice/.config/bottle" "$work/a/root/home/alice/.local/state/bottle/web"
echo 'wildcard: refuse' >"$work/a/root/home/alice/.config/bottle/config.yaml"
echo '{}' >"$work/a/root/home/alice/.local/state/bottle/web/journal"
echo '# ours' >>"$work/a/root/etc/bottle/config.yaml"
run a dpkg --remove bottle-netd bottle
is "remove: exit status" "$code" 0
is "the pool's addresses are gone from lo, 127.0.0.1 is not" "$(addresses)" "127.0.0.1/8"
is "the settings stay, and no program" "$(changed a)" "/etc/bottle/config.yaml
/home/alice/.config/bottle/config.yaml
/home/alice/.local/state/bottle/web/journal"
# shellcheck disable=SC2086
run a dpkg -i $new_deb
is "installed again: configured, and the settings as they were left" \
	"$code $(helper_is a) $(tail -n 1 "$work/a/root/etc/bottle/config.yaml")" "0 4750 root:docker # ours"
echo '# another' >"$work/a/root/etc/bottle/notes"
run a dpkg --purge bottle-netd bottle
is "purge: exit status" "$code" 0
is "users' files and the administrator's other file stay, nothing else" "$(changed a)" "/etc/bottle/notes
/home/alice/.config/bottle/config.yaml
/home/alice/.local/state/bottle/web/journal"
run a debconf-show bottle-netd
is "debconf has forgotten its questions" "$said" ""
is "dpkg has forgotten both" "$(states a)" ""
drop a

root b
# shellcheck disable=SC2086
run b dpkg -i $new_deb
in_root b "$helper" add 127.0.0.29 >/dev/null
ip addr add 127.0.0.30/32 dev lo
run b dpkg --purge bottle-netd bottle
is "an address that somebody else put there stays" "$(addresses)" "127.0.0.1/8 127.0.0.30/32"
like "and is named, alone" "$(grep 'left on lo' "$work/said")" "bottle-netd: addresses of the pool may be left on lo: 127.0.0.30 foreign"
ip addr del 127.0.0.30/32 dev lo
is "install and purge alone leave no file" "$(changed b)" ""
is "and no folder" "$(find "$work/b/root/etc/bottle" "$work/b/root/usr/libexec/bottle" "$work/b/root/usr/share/bottle" 2>/dev/null)" ""
drop b

# --- bottle without the helper
root c
run c dpkg -i "${new_deb% *}"
is "bottle alone installs, and nothing of it is setuid" "$code $(states c) $(helper_is c)" "0 bottle ii $version-1 none"
drop c

# --- upgrade from an older build
root old
# shellcheck disable=SC2086
run old dpkg -i $old_deb
is "an older build installs" "$code $(states old)" "0 bottle ii 0.0.9-1
bottle-netd ii 0.0.9-1"
run old "$helper" version
is "(and is one)" "$said" "bottle-netd 0.0.9"
root d old
echo '# ours' >>"$work/d/root/etc/bottle/config.yaml"
in_root d "$helper" add 127.0.0.20 >/dev/null
# shellcheck disable=SC2086
run d dpkg --force-confold -i $new_deb
is "both are upgraded by one dpkg" "$code $(states d)" "0 $new"
is "the helper is the new one, setuid for its group" "$(in_root d "$helper" version) $(helper_is d)" \
	"bottle-netd $version 4750 root:docker"
is "an address that is in use stays" "$(addresses)" "127.0.0.1/8 127.0.0.20/32"
is "changed settings stay" "$(tail -n 1 "$work/d/root/etc/bottle/config.yaml")" "# ours"
in_root d "$helper" remove 127.0.0.20 >/dev/null
# shellcheck disable=SC2086
run d dpkg -i $old_deb
is "and back: the older build again" "$code $(in_root d "$helper" version) $(helper_is d)" "0 bottle-netd 0.0.9 4750 root:docker"
drop d

# The same release with another settings file, where it was changed here, and where not.
dpkg-deb -R "$packages/bottle_$version-1_$arch.deb" "$work/other"
theirs="# of another release"
echo "$theirs" >>"$work/other/etc/bottle/config.yaml"
for ours in "# ours" ""; do
	root d old
	[ -z "$ours" ] || echo "$ours" >>"$work/d/root/etc/bottle/config.yaml"
	dpkg-deb --root-owner-group -b "$work/other" "$work/d/root/tmp/other.deb" >/dev/null
	run d dpkg --force-confold -i /tmp/other.deb "${new_deb#* }"
	is "settings that were ${ours:+not }left as they were packed are ${ours:+not }replaced" \
		"$code $(tail -n 1 "$work/d/root/etc/bottle/config.yaml")" "0 ${ours:-$theirs}"
	drop d
done

root e old
# shellcheck disable=SC2086
run e apt-get install -y --no-install-recommends $new_deb
is "apt upgrades both" "$code $(states e) $(helper_is e)" "0 $new 4750 root:docker"
run e apt-get remove -y bottle
is "apt removes bottle with its helper" "$code $(helper_is e)" "0 none"
drop e

root f old
run f dpkg -i "${new_deb#* }"
is "the helper alone is unpacked and not configured, without the bit" "$([ "$code" -ne 0 ] && states f) $(helper_is f)" \
	"bottle ii 0.0.9-1
bottle-netd iU $version-1 755 root:root"
# shellcheck disable=SC2086
run f dpkg -i $new_deb
is "both files put that right" "$code $(states f) $(helper_is f)" "0 $new 4750 root:docker"
drop f
root f old
run f dpkg -i "${new_deb% *}"
is "bottle alone is taken by dpkg, and the older helper stays" "$code $(states f) $(helper_is f)" "0 bottle ii $version-1
bottle-netd ii 0.0.9-1 4750 root:docker"
run f apt-get check
ok "of which apt complains" grep -q 'bottle-netd : Depends: bottle (= 0.0.9-1) but' "$work/said"
root mended f
run mended /usr/libexec/bottle/check
like "which the check finds" "$(grep '^protocol' "$work/said")" \
	"protocol $helper: bottle $version-1 beside bottle-netd 0.0.9-1, of two releases: dpkg -i .*"
run mended apt-get install -y --fix-broken
is "and which its --fix-broken mends by removing the helper" "$code $(states mended) $(helper_is mended)" "0 bottle ii $version-1
bottle-netd rc 0.0.9-1 none"
drop mended
root whole f
run whole dpkg -i "${new_deb#* }"
is "the other file puts that right" "$code $(states whole) $(helper_is whole)" "0 $new 4750 root:docker"
drop whole

# --- an administrator's own mode
root g old
in_root g dpkg-statoverride --update --add root root 0755 "$helper"
is "an override takes the bit away at once" "$(helper_is g)" "755 root:root"
# shellcheck disable=SC2086
run g dpkg -i $new_deb
is "an upgrade leaves it so" "$code $(helper_is g)" "0 755 root:root"
run g dpkg-reconfigure bottle-netd
is "and a new configuration" "$code $(helper_is g)" "0 755 root:root"
in_root g dpkg-statoverride --remove "$helper"
run g dpkg-reconfigure bottle-netd
is "without the override the answer holds again" "$code $(helper_is g)" "0 4750 root:docker"
in_root g dpkg-statoverride --update --add root adm 4750 "$helper"
# shellcheck disable=SC2086
run g dpkg -i $new_deb
is "an override for another group holds too" "$code $(helper_is g)" "0 4750 root:adm"
drop g

# --- the group
# shellcheck disable=SC2086
for case in "group nosuch" "group a:b" "group -x"; do
	root h
	answer h ${case% *} "${case#* }"
	run h dpkg -i $new_deb
	is "$case: installed, without the bit" "$code $(helper_is h)" "0 755 root:root"
	ok "and says what to type" grep -q '^  next .*dpkg-reconfigure bottle-netd' "$work/said"
	is "no group is created" "$(in_root h getent group nosuch)" ""
	[ "$case" = "group nosuch" ] || drop h
	[ "$case" != "group nosuch" ] || { close h && mv "$work/h" "$work/nosuch"; }
done
root i nosuch
in_root i groupadd --system nosuch
run i dpkg-reconfigure bottle-netd
is "what it says works, when the group is there" "$code $(helper_is i)" "0 4750 root:nosuch"
answer i group adm
run i dpkg-reconfigure bottle-netd
is "another group by dpkg-reconfigure" "$code $(helper_is i)" "0 4750 root:adm"
drop i
root j
answer j group "" && answer j create-group true
# shellcheck disable=SC2086
run j dpkg -i $new_deb
is "an empty answer is nobody" "$code $(helper_is j)" "0 755 root:root"
drop j
root k
answer k group nosuch && answer k create-group true
# shellcheck disable=SC2086
run k dpkg -i $new_deb
is "a group is created when that is asked for" "$code $(helper_is k)" "0 4750 root:nosuch"
run k dpkg --purge bottle-netd bottle
ok "and stays after purge" sh -c "chroot '$work/k/root' getent group nosuch >/dev/null"
drop k

root m
answer m group "$(in_root m getent group adm | cut -d : -f 3)"
# shellcheck disable=SC2086
run m dpkg -i $new_deb
is "a group by its number" "$code $(helper_is m)" "0 4750 root:adm"
run m /usr/libexec/bottle/check
is "is what the check wants, too" "$(grep "$helper" "$work/said")" ""
drop m

# --- the engine comes later
root l
in_root l groupdel docker
# shellcheck disable=SC2086
run l dpkg -i $new_deb
is "no group docker yet: without the bit" "$code $(helper_is l)" "0 755 root:root"
mkdir -p "$work/engine/DEBIAN" "$work/engine/usr/bin"
touch "$work/engine/usr/bin/dockerd"
printf 'Package: some-engine\nVersion: 1\nArchitecture: all\nMaintainer: test <test@test.invalid>\nDescription: test\n' \
	>"$work/engine/DEBIAN/control"
printf '#!/bin/sh\ngroupadd --system docker\n' >"$work/engine/DEBIAN/postinst"
chmod 755 "$work/engine/DEBIAN/postinst"
dpkg-deb --root-owner-group -b "$work/engine" "$work/l/root/tmp/engine.deb" >/dev/null
run l dpkg -i /tmp/engine.deb
is "an engine that brings the group brings the bit" "$code $(helper_is l)" "0 4750 root:docker"
drop l
done_testing
