#!/bin/sh
# Removes every installation that install.sh has recorded, or the one of --prefix; bottle-check(8).
#
#   uninstall [--prefix DIR] [--force] [--purge]
#
# --force    also while bottles run: they go on without supervision of what is removed
# --purge    also /etc/bottle and /var/lib/bottle
#
# The pool's addresses are released first, by the helper, as long as there is one. A removal that was killed has its record
# as .NAME.pending; run again, it goes on. Files are removed by their record, whatever they have become, but those that
# a package owns by now. What users have (~/.local/state/bottle, ~/.cache/bot-bottle) is theirs.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset TMPDIR CDPATH
# A closed descriptor would be given to a file of ours.
{ true 3<&0; } 2>/dev/null || exec </dev/null
if ! true 3>&2; then exec 2>/dev/null; fi
{ true 3>&1; } 2>/dev/null || exec >/dev/null
umask 077

here=$(cd "$(dirname "$0")" && pwd -P)
state=$(cd -P /var && pwd -P)/lib/bottle # macOS has a link there
records=$state/installs.d
only='' force='' purge=''
left="nothing was changed"

fail() { # CODE WHY NEXT
	{
		echo "uninstall: $2"
		echo "  left      $left"
		echo "  next      $3"
	} >&2
	exit "$1"
}

note() {
	echo "uninstall: note: $1" >&2
}

while [ $# -gt 0 ]; do
	case $1 in
	--force) force=yes ;;
	--purge) purge=yes ;;
	--prefix=*)
		option=$1
		shift
		set -- --prefix "${option#*=}" "$@"
		continue
		;;
	--prefix)
		# An empty one, as an unset variable gives it, must not become all.
		case ${2:-} in
		/*[!/]*) only=${2%"${2##*[!/]}"} ;; # without the slashes at its end
		*) fail 64 "--prefix wants the folder of one installation" "uninstall --prefix /usr/local" ;;
		esac
		shift
		;;
	*)
		sed -n '4s/^# *//p' "$0" >&2
		exit 64
		;;
	esac
	shift
done
[ "$(id -u)" -eq 0 ] || fail 77 "only root can remove an installation" "sudo $0"

check=$here/check
[ -x "$check" ] || check=$here/check.sh

# closed DIR...: as root in a folder that others can write, rm(1) could be led elsewhere.
closed() {
	[ $# -gt 0 ] || return 0
	doors=$("$check" --parents "$@") || {
		bad=$(printf '%s\n' "$doors" | head -n 1)
		fail 78 "${bad%%	*} ${bad#*	}" "put it right (root's, chmod go-w), and run this again"
	}
}
closed "$records"
if [ -d "$records" ] && command -v flock >/dev/null; then
	exec 9>"$records/.lock"
	chmod 600 "$records/.lock"
	flock -n 9 || fail 75 "an installation or another removal is at work" "wait for it to end"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
: >"$work/others"
: >"$work/programs"

sum() {
	if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# prefix_of RECORD: from its first line, `# bottle VERSION prefix PREFIX group GROUP`.
prefix_of() {
	sed -n '1s/^# bottle [^ ]* prefix \([^ ]*\) group [^ ]*$/\1/p' "$1"
}

# The names of what goes, each once: NAME, .NAME.pending, or both after a kill.
names=
for record in "$records"/* "$records"/.*.pending; do
	[ -f "$record" ] || continue
	name=${record##*/}
	name=${name#.}
	name=${name%.pending}
	prefix=$(prefix_of "$record")
	[ -n "$prefix" ] || fail 78 "$record is no record of install.sh" "see what it is, and remove it"
	# What stands in there is removed by root: nobody else may have written it, and nothing outside the prefix is meant.
	[ -n "$(find "$record" -user 0 ! -perm -020 ! -perm -002)" ] ||
		fail 78 "$record is not root's alone" "see who wrote it, and what it says"
	strange=$(awk -v prefix="$prefix/" '!/^#/ && $4 != "dir" && (index($5, prefix) != 1 || $5 ~ /\/\.\.?\//) {print $5; exit}' "$record")
	[ -z "$strange" ] || fail 78 "$record names $strange, which is not in $prefix" "see who wrote it, and what it says"
	if [ -n "$only" ] && [ "$prefix" != "$only" ]; then
		echo "$prefix" >>"$work/others"
		continue
	fi
	case " $names " in *" $name "*) ;; *) names="$names $name" ;; esac
	echo "$prefix/bin/bottle" >>"$work/programs"
	cat "$record" >>"$work/lines.$name"
