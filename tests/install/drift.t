#!/bin/sh
# check.sh: every kind of drift is found when it is introduced, once, under its name; and nothing before and after.
. "$(dirname "$0")/lib.sh"

try "$check"
is "nothing installed cannot be judged" "$status:$out" "3:"
set_up
snapshot >"$work/as-installed"

clean() { # WHEN
	try "$check" --members ann,bob
	is "$1: nothing is found" "$status:$out" "0:"
}

documents=0
# drift KIND PATH-AND-DETAIL DO UNDO: DO introduces it, and UNDO takes it away.
drift() {
	sh -c "$3"
	try "$check" --members ann,bob
	like "$1: found by itself${5:+ ($5)}" "$out" "$1 $2"
	is "$1: exit 2" "$status" 2
	documents=$((documents + 1))
	"$check" --json --members ann,bob >"$work/document.$documents"
	sh -c "$4"
}
man=/usr/local/share/man/man1/bottle.1
export netd man

clean "as installed"
drift mode "$netd: is 4755, should be 4750" 'chmod 4755 $netd' 'chmod 4750 $netd'
drift mode "$man: is 664, should be 644" 'chmod 664 $man' 'chmod 644 $man'
drift owner "/usr/local/bin/bottle: is ann, should be root" 'chown ann /usr/local/bin/bottle' 'chown root /usr/local/bin/bottle'
drift group "$netd: is docker, should be bottlers" 'chgrp docker $netd; chmod 4750 $netd' 'chgrp bottlers $netd; chmod 4750 $netd'
drift hash "$man: has other bytes than were installed" 'cp $man /mnt/work/kept; echo >>$man' 'cat /mnt/work/kept >$man'
drift missing "$man: is not there" 'mv $man /mnt/work/kept' 'mv /mnt/work/kept $man'
drift type "$man: is not a regular file" 'mv $man /mnt/work/kept; ln -s /mnt/work/kept $man' 'mv /mnt/work/kept $man'
drift parent "/usr/local/libexec: is writable by others .mode 757." 'chmod 757 /usr/local/libexec' 'chmod 755 /usr/local/libexec'
drift parent "/usr/local: is writable by group root .mode 775." 'chmod 775 /usr/local' 'chmod 755 /usr/local'
drift parent "/usr/local/libexec/bottle: belongs to bob" 'chown bob /usr/local/libexec/bottle' 'chown root /usr/local/libexec/bottle'
drift parent "/etc/bottle: is writable by group root .mode 775." 'mkdir -m 775 /etc/bottle' 'rmdir /etc/bottle'
mkdir /etc/bottle
drift mode "/etc/bottle/config.yaml: is 664: others than root can write it" \
	'touch /etc/bottle/config.yaml; chmod 664 /etc/bottle/config.yaml' 'rm /etc/bottle/config.yaml'
drift mode "/etc/bottle/more: is 602: others.*" 'touch /etc/bottle/more; chmod 602 /etc/bottle/more' 'rm /etc/bottle/more'
drift owner "/etc/bottle/config.yaml: is ann, should be root" 'touch /etc/bottle/config.yaml; chown ann /etc/bottle/config.yaml' \
	'rm /etc/bottle/config.yaml'
drift type "/etc/bottle/config.yaml: is not a regular file" 'ln -s /mnt/work/kept /etc/bottle/config.yaml' 'rm /etc/bottle/config.yaml'
echo 'wildcard: refuse' >/etc/bottle/config.yaml
clean "a policy that is root's alone, whatever it says"
rm -r /etc/bottle
drift parent "/usr/local/share/bottle: is a symbolic link" 'mv /usr/local/share/bottle /opt/; ln -s /opt/bottle /usr/local/share/bottle' \
	'rm /usr/local/share/bottle; mv /opt/bottle /usr/local/share/'
