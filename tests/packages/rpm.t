#!/bin/sh
# The packages for rpm, as far as Debian's rpm goes: contents, and the scriptlets run by it in a root of their own. What
# they require is not looked at: rpm's database knows no package of Debian.
. "$(dirname "$0")/lib.sh"
machine=$(uname -m)
need "bottle-$version-1.$machine.rpm" "bottle-netd-$version-1.$machine.rpm" "old/bottle-netd-0.0.9-1.$machine.rpm"
apart
new_rpm="$packages/bottle-$version-1.$machine.rpm $packages/bottle-netd-$version-1.$machine.rpm"
old_rpm="$packages/old/bottle-0.0.9-1.$machine.rpm $packages/old/bottle-netd-0.0.9-1.$machine.rpm"

# in_rpm NAME ARG...: rpm on the root NAME, with a database in it
in_rpm() {
	into=$work/$1/root
	shift
	# Debian's says of itself that it is not for Debian.
	rpm --root "$into" --dbpath /var/lib/rpm "$@" >"$work/rpm.out" 2>&1
	status=$?
	grep -v '^rpm: \(RPM should not\|However\)' "$work/rpm.out"
	return $status
}
known() { # NAME
	in_rpm "$1" -qa --qf '%{NAME} %{VERSION}\n' | sort
}
both="bottle $version
bottle-netd $version"

