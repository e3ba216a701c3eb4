#!/bin/sh
# uninstall.sh: the machine afterwards is the machine before, and not while anything of it is in use.
. "$(dirname "$0")/lib.sh"

snapshot >"$work/before"
same() { # NAME: as before
	snapshot >"$work/now"
	ok "$1" diff "$work/before" "$work/now"
}

remove
is "with nothing installed there is nothing to do" "$status" 0
same "and nothing is done"
set_up
setpriv --reuid 64003 --regid 64003 --groups 64002 sh -c 'exec "$@"' sh $netd add 127.0.0.16 127.0.0.20 >/dev/null
is "addresses are up" "$(ip -o addr show dev lo | grep -c 'lo:')" 2
remove
is "it removes" "$status" 0
is "and says what" "$out" "released 127.0.0.16 removed
released 127.0.0.20 removed
removed /usr/local"
same "files, folders and addresses are as before"
remove
is "again: nothing to do" "$status:$out" "0:uninstall: nothing is recorded: nothing to remove"

set_up
/usr/local/libexec/bottle/uninstall >/dev/null
same "the installed copy removes itself with the rest"
set_up
make -s --no-print-directory uninstall BUILD=/mnt/build >/dev/null
same "make uninstall does the same"

# two
set_up --prefix /opt/other
set_up
$netd add 127.0.0.17 >/dev/null
remove --prefix /usr/local
is "--prefix removes one" "$status:$out" "0:removed /usr/local"
is "the other is whole" "$("$check" --quiet; echo $?)" 0
is "and keeps its addresses" "$(ip -o addr show dev lo | grep -c 'lo:')" 1
set_up
remove --prefix /usr/local --purge
is "--purge is refused while there is another" "$status" 64
remove
is "without --prefix both go" "$status" 0
rmdir /opt/other 2>/dev/null
same "and all is as before"
remove --prefix /nowhere
is "a prefix that is not recorded" "$status:$out" "0:uninstall: nothing is recorded for /nowhere: nothing to remove"

# A script's unset variable must not remove all.
set_up
snapshot >"$work/installed"
for prefix in "" / // usr/local; do
	remove --prefix "$prefix"
	is "--prefix '$prefix' is no installation" "$status:$out" "64:"
	remove "--prefix=$prefix"
	is "nor is --prefix='$prefix'" "$status:$out" "64:"
done
remove --prefix
is "nor is none" "$status" 64
snapshot >"$work/now"
ok "and nothing is removed" diff "$work/installed" "$work/now"
try env TMPDIR=/nowhere CDPATH=/ "$top/install/uninstall.sh" --prefix=/usr/local/
is "a slash at its end is none of its name" "$status:$out" "0:removed /usr/local"
same "and all is as before again"

# in use
set_up
mkdir "$work/home"
chown 64003:64003 "$work/home"
chmod 755 "$work"
snapshot >"$work/installed"
setpriv --reuid 64003 --regid 64003 --clear-groups env HOME="$work/home" /usr/local/bin/bottle events -f >/dev/null 2>&1 &
running=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(readlink /proc/$running/exe)" != /usr/local/bin/bottle ] || break
	sleep 0.2
done
remove
is "while a program of it runs it is refused" "$status" 75
like "which is named" "$(echo "$err" | grep 'in use')" "  in use    process $running: /usr/local/bin/bottle events -f ?"
snapshot >"$work/now"
ok "and nothing is removed" diff "$work/installed" "$work/now"
set_up --build /mnt/build
other_build newer
set_up --build /mnt/newer
remove
is "and so it is when an upgrade has replaced that program" "$status" 75
kill $running
wait $running 2>/dev/null
echo "container bot-bottle-sidecars-web" >"$work/containers"
remove
is "a running bundle counts too" "$status:$(echo "$err" | head -n 1)" "75:  in use    container bot-bottle-sidecars-web"
remove --force
is "--force removes all the same" "$status" 0
rm "$work/containers"
same "everything"