# What any user can do to /tmp: fill it, and put a setuid file there whose end nobody reads to.
mount -t tmpfs -o size=64k,mode=1777 tmpfs /tmp
dd if=/dev/zero of=/tmp/fill bs=4k 2>/dev/null
drift mode "$netd: is 6777, should be 4750" 'chmod 6777 $netd' 'chmod 4750 $netd' "with /tmp full"
umount /tmp
truncate -s 64G /tmp/big
chmod 4755 /tmp/big
try timeout 120 "$check"
is "an endless setuid file of a user's does not hold it up" "$status:$out" "0:"
rm /tmp/big
mount -t tmpfs -o size=64k tmpfs /run
try "$check"
is "without room for its own lists it cannot judge" "$status:$out" "3:"
umount /run
drift unknown-copy "/opt/tool: a setuid or setgid copy.*" 'cp $netd /opt/tool; chmod 4755 /opt/tool' 'rm /opt/tool' "another name"
drift unknown-copy "/opt/.d/.x: a setuid or setgid copy.*" 'mkdir /opt/.d; cp $netd /opt/.d/.x; chmod 4755 /opt/.d/.x' 'rm -r /opt/.d' hidden
drift unknown-copy "/usr/bin/x: a setuid or setgid copy.*" 'cp $netd /usr/bin/x; chmod 2755 /usr/bin/x' 'rm /usr/bin/x' setgid
drift unknown-copy "/usr/local/libexec/bottle/bottle-netd;65f0a1b2: a setuid.*" \
	'cp $netd "$netd;65f0a1b2"; chmod 4750 "$netd;65f0a1b2"' 'rm "$netd;65f0a1b2"' "what a killed rpm leaves"
drift unknown-copy "/opt/a.\[31m: a setuid.*" 'cp $netd "$(printf "/opt/a\033[31m")"; chmod 4755 /opt/a*' 'rm /opt/a*' "a name that would act on a terminal"
drift member "$netd: eve is in group bottlers and not among those allowed: gpasswd -d eve bottlers, or .*" \
	'cp /etc/group /mnt/work/group; sed -i /^bottlers:/s/ann/ann,eve/ /etc/group' 'cat /mnt/work/group >/etc/group'
drift member "$netd: mal is in group bottlers.*" 'cp /etc/passwd /mnt/work/passwd; echo mal:x:64009:64002::/:/bin/false >>/etc/passwd' \
	'cat /mnt/work/passwd >/etc/passwd' "as a first group"
drift interrupted "/usr/local/libexec/bottle/.bottle.new: an installation left it.*" 'touch /usr/local/libexec/bottle/.bottle.new' \
	'rm /usr/local/libexec/bottle/.bottle.new'
drift interrupted "/var/lib/bottle/installs.d/.x.pending: install.sh or uninstall.sh did not come to its end.*" \
	'touch /var/lib/bottle/installs.d/.x.pending' 'rm /var/lib/bottle/installs.d/.x.pending'
drift override "$netd: dpkg-statoverride makes it root:bottlers 4755: more than.*" \
	'chmod 4755 $netd; dpkg-statoverride --add root bottlers 4755 $netd' 'chmod 4750 $netd; dpkg-statoverride --remove $netd'
drift mode "$netd: is 4750, should be 755" 'dpkg-statoverride --add root bottlers 0755 $netd' 'dpkg-statoverride --remove $netd' \
	"an override that is not in force"
drift capability "$netd: has file capabilities: setcap -r $netd" 'setcap cap_net_raw+ep $netd' 'setcap -r $netd'
drift acl "$netd: has an access control list: getfacl $netd" 'setfacl -m u:ann:rx $netd' 'setfacl -b $netd'
ln $netd /usr/local/share/hard
try "$check"
is "a hard link is found at both ends" "$out" "unknown-copy $netd: has 2 names: find / -xdev -samefile $netd
unknown-copy /usr/local/share/hard: a setuid or setgid copy of bottle-netd that no record and no package has"
rm /usr/local/share/hard
chmod 666 /var/lib/bottle/installs.d/usr-local
try "$check"
is "a record that others can write is a finding, and no measure of the helper" "$out" "\
mode /var/lib/bottle/installs.d/usr-local: is 666, should be 644
unknown-copy $netd: a setuid or setgid copy of bottle-netd that no record and no package has"
chmod 644 /var/lib/bottle/installs.d/usr-local
chmod 777 /var/lib/bottle/installs.d
try "$check"
is "nor is one in a folder that others can write" "$out" "\
parent /var/lib/bottle/installs.d: is writable by others (mode 777)
unknown-copy $netd: a setuid or setgid copy of bottle-netd that no record and no package has"
chmod 755 /var/lib/bottle/installs.d
# A pair that does not fit, each file as its record says: the frontend of another pool.
cp /usr/local/bin/bottle "$work/bottle"
cp /var/lib/bottle/installs.d/usr-local "$work/record"
printf '#!/bin/sh\necho "{\\"pool\\": {\\"first\\": 16, \\"last\\": 20}}"\n' >/usr/local/bin/bottle
sed -i "/ .usr.local.bin.bottle$/s/ [0-9a-f]\{64\} / $(hash /usr/local/bin/bottle) /" /var/lib/bottle/installs.d/usr-local
drift protocol "$netd: says 'protocol 1 pool 127.0.0.16 127.0.0.31', /usr/local/bin/bottle wants 'protocol 1 pool 127.0.0.16 127.0.0.20'.*" : :
# Each as its record says, in a folder where somebody can exchange it between the look at it and the run.
printf '#!/bin/sh\ntouch /mnt/work/ran-bottle\n' >/usr/local/bin/bottle
printf '#!/bin/sh\ntouch /mnt/work/ran-netd\n' >"$work/script"
cp $netd "$work/netd"
cat "$work/script" >$netd
chmod 4750 $netd
sed -i "/ .usr.local.bin.bottle$/s/ [0-9a-f]\{64\} / $(hash /usr/local/bin/bottle) /
	/ .usr.local.libexec.bottle.bottle-netd$/s/ [0-9a-f]\{64\} / $(hash $netd) /" /var/lib/bottle/installs.d/usr-local
