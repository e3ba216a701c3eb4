#!/bin/sh
# Installs what `make` has built, as root: install once, or over an older one, also under running bottles.
#
#   install.sh [--prefix DIR] [--group GROUP] [--no-helper] [--build DIR]
#
# Order of the work, and what a kill (or a power cut) leaves at each point:
#
#  1 judge    prefix and all folders above it are root's alone, group and build are there, no package owns the files
#  2 stage    `make install DESTDIR=` into a folder of root's: the one list of files is mk/install.mk. No setuid bit there
#  3 intend   the record of what will be there, with what was there, as .NAME.pending: uninstall.sh and check.sh know it
#  4 copy     every file that differs to .FILE.new beside its place: bytes, owner, mode, in this order, since a change of
#             owner takes the setuid bit away and the other order would have a setuid file of somebody else's
#  5 try      the helper is run under its new name's folder, as it will be run, before it is anybody's helper
#  6 rename   each file replaces its predecessor by rename(2): there is the old one or the new one, whole. The old
#             helper's inode loses its mode: a hard link somewhere to it is no setuid program of last year's
#  7 record   what the old record has and the new one has not is removed; the pending record becomes the record
#
# Run again, it goes on from wherever the last run ended. Nothing that is as it should be is touched.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset TMPDIR CDPATH MAKEFLAGS MAKEFILES MFLAGS GNUMAKEFLAGS
# A closed descriptor would be given to a file of ours.
{ true 3<&0; } 2>/dev/null || exec </dev/null
if ! true 3>&2; then exec 2>/dev/null; fi
{ true 3>&1; } 2>/dev/null || exec >/dev/null
umask 022

here=$(cd "$(dirname "$0")" && pwd -P)
top=${here%/*}
state=$(cd -P /var && pwd -P)/lib/bottle # macOS has a link there
records=$state/installs.d
stage=$state/.stage
prefix=/usr/local helper=yes build=$top/build
group=docker
[ "$(uname -s)" != Darwin ] || group='admin'
left="nothing was changed"
told='' # set when it is said why it ends

say() { # WHY NEXT
	echo "install.sh: $prefix: $1"
	echo "  left      $left"
	echo "  next      $2"
} >&2

fail() { # CODE WHY NEXT
	say "$2" "$3"
	told=yes
	exit "$1"
}

usage() {
	sed -n '4s/^# *//p' "$0" >&2
	told=yes
	exit 64
}

# Whatever else ends it has written its own line: a full disk, a file system that is read-only, ^C.
trap 'ended $?' EXIT
trap 'exit 130' HUP INT TERM
# shellcheck disable=SC2317 # called by the trap
ended() { # STATUS
	[ "$1" -eq 0 ] || [ -n "$told" ] ||
		say "it did not come to its end (status $1)" "see why, above; run this again, or uninstall.sh --prefix $prefix"
}

while [ $# -gt 0 ]; do
	case $1 in
	--no-helper) helper=no ;;
	--prefix=* | --group=* | --build=*)
		option=$1
		shift
		set -- "${option%%=*}" "${option#*=}" "$@"
		continue
		;;
	--prefix | --group | --build)
		[ $# -gt 1 ] && [ -n "$2" ] || usage
		case $1 in
		--prefix) prefix=$2 ;;
		--group) group=$2 ;;
		--build) build=$(cd "$2" 2>/dev/null && pwd -P) || fail 65 "--build $2: no such folder" "make" ;;
		esac
		shift
		;;
	*) usage ;;
	esac
	shift
done
prefix=${prefix%/}

if stat -c %a / >/dev/null 2>&1; then
	look() { stat -c '%a %U %G' -- "$1"; }
else
	look() { stat -f '%Mp%Lp %Su %Sg' "$1" | sed 's/^0*//'; }
fi