done

packaged() { # PACKAGE
	# shellcheck disable=SC2016 # dpkg's own variable
	{ command -v dpkg-query >/dev/null && dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -q '^\(installed\|half\|unpacked\|trig\)'; } ||
		{ command -v rpm >/dev/null && rpm -q "$1" >/dev/null 2>&1; }
}
for package in bottle bottle-netd; do
	! packaged "$package" || echo "package $package" >>"$work/others"
done
[ -z "$purge" ] || [ ! -s "$work/others" ] ||
	fail 64 "--purge is for the last installation, and there is another: $(head -n 1 "$work/others")" "remove that first"
[ -n "$names$purge" ] || echo "uninstall: nothing is recorded${only:+ for $only}: nothing to remove"

# ---- is anything of it in use
# running: what runs from the installations that go, and, when they are the last, bundles that any copy has started.
running() {
	if [ -d /proc/self ]; then
		find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%h %l\n' 2>/dev/null |
			while read -r folder program _; do
				grep -qxF -- "$program" "$work/programs" || continue
				# Of that path on another file system: a container has its own.
				at=$(stat -c %d "${program%/*}" 2>/dev/null) && from=$(stat -L -c %d "$folder/exe" 2>/dev/null) &&
					[ "$at" != "$from" ] && continue
				echo "process ${folder##*/}: $(tr '\0' ' ' <"$folder/cmdline" 2>/dev/null | tr -c ' -~' '?')"
			done
	else
		ps -axo pid=,comm= | while read -r pid program; do
			! grep -qxF -- "$program" "$work/programs" || echo "process $pid: $program"
		done
	fi
	[ ! -s "$work/others" ] || return 0
	command -v docker >/dev/null || return 0
	limit=
	! command -v timeout >/dev/null || limit='timeout 10'
	# shellcheck disable=SC2016 # docker's own template
	$limit env -i PATH="$PATH" docker ps --filter label=io.bot-bottle.launcher --format 'container {{.Names}}' 2>/dev/null || :
}
in_use=
[ -z "$names$purge" ] || in_use=$(running)
if [ -n "$in_use" ] && [ -z "$force" ]; then
	printf '%s\n' "$in_use" | sed 's/^/  in use    /' >&2
	fail 75 "bottles run" "bottle stop --all, as each of their users; or uninstall --force"
fi
[ -z "$in_use" ] || printf '%s\n' "$in_use" | sed 's/^/uninstall: note: goes on running: /' >&2

for name in $names; do
	grep -v '^#' "$work/lines.$name" | awk '$4 != "dir" {print $5}' | sort -u >"$work/files.$name"
	# shellcheck disable=SC2046 # paths of ours have no spaces
	closed $(sed 's|/[^/]*$||' "$work/files.$name" | sort -u)
done