for folder in /usr/local/bin /usr/local/libexec /usr/local /var/lib/bottle; do
	chmod 777 $folder
	"$check" >/dev/null 2>&1
	is "$folder is writable by others: no program there is run" "$(cd "$work" && echo ran-*)" "ran-*"
	chmod 755 $folder
done
"$check" >/dev/null 2>&1
is "(they are, where it is not)" "$(cd "$work" && echo ran-*)" "ran-bottle ran-netd"
rm "$work"/ran-*
sed -i "/ .usr.local.libexec.bottle.bottle-netd$/d" /var/lib/bottle/installs.d/usr-local
chmod 755 $netd
"$check" >/dev/null 2>&1
is "nor is a helper that no record has" "$(cd "$work" && echo ran-*)" "ran-*"
cat "$work/netd" >$netd
chmod 4750 $netd
cat "$work/bottle" >/usr/local/bin/bottle
cat "$work/record" >/var/lib/bottle/installs.d/usr-local
# What was changed is not run.
cp $netd "$work/netd"
printf '#!/bin/sh\ntouch /mnt/work/ran\n' >/usr/local/bin/bottle
cat /usr/local/bin/bottle >$netd
"$check" >/dev/null 2>&1
ok "a program that was changed is not run by the check" [ ! -e "$work/ran" ]
cat "$work/bottle" >/usr/local/bin/bottle
cat "$work/netd" >$netd
chmod 4750 $netd
clean "after all that"
snapshot >"$work/after"
ok "and the check changed nothing" diff "$work/as-installed" "$work/after"

try "$check"
is "without --members nobody is judged" "$status" 0
try "$check" --members ann
like "a user whose first group it is counts" "$out" "member $netd: bob is in group bottlers.*"
cp $netd /mnt/hidden
chmod 4755 /mnt/hidden
try "$check"
is "a copy outside the known places is not looked for" "$status" 0
try "$check" --scan /mnt
like "but with --scan" "$out" "unknown-copy /mnt/hidden: .*"
mkdir "/mnt/work/a b"
mv /mnt/hidden "/mnt/work/a b/"
ln -s "a b" /mnt/work/link
for folder in "/mnt/work/a b" /mnt/work/link; do
	try "$check" --scan "$folder"
	like "--scan $folder" "$out" "unknown-copy /mnt/work/a b/hidden: .*"
	try "$check" "--scan=$folder"
	is "--scan=$folder" "$status" 2
done
cd "/mnt/work/a b" && try "$check" --scan .
cd "$top" || exit 1
is "--scan ." "$status" 2
rm -r "/mnt/work/a b" /mnt/work/link
for folder in /nowhere "" -delete /etc/passwd "/mnt/work
/mnt"; do
	try "$check" --scan "$folder"
	is "--scan '$folder' could not be judged" "$status:$(echo "$err" | grep -c '^check: cannot judge: --scan .*: is no folder')" "3:1"
done
try timeout 10 "$check" --parents usr/local
is "a folder that is not absolute has no parents" "$status:$out" "3:"
try env TMPDIR=/nowhere CDPATH=/ "$check"
is "somebody's TMPDIR and CDPATH are not asked" "$status:$out" "0:"
try setpriv --reuid 64003 --regid 64003 --clear-groups "$check"
is "a user who cannot read the helper cannot judge" "$status" 3
like "and is told why" "$(echo "$err" | grep 'cannot be read by' | head -n 1)" "check: cannot judge: $netd: cannot be read by ann: run this as root"
try "$check" --quiet
is "--quiet says nothing but findings" "$status:$out:$err" "0::"
try "$check" --member
is "a wrong option is no verdict" "$status" 3
try /usr/local/libexec/bottle/check
is "the installed copy says the same" "$status:$out" "0:"

