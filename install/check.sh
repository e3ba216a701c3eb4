#!/bin/sh
# Is what is installed still what was installed? For people, monitoring and compliance probes; bottle-check(8).
#
#   check [--json] [--quiet] [--members USER,...] [--scan DIR]...
#   check --parents DIR...    only: is each DIR, with every folder above it, root's alone?
#
# One finding a line on standard output, `KIND PATH: detail`. Exit 0 nothing found, 2 drift found, 3 could not judge
# (Nagios's numbers). It changes nothing, and runs a program that it judges only if that program is as it was installed.
#
# What is compared with what: files of install.sh with its records in /var/lib/bottle/installs.d; files of packages with
# the database of dpkg or rpm. dpkg's knows no modes: those of packages stand in package_mode below.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset TMPDIR CDPATH
# A closed descriptor would be given to a file of ours.
{ true 3<&0; } 2>/dev/null || exec </dev/null
if ! true 3>&2; then exec 2>/dev/null; fi
{ true 3>&1; } 2>/dev/null || exec >/dev/null
umask 077

var=$(cd -P /var && pwd -P) # macOS has a link there
records=$var/lib/bottle/installs.d
protocol=1                           # of bottle-netd, as the frontend speaks it
speech='protocol [0-9][0-9]* pool 127\.' # what every build of the helper has in it, under whatever name
# Where a forgotten copy of a setuid program would be, besides the prefix of every record. --scan adds more.
places="/usr/bin /usr/sbin /usr/libexec /usr/lib/bottle /usr/local /opt /srv /root /tmp /var/tmp $var/lib/bottle"
netd=/usr/libexec/bottle/bottle-netd # the packages'

usage() {
	sed -n '4,5s/^# *//p' "$0" >&2
	exit 3
}

if stat -c %a / >/dev/null 2>&1; then
	look() { stat -c '%a %U %G %u %h' -- "$1"; } # of a link itself
else
	look() { stat -f '%Mp%Lp %Su %Sg %u %l' "$1" | sed 's/^0*//'; }
fi

# door PATH: why somebody else than root can change what is in folder PATH; fails when nobody can.
door() {
	if [ -L "$1" ]; then
		echo "is a symbolic link"
	elif [ ! -d "$1" ]; then
		echo "is not a folder"
	else
		# shellcheck disable=SC2046 # five words
		set -- $(look "$1")
		shared=000$1
		shared=${shared#"${shared%??}"} # what group and others may
		case $4-$shared in
		0-[0145][0145]) return 1 ;;
		0-?[2367]) echo "is writable by others (mode $1)" ;;
		0-*) echo "is writable by group $3 (mode $1)" ;;
		*) echo "belongs to $2" ;;
		esac
	fi
}

