#!/bin/sh
# install.sh: what it puts where, twice, over an older one, and what it refuses.
. "$(dirname "$0")/lib.sh"

snapshot >"$work/before"
ok "it installs" set_up
is "the helper is the group's, setuid root" "$(stat -c '%a %U %G' $netd)" "4750 root bottlers"
is "all else is root's" "$(find /usr/local ! -user root -o ! -path $netd ! -group root)" ""
is "and writable by root alone" "$(find /usr/local -perm /022 ! -type l)" ""
is "no other setuid file" "$(find /usr/local /var/lib/bottle -type f -perm /6000)" "$netd"
is "the record has a first line" "$(head -n 1 /var/lib/bottle/installs.d/usr-local)" \
	"# bottle $(/mnt/build/bin/bottle version | sed -n '1s/^bottle //p') prefix /usr/local group bottlers"
awk '$4 != "dir" && !/^#/ {print $1, $2, $3, $5}' /var/lib/bottle/installs.d/usr-local | sort -k 4 >"$work/recorded"
find /usr/local -type f -printf '%m %u %g %p\n' | sort -k 4 >"$work/there"
ok "it names every file, with mode and owner" diff "$work/recorded" "$work/there"
ok "and its bytes" sh -c "awk '\$4 != \"dir\" && !/^#/ {print \$4 \"  \" \$5}' /var/lib/bottle/installs.d/usr-local | sha256sum --check --quiet"
is "nothing is left of the work" "$(find /usr/local /var/lib/bottle -name '.*' ! -name .lock)" ""
is "the address that was tried is not there afterwards" "$(ip -o addr show dev lo | grep -c 'lo:')" 0
try "$check"
is "check finds nothing" "$status:$out" "0:"

# again
find /usr/local /var/lib/bottle/installs.d/usr-local -printf '%i %C@ %p\n' | sort >"$work/once"
ok "it runs again" set_up
like "and says that there is nothing to change" "$out" "bottle .* is installed in /usr/local: nothing to change"
find /usr/local /var/lib/bottle/installs.d/usr-local -printf '%i %C@ %p\n' | sort >"$work/twice"
ok "no inode was touched" diff "$work/once" "$work/twice"

# over an older one
other_build newer
ln $netd /usr/local/hoarded
old=$(hash $netd)
ok "another build goes over it" set_up --build /mnt/newer
is "the helper is the new one" "$(hash $netd)" "$(hash /mnt/newer/libexec/bottle-netd)"
is "a hard link to the old one is no setuid program any more" "$(stat -c %a /usr/local/hoarded):$(hash /usr/local/hoarded)" "600:$old"
rm /usr/local/hoarded
like "two files were new" "$(echo "$out" | head -n 1)" ".*: 2 files new, 0 removed"
chmod 755 $netd
chown ann /usr/local/bin/bottle
rm /usr/local/share/man/man1/bottle.1
ok "what has drifted" set_up --build /mnt/newer
try "$check"
is "is put right" "$status:$out" "0:"
# What a kill between the second name and the rename leaves: the helper itself, by two names.
ln $netd /usr/local/libexec/bottle/.bottle-netd.old
ok "the second name of a killed run" set_up --build /mnt/newer
is "goes, and the helper does not lose its mode by it" \
	"$(stat -c '%a %h' $netd):$(find /usr/local/libexec/bottle -name '.*' | wc -l)" "4750 1:0"
ln -sf /etc/passwd /usr/local/bin/bottle
before=$(hash /etc/passwd)
ok "a link under a name of ours" set_up --build /mnt/newer
is "is replaced, and not followed" "$(stat -c %F /usr/local/bin/bottle):$(hash /etc/passwd)" "regular file:$before"