# shellcheck disable=SC2086
{
	is "setuid: the helper alone, root:docker" "$(rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]' \
		$new_rpm | awk '$1 ~ /[sStT]/')" "-rwsr-x--- root:docker $helper"
	is "everything else is root's" "$(rpm -qp --qf '[%{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES}\n]' $new_rpm |
		grep -v '^root:root ')" "root:docker $helper"
	is "writable by root alone" "$(rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' $new_rpm | awk 'substr($1, 6, 1) == "w" || substr($1, 9, 1) == "w"')" ""
	is "the settings are kept at an upgrade" "$(rpm -qp --qf '[%{FILEFLAGS:fflags} %{FILENAMES}\n]' $new_rpm | grep '^c')" \
		"cn /etc/bottle/config.yaml"
}
like "the helper wants exactly its own release of bottle" "$(rpm -qp --requires "${new_rpm#* }" | grep '^bottle ')" "bottle = $version-1"
ok "the helper needs no library" sh -c "! rpm -qp --requires '${new_rpm#* }' | grep -F '.so'"
ok "and brings the sysusers file" sh -c "rpm -qpl '${new_rpm#* }' | grep -qx /usr/lib/sysusers.d/bottle-netd.conf"
for page in man1/bottle.1 man5/bottle.yaml.5 man8/bottle-check.8; do
	ok "bottle has $page" sh -c "rpm -qpl '${new_rpm% *}' | grep -qx /usr/share/man/$page"
done

# --- scriptlets
root a
in_root a groupdel docker
# shellcheck disable=SC2086
said=$(in_rpm a --nodeps -i $new_rpm)
is "install: exit status, and nothing said" "$? $said" "0 "
ok "the group was created before the files came" sh -c "chroot '$work/a/root' getent group docker >/dev/null"
is "the helper is setuid for it" "$(helper_is a)" "4750 root:docker"
is "rpm finds all as packed" "$(in_rpm a --nodeps -V bottle bottle-netd)" ""
run a bottle version
is "bottle runs" "$code" 0
chmod 4755 "$work/a/root$helper"
like "rpm -V sees another mode" "$(in_rpm a --nodeps -V bottle-netd)" ".M\.\.\.\.\.\.\. +$helper"
chmod 4750 "$work/a/root$helper"
in_root a "$helper" add 127.0.0.16 127.0.0.31 >/dev/null
is "(two addresses are up)" "$(addresses)" "127.0.0.1/8 127.0.0.16/32 127.0.0.31/32"
said=$(in_rpm a --nodeps -e bottle-netd bottle)
is "erase: exit status, and nothing said" "$? $said" "0 "
is "the pool's addresses are gone from lo, 127.0.0.1 is not" "$(addresses)" "127.0.0.1/8"
is "no file is left, but the group" "$(changed a | grep -vE '^/etc/(group-?|gshadow-?|\.pwd\.lock)$')" ""
is "and no folder" "$(find "$work/a/root/etc/bottle" "$work/a/root/usr/libexec/bottle" "$work/a/root/usr/share/bottle" 2>/dev/null)" ""
drop a

root old
# shellcheck disable=SC2086
in_rpm old --nodeps -i $old_rpm >/dev/null
root b old
is "(an older build is there)" "$(known b)" "bottle 0.0.9
bottle-netd 0.0.9"
in_root b "$helper" add 127.0.0.20 >/dev/null
echo '# ours' >>"$work/b/root/etc/bottle/config.yaml"
# shellcheck disable=SC2086
said=$(in_rpm b --nodeps -U $new_rpm)
is "upgrade: both are the new ones" "$? $(known b) $(in_root b "$helper" version) $(helper_is b)" \
	"0 $both bottle-netd $version 4750 root:docker"
is "an address that is in use stays" "$(addresses)" "127.0.0.1/8 127.0.0.20/32"
is "changed settings stay" "$(tail -n 1 "$work/b/root/etc/bottle/config.yaml")" "# ours"
ip addr add 127.0.0.30/32 dev lo
said=$(in_rpm b --nodeps -e bottle-netd bottle)
is "erase: an address that somebody else put there stays" "$(addresses)" "127.0.0.1/8 127.0.0.30/32"
like "and is named, alone" "$(printf '%s\n' "$said" | grep 'left on lo')" \
	"bottle-netd: addresses of the pool may be left on lo: 127.0.0.30 foreign"
ip addr del 127.0.0.30/32 dev lo
drop b

# --- a killed upgrade
bad='' kept=0 n=1
root c old
# shellcheck disable=SC2086
strace -f -o "$work/trace" -e trace=renameat rpm --root "$work/c/root" --dbpath /var/lib/rpm --nodeps -U $new_rpm >/dev/null 2>&1
renames=$(grep -c 'renameat(' "$work/trace")
drop c
ok "(there are $renames renames to be killed at)" test "$renames" -gt 20
while [ "$n" -le "$renames" ]; do
	root c old
	# shellcheck disable=SC2086
	strace -o /dev/null -e trace=renameat -e "inject=renameat:signal=KILL:when=$n" \
		rpm --root "$work/c/root" --dbpath /var/lib/rpm --nodeps -U $new_rpm >/dev/null 2>&1
	[ $? -eq 137 ] || bad="$bad $n:not-killed"
	setuid=$(in_root c find /usr/libexec/bottle /usr/bin -xdev -name '*bottle*' -perm /6000 \
		! \( -perm 4750 -user 0 -group docker \))
	[ -z "$setuid" ] || bad="$bad $n:unsafe($setuid)"
	# Names in the making have the second of the transaction in them: within the same one rpm meets its own.
	sleep 1.1
	# shellcheck disable=SC2086
	in_rpm c --nodeps -U --replacepkgs --replacefiles $new_rpm >"$work/said" || bad="$bad $n:again($(tail -n 1 "$work/said"))"
	[ "$(known c | sort -u) $(helper_is c)" = "$both 4750 root:docker" ] || bad="$bad $n:state($(known c | xargs) $(helper_is c))"
	# What rpm had not given its name yet, it never takes away.
	[ -z "$(find "$work/c/root/usr/libexec/bottle" -name 'bottle-netd;*')" ] || kept=$((kept + 1))
	drop c
	n=$((n + 1))
done
is "killed anywhere: never a setuid file but for the group, and the same command again ends it" "$bad" ""
ok "but a second copy of the helper may stay: after $kept of $renames kills" test "$kept" -gt 0
done_testing