sum() {
	if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# ---- 1 judge
[ "$(id -u)" -eq 0 ] || fail 77 "only root can install" "sudo $0 --prefix $prefix"
case $prefix in
/*) ;;
*) fail 64 "a prefix is an absolute path" "install.sh --prefix /usr/local" ;;
esac
# Spaces and newlines would end a word of the record.
case $prefix/ in
*[!A-Za-z0-9._+/-]* | *//* | */./* | */../*)
	fail 64 "a prefix has letters, digits, . _ + - and no folder twice" "install.sh --prefix /usr/local"
	;;
esac
if [ "$helper" = yes ]; then
	asked=$group # or its number
	if command -v getent >/dev/null; then
		group=$(getent group -- "$asked" 2>/dev/null | cut -d : -f 1)
	else
		group=$(dscl . -read "/Groups/$asked" RecordName 2>/dev/null | awk '{print $2}')
	fi
	[ -n "$group" ] || fail 78 "there is no group '$asked' to run the helper" \
		"install the engine first, or --group GROUP, or --no-helper"
	# A word of the record too.
	case $group in
	-* | *[!A-Za-z0-9._@-]*) fail 64 "a group has letters, digits, . _ @ -, which '$group' has not" "--group GROUP, or --no-helper" ;;
	esac
fi
for built in bin/bottle libexec/guest $([ "$helper" = no ] || echo libexec/bottle-netd); do
	[ -e "$build/$built" ] || fail 65 "$build/$built is not there" "make"
done

closed() { # DIR...
	[ $# -gt 0 ] || return 0
	doors=$("$here/check.sh" --parents "$@") || {
		bad=$(printf '%s\n' "$doors" | head -n 1)
		at=${bad%%	*} why=${bad#*	}
		case $why in
		"is a symbolic link" | "is not a folder") fix="see what it is: there has to be a folder" ;;
		*writable*) fix="chmod go-w $at, if nobody else has business there" ;;
		*) fix="chown root $at, if nobody else has business there" ;;
		esac
		# Another prefix is a way out where the folder is on the way to this one, or below it.
		case $prefix/ in
		"$at"/*)
			[ "$why" != "is a symbolic link" ] || fix="name the folder itself: --prefix $(realpath "$prefix" 2>/dev/null || echo DIR)"
			fix="$fix; or another --prefix"
			;;
		*) case $at in "$prefix"/*) fix="$fix; or another --prefix" ;; esac ;;
		esac
		fail 78 "$at $why" "$fix"
	}
}
closed "$prefix" "$records"
mkdir -p "$records"
chmod 755 "$state" "$records"
if command -v flock >/dev/null; then
	umask 077 # who can open it can hold it
	exec 9>"$records/.lock"
	chmod 600 "$records/.lock"
	umask 022
	flock -n 9 || fail 75 "another installation is at work" "wait for it to end"
fi

# ---- 2 stage
rm -rf "$stage"
mkdir -m 700 "$stage"
# shellcheck disable=SC2317 # called by the trap
finish() { # STATUS
	ended "$1"
	rm -rf "$stage"
	for record in "$records"/* "$records"/.*.pending; do
		[ ! -f "$record" ] || return 0
	done
	rm -f "$records/.lock" "$records/.new"
	rmdir "$records" "$state" 2>/dev/null || :
}
trap 'finish $?' EXIT
make -s --no-print-directory -C "$top" install DESTDIR="$stage/root" PREFIX="$prefix" BUILD="$build" HELPER="$helper" \
	GROUP="$group" AS_ROOT= >"$stage/log" 2>&1 9>&- || {
	sed 's/^/  /' "$stage/log" >&2
	fail 70 "staging failed, as above" "make"
}
root=$(look / | cut -d ' ' -f 3)
# Programs people start come last: what they need is there by then.
(cd "$stage/root" && find . -type f | sed 's/^\.//' | sort) >"$stage/found"
{
	grep -v "^$prefix/bin/" "$stage/found"
	grep "^$prefix/bin/" "$stage/found"
} >"$stage/files"

netd=$prefix/libexec/bottle/bottle-netd
version=$("$build/bin/bottle" version | sed -n '1s/^bottle \([^ ]*\).*/\1/p')
[ -n "$version" ] || fail 65 "$build/bin/bottle does not run here" "make"
: >"$stage/overrides"
if command -v dpkg-statoverride >/dev/null; then dpkg-statoverride --list >"$stage/overrides" 2>/dev/null || :; fi
while read -r path; do
	case $path in
	"$netd") set -- 4750 root "$group" ;;
	*)
		# shellcheck disable=SC2046
		set -- $(look "$stage/root$path")
		set -- "$1" root "$root"
		;;
	esac
	# The administrator's own word on a file stands above ours: 0755 for the helper turns it off for good.
	rule=$(awk -v path="$path" '$4 == path {print $3, $1, $2}' "$stage/overrides")
	if [ -n "$rule" ]; then
		# shellcheck disable=SC2086 # three words
		set -- ${rule#0}
		case $2-$1-$3 in
		*-'#'*) fail 78 "dpkg-statoverride wants $path for a group that has no name, $3" "dpkg-statoverride --remove $path" ;;
		root-[4-7][0-7][0145][04]-* | root-[0-7][0145][0145]-*) ;;
		*) fail 78 "dpkg-statoverride wants $path as $2:$3 $1: more than root and a group could use or change it" \
			"dpkg-statoverride --remove $path" ;;
		esac
	fi
	[ "$path" != "$netd" ] || netd_mode=$1 netd_owner=$2 netd_group=$3
	echo "$1 $2 $3 $(sum "$stage/root$path") $path" >>"$stage/lines"