# An access list, of the helper or given by its folder to what is made there, lets users in that no mode shows.
set_up
setfacl -m u:ann:rx $netd
ok "a helper with an access list" set_up
is "has none afterwards" "$(getfacl -p --skip-base $netd):$(stat -c %a $netd)" ":4750"
setfacl -d -m u:ann:rwx /usr/local/libexec/bottle
rm $netd
ok "in a folder that gives one" set_up
is "it has none either" "$(getfacl -p --skip-base $netd):$(stat -c %a $netd)" ":4750"
rm $netd
mv /usr/bin/setfacl "$work/"
try "$top/install/install.sh" --build /mnt/build --group bottlers
is "where that cannot be taken off there is no helper" "$status:$(find /usr/local -perm /6000)" "78:"
like "as it says" "$(echo "$err" | head -n 1)" ".*/.bottle-netd.new has an access list, by the default of its folder.*"
mv "$work/setfacl" /usr/bin/
setfacl -k /usr/local/libexec/bottle
ok "until there is a way" set_up

# a group by its number
ok "--group by its number" set_up --group 64002
like "changes nothing" "$out" "bottle .*: nothing to change"
remove
ok "also at first" set_up --group=64002
like "the record has the name" "$(head -n 1 /var/lib/bottle/installs.d/usr-local)" ".* group bottlers"
try "$check"
is "and check agrees" "$status:$out" "0:"

# without the helper
ok "--no-helper" set_up --no-helper
is "takes the helper and its page away" "$(find /usr/local -name 'bottle-netd*' ! -path '*/observe/*')" ""
try "$check"
is "and check is content" "$status:$out" "0:"
ok "and back" set_up
ok "in a second prefix too" set_up --prefix=/opt/a-b
ok "whose record" set_up --prefix /opt/a/b
is "has a name of its own" "$(cd /var/lib/bottle/installs.d && echo *)" "opt-a-b opt-a-b+ usr-local"
try "$check"
is "check judges all three" "$status:$out:$(echo "$err" | grep -o '[0-9]* installations')" "0::3 installations"
remove
is "they go" "$status:$(snapshot | diff "$work/before" -)" "0:"

# refused
refused() { # CODE WHY ARG...: and changes nothing
	code=$1 why=$2
	shift 2
	snapshot >"$work/before"
	try "$top/install/install.sh" --build /mnt/build --group bottlers "$@"
	is "refused: $why" "$status" "$code"
	case $err in
	*"$why"*"  left      nothing was changed"*"  next      "*) ok "and says so, with what to type" true ;;
	*) differs "and says so, with what to type" "$err" "$why" ;;
	esac
	snapshot | diff "$work/before" - >"$work/diff"
	is "and nothing has changed" "$(cat "$work/diff")" ""
}
mkdir -p /opt/p/libexec/bottle /opt/p/bin
chmod 775 /opt/p
refused 78 "/opt/p is writable by group root (mode 775)" --prefix /opt/p
chmod 757 /opt/p
refused 78 "/opt/p is writable by others (mode 757)" --prefix /opt/p
refused 78 "/opt/p is writable by others (mode 757)" --prefix /opt/p/deeper/still
chmod 755 /opt/p
chown bob /opt/p
refused 78 "/opt/p belongs to bob" --prefix /opt/p
chown root /opt/p
chmod 770 /opt/p/libexec/bottle
refused 78 "/opt/p/libexec/bottle is writable by group" --prefix /opt/p
chmod 755 /opt/p/libexec/bottle
chmod 1777 /opt/p/bin
refused 78 "/opt/p/bin is writable by others (mode 1777)" --prefix /opt/p
chmod 755 /opt/p/bin
ln -s p /opt/link
refused 78 "/opt/link is a symbolic link" --prefix /opt/link
refused 78 "/tmp is writable by others" --prefix /tmp/x
mkdir -p /opt/p/libexec/bottle/bottle-netd
refused 73 "is a folder, and should be a file" --prefix /opt/p
rmdir /opt/p/libexec/bottle/bottle-netd
refused 64 "a prefix is an absolute path" --prefix usr/local
refused 64 "a prefix has letters" --prefix "/opt/p q"
refused 64 "a prefix has letters" --prefix /opt/../tmp
refused 78 "there is no group 'nobodys'" --group nobodys
refused 78 "there is no group '64999'" --group 64999
echo 'do main:x:64011:' >>/etc/group
refused 64 "a group has letters, digits" --group "do main"
refused 64 "a group has letters, digits" --group 64011
refused 65 "is not there" --build /mnt/real
mkdir -p /var/lib/bottle
chown bob /var/lib/bottle
refused 78 "/var/lib/bottle belongs to bob"
is "for which another prefix is no way out" "$(echo "$err" | tail -n 1)" "  next      chown root /var/lib/bottle, if nobody else has business there"
rmdir /var/lib/bottle
chmod 777 /usr/local/share
refused 78 "/usr/local/share is writable by others"
like "as it is elsewhere" "$(echo "$err" | tail -n 1)" "  next      chmod go-w /usr/local/share, .*; or another --prefix"
chmod 755 /usr/local/share
# An older record, by which root would remove things.
set_up
# shellcheck disable=SC2034 # for eval
record=/var/lib/bottle/installs.d/usr-local
mkdir -m 777 /usr/local/old
touch /usr/local/old/x
for change in 'chmod 666 $record' 'chown ann $record' 'echo "644 root root 0 /etc/passwd" >>$record' \
	'chmod 666 $record; echo "644 root root 0 /etc/passwd" >>$record' \
	'echo "644 root root 0 /usr/local/../../etc/passwd" >>$record' \
	'cp -p $record /var/lib/bottle/installs.d/.usr-local.pending; echo "644 root root 0 /etc/passwd" >>/var/lib/bottle/installs.d/.usr-local.pending'; do
	cp -a /var/lib/bottle "$work/state"
	eval "$change"
	refused 78 "/var/lib/bottle/installs.d/" --build /mnt/newer
	is "$change: nothing is removed by such a record" "$(test -e /etc/passwd && test -e $netd && echo there)" there
	rm -rf /var/lib/bottle
	mv "$work/state" /var/lib/bottle