# parents DIR: `PATH<tab>WHY` for DIR and each folder above it with an open door. What is not there yet has none.
parents() {
	at=$1
	while :; do
		if [ -e "$at" ] || [ -L "$at" ]; then
			! why=$(door "$at") || printf '%s\t%s\n' "$at" "$why"
		fi
		[ "$at" != / ] && [ "$at" != "${at%/*}" ] || break
		at=${at%/*}
		at=${at:-/}
	done
}

if [ "${1:-}" = --parents ]; then
	shift
	[ $# -gt 0 ] || usage
	for folder; do case $folder in /*) ;; *) usage ;; esac; done
	doors=$(for folder; do parents "$folder"; done | sort -u)
	[ -n "$doors" ] || exit 0
	printf '%s\n' "$doors"
	exit 2
fi

# Users can fill /tmp, and root's findings with it.
if [ "$(id -u)" -eq 0 ] && [ -d /run ]; then work=$(mktemp -d -p /run); else work=$(mktemp -d); fi || exit 3
room() {
	head -c 262144 /dev/zero 2>/dev/null >"$work/room" && rm -f "$work/room" && return
	echo "check: cannot judge: no room in ${work%/*}" >&2
	exit 3
}
trap 'rm -rf "$work"' EXIT
trap 'exit 3' HUP INT TERM
room
for list in findings unsure files folders helpers installs packages overrides pairs; do : >"$work/$list"; done
for folder in $places; do echo "$folder"; done >"$work/places"

# Names of files are whatever somebody chose: no byte of them acts on a terminal or ends a line.
plain() {
	printf %s "$1" | tr -c ' -~' '?'
}

found() { # KIND PATH DETAIL
	printf '%s\t%s\t%s\n' "$1" "$(plain "$2")" "$(plain "$3")" >>"$work/findings"
}

unsure() { # TEXT
	plain "$1" >>"$work/unsure"
	echo >>"$work/unsure"
}

# scan FOLDER: one of --scan, as find(1) takes it: by a name that is no link and no option of its own.
scan() {
	if [ -d "$1" ] && folder=$(cd -P -- "$1" 2>/dev/null && [ -r . ] && pwd -P) && [ "$(printf %s "$1$folder" | wc -l)" -eq 0 ]; then
		echo "$folder" >>"$work/places"
	else
		unsure "--scan $1: is no folder that $(id -un) can look into"
	fi
}

json='' quiet='' members='' judge_members=''
while [ $# -gt 0 ]; do
	case $1 in
	--json) json=yes ;;
	--quiet) quiet=yes ;;
	--members=* | --scan=*)
		option=$1
		shift
		set -- "${option%%=*}" "${option#*=}" "$@"
		continue
		;;
	--members | --scan)
		[ $# -gt 1 ] || usage
		case $1 in
		--members) members=$(printf %s "$2" | tr -d " ") judge_members=yes ;;
		--scan) scan "$2" ;;
		esac
		shift
		;;
	*) usage ;;
	esac
	shift
done

sum() {
	if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# file PATH [SHA256]: it is there, it is a file, and it has these bytes. Fails when there is nothing to judge further.
file() {
	echo "$1" >>"$work/files"
	echo "${1%/*}" >>"$work/folders"
	if [ -L "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; }; then
		found type "$1" "is not a regular file"
		return 1
	elif [ ! -e "$1" ]; then
		found missing "$1" "is not there"
		return 1
	elif [ $# -lt 2 ]; then
		:
	elif [ ! -r "$1" ]; then
		unsure "$1: cannot be read by $(id -un): run this as root"
	elif [ "$(sum "$1")" != "$2" ]; then
		found hash "$1" "has other bytes than were installed"
	fi
}

# state PATH MODE OWNER GROUP: its mode and owner, where no dpkg-statoverride of the administrator says otherwise.
state() {
	path=$1
	rule=$(awk -v path="$path" '$4 == path {print $3, $1, $2}' "$work/overrides")
	# shellcheck disable=SC2086 # three words
	[ -z "$rule" ] || set -- "$path" ${rule#0}
	want_mode=$2 want_owner=$3 want_group=$4
	# shellcheck disable=SC2046
	set -- $(look "$path")
	[ "$1" = "$want_mode" ] || found mode "$path" "is $1, should be $want_mode"
	[ "$2" = "$want_owner" ] || found owner "$path" "is $2, should be $want_owner"
	[ "$3" = "$want_group" ] || found group "$path" "is $3, should be $want_group"
	[ -n "$rule" ] || return 0
	case $want_owner-$want_mode in
	root-[4-7][0-7][0145][04] | root-[0-7][0145][0145]) ;;
	*) found override "$path" "dpkg-statoverride makes it $want_owner:$want_group $want_mode: more than root and a group can use or change it" ;;
	esac
}

# untouched PATH: nothing was found of it, and nobody but root can have changed it since.
untouched() {
	[ -z "$(parents "${1%/*}")" ] && ! cut -f 2 "$work/findings" | grep -qxF -- "$(plain "$1")"
}

# as_installed PATH: a program that may be run. Any other may do anything when it is.
as_installed() {
	[ -r "$1" ] && grep -qxF -- "$1" "$work/files" && untouched "$1"
}

ask() { # PROGRAM ARG...
	if command -v timeout >/dev/null; then
		timeout 10 env -i PATH=/usr/bin:/bin "$@" 2>/dev/null
	else
		env -i PATH=/usr/bin:/bin "$@" 2>/dev/null
	fi
}

# speaks FRONTEND HELPER: the two are of one protocol and one pool.
speaks() {
	as_installed "$1" && as_installed "$2" || return 0
	if [ ! -x "$2" ]; then
		unsure "$2: $(id -un) cannot run it: run this as root"
		return 0
	fi
	policy=$(ask "$2" policy)
	pool=$(ask "$1" version --json | tr -d '\n' | sed -n 's/.*"first": *\([0-9]*\), *"last": *\([0-9]*\).*/127.0.0.\1 127.0.0.\2/p')
	[ "$policy" = "protocol $protocol pool $pool" ] ||
		found protocol "$2" "says '$policy', $1 wants 'protocol $protocol pool $pool': install both from one build"
}

# ---- records of install.sh
record() { # FILE
	read -r hash name version word prefix word2 group <"$1"
	case "$hash $name $word $word2 $prefix" in
	"# bottle prefix group /"*) ;;
	*)
		unsure "$1: is no record of install.sh"
		return
		;;
	esac
	echo "${1%/*}" >>"$work/folders"
	state "$1" 644 root "$(look / | cut -d ' ' -f 3)"
	untouched "$1" || return 0 # whoever wrote it: it is no measure of anything
	echo "$prefix" >>"$work/places"
	while read -r mode owner group_of hash path; do
		case $mode-$hash in
		'#'*) continue ;;
		*-dir)
			[ -d "$path" ] || found missing "$path" "is not there"
			echo "$path" >>"$work/folders"
			continue
			;;
		esac
		! file "$path" "$hash" || state "$path" "$mode" "$owner" "$group_of"
		case $path in */bottle-netd) echo "$path" >>"$work/helpers" ;; esac
	done <"$1"
	printf '%s\t%s\t%s\t%s\n' "$prefix" "$version" "$group" "$(awk '!/^#/ && $4 != "dir"' "$1" | wc -l)" >>"$work/installs"
	echo "$prefix/bin/bottle $prefix/libexec/bottle/bottle-netd" >>"$work/pairs"
	for left in "$prefix"/libexec/bottle/.*.new "$prefix"/libexec/bottle/.*.old; do
		[ ! -e "$left" ] || found interrupted "$left" "an installation left it: run install.sh again"
	done
}

