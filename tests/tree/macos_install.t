#!/bin/sh
# The scripts of the macOS package, run on Linux in namespaces of their own with STAND-INS for dscl, installer, launchctl,
# pkgutil, plutil and Apple's ls (tests/tree/macos/stand-ins), and with the Linux helper in the Mac one's place. So these
# are the scripts' steps and refusals as POSIX sh; what Apple's programs do is not tested here: untested on hardware.
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP not root: it makes namespaces, and gives files to root" && exit 0; }
[ -n "${MACOS_NS:-}" ] || MACOS_NS=1 exec unshare --mount --net --pid --fork --mount-proc "$0" "$@"
. "$(dirname "$0")/tap.sh"
umask 022 # root's on a Mac; what the scripts make must not hang on it
# Not below $work, which is removed at the end: this goes with the namespace.
mac=/mnt
mount --make-rprivate /
ip link set lo up
tests/tree/macos/root "$mac" || exit 1

make -s --no-print-directory BUILD="$BUILD" netd guest >/dev/null || exit 1
mkdir -p "$work/guests/aarch64" "$work/guests/x86_64"
for arch in aarch64 x86_64; do cp "$BUILD/libexec/guest/$(uname -m)/bottle-guest" "$work/guests/$arch/"; done
layout() { # HELPER [NAME=VALUE...]
	from=$1
	shift
	env VERSION=0.1.0 PREFIX=/opt/bottle ID=local.bottle MIN=13.0 POOL_FIRST=16 POOL_LAST=31 "$@" \
		install/macos/layout "$from" "$work/guests" "$mac/tmp/pkg" >/dev/null
}
on_mac() { # COMMAND...: as root of that Mac
	env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot "$mac" "$@"
}
# shellcheck disable=SC2120 # given by way of `refuses`
installs() {
	on_mac installer -pkg /tmp/pkg -target "${1:-/}" >"$work/said" 2>&1
}
says() { # PATTERN: the last installs did
	grep -Eq -- "$1" "$work/said"
}
helper=/opt/bottle/libexec/bottle/bottle-netd
uninstall=/opt/bottle/libexec/bottle/uninstall
listing() {
	on_mac find /opt /Library /private ! -path '/private/var/db*' -printf '%M %u:%g %p\n' | sort -k 3
}
no_bit() {
	[ -z "$(find "$mac/opt" "$mac/Library" "$mac/private" "$mac/tmp" -type f -perm /6000)" ]
}
addresses() {
	ip -o -4 addr show dev lo | grep -c 'inet 127\.0\.0\.\(1[6-9]\|2[0-9]\|3[01]\)/32'
}
layout "$BUILD/libexec/bottle-netd" || exit 1
listing >"$work/before"

# Refused before anything is copied
refused() { # NAME PATTERN UNDO COMMAND...: after COMMAND preinstall refuses, saying PATTERN; UNDO takes it back
	name=$1 pattern=$2 undo=$3
	shift 3
	"$@"
	count=$((count + 1))
	if installs; then echo "not ok $count - refused: $name"; failed=1; elif ! says "$pattern"; then
		differs "refused: $name" "$(cat "$work/said")" "$pattern"
	elif [ -e "$mac$helper" ] || ! no_bit || [ -n "$(ls "$mac/Library/LaunchDaemons")" ]; then
		differs "refused: $name" "$(listing)" "nothing installed"
	else
		echo "ok $count - refused: $name"
	fi
	on_mac sh -c "$undo"
}
refused "/opt belongs to a user" '^bottle: /opt is not a folder that root alone' 'chown 0 /opt' chown 501 "$mac/opt"
refused "/opt is the group's to write" '^bottle: /opt is not' 'chmod 755 /opt' chmod 775 "$mac/opt"
refused "/opt is everybody's to write" '^bottle: /opt is not' 'chmod 755 /opt' chmod 757 "$mac/opt"
refused "/ is the group's to write" '^bottle: / is not' 'chmod 755 /' chmod 775 "$mac"
refused "/opt/bottle is a link" '^bottle: /opt/bottle is not' 'rm /opt/bottle' ln -s /tmp "$mac/opt/bottle"
refused "/opt/bottle is a link to nothing" '^bottle: /opt/bottle is not' 'rm /opt/bottle' ln -s /none "$mac/opt/bottle"
refused "/opt/bottle is a file" '^bottle: /opt/bottle is not' 'rm /opt/bottle' touch "$mac/opt/bottle"
refused "an access control list lets somebody write" '^bottle: /opt is not' 'rm /private/var/db/acl' \
	sh -c "echo '/opt user:eve allow add_file,delete_child' >'$mac/private/var/db/acl'"