# packages of dpkg, real ones: the files of the build, and a helper whose configuration stops half-way
deb() { # NAME POSTINST FILE...
	root=$work/root-$1
	mkdir -p "$root/DEBIAN"
	printf '%s\n' "Package: $1" "Version: ${release:-0.1.0-1}" 'Architecture: all' 'Maintainer: T <t@example.org>' 'Description: t' >"$root/DEBIAN/control"
	printf '#!/bin/sh\n%s\n' "$2" >"$root/DEBIAN/postinst"
	chmod 755 "$root/DEBIAN/postinst"
	(cd "$root" && find etc -type f 2>/dev/null | sed 's|^|/|') >"$root/DEBIAN/conffiles"
	(cd "$root" && find . -type f ! -path './DEBIAN/*' ! -path './etc/*' -exec md5sum {} + | sed 's| \./| |') >"$root/DEBIAN/md5sums"
	dpkg-deb -b "$root" "$work/$1.deb" >/dev/null && dpkg -i "$work/$1.deb" >/dev/null 2>&1
}
remove
mkdir -p "$work/root-bottle/usr/bin" "$work/root-bottle/etc/bottle" "$work/root-bottle-netd/usr/libexec/bottle"
cp install/config.yaml "$work/root-bottle/etc/bottle/"
cp /mnt/build/bin/bottle "$work/root-bottle/usr/bin/"
cp /mnt/build/libexec/bottle-netd "$work/root-bottle-netd/usr/libexec/bottle/"
netd=/usr/libexec/bottle/bottle-netd
deb bottle 'exit 0'
deb bottle-netd 'test -e /mnt/work/good || exit 1; chgrp docker /usr/libexec/bottle/bottle-netd; chmod 4750 /usr/libexec/bottle/bottle-netd'
try "$check" --members ''
like "interrupted: a package that stopped half-way" "$out" \
	"interrupted /var/lib/dpkg/status: package bottle-netd is half-configured: dpkg --configure -a"
touch "$work/good"
dpkg --configure -a >/dev/null 2>&1
clean "packages"
drift hash "/usr/bin/bottle: has other bytes than package bottle put there" 'cp /usr/bin/bottle /mnt/work/kept; echo >>/usr/bin/bottle' \
	'cat /mnt/work/kept >/usr/bin/bottle' "of a package"
drift type "/usr/bin/bottle: is not a regular file" 'mv /usr/bin/bottle /mnt/work/kept; ln -s /mnt/work/kept /usr/bin/bottle' \
	'mv /mnt/work/kept /usr/bin/bottle' "of a package"
drift missing "/etc/bottle/config.yaml: is not there" 'mv /etc/bottle/config.yaml /mnt/work/kept' 'mv /mnt/work/kept /etc/bottle/config.yaml' \
	"settings of a package"
echo 'wildcard: refuse' >>/etc/bottle/config.yaml
clean "settings that were changed"
drift acl "$netd: has an access control list: getfacl $netd" 'setfacl -m u:ann:rx $netd' 'setfacl -b $netd' "of a package"
# As an upgrade leaves it that is killed while it unpacks.
cp /var/lib/dpkg/status "$work/status"
sed -i '/^Package: bottle$/,/^$/s/^Status: .*/Status: install reinstreq half-installed/' /var/lib/dpkg/status
try "$check"
like "interrupted: half-installed, for which apt has no archive" "$(echo "$out" | grep ^interrupted)" \
	"interrupted /var/lib/dpkg/status: package bottle is half-installed: dpkg -i bottle_[*].deb bottle-netd_[*].deb"
cat "$work/status" >/var/lib/dpkg/status
release=0.0.9-1 deb bottle-netd 'chgrp docker /usr/libexec/bottle/bottle-netd; chmod 4750 /usr/libexec/bottle/bottle-netd'
try "$check" --members ann,bob
is "two releases side by side, which dpkg calls installed" "$status:$out" \
	"2:protocol $netd: bottle 0.1.0-1 beside bottle-netd 0.0.9-1, of two releases: dpkg -i bottle_*.deb bottle-netd_*.deb"
deb bottle-netd 'chgrp docker /usr/libexec/bottle/bottle-netd; chmod 4750 /usr/libexec/bottle/bottle-netd'
clean "of one release again"
# What debconf was told, by a stand-in: this machine's answers are in /var/cache.
for answer in docker 64001; do
	printf '#!/bin/sh\necho "* bottle-netd/group: %s"\n' $answer >/usr/bin/debconf-show
	chmod 755 /usr/bin/debconf-show
	clean "the group that debconf has, as $answer"