# The same path in a container, which has a file system of its own.
set_up
unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs /usr/local && mkdir /usr/local/bin && cp /mnt/build/bin/bottle /usr/local/bin/ &&
	exec setpriv --reuid 64003 --regid 64003 --clear-groups env HOME=/mnt/work/home /usr/local/bin/bottle events -f' >/dev/null 2>&1 &
running=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(readlink /proc/$running/exe)" != /usr/local/bin/bottle ] || break
	sleep 0.2
done
is "a container's own copy runs" "$(readlink /proc/$running/exe)" /usr/local/bin/bottle
remove
is "and is no reason to refuse" "$status:$err" "0:"
kill $running
wait $running 2>/dev/null

# what has become of it
set_up
cp /bin/true $netd
$netd
remove
is "a helper that was changed is removed and not run" "$status:$(echo "$err" | grep -c 'is not run')" "0:1"
same "with all else"
set_up
ln $netd /usr/local/hoarded
remove
is "a hard link to the helper is no setuid program any more" "$(stat -c %a /usr/local/hoarded)" 600
rm /usr/local/hoarded
set_up
touch /usr/local/libexec/bottle/mine
remove
is "a folder with something of others in it stays" "$(find /usr/local/libexec -type f):$(echo "$err" | grep -c 'is kept')" "/usr/local/libexec/bottle/mine:2"
rm -r /usr/local/libexec
same "and nothing else"
set_up
chmod 777 /usr/local/libexec
remove
is "in a folder that others can write nothing is removed" "$status:$(test -e $netd && echo there)" "78:there"
chmod 755 /usr/local/libexec
remove
same "until that is put right"
set_up
ip addr add 127.0.0.18/32 dev lo
remove
is "an address that others put there is left, and named" "$status:$(echo "$err" | grep -c '127.0.0.18 foreign')" "0:1"
ip addr del 127.0.0.18/32 dev lo

# What a package of rpm has by now, by a stand-in.
set_up
rpm_has /usr/local/share/man/man1/bottle.1 other
remove
is "a package's file is kept, and named" "$status:$(find /usr/local -type f):$(echo "$err" | grep 'is kept: package')" \
	"0:/usr/local/share/man/man1/bottle.1:uninstall: note: /usr/local/share/man/man1/bottle.1 is kept: package other has it"
rm /usr/bin/rpm /usr/local/share/man/man1/bottle.1
same "and nothing else"

# a record that somebody else could have written
# shellcheck disable=SC2034 # for eval
record=/var/lib/bottle/installs.d/usr-local
for change in 'chmod 666 $record' 'chown ann $record' 'echo "644 root root 0 /etc/passwd" >>$record' \
	'echo "644 root root 0 /usr/local/../../etc/passwd" >>$record' 'echo rubbish >$record' 'chmod 777 /var/lib/bottle'; do
	set_up
	cp -a /var/lib/bottle "$work/state"
	eval "$change"
	remove
	is "$change: nothing is removed by such a record" "$status:$(test -e /etc/passwd && test -e $netd && echo there)" "78:there"
	rm -rf /var/lib/bottle
	mv "$work/state" /var/lib/bottle
done
remove
same "put right, all is removed"

# purge
mkdir -p /etc/bottle
echo 'version: 1' >/etc/bottle/config.yaml
set_up
remove
is "settings are kept" "$(cat /etc/bottle/config.yaml):$(echo "$err" | grep -c 'etc/bottle is kept')" "version: 1:1"
set_up
echo x >/var/lib/bottle/more
remove --purge
is "--purge takes settings and records" "$(find /etc/bottle /var/lib/bottle 2>/dev/null)" ""
same "and then all is as before"
mkdir -p /etc/bottle
remove --purge
same "also later"
try setpriv --reuid 64003 --clear-groups "$top/install/uninstall.sh"
is "a user is told to be root" "$status" 77
done_testing