done <"$stage/files"

sed 's|/[^/]*$||' "$stage/files" | sort -u >"$stage/folders"
# shellcheck disable=SC2046 # paths of ours have no spaces
closed $(cat "$stage/folders")
while read -r path; do
	[ ! -d "$path" ] || fail 73 "$path is a folder, and should be a file" "see what it is, and remove it"
done <"$stage/files"
if command -v dpkg-query >/dev/null; then
	# shellcheck disable=SC2046
	owned=$(dpkg-query -S $(cat "$stage/files") 2>/dev/null | head -n 1) || owned=
	[ -z "$owned" ] || fail 73 "${owned#*: } belongs to package ${owned%%:*}" "apt-get remove ${owned%%:*}, or another --prefix"
fi
if command -v rpm >/dev/null; then
	while read -r path; do
		owner=$(rpm -qf --qf '%{NAME} ' "$path" 2>/dev/null) || continue
		fail 73 "$path belongs to package ${owner%% *}" "rpm -e ${owner%% *}, or another --prefix"
	done <"$stage/files"
fi

# ---- 3 intend
# A record has the name of its prefix, and its first line the prefix: /a/b-c and /a-b/c are two.
name=
for record in "$records"/* "$records"/.*.pending; do
	[ -f "$record" ] || continue
	read -r first <"$record" || : # an empty one is nobody's
	case $first in
	"# bottle "*" prefix $prefix group "*)
		name=${record##*/}
		name=${name#.}
		name=${name%.pending}
		break
		;;
	esac
done
if [ -z "$name" ]; then
	name=$(printf %s "${prefix#/}" | tr / -)
	while [ -e "$records/$name" ] || [ -e "$records/.$name.pending" ]; do name=$name+; done
fi
pending=$records/.$name.pending

# What stands in an older record and is not wanted any more is removed by root: as in uninstall.sh, nobody else may have
# written it, and nothing outside the prefix is meant.
for record in "$records/$name" "$pending"; do
	[ -e "$record" ] || continue
	[ -n "$(find "$record" -user 0 ! -perm -020 ! -perm -002)" ] ||
		fail 78 "$record is not root's alone" "see who wrote it, and what it says"
	strange=$(awk -v prefix="$prefix/" '!/^#/ && $4 != "dir" && (index($5, prefix) != 1 || $5 ~ /\/\.\.?\//) {print $5; exit}' "$record")
	[ -z "$strange" ] || fail 78 "$record names $strange, which is not in $prefix" "see who wrote it, and what it says"
done

cat "$records/$name" "$pending" 2>/dev/null | grep -v '^#' >"$stage/old" || :
# Folders that are made here, or were once: when they are empty again they are uninstall.sh's to remove.
{
	while read -r folder; do
		while [ ! -e "$folder" ]; do
			echo "755 root $root dir $folder"
			folder=${folder%/*}
		done
	done <"$stage/folders"
	awk '$4 == "dir"' "$stage/old"
} | sort -u -k 5 >"$stage/dirs"
awk 'NR == FNR {new[$5]; next} !($5 in new) && $4 != "dir" {print $5}' "$stage/lines" "$stage/old" | sort -u >"$stage/gone"

# shellcheck disable=SC2046 # paths of ours have no spaces
[ ! -s "$stage/gone" ] || closed $(sed 's|/[^/]*$||' "$stage/gone" | sort -u)

# write FILE: standard input is FILE, whole or not at all, also after a power cut.
write() {
	cat >"$records/.new"
	chown "0:0" "$records/.new"
	chmod 644 "$records/.new"
	sync "$records/.new" 2>/dev/null || sync
	mv -f "$records/.new" "$1"
}
header="# bottle $version prefix $prefix group $([ "$helper" = yes ] && echo "$netd_group" || echo -)"
{
	echo "$header"
	cat "$stage/dirs" "$stage/lines"
} >"$stage/record"

# listed MODE PATH: a setuid file has an access list, which lets users in that no mode shows.
listed() {
	case $1 in
	[4-7]???) ls -ld "$2" | cut -c 11 | grep -q '+' ;;
	*) return 1 ;;
	esac
}

# Those that are not as the record will say. A link where a file should be is one of them.
while read -r mode owner group_of hash path; do
	if [ -L "$path" ] || [ ! -f "$path" ] || [ "$(look "$path")" != "$mode $owner $group_of" ] ||
		[ "$(sum "$path")" != "$hash" ] || listed "$mode" "$path"; then
		echo "$mode $owner $group_of $hash $path"
	fi
done <"$stage/lines" >"$stage/differ"

leftovers() { # of a run that was killed: a setuid one loses its mode before its name
	while read -r path; do
		for second in "${path%/*}/.${path##*/}.new" "${path%/*}/.${path##*/}.old"; do
			[ -e "$second" ] || continue
			# Killed before its rename, the second name is still the helper's that is in use.
			[ -n "$(find "$path" -prune -samefile "$second" 2>/dev/null)" ] || chmod 600 "$second"
			rm -f "$second"
		done
	done <"$stage/files"
}

if [ ! -s "$stage/differ" ] && [ ! -s "$stage/gone" ] && [ ! -e "$pending" ] && cmp -s "$stage/record" "$records/$name"; then
	leftovers
	echo "bottle $version is installed in $prefix: nothing to change"
	exit 0
fi
{
	cat "$stage/record"
	awk 'NR == FNR {gone[$1]; next} $5 in gone' "$stage/gone" "$stage/old" | sort -u
} | write "$pending"
left="$prefix as it was, or a part of it new; $pending knows what"
leftovers

# ---- 4 copy
sort -k 5 "$stage/dirs" | while read -r _ _ _ _ folder; do
	[ ! -d "$folder" ] || continue
	mkdir -m 755 "$folder"
	chown 0:0 "$folder" # a folder with the setgid bit gives its group on
	chmod 755 "$folder"
done
temporary() {
	echo "${1%/*}/.${1##*/}.new"
}
while read -r mode owner group_of _ path; do
	new=$(temporary "$path")
	(umask 077 && cp "$stage/root$path" "$new")
	chown "$owner:$group_of" "$new"
	# What is made in a folder with a default access list has one, too.
	if listed "$mode" "$new"; then
		if [ "$(uname -s)" = Darwin ]; then chmod -N "$new"; else setfacl -b "$new" 2>/dev/null || :; fi
		! listed "$mode" "$new" || fail 78 "$new has an access list, by the default of its folder, and would be run by more than $group_of" \
			"install setfacl (package acl), and run this again"
	fi
	chmod "$mode" "$new"
done <"$stage/differ"
# shellcheck disable=SC2046
sync $(awk '{print $5}' "$stage/differ" | while read -r path; do temporary "$path"; done) 2>/dev/null || sync

# ---- 5 try
# as_user COMMAND...: as a user who has nothing but the helper's group. The shell between is there because setpriv itself
# still has root's capabilities when it executes something, and execve(2) would not count as a gain.
as_user() {
	setpriv --reuid 65534 --regid 65534 --groups "$(getent group "$netd_group" | cut -d : -f 3)" sh -c 'exec "$@"' sh "$@"
}

untried() { # WHY
	echo "install.sh: note: the helper could not be tried here: $1" >&2
	echo "  next      $prefix/libexec/bottle/check, where it will be used" >&2
}

try() { # FILE
	fault=
	[ "$(env -i "$1" version)" = "bottle-netd $version" ] || fault="it does not say 'bottle-netd $version'"
	policy=$(env -i "$1" policy) || fault="'bottle-netd policy' fails"
	case $policy in
	"protocol 1 pool 127.0.0."*) ;;
	*) fault="it speaks '$policy', not protocol 1" ;;
	esac
	[ -z "$fault" ] || return 0
	case $netd_mode in
	[4-7]???) ;;
	*)
		echo "install.sh: note: dpkg-statoverride turns the helper off: mode $netd_mode" >&2
		return 0
		;;
	esac
	command -v setpriv >/dev/null || {
		untried "there is no setpriv"
		return 0
	}
	# A real call, since only that shows what setuid gives. The last address is the one that a bottle gets last; if it
	# was not there, it is not there afterwards.
	address=${policy##* }
	said=$(as_user "$1" add "$address" 2>&1) && code=0 || code=$?
	case $code-$said in
	0-*added) env -i "$1" remove "$address" >/dev/null || : ;;
	0-*) ;;
	*"not installed as it must be"* | 126-* | 127-*) fault=$said ;;
	*) untried "$said" ;;
	esac
}