done
rm /usr/bin/debconf-show
drift missing "/usr/bin/bottle: is not there" 'mv /usr/bin/bottle /mnt/work/kept' 'mv /mnt/work/kept /usr/bin/bottle' "of a package"
drift mode "$netd: is 4755, should be 4750" 'chmod 4755 $netd' 'chmod 4750 $netd' "of a package"
drift group "$netd: is bottlers, should be docker" 'chgrp bottlers $netd; chmod 4750 $netd' 'chgrp docker $netd; chmod 4750 $netd' "of a package"
drift parent "/usr/libexec/bottle: is writable by group root .mode 775." 'chmod 775 /usr/libexec/bottle' 'chmod 755 /usr/libexec/bottle' "of a package"
chown root:root $netd
chmod 755 $netd
clean "a package's helper without the bit"
dpkg -r bottle-netd >/dev/null 2>&1
clean "without the helper's package"
dpkg -r bottle >/dev/null 2>&1

# rpm: there is no rpm database here; a stand-in prints what rpm(8) says that rpm -V prints.
cp /mnt/build/bin/bottle /usr/bin/bottle
cat >/usr/bin/rpm <<'END'
#!/bin/sh
case $* in
*bottle-netd) exit 1 ;;
'-q '*) echo 0.1.0-1 ;;
'-ql '*) echo /usr/bin/bottle ;;
'-V '*) cat /mnt/work/rpm-says ;;
esac
END
chmod 755 /usr/bin/rpm
: >"$work/rpm-says"
clean "rpm"
printf '%s\n' 'SM5..UG..    /usr/bin/bottle' 'S.5......  c /etc/bottle/config.yaml' 'missing     /usr/share/man/man1/bottle.1.gz' >"$work/rpm-says"
try "$check"
is "rpm -V: its letters are read" "$(echo "$out" | cut -d : -f 1 | tr '\n' ';')" \
	"group /usr/bin/bottle;hash /usr/bin/bottle;missing /usr/share/man/man1/bottle.1.gz;mode /usr/bin/bottle;owner /usr/bin/bottle;"
"$check" --json >"$work/document.rpm"
printf '%s\n' 'missing   c /etc/bottle/config.yaml' >"$work/rpm-says"
try "$check"
is "and of settings that they are missing" "$out" "missing /etc/bottle/config.yaml: is not there"
: >"$work/rpm-says"
echo 0.1.0-1 >"$work/rpm-release"
cat >/usr/bin/rpm <<'END'
#!/bin/sh
case $* in
'-q '*bottle-netd) cat /mnt/work/rpm-release ;;
'-q '*) echo 0.1.0-1 ;;
'-ql bottle-netd') echo /usr/libexec/bottle/bottle-netd ;;
'-ql '*) echo /usr/bin/bottle ;;
esac
END
mkdir -p /usr/libexec/bottle
cp /mnt/build/libexec/bottle-netd $netd
chgrp docker $netd
chmod 4750 $netd
clean "rpm, with the helper"
drift acl "$netd: has an access control list: getfacl $netd" 'setfacl -m u:ann:rx $netd' 'setfacl -b $netd' "of rpm"
ln $netd /usr/bin/hard
try "$check"
is "a hard link to rpm's helper is found at both ends" "$(echo "$out" | cut -d : -f 1)" "unknown-copy /usr/bin/hard
unknown-copy $netd"
rm /usr/bin/hard
drift protocol "$netd: bottle 0.1.0-1 beside bottle-netd 0.0.9-1, of two releases: rpm -U --replacepkgs bottle-[*].rpm" \
	'echo 0.0.9-1 >/mnt/work/rpm-release' 'echo 0.1.0-1 >/mnt/work/rpm-release' "of rpm"
rm -r /usr/bin/rpm /usr/bin/bottle /usr/libexec/bottle

# documents
ok "every document is JSON of docs/json/check.json, which lets no more and no less through" \
	sh -c "said=\$($top/tests/native/validate $top/docs/json $work/document.*) && [ -z \"\$said\" ] || { echo \"\$said\" | head >&2; false; }"
is "and each kind was in one" "$(cat "$work"/document.* | jq -r '.findings[].kind' | sort -u | tr '\n' ' ')" \
	"$(jq -r '.properties.findings.items.properties.kind.enum[]' docs/json/check.json | sort | tr '\n' ' ')"
is "states" "$(cat "$work"/document.* | jq -r .state | sort -u)" drift
is "of a clean machine without anything" "$("$check" --json | jq -c '[.state, .findings, (.unsure | length)]')" '["unknown",[],1]'
done_testing