refused "the folder of the jobs is a user's" '^bottle: /Library/LaunchDaemons is not' \
	'chown 0 /Library/LaunchDaemons' chown 501 "$mac/Library/LaunchDaemons"
refused "there is no group admin" 'no group admin' 'sed -i s/wheels/admin/ /etc/group' \
	sed -i s/admin/wheels/ "$mac/etc/group"
refused "a link lies in the helper's place" 'no file of root' 'rm -r /opt/bottle' \
	sh -c "mkdir -p '$mac${helper%/*}' && ln -s /none '$mac$helper'"
check "refused: another volume" refuses installs /Volumes/Other
check "an entry that denies, or lets somebody read, is no reason to refuse" sh -c \
	"printf '/opt group:everyone deny delete\n/opt user:eve allow list,search\n' >'$mac/private/var/db/acl'"
check "and it is installed" installs
rm "$mac/private/var/db/acl"

# Installed
is "the helper is 4750 root:admin, with one name" "$(on_mac stat -c '%a %U:%G %h' "$helper")" "4750 root:admin 1"
is "nothing else has a bit" "$(find "$mac/opt" "$mac/Library" -perm /6000 | sed "s|^$mac||")" "$helper"
check "its new name is gone" test ! -e "$mac${helper%/*}/.bottle-netd.new"
is "all else is root:wheel and nobody else's to write" \
	"$(on_mac find /opt/bottle /Library \( ! -user 0 -o ! -group 0 -o -perm /022 \) ! -path "$helper")" ""
sed '/^#/d' "$mac/opt/bottle/share/bottle/manifest" >"$work/manifest"
on_mac sh -c 'sed "/^#/d" /opt/bottle/share/bottle/manifest | while read -r mode owner group hash path; do
	echo "$(stat -c "%a %U %G" "$path") $(sha256sum "$path" | cut -d " " -f 1) $path"; done' >"$work/got"
check "what lies there is what the manifest says" diff "$work/manifest" "$work/got"
is "the addresses are up" "$(addresses)" 16
check "both jobs are loaded" on_mac sh -c 'launchctl print system/local.bottle.pool && launchctl print system/local.bottle.policy'
ip addr flush dev lo label 'lo:*'
is "the addresses are gone, as after a boot" "$(addresses)" 0
check "the job puts them up" on_mac launchctl start local.bottle.pool
is "all of them" "$(addresses)" 16
user() { # GROUP COMMAND...: as a user of the group staff and of GROUP
	groups=$1
	shift
	# env: setpriv itself still has root's right to override modes when it executes a program.
	on_mac setpriv --reuid 501 --regid 20 --groups "$groups" env "$@"
}
check "by the bit a member of admin takes one off" user 80 "$helper" remove 127.0.0.31
is "that one" "$(addresses)" 15
check "another user cannot" refuses user 20 "$helper" remove 127.0.0.30
is "and none went" "$(addresses)" 15

# Again, over what is there
check "installing over it is no error" installs
is "the helper is as before" "$(on_mac stat -c '%a %U:%G %h' "$helper")" "4750 root:admin 1"
is "the address is back" "$(addresses)" 16
touch "$mac/private/var/db/launchd/busy"
check "a launchd that takes the job only at the second try is waited for" installs
echo local.bottle.pool >"$mac/private/var/db/launchd/disabled"
check "a job that the administrator disabled is no error" installs
check "and it is said" says 'local.bottle.pool is disabled'
check "and is not loaded" refuses on_mac launchctl print system/local.bottle.pool
rm "$mac/private/var/db/launchd/disabled"
mkdir -p "$mac/etc/bottle"
touch "$mac/etc/bottle/no-setuid"
check "with /etc/bottle/no-setuid it installs" installs
is "and the helper has no bit" "$(on_mac stat -c '%a %U:%G' "$helper")" "750 root:admin"
check "nothing else has either" no_bit
ip addr flush dev lo label 'lo:*'
check "the job, as root, still puts the addresses up" on_mac launchctl start local.bottle.pool
is "all of them, without the bit" "$(addresses)" 16
rm -r "$mac/etc/bottle"