# ---- packages
# package_mode PATH: `MODE OWNER GROUP` of a file of our packages. debconf has the group that may run the helper; without one,
# or where there is no such group, it has no setuid bit. Where debconf knows nothing, it is either.
package_mode() {
	case $1 in
	"$netd")
		answer=$(debconf-show bottle-netd 2>/dev/null | sed -n 's|^[* ]*bottle-netd/group: *|=|p')
		[ -n "$answer" ] || case $(look "$1") in
		[4-7]???\ *) answer="=docker" ;;
		esac
		group=${answer#=} # or its number
		[ -z "$group" ] || group=$(getent group -- "$group" 2>/dev/null | cut -d : -f 1)
		if [ -n "$group" ]; then echo "4750 root $group"; else echo "755 root root"; fi
		;;
	*/bin/* | */libexec/* | */observe/doctor-status) echo "755 root root" ;;
	*) echo "644 root root" ;;
	esac
}

package_files() { # dpkg|rpm: of a package's list on standard input
	while read -r path; do
		case $path in
		/etc/*) continue ;; # the administrator's to change
		"$netd") echo "$path" >>"$work/helpers" ;;
		esac
		# What is missing the manager itself says, and rpm of modes too.
		[ ! -d "$path" ] && { [ -e "$path" ] || [ -L "$path" ]; } || continue
		# shellcheck disable=SC2046 # three words
		! file "$path" || [ "$1" = rpm ] || state "$path" $(package_mode "$path")
	done
}

deb() { # PACKAGE
	both="dpkg -i bottle_*.deb bottle-netd_*.deb" # of one release: what an interrupted upgrade wants in the end
	# shellcheck disable=SC2016 # dpkg's own variables
	set -- "$1" "$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$1" 2>/dev/null)"
	status=${2% *}
	case $status in
	'' | not-installed | config-files) return ;;
	installed) ;;
	half-installed) found interrupted /var/lib/dpkg/status "package $1 is $status: $both" ;;
	*) found interrupted /var/lib/dpkg/status "package $1 is $status: dpkg --configure -a" ;;
	esac
	printf '%s\t%s\t%s\n' "$1" "${2#* }" "$status" >>"$work/packages"
	dpkg --verify "$1" 2>/dev/null | while read -r flags type path; do
		# Settings are the administrator's to change, but not to be without.
		[ "$type" != c ] || [ "$flags" = missing ] || continue
		case $type in /*) path=$type${path:+ $path} ;; esac
		case $flags-$path in
		missing-*' (Permission denied)') unsure "${path% (*}: cannot be read by $(id -un): run this as root" ;;
		missing-/usr/share/man/* | missing-/usr/share/doc/*)
			# Images of containers leave these out by a rule.
			grep -qs '^ *path-exclude' /etc/dpkg/dpkg.cfg /etc/dpkg/dpkg.cfg.d/* ||
				found missing "$path" "is not there"
			;;
		missing-*) found missing "$path" "is not there" ;;
		??5*) found hash "$path" "has other bytes than package $1 put there" ;;
		esac
	done
	dpkg-query -L "$1" >"$work/list" 2>/dev/null
	package_files dpkg <"$work/list"
}

# As rpm(8) prints it, "VERIFY OPTIONS": nine characters, a letter where something differs.
rpm_package() { # PACKAGE
	version=$(rpm -q --qf '%{VERSION}-%{RELEASE}' "$1" 2>/dev/null) || return 0
	both="rpm -U --replacepkgs bottle-*.rpm"
	printf '%s\t%s\t%s\n' "$1" "$version" installed >>"$work/packages"
	rpm -V --nomtime "$1" 2>/dev/null | while read -r flags type path; do
		[ "$type" != c ] || [ "$flags" = missing ] || continue
		case $type in /*) path=$type${path:+ $path} ;; esac
		case $flags in missing) found missing "$path" "is not there" ;; esac
		case $flags in S?5* | ??5*) found hash "$path" "has other bytes than package $1 put there" ;; esac
		case $flags in ?M*) found mode "$path" "is not as package $1 made it: rpm --setperms $1" ;; esac
		case $flags in ?????U*) found owner "$path" "is not as package $1 made it: rpm --setugids $1" ;; esac
		case $flags in ??????G*) found group "$path" "is not as package $1 made it: rpm --setugids $1" ;; esac
		case $flags in ????????P*) found capability "$path" "has other file capabilities than package $1 gave it" ;; esac
	done
	rpm -ql "$1" >"$work/list" 2>/dev/null
	package_files rpm <"$work/list"
}

# ---- settings: what is policy on this host root alone can write. What it says is the administrator's.
settings() { # FOLDER
	[ -e "$1" ] || [ -L "$1" ] || return 0
	echo "$1" >>"$work/folders"
	for path in "$1"/*; do
		[ -e "$path" ] || [ -L "$path" ] || continue
		[ "$path" != "$1/config.yaml" ] || file "$path" || continue
		[ ! -L "$path" ] || continue
		# shellcheck disable=SC2046 # five words
		set -- "$1" $(look "$path")
		[ "$5" = 0 ] || found owner "$path" "is $3, should be root"
		case 00$2 in *[2367]? | *[2367]) found mode "$path" "is $2: others than root can write it" ;; esac
	done
}

# ---- who may run the helper
members_of() { # GROUP: also those whose first group it is
	if command -v getent >/dev/null; then
		getent group -- "$1" | cut -d : -f 4 | tr , '\n'
		gid=$(getent group -- "$1" | cut -d : -f 3)
		getent passwd | awk -F : -v gid="$gid" 'gid != "" && $4 == gid {print $1}'
	else
		dscl . -read "/Groups/$1" GroupMembership 2>/dev/null | tr ' ' '\n' | sed 1d
	fi | grep . | sort -u
}

# ---- the run
if command -v dpkg-statoverride >/dev/null; then dpkg-statoverride --list >"$work/overrides" 2>/dev/null; fi
for entry in "$records"/* "$records"/.*.pending; do
	[ -f "$entry" ] || continue
	case $entry in
	*.pending) found interrupted "$entry" "install.sh or uninstall.sh did not come to its end: run it again" ;;
	*) record "$entry" ;;
	esac
done
if command -v dpkg-query >/dev/null; then
	for package in bottle bottle-netd; do deb "$package"; done
fi
if command -v rpm >/dev/null; then
	for package in bottle bottle-netd; do rpm_package "$package"; done
fi
[ ! -s "$work/packages" ] || echo "/usr/bin/bottle $netd" >>"$work/pairs"
# dpkg takes a newer bottle beside an older helper, and calls both installed.
mixed=$(awk -F '\t' '$3 == "installed" {all = all sep $1 " " $2; sep = " beside "; if (n++ && $2 != last) mixed = 1; last = $2}
	END {if (mixed) print all}' "$work/packages")
[ -z "$mixed" ] || found protocol "$netd" "$mixed, of two releases: $both"
settings "$(cd -P /etc && pwd -P)/bottle"

sort -u "$work/folders" | while read -r folder; do parents "$folder"; done | sort -u >"$work/doors"
while IFS='	' read -r path why; do found parent "$path" "$why"; done <"$work/doors"

sort -u "$work/helpers" >"$work/known"
while read -r path; do
	[ -f "$path" ] || continue
	if command -v getcap >/dev/null && [ -n "$(getcap "$path" 2>/dev/null)" ]; then
		found capability "$path" "has file capabilities: setcap -r $path"
	fi
	# shellcheck disable=SC2046 # five words
	set -- $(look "$path")
	case $1 in
	[4-7]???)
		[ "$5" = 1 ] || found unknown-copy "$path" "has $5 names: find / -xdev -samefile $path"
		# An access list lets users in that no mode shows.
		# shellcheck disable=SC2012 # the one character that tells is behind the mode
		case $(ls -ld "$path" | cut -c 11) in
		+) found acl "$path" "has an access control list: getfacl $path" ;;
		esac
		;;
	esac
	[ -n "$judge_members" ] || continue
	members_of "$3" >"$work/members"
	while read -r user; do
		case ",$members,root," in
		*",$user,"*) ;;
		*) found member "$path" "$user is in group $3 and not among those allowed: gpasswd -d $user $3, or usermod -g OTHER $user where it is the first one" ;;
		esac
	done <"$work/members"
done <"$work/known"

# Setuid and setgid copies that no record and no package has. Read one by one: their bytes tell, not their names.
# shellcheck disable=SC2016 # for the shell inside
sort -u "$work/places" | while read -r place; do
	find "$place" -xdev -type f \( -perm -4000 -o -perm -2000 \) -exec sh -c '
		speech=$1
		shift
		for file; do
			if [ ! -r "$file" ]; then kind=unread; else
				head -c 4194304 "$file" | grep -qa "$speech" || continue
				kind=copy
			fi
			printf "%s\t%s\n" "$kind" "$(printf %s "$file" | tr -c " -~" "?")"
		done' sh "$speech" {} + 2>/dev/null </dev/null
done | sort -u >"$work/copies"
while IFS='	' read -r kind path; do
	! grep -qxF -- "$path" "$work/known" || continue
	case $kind in
	copy) found unknown-copy "$path" "a setuid or setgid copy of bottle-netd that no record and no package has" ;;
	unread) unsure "$path: setuid, and cannot be read by $(id -un): run this as root" ;;
	esac
done <"$work/copies"

sort -u "$work/pairs" | while read -r frontend netd; do speaks "$frontend" "$netd"; done

if [ ! -s "$work/installs" ] && [ ! -s "$work/packages" ] && [ ! -s "$work/findings" ]; then
	unsure "nothing is installed: no record in $records, no package bottle"
fi
sort -u -o "$work/findings" "$work/findings"
sort -u -o "$work/unsure" "$work/unsure"
room
count=$(($(sort -u "$work/files" | wc -l)))
code=0
[ ! -s "$work/unsure" ] || code=3
[ ! -s "$work/findings" ] || code=2

if [ -n "$json" ]; then
	for list in findings unsure installs packages; do sed 's/[\\"]/\\&/g' "$work/$list" >"$work/$list.json"; done
	awk -F '\t' -v code="$code" -v files="$count" '
		function text(s) { return "\"" s "\"" } # its \ and " have a \ already
		function open(name) { printf "%s%s: [", n++ ? "], " : "", text(name); first = 1 }
		function sep() { printf "%s", first ? "" : ", "; first = 0 }
		BEGIN { printf "{\"schema\": \"bottle.check/1\", \"state\": %s, \"files\": %d, ", text(code == 0 ? "ok" : code == 2 ? "drift" : "unknown"), files }
		function upto(k) { while (list < k) open(title[++list]) }
		BEGIN { title[1] = "findings"; title[2] = "unsure"; title[3] = "installs"; title[4] = "packages" }
		which == 1 { upto(1); sep(); printf "{\"kind\": %s, \"path\": %s, \"detail\": %s}", text($1), text($2), text($3) }
		which == 2 { upto(2); sep(); printf "%s", text($1) }
		which == 3 { upto(3); sep(); printf "{\"prefix\": %s, \"version\": %s, \"group\": %s, \"files\": %d}", text($1), text($2), text($3), $4 }
		which == 4 { upto(4); sep(); printf "{\"name\": %s, \"version\": %s, \"status\": %s}", text($1), text($2), text($3) }
		END { upto(4); print "]}" }' \
		which=1 "$work/findings.json" which=2 "$work/unsure.json" which=3 "$work/installs.json" which=4 "$work/packages.json"
else
	awk -F '\t' '{printf "%s %s: %s\n", $1, $2, $3}' "$work/findings"
	[ -n "$quiet" ] || sed 's/^/check: cannot judge: /' "$work/unsure" >&2
	[ -n "$quiet" ] || echo "check: $(wc -l <"$work/findings") findings in $count files of" \
		"$(wc -l <"$work/installs") installations and $(wc -l <"$work/packages") packages" >&2
fi
exit $code