if [ "$helper" = yes ]; then
	candidate=$(temporary "$netd")
	[ -e "$candidate" ] || candidate=$netd
	try "$candidate"
	if [ -n "$fault" ]; then
		leftovers
		left="the helper that was there before, if one was; run again, or uninstall.sh --prefix $prefix"
		fail 78 "the new helper does not work, it was not put in place: $fault" \
			"a file system that is not mounted nosuid, in folders that all may enter"
	fi
fi

# ---- 6 rename
# A second name keeps the old helper's inode at hand until it has lost its mode.
replace() { # NEW PATH
	old=${2%/*}/.${2##*/}.old
	if [ "$2" = "$netd" ] && [ -f "$2" ] && [ ! -L "$2" ]; then ln "$2" "$old"; fi
	mv -f "$1" "$2"
	if [ -e "$old" ]; then
		chmod 600 "$old"
		rm -f "$old"
	fi
}
while read -r _ _ _ _ path; do
	replace "$(temporary "$path")" "$path"
done <"$stage/differ"

# ---- 7 record
while read -r path; do
	[ -f "$path" ] || continue
	[ -L "$path" ] || chmod 600 "$path"
	rm -f "$path"
done <"$stage/gone"
write "$records/$name" <"$stage/record"
rm -f "$pending"

echo "bottle $version is installed in $prefix: $(wc -l <"$stage/differ" | tr -d ' ') files new, $(wc -l <"$stage/gone" | tr -d ' ') removed"
[ "$helper" = no ] || echo "  helper    $netd, $netd_owner:$netd_group $netd_mode"
echo "  record    $records/$name"
echo "  audit     $prefix/libexec/bottle/check"