# A postinstall that fails leaves no bit
broken() { # NAME PATTERN
	count=$((count + 1))
	if installs; then echo "not ok $count - $1"; failed=1; elif ! says "$2"; then
		differs "$1" "$(cat "$work/said")" "$2"
	elif ! no_bit || [ -e "$mac${helper%/*}/.bottle-netd.new" ]; then
		differs "$1" "$(listing)" "no setuid file, no new one"
	else
		echo "ok $count - $1"
	fi
}
layout "$BUILD/libexec/bottle-netd" POOL_LAST=40
broken "a helper for another pool gets no bit" "says 'protocol 1 pool 127.0.0.16 127.0.0.31', and this package is for"
printf '#!/bin/sh\nexit 1\n' >"$work/fails"
layout "$work/fails"
broken "a helper that does not run here gets no bit" 'does not run here'
layout "$BUILD/libexec/bottle-netd"
sed -i 's|^chown 0:admin|chown 0:nogroup|' "$mac/tmp/pkg/scripts/postinstall"
broken "a helper that cannot be given its group gets no bit, and its copy goes" 'invalid group'
layout "$BUILD/libexec/bottle-netd"
# Somebody else's second name for the file, made between the copy and the script.
sed -i "s|^\\[ \"\$(id -u)\" -eq 0 \\].*|ln '$helper' /tmp/kept|" "$mac/tmp/pkg/scripts/postinstall"
broken "a helper with a second name gets no bit" 'with a second name'
rm "$mac/tmp/kept"
layout "$BUILD/libexec/bottle-netd"
mkdir -p "$mac/private/var/db/launchd"
touch "$mac/private/var/db/launchd/refuse"
broken "a launchd that takes no job: the helper gets no bit" 'launchd does not load .* has no setuid bit yet; install the package again'
rm "$mac/private/var/db/launchd/refuse"
printf '#!/bin/sh\n[ "$1" = policy ] && echo protocol 1 pool 127.0.0.16 127.0.0.31\n' >"$work/adds-nothing"
layout "$work/adds-nothing"
broken "a helper that adds no address gets no bit" 'not every address of the pool is up'
# Killed between any two steps; for each what the step begins with.
for step in 'load pool' 'load policy' '"$helper" add' 'cp "$helper"' 'chown 0:admin' 'chmod 0750' 'mv -f "$new"' 'is 0750' \
	'[ "$mode" = 0750 ]'; do
	layout "$BUILD/libexec/bottle-netd"
	awk -v step="$step" 'index($0, step) == 1 { print "kill -KILL $$"; n++ } { print } END { exit n != 1 }' \
		"$mac/tmp/pkg/scripts/postinstall" >"$work/killed" || echo "# no such step: $step"
	cat "$work/killed" >"$mac/tmp/pkg/scripts/postinstall"
	count=$((count + 1))
	if grep -q '^kill -KILL' "$work/killed" && ! installs && no_bit; then
		echo "ok $count - killed before \`$step\`: no file has the bit"
	else
		differs "killed before \`$step\`: no file has the bit" "$(listing)" "none"
	fi
done
layout "$BUILD/libexec/bottle-netd"
check "the next installation repairs it" installs
is "nothing but the helper has the bit" "$(find "$mac/opt" "$mac/Library" -perm /6000 | sed "s|^$mac||")" "$helper"

# The profile's settings
plist="$mac/Library/Managed Preferences/local.bottle.plist"
config=$mac/etc/bottle/config.yaml
profile() { # TYPE VALUE
	printf '<plist version="1.0"><dict><key>config</key><%s>%s</%s></dict></plist>' "$1" "$2" "$1" >"$plist"
}
policy() {
	on_mac /opt/bottle/libexec/bottle/policy >"$work/said" 2>&1
}
check "without a profile nothing is done" policy
check "nothing at all" test ! -e "$config"
profile string 'wildcard: refuse
lock: [wildcard]'
check "the job takes a profile's settings" on_mac launchctl start local.bottle.policy
is "as they are, below a line that says whence" "$(sed 1d "$config")" 'wildcard: refuse
lock: [wildcard]'
is "the file is 644 root:wheel in a folder of root's" "$(on_mac stat -c '%a %U:%G' /etc/bottle /etc/bottle/config.yaml)" \
	"755 root:wheel