done
cp -a /var/lib/bottle "$work/state"
echo "644 root root 0 /usr/local/old/x" >>/var/lib/bottle/installs.d/usr-local
refused 78 "/usr/local/old is writable by others"
chmod 755 /usr/local/old
ok "in a folder of root's it goes" set_up
is "as the record says" "$(ls /usr/local/old)" ""
rm -rf /usr/local/old /var/lib/bottle
mv "$work/state" /var/lib/bottle
remove

# What nobody foresaw: the program that fails says why, and install.sh what is left and what to type.
unforeseen() { # NAME STATUS LEFT
	is "$1: it fails" "$status" "$2"
	like "and says where" "$(echo "$err" | tail -n 3 | head -n 1)" "install.sh: .*: it did not come to its end .*"
	like "what is left" "$(echo "$err" | tail -n 2 | head -n 1)" "  left      $3"
	like "and what to do" "$(echo "$err" | tail -n 1)" "  next      .*run this again, or uninstall.sh --prefix .*"
}
mount -t tmpfs -o size=200k,mode=755 tmpfs /srv
try "$top/install/install.sh" --build /mnt/build --group bottlers --prefix /srv
unforeseen "a full disk" 1 "/srv as it was, or a part of it new; .*/.srv.pending knows what"
remove
is "uninstall.sh ends that" "$status:$(find /srv -mindepth 1)" "0:"
mount -o remount,ro /srv
try "$top/install/install.sh" --build /mnt/build --group bottlers --prefix /srv
unforeseen "a file system that is read-only" 1 "/srv as it was, or a part of it new; .*/.srv.pending knows what"
remove
umount /srv
cp /usr/bin/sync "$work/"
printf '#!/bin/sh\nkill -TERM 0\n' >"$work/killer"
chmod 755 "$work/killer"
mv "$work/killer" /usr/bin/sync
try setsid -w "$top/install/install.sh" --build /mnt/build --group bottlers
unforeseen "a signal" 130 "nothing was changed"
mv "$work/sync" /usr/bin/
remove