# ---- addresses
# release HELPER LINES: takes the whole pool off, by the helper if it is one that LINES has.
release() {
	[ -f "$1" ] && [ ! -L "$1" ] || return 0
	if ! grep -qF -- " $(sum "$1") $1" "$2"; then
		note "$1 is not the program that was installed and is not run: addresses of the pool are left as they are"
		return 0
	fi
	pool=$(env -i "$1" policy | sed -n 's/^protocol 1 pool 127\.0\.0\.\([0-9]*\) 127\.0\.0\.\([0-9]*\)$/\1 \2/p')
	[ -n "$pool" ] || return 0
	last=${pool#* } at=${pool% *}
	set -- "$1"
	while [ "$at" -le "$last" ]; do
		set -- "$@" "127.0.0.$at"
		at=$((at + 1))
	done
	netd=$1
	shift
	env -i "$netd" remove "$@" >"$work/released" 2>"$work/why" ||
		note "$(head -n 1 "$work/why"): $(grep -v ' \(removed\|absent\)$' "$work/released" | tr '\n' ' ')"
	grep ' removed$' "$work/released" | sed 's/^/released /' || :
}
# Another installation's bottles use the same addresses.
if [ ! -s "$work/others" ]; then
	for name in $names; do
		grep '/libexec/bottle/bottle-netd$' "$work/files.$name" >"$work/helper" || :
		while read -r path; do release "$path" "$work/lines.$name"; done <"$work/helper"
	done
fi

# ---- files
remove() { # PATH
	for at in "$1" "${1%/*}/.${1##*/}.new" "${1%/*}/.${1##*/}.old"; do
		[ -e "$at" ] || [ -L "$at" ] || continue
		# A hard link to it elsewhere is no setuid program any more.
		[ -L "$at" ] || [ -d "$at" ] || chmod 600 "$at"
		rm -f "$at" || note "$at could not be removed"
	done
}

for name in $names; do
	record=$records/$name pending=$records/.$name.pending
	prefix=$(prefix_of "$work/lines.$name")
	left="a part of $prefix; $pending knows what"
	[ ! -e "$record" ] || [ -e "$pending" ] || mv "$record" "$pending"
	if [ -e "$record" ]; then
		# Both, after an installation that was killed: the pending one has all of the other.
		rm -f "$record"
	fi
	kept=
	# The setuid one first.
	{
		grep '/bottle-netd$' "$work/files.$name" || :
		grep -v '/bottle-netd$' "$work/files.$name" || :
	} >"$work/order"
	: >"$work/packaged"
	# shellcheck disable=SC2046 # paths of ours have no spaces
	if command -v dpkg-query >/dev/null; then dpkg-query -S $(cat "$work/order") >"$work/packaged" 2>/dev/null || :; fi
	if command -v rpm >/dev/null; then
		while read -r path; do
			! owner=$(rpm -qf --qf '%{NAME}\n' "$path" 2>/dev/null) || echo "$owner" | sed "s|\$|: $path|"
		done <"$work/order" >>"$work/packaged"
	fi
	while read -r path; do
		[ -e "$path" ] || [ -L "$path" ] || [ -e "${path%/*}" ] || continue
		if grep -q ": $path\$" "$work/packaged"; then
			note "$path is kept: package $(sed -n "s|: $path\$||p" "$work/packaged" | head -n 1) has it"
			continue
		fi
		remove "$path"
		[ ! -e "$path" ] || kept="$kept $path"
	done <"$work/order"
	# Folders that install.sh made, and that nobody else uses.
	awk '$4 == "dir" {print $5}' "$work/lines.$name" | sort -ru | while read -r folder; do
		rmdir "$folder" 2>/dev/null || [ ! -d "$folder" ] || note "$folder is kept: it is not empty"
	done
	[ -z "$kept" ] || fail 71 "could not be removed:$kept" "see why (lsattr, mount), and run this again"
	rm -f "$pending"
	echo "removed $prefix"
done

# ---- the rest
left="files of installations are gone; $state is there"
if [ -n "$purge" ]; then
	rm -rf /etc/bottle "$state"
	echo "removed /etc/bottle and $state"
else
	rm -rf "$state/.stage"
	rm -f "$records/.new"
	# Nothing of ours stays where there was nothing.
	if [ -d "$records" ] && [ -z "$(find "$records" -mindepth 1 ! -name .lock)" ]; then
		rm -f "$records/.lock"
		rmdir "$records" && rmdir "$state" 2>/dev/null || :
	fi
	[ ! -d /etc/bottle ] || [ -s "$work/others" ] || note "/etc/bottle is kept; --purge removes it"
fi
if [ ! -s "$work/others" ] && command -v nft >/dev/null; then
	for table in bottle_wildcard bottle_bundles bottle_raw; do
		! nft list table ip "$table" >/dev/null 2>&1 || note "packet-filter table $table is loaded: nft delete table ip $table"
	done
fi