644 root:wheel"
profile integer 1
check "settings that are no text are refused" refuses policy
check "and say so" says "has no text 'config'"
is "the lock stays" "$(sed 1,2d "$config")" 'lock: [wildcard]'
echo broken >"$plist"
check "so is a profile that cannot be read" refuses policy
is "and the lock stays then too" "$(sed 1,2d "$config")" 'lock: [wildcard]'
rm "$plist"
check "without the profile the file goes" policy
check "it is gone" test ! -e "$config"
echo 'wildcard: refuse' >"$config"
check "an administrator's own file stays without a profile" policy
profile string 'wildcard: warn'
check "and with one it is not overwritten" refuses policy
check "which is said" says "is an administrator's own"
is "it is as it was" "$(cat "$config")" "wildcard: refuse"
rm "$config"
chmod 777 "$mac/etc/bottle"
check "a folder that others may write is not used" refuses policy
check "nothing was written there" test ! -e "$config"
chmod 755 "$mac/etc/bottle"
rm "$plist"

# Removed
cp "$(command -v sleep)" "$mac/tmp/bottle"
(on_mac /tmp/bottle 60 &) 2>/dev/null # its end is told there
count=$((count + 1))
tries=50
until pgrep -x bottle >/dev/null || [ $((tries -= 1)) -eq 0 ]; do sleep 0.1; done
if on_mac "$uninstall" >"$work/said" 2>&1 || [ ! -e "$mac$helper" ] || ! says 'a bottle is running'; then
	differs "while a bottle runs nothing is removed" "$(cat "$work/said")" "refusal"
else
	echo "ok $count - while a bottle runs nothing is removed"
fi
kill "$(pgrep -x bottle)" # the one of this process namespace
while pgrep -x bottle >/dev/null; do sleep 0.1; done
check "a user cannot remove it" refuses user 80 "$uninstall"
cp "$mac/opt/bottle/share/bottle/manifest" "$work/kept"
echo "644 root wheel - /etc/group" >>"$mac/opt/bottle/share/bottle/manifest"
check "a manifest that lists a file of others removes nothing" refuses on_mac "$uninstall"
check "not even what is ours" test -e "$mac$helper" -a -e "$mac/etc/group"
cp "$work/kept" "$mac/opt/bottle/share/bottle/manifest"
touch "$mac/opt/bottle/share/mine"
check "a folder with somebody else's file stays, and that is said" sh -c \
	"! env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot '$mac' '$uninstall' >'$work/said' 2>&1 && grep -q 'is left' '$work/said'"
check "with that file, and nothing of ours" sh -c "[ \"\$(find '$mac/opt/bottle' -type f)\" = '$mac/opt/bottle/share/mine' ]"
rm -r "$mac/opt/bottle"
installs
mkdir -p "$mac/opt/bottle/share/theirs/empty" "$mac/opt/bottle/libexec/theirs"
check "so does an empty folder of others" sh -c \
	"! env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin chroot '$mac' '$uninstall' >'$work/said' 2>&1 && grep -q 'is left' '$work/said'"
is "and nothing of ours around it" "$(cd "$mac/opt/bottle" && find . ! -name . | sort | xargs)" \
	"./libexec ./libexec/theirs ./share ./share/theirs ./share/theirs/empty"
rm -r "$mac/opt/bottle"
is "the addresses are gone" "$(addresses)" 0
check "the jobs are unloaded" sh -c "[ -z \"\$(ls '$mac/private/var/db/launchd')\" ]"
check "the receipt is gone" sh -c "[ -z \"\$(ls '$mac/private/var/db/receipts')\" ]"
listing >"$work/after"
check "this Mac is as it was before the first installation" diff "$work/before" "$work/after"

installs
profile string 'wildcard: refuse'
policy
echo more >"$mac/etc/bottle/no-setuid"
cp "$mac$uninstall" "$mac/tmp/uninstall"
check "it can be removed again" on_mac "$uninstall"
is "without --purge the administrator's file stays, the profile's does not" "$(ls "$mac/etc/bottle")" no-setuid
check "with --purge it goes, and a second run is no error" on_mac /tmp/uninstall --purge
rm "$plist" "$mac/tmp/uninstall"
listing >"$work/after"
check "and nothing is left of it" diff "$work/before" "$work/after"
done_testing