mount -t tmpfs -o nosuid,mode=755 tmpfs /srv
try "$top/install/install.sh" --build /mnt/build --group bottlers --prefix /srv
is "a file system that is nosuid makes no helper" "$status:$(find /srv -name '*netd*' ! -name '*.8')" "78:"
like "because it was tried" "$(echo "$err" | head -n 1)" ".*the new helper does not work.*mounted nosuid"
remove
umount /srv
mkdir /opt/closed
chmod 700 /opt/closed
try "$top/install/install.sh" --build /mnt/build --group bottlers --prefix /opt/closed
is "nor does a folder that users cannot enter" "$status" 78
remove
cp -a /mnt/newer /mnt/broken
cp /bin/true /mnt/broken/libexec/bottle-netd
set_up
old=$(hash $netd)
try "$top/install/install.sh" --build /mnt/broken --group bottlers
is "a helper that does not speak as it should leaves the old one in place" "$status:$(hash $netd):$(stat -c %a $netd)" "78:$old:4750"
like "check sees that it did not end" "$("$check" --quiet | grep ^interrupted)" "interrupted /var/lib/bottle/installs.d/.usr-local.pending: .*"
ok "the old build goes on from there" set_up
try "$check"
is "to a clean end" "$status:$out" "0:"
(
	flock -n 8
	try "$top/install/install.sh" --build /mnt/build --group bottlers
	echo "$status" >"$work/busy"
) 8>>/var/lib/bottle/installs.d/.lock
is "two at a time do not work" "$(cat "$work/busy")" 75
try setpriv --reuid 64004 --clear-groups "$top/install/install.sh" --build /mnt/build
is "a user is told to be root" "$status" 77

is "who is not root cannot hold it up" \
	"$(setpriv --reuid 64004 --clear-groups flock -n /var/lib/bottle/installs.d/.lock echo held 2>/dev/null)" ""
remove
"$top/install/install.sh" --build /mnt/build --group bottlers >&- 2>"$work/err"
try "$check"
is "a closed standard output is no file of ours" "$status:$out" "0:"
other_build mute
printf '#!/bin/sh\n[ "$1" = completion ] || exit 3\n' >/mnt/mute/bin/bottle
refused 65 "/mnt/mute/bin/bottle does not run here" --no-helper --build /mnt/mute

# dpkg-statoverride
remove
dpkg-statoverride --add root bottlers 0755 $netd
ok "an override that turns the helper off" set_up
is "is honoured" "$(stat -c '%a %U %G' $netd)" "755 root bottlers"
ok "on the way over it too" set_up --build /mnt/newer
is "and after it" "$(stat -c '%a %U %G' $netd)" "755 root bottlers"
try "$check"
is "check knows it" "$status:$out" "0:"
dpkg-statoverride --remove $netd
dpkg-statoverride --add root docker 4710 $netd
ok "an override with another group" set_up
is "is honoured as well" "$(stat -c '%a %U %G' $netd)" "4710 root docker"
dpkg-statoverride --remove $netd
dpkg-statoverride --add root "#64999" 4750 $netd
refused 78 "for a group that has no name, #64999"
dpkg-statoverride --remove $netd
dpkg-statoverride --add root docker 0750 /usr/local/bin/bottle
ok "an override of another file" set_up
is "is honoured" "$(stat -c '%a %U %G' /usr/local/bin/bottle)" "750 root docker"
try "$check"
is "as check wants it" "$status:$out" "0:"
set_up
like "and stays" "$out" "bottle .*: nothing to change"
dpkg-statoverride --remove /usr/local/bin/bottle
dpkg-statoverride --add ann root 0755 /usr/local/bin/bottle
refused 78 "dpkg-statoverride wants /usr/local/bin/bottle as ann:root 755"
dpkg-statoverride --remove /usr/local/bin/bottle
remove
dpkg-statoverride --add root bottlers 4755 $netd
refused 78 "more than root and a group could use or change it"
dpkg-statoverride --remove $netd

# A package's files are not ours to replace.
mkdir -p "$work/deb/DEBIAN" "$work/deb/usr/bin"
printf '%s\n' 'Package: bottle' 'Version: 1' 'Architecture: all' 'Maintainer: T <t@example.org>' 'Description: t' >"$work/deb/DEBIAN/control"
echo x >"$work/deb/usr/bin/bottle"
ok "a package of ours is there" sh -c "dpkg-deb -b '$work/deb' '$work/b.deb' >/dev/null && dpkg -i '$work/b.deb' >/dev/null 2>&1"
refused 73 "/usr/bin/bottle belongs to package bottle" --prefix /usr
# rpm, by a stand-in.
rpm_has /usr/local/share/man/man1/bottle.1 other
refused 73 "/usr/local/share/man/man1/bottle.1 belongs to package other"
done_testing
